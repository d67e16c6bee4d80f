import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContractOrderOptions } from '../../src/interface';
import { newSamples } from './samples';
import { startSkippingRig } from './time-skipping';
import type { SkippingRig } from './time-skipping';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

describe('closing an order, with time skipped and nothing cached', () => {
  let rig: SkippingRig;
  beforeAll(async () => {
    rig = await startSkippingRig({ maxCachedWorkflows: 0 });
  });
  afterAll(async () => {
    try {
      await rig?.replay();
    } finally {
      await rig?.close();
    }
  });

  /** Seconds from the order to its close, by WeChat Pay's clock. */
  function closedAfter(out_trade_no: string): number {
    const at = (effect: 'ordered' | 'closed') =>
      Date.parse(rig.simulator.ledger({ effect, key: out_trade_no })[0]?.first ?? '');
    return (at('closed') - at('ordered')) / 1_000;
  }

  it.each<[string, ContractOrderOptions, object, number]>([
    ['given up after a minute', { giveUpAfter: '1 minute' }, {}, 5 * MINUTE],
    ['whose pre-signing failed', { presignFailure: 'close' }, { presign: 'FAIL' }, 5 * MINUTE],
    ['that expires in twenty minutes', {}, {}, 20 * MINUTE],
  ])('an order %s is closed in time, by one request', async (_how, options, script, seconds) => {
    const { signed } = newSamples(rig.credentials);
    const { out_trade_no } = signed;
    rig.simulator.script({ order: { out_trade_no, ...script } });
    const order = await rig.expiringIn(signed, seconds === 5 * MINUTE ? 2 * HOUR : seconds);
    const process = await rig.wechatpay.orderWithContract({ order, options });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'NOT_PAID' });
    // One that came before five minutes would have been refused.
    expect(rig.simulator.calls({ call: 'pay/closeorder', key: out_trade_no })).toMatchObject([{ count: 1 }]);
    expect(closedAfter(out_trade_no)).toBeGreaterThanOrEqual(seconds);
    expect(closedAfter(out_trade_no)).toBeLessThan(seconds + 2 * MINUTE);
  });
});
