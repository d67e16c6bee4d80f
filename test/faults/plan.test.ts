import { describe, expect, it } from 'vitest';
import { Chance } from './chance';
import { planOutages } from './outages';
import {
  gatewayFault,
  isCorrection,
  isSubmission,
  keyOf,
  numbersOf,
  planKey,
  planRun,
  startingOrder,
  STORIES,
} from './plan';

describe('the plan of a fault run', () => {
  it('is the same for the same seed, key by key, and another one for another seed', () => {
    expect(planRun(42, 200)).toEqual(planRun(42, 200));
    expect(planKey(42, 17, 200)).toEqual(planRun(42, 200)[17]);
    expect(planRun(43, 200)).not.toEqual(planRun(42, 200));
  });

  it('plays every story, those that take minutes in long runs only', () => {
    const stories = (keys: number) => new Set(planRun(1, keys).map(({ story }) => story));
    expect(stories(5_000).size).toBe(Object.keys(STORIES).length);
    expect(stories(300)).not.toContain('order, never paid');
  });

  it('begins every key once, and none that takes minutes among the very last', () => {
    const plans = planRun(42, 2_000);
    const order = startingOrder(plans);
    expect(order.map(({ index }) => index).sort((a, b) => a - b)).toEqual(plans.map(({ index }) => index));
    const rejected = plans.filter(({ story }) => story === 'H5, rejected');
    expect(plans.indexOf(rejected.at(-1)!)).toBeGreaterThan(1_700);
    expect(order.slice(1_700).map(({ story }) => story)).not.toContain('H5, rejected');
  });

  it('has two faults for each key in its requests alone, of more than twenty kinds', () => {
    const faults = planRun(42, 1_000).flatMap(({ submissions, questions }) => [...submissions, ...questions]);
    expect(faults.length).toBeGreaterThan(2_000);
    expect(
      new Set(faults.map((fault) => JSON.stringify('kind' in fault ? fault.kind : fault.decision))).size,
    ).toBeGreaterThan(20);
  });

  it('kills workers at all three points of a request', () => {
    const marks = planRun(42, 1_000).flatMap(({ submissions }) =>
      submissions.flatMap((fault) => (fault.by === 'network' && 'mark' in fault.decision ? [fault.decision.mark] : [])),
    );
    expect(new Set(marks)).toEqual(new Set(['before', 'acted', 'answered']));
  });

  it('has each outage at least once, in order, and the database only where there is one', () => {
    const outages = planOutages(new Chance(1), 300, false);
    const kinds = new Set(outages.map(({ kind }) => kind));
    expect(kinds).toContain('worker kill -9');
    expect(kinds).toContain('Temporal restart, long');
    expect(kinds).not.toContain('PostgreSQL kill -9');
    expect(outages.map(({ at }) => at)).toEqual(outages.map(({ at }) => at).sort((a, b) => a - b));
    expect(new Set(planOutages(new Chance(1), 300, true).map(({ kind }) => kind))).toContain('PostgreSQL kill -9');
  });

  it('finds the key of a request by the numbers it carries', () => {
    const { out_trade_no, sub_mchid, sub_order_no, debit_no } = numbersOf(4_711);
    const nothing = { target: '/', body: '' };
    expect(keyOf({ ...nothing, target: `/v3/global/customs/orders?order_no=${sub_order_no}` })).toBe(4_711);
    expect(keyOf({ ...nothing, body: `{"out_trade_no":"${out_trade_no}"}` })).toBe(4_711);
    expect(keyOf({ ...nothing, body: `<out_trade_no><![CDATA[${debit_no}]]></out_trade_no>` })).toBe(4_711);
    expect(keyOf({ ...nothing, target: `/v3/global/merchant/h5/permission/${sub_mchid}` })).toBe(4_711);
    expect(keyOf({ ...nothing, body: `{"sub_mchid":"${sub_mchid}"}` })).toBe(4_711);
    expect(keyOf({ ...nothing, target: '/v3/global/certificates' })).toBeUndefined();
  });

  it.each([
    { method: 'POST', target: '/v3/global/customs/orders', submits: true, corrects: false },
    { method: 'GET', target: '/v3/global/customs/orders?limit=20', submits: false, corrects: false },
    { method: 'PATCH', target: '/v3/global/customs/orders', submits: false, corrects: true },
    { method: 'POST', target: '/v3/global/customs/redeclare', submits: false, corrects: true },
    { method: 'POST', target: '/v3/global/merchant/h5/permission/applications', submits: true, corrects: false },
    { method: 'POST', target: '/pay/contractorder', submits: true, corrects: false },
    { method: 'POST', target: '/pay/orderquery', submits: false, corrects: false },
    { method: 'POST', target: '/pay/pappayapply', submits: true, corrects: false },
  ])('knows what $method $target may change', ({ method, target, submits, corrects }) => {
    expect(isSubmission({ method, target })).toBe(submits);
    expect(isCorrection({ method, target })).toBe(corrects);
  });

  it('gives WeChat Pay a fault for the request it is about, and none for another one', () => {
    const plans = planRun(42, 1_000);
    const of = (story: string) => plans.find((plan) => plan.story === story)!;
    const [declared, part, order] = ['declaration, accepted', 'part of a split order', 'order, then debited'].map(of);
    const customs = '/v3/global/customs/orders';
    const asks = { method: 'GET', target: `${customs}?limit=20` };
    const numbers = (plan: typeof order) => numbersOf(plan!.index);
    expect(gatewayFault(declared!, '500', { method: 'POST', target: customs })).toEqual({
      ...{ kind: '500', call: 'customs/declare', key: numbers(declared).transaction_id },
    });
    expect(gatewayFault(declared!, '500', asks)?.key).toBe(numbers(declared).out_trade_no);
    expect(gatewayFault(part!, '500', asks)?.key).toBe(numbers(part).sub_order_no);
    const post = (target: string) => gatewayFault(order!, '500', { method: 'POST', target })?.call;
    expect(['/pay/contractorder', '/pay/orderquery', '/pay/pappayapply', '/papay/querycontract'].map(post)).toEqual([
      ...['pay/contractorder', 'pay/orderquery', undefined, undefined],
    ]);
  });
});
