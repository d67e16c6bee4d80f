import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAILURE_TYPES } from '../../src/interface';
import type { ContractOrderSubmitted } from '../../src/interface';
import type { ContractVerdict } from '../../src/wechatpay/contract-order/compare';
import { attempt, expectNoSecret } from './attempts';
import { signed, stage } from './stage';
import type { Stage } from './stage';

let s: Stage;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(() => s.simulator.reset());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function ordered(
  over: object = {},
): Promise<{ order: Stage['samples']['order']; submitted: ContractOrderSubmitted }> {
  const order = { ...s.samples.order, ...over };
  const { result } = await attempt(s.activities.submitContractOrder, { order });
  if (result === undefined || !('answer' in result)) throw new Error('the order was not made');
  return { order, submitted: result.answer };
}

describe('opening the cashier', () => {
  it('uses the first answer while it lives, and asks WeChat Pay nothing', async () => {
    const { order, submitted } = await ordered();
    const { result } = await attempt(s.activities.openCashier, { order, submitted });
    expect(result?.submitted).toEqual(submitted);
    expect(result?.cashier).toMatchObject({
      trade_type: 'JSAPI',
      prepay_id: submitted.answer?.prepay_id,
      parameters: { appId: order.appid, package: `prepay_id=${submitted.answer?.prepay_id}`, signType: 'MD5' },
      expiresAt: new Date(submitted.answeredAt + 2 * HOUR).toISOString(),
      presign: 'SUCCESS',
    });
    expect(s.calls('pay/contractorder')).toBe(1);
  });

  /** The signature as WeChat Pay's pages describe it, in lines of the test's own. */
  function signatureOf(parameters: Readonly<Record<string, string>>): string {
    const names = Object.keys(parameters).filter((name) => name !== 'sign' && name !== 'paySign');
    const text = [...names.sort().map((name) => `${name}=${parameters[name]}`), `key=${s.credentials.apiV2Key}`];
    return createHash('md5').update(text.join('&')).digest('hex').toUpperCase();
  }

  const stringMatching = (of: RegExp) => expect.stringMatching(of) as string;

  it.each([
    [
      'JSAPI',
      {},
      (prepay_id: string) => ({
        ...{ appId: s.credentials.appid, package: `prepay_id=${prepay_id}`, signType: 'MD5' },
        ...{ nonceStr: stringMatching(/^[0-9a-f]{32}$/), timeStamp: stringMatching(/^\d{10}$/) },
        paySign: stringMatching(/^[0-9A-F]{32}$/),
      }),
    ],
    [
      'APP',
      {},
      (prepay_id: string) => ({
        ...{ appid: s.credentials.appid, partnerid: s.credentials.mchid, prepayid: prepay_id, package: 'Sign=WXPay' },
        ...{ noncestr: stringMatching(/^[0-9a-f]{32}$/), timestamp: stringMatching(/^\d{10}$/) },
        sign: stringMatching(/^[0-9A-F]{32}$/),
      }),
    ],
    ['NATIVE', { product_id: '1' }, 'code_url', /^weixin:/],
    ['MWEB', {}, 'mweb_url', /^https?:/],
  ] as const)('of %s gives a front end what it needs, and no more', async (trade_type, over, expected, url = /./) => {
    const { order, submitted } = await ordered({ ...over, trade_type });
    const { cashier } = (await attempt(s.activities.openCashier, { order, submitted })).result ?? {};
    const prepay_id = submitted.answer?.prepay_id ?? '';
    const { answeredAt } = submitted;
    expect(cashier).toEqual({
      ...{ trade_type, prepay_id, presign: 'SUCCESS' },
      expiresAt: new Date(answeredAt + (trade_type === 'MWEB' ? 5 * MINUTE : 2 * HOUR)).toISOString(),
      ...(typeof expected === 'string'
        ? { [expected]: expect.stringMatching(url) as string }
        : { parameters: expected(prepay_id) }),
    });
    const { parameters } = cashier ?? {};
    if (parameters === undefined) return;
    expect(parameters['paySign'] ?? parameters['sign']).toBe(signatureOf(parameters));
  });

  it('that is fetched again is fetched with the identical request', async () => {
    const { order, submitted } = await ordered({ trade_type: 'MWEB' });
    // WeChat Pay, and the simulator, refuses a repeated number whose request differs in anything but nonce and address.
    const old = { ...submitted, answeredAt: Date.now() - 6 * MINUTE };
    const { result, failure } = await attempt(s.activities.openCashier, { order, submitted: old });
    expect(failure).toBeUndefined();
    expect(result?.submitted.answeredAt).toBeGreaterThan(old.answeredAt);
    const other = await attempt(s.activities.openCashier, { order: { ...order, attach: 'x' }, submitted: old });
    expect(other.failure).toMatchObject({ type: FAILURE_TYPES.conflict });
  });

  it.each([
    ['JSAPI', {}, 118 * MINUTE, 1],
    ['JSAPI', {}, 119.5 * MINUTE, 2],
    ['MWEB', { trade_type: 'MWEB' }, 3.5 * MINUTE, 1],
    ['MWEB', { trade_type: 'MWEB' }, 4.5 * MINUTE, 2],
    ['NATIVE', { trade_type: 'NATIVE', product_id: '1' }, 118 * MINUTE, 1],
    ['NATIVE', { trade_type: 'NATIVE', product_id: '1' }, 119.5 * MINUTE, 2],
    ['APP', { trade_type: 'APP' }, 118 * MINUTE, 1],
    ['APP', { trade_type: 'APP' }, 119.5 * MINUTE, 2],
  ] as const)('of %s fetches an answer again that is too old: %j, %d ms', async (_type, over, age, calls) => {
    const { order, submitted } = await ordered(over);
    const old = { ...submitted, answeredAt: Date.now() - age };
    const { result } = await attempt(s.activities.openCashier, { order, submitted: old });
    expect(s.calls('pay/contractorder')).toBe(calls);
    expect(s.count('ordered')).toBe(1);
    expect(Date.parse(result?.cashier.expiresAt ?? '')).toBeGreaterThan(Date.now());
  });

  it('for another address fetches an answer for that address, once', async () => {
    const { order, submitted } = await ordered();
    const at = (spbill_create_ip: string) => attempt(s.activities.openCashier, { order, submitted, spbill_create_ip });
    expect((await at(order.spbill_create_ip)).failure).toBeUndefined();
    expect(s.calls('pay/contractorder')).toBe(1);
    expect((await at('123.12.12.124')).failure).toBeUndefined();
    expect(s.calls('pay/contractorder')).toBe(2);
  });

  it('keeps what the first answer said about the contract', async () => {
    const { order, submitted } = await ordered();
    const failed = { presign: 'FAIL', contract_err_code: 'INVALID PLAN_ID' } as const;
    const first = { ...submitted, answeredAt: 0, answer: { ...submitted.answer!, ...failed } };
    const { result } = await attempt(s.activities.openCashier, { order, submitted: first });
    expect(result?.cashier).toMatchObject(failed);
  });

  it('of a paid order is refused', async () => {
    const { order, submitted } = await ordered();
    s.simulator.pay({ out_trade_no: order.out_trade_no });
    const outcome = await attempt(s.activities.openCashier, { order, submitted: { ...submitted, answeredAt: 0 } });
    expect(outcome.failure).toMatchObject({ type: FAILURE_TYPES.refused, nonRetryable: true });
    expectNoSecret(outcome, s.secrets);
  });
});

describe('waiting for the payment', () => {
  const wait = (seen: string) =>
    attempt(s.activities.awaitPayment, { order: s.samples.order, seen, waiting: { since: Date.now() } });

  it('goes on while the state is the one last seen, and while there is no order', async () => {
    expect((await wait('NOTPAY')).failure).toMatchObject({
      type: FAILURE_TYPES.stillPending,
      message: expect.stringMatching(/^no such order yet, asked once, next in \d\d s$/) as string,
    });
    await ordered();
    expect((await wait('NOTPAY')).failure?.message).toContain('still NOTPAY');
  });

  it('ends with the payment', async () => {
    const { order } = await ordered();
    s.simulator.pay({ out_trade_no: order.out_trade_no });
    expect((await wait('NOTPAY')).result).toMatchObject({ record: { trade_state: 'SUCCESS', total_fee: 888 } });
  });
});

describe('waiting for the contract', () => {
  const wait = (over: object = {}) =>
    attempt(s.activities.awaitContract, {
      order: { ...s.samples.order, ...over },
      waiting: { since: Date.now() },
    });

  it('goes on while it is not signed, and once it has ended', async () => {
    await ordered();
    expect((await wait()).failure?.message).toContain('not signed yet');
    s.simulator.pay({ out_trade_no: s.samples.order.out_trade_no });
    s.simulator.sign({ out_trade_no: s.samples.order.out_trade_no });
    s.simulator.terminate({ out_trade_no: s.samples.order.out_trade_no });
    expect((await wait()).failure?.message).toContain('contract is terminated');
  });

  it('ends with the contract', async () => {
    await signed(s);
    expect((await wait()).result).toMatchObject({ record: { contract_state: '0', request_serial: '1695' } });
  });

  it('signed by another payer, or for another order, is a conflict that shows nobody', async () => {
    await signed(s);
    const other = await wait({ openid: 'oUpF8uAnotherPayer0000000000', request_serial: '1696' });
    expect(other.failure).toMatchObject({ type: FAILURE_TYPES.conflict, nonRetryable: true });
    expect(other.failure?.message).toContain('request_serial (ours "1696", theirs "1695"), openid');
    expectNoSecret(other, [...s.secrets, 'oUpF8u']);
  });

  it('that is signed goes on being asked for while it looks as it did, and ends when it looks otherwise', async () => {
    await signed(s);
    const { mch_id, appid, plan_id, contract_code } = s.samples.contract;
    const contract = { mch_id, appid, plan_id, contract_code };
    const watch = (seen: ContractVerdict, over: object = {}) =>
      attempt(s.activities.awaitContractEnd, {
        contract: { ...contract, ...over },
        seen,
        waiting: { since: Date.now(), pollEvery: 7 * 24 * HOUR },
      });
    expect((await watch('signed')).failure).toMatchObject({ type: FAILURE_TYPES.stillPending });
    expect((await watch('absent')).result).toMatchObject({ record: { contract_state: '0' } });
    expect((await watch('signed', { contract_id: 'WxOther' })).result).toMatchObject({ record: {} });
    expect((await watch('differs', { contract_id: 'WxOther' })).failure?.message).toContain('still differs');
    expect((await watch('signed', { contract_code: 'NoSuch' })).result).toEqual({ record: null });
    s.simulator.terminate({ out_trade_no: s.samples.order.out_trade_no, mode: '5' });
    expect((await watch('signed')).result).toMatchObject({ record: { contract_termination_mode: '5' } });
  });

  it('does not believe a state nobody knows', async () => {
    await signed(s);
    s.simulator.faults({ call: 'papay/querycontract', kind: 'unknown-state' });
    expect((await wait()).failure?.type).toBe(FAILURE_TYPES.stillPending);
  });
});
