// Whole declarations, as an order service starts and awaits them.

/** Business numbers that no other declaration of this process has. */
let numbered = 0;

export function declarationOf({ mchid, appid }) {
  numbered += 1;
  const last = String(numbered).padStart(8, '0');
  return {
    appid,
    mchid,
    out_trade_no: `SCALE${last}`,
    transaction_id: `10003203062015110784${last}`,
    customs: 'SHANGHAI_ZS',
    merchant_customs_no: '123456',
    duty: 88,
  };
}

/**
 * Keeps `inFlight` declarations going until `until()` says that no more are to start, then awaits those on their way.
 *
 * @returns {Promise<{ started: number, succeeded: number, ended: { at: number, milliseconds: number }[], ids: string[] }>}
 *   `at` by the monotonic clock
 */
export async function keepDeclaring({ wechatpay, credentials }, { inFlight, until, options = { pollEvery: '1s' } }) {
  const run = { started: 0, succeeded: 0, ended: [], ids: [] };
  const one = async () => {
    while (!until(run.started)) {
      run.started += 1;
      const began = performance.now();
      const started = await wechatpay.declare({ declaration: declarationOf(credentials), options });
      run.ids.push(started.workflowId);
      const { outcome } = await started.result();
      if (outcome === 'SUCCESS') run.succeeded += 1;
      run.ended.push({ at: performance.now(), milliseconds: performance.now() - began });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return run;
}
