import { describe, expect, it } from 'vitest';
import type { ContractInput } from '../../src/interface';
import type { ContractNotification, ContractRecord } from '../../src/wechatpay/contract-order/schema';
import { asked, endedBy, expiryLook, handedOver, notified, withAttention } from '../../src/workflows/contract-life';

const name = { mch_id: '1900000109', plan_id: '123', contract_code: 'C1' };
const known: ContractInput = { ...name, appid: 'wx1', openid: 'o1', contract_id: 'Wx1' };
const told: ContractNotification = {
  ...name,
  change_type: 'ADD',
  contract_id: 'Wx1',
  openid: 'o1',
  operate_time: '2026-01-02 03:05:01',
};
const record: ContractRecord = { ...name, contract_state: '0', contract_id: 'Wx1', appid: 'wx1', openid: 'o1' };

describe('a notification about a contract', () => {
  it('of its signing adds what was not known, and nothing that is empty', () => {
    const { contract_id: _id, openid: _openid, ...little } = known;
    const learnt = notified(little, { ...told, contract_expired_time: '2031-01-02 03:05:01' });
    expect(learnt).toEqual({ kind: 'known', known: { ...known, contract_expired_time: '2031-01-02 03:05:01' } });
    expect(notified(little, { ...told, contract_expired_time: '' })).toEqual({ kind: 'known', known });
  });

  it('of its end ends it, with how and when', () => {
    const end = { ...told, change_type: 'DELETE' as const, contract_termination_mode: '2' };
    expect(notified(known, end)).toEqual({
      kind: 'ended',
      result: {
        outcome: 'TERMINATED',
        contract_id: 'Wx1',
        contract_termination_mode: '2',
        terminated_at: '2026-01-02 03:05:01',
      },
    });
  });

  it.each([
    ['contract_id', 'Wx2'],
    ['openid', 'o2'],
    ['appid', 'wx2'],
    ['plan_id', '124'],
  ])('with another %s is never applied, whether it signs or ends', (field, value) => {
    for (const change_type of ['ADD', 'DELETE'] as const) {
      const learnt = notified(known, { ...told, change_type, [field]: value });
      expect(learnt).toEqual({ kind: 'contradicted', reason: `its ${field} differ from the contract's` });
    }
  });

  it('shows no openid in why it is not applied', () => {
    expect(JSON.stringify(notified(known, { ...told, openid: 'o2' }))).not.toMatch(/o1|o2/);
  });
});

describe('what an order hands over', () => {
  it('fills what is missing, and replaces the options it names only', () => {
    const before: ContractInput = { ...name, options: { pollEvery: '7 days', reference: 'old' } };
    const options = { reference: 'order-1', onResult: { taskQueue: 'q', activity: 'a' } };
    const learnt = handedOver(before, { appid: 'wx1', out_trade_no: 'N1', contract_id: 'Wx1', options });
    expect(learnt).toEqual({
      kind: 'known',
      known: {
        ...name,
        appid: 'wx1',
        out_trade_no: 'N1',
        contract_id: 'Wx1',
        options: { pollEvery: '7 days', ...options },
      },
    });
  });

  it.each([
    ['appid', 'wx2'],
    ['contract_id', 'Wx2'],
    ['openid', 'o2'],
  ])('about another %s is for a person', (field, value) => {
    const learnt = handedOver(known, { appid: 'wx1', out_trade_no: 'N1', [field]: value });
    expect(learnt).toEqual({ kind: 'contradicted', reason: `${field} of its order differ from the contract's` });
  });
});

describe('options that were typed by hand', () => {
  it.each([
    [{ onResult: 'orders' }, '$.options.onResult'],
    [{ pollEvery: 7 }, '$.options.pollEvery'],
    [{ adopt: true }, '$.options.adopt'],
    ['7 days', '$.options'],
  ])('are not used when they are wrong: %j', (options, path) => {
    const learnt = handedOver(known, { appid: 'wx1', options: options as object });
    expect(learnt).toEqual({ kind: 'contradicted', reason: `${path} handed over are not usable` });
  });
});

describe('an answer of the query', () => {
  it('that it is signed takes the attention back, and learns of a renewal', () => {
    const learnt = asked(withAttention(known, 'look'), { ...record, contract_expired_time: '2036-01-02 03:05:01' });
    expect(learnt).toEqual({
      verdict: 'signed',
      kind: 'known',
      known: { ...known, contract_expired_time: '2036-01-02 03:05:01' },
    });
  });

  it('that it has ended ends it', () => {
    const ended = { ...record, contract_state: '1', contract_termination_mode: '4' };
    expect(asked(known, { ...ended, contract_terminated_time: '2027-01-01 00:00:00' })).toMatchObject({
      kind: 'ended',
      result: { contract_termination_mode: '4', terminated_at: '2027-01-01 00:00:00' },
    });
  });

  it.each([
    ['absent', null],
    ['differs', { ...record, contract_id: 'Wx2', contract_state: '1' }],
    ['differs', { ...record, openid: 'o2' }],
    ['unclear', { ...record, contract_state: '9' }],
    ['unclear', { ...record, contract_state: 'toString' }],
  ])('that is %s ends nothing and calls a person: %j', (verdict, answer) => {
    const learnt = asked(known, answer);
    expect(learnt).toMatchObject({ verdict, kind: 'known' });
    expect(learnt).toHaveProperty('known.attention', expect.stringMatching(/merchant platform\.$/));
    expect(withAttention((learnt as { known: ContractInput }).known)).toEqual(known);
  });
});

describe('how a contract ended', () => {
  it.each([
    ['5', { contract_termination_mode: '5' }, '3', '5'],
    ['3', {}, '3', '3'],
    ['1', { contract_expired_time: '2031-01-02 03:05:01' }, undefined, '1'],
    [undefined, { contract_terminated_time: '2027-01-01 00:00:00', contract_expired_time: '2031-01-02 03:05:01' }],
  ])('is mode %s for %j', (_mode, over, ours?: string, mode?: string) => {
    expect(endedBy({ ...record, contract_state: '1', ...over }, ours).contract_termination_mode).toBe(mode);
  });
});

describe('the day a contract would expire', () => {
  it('is asked about an hour later, Beijing time', () => {
    const look = expiryLook({ ...known, contract_expired_time: '2031-01-02 03:05:01' });
    expect(new Date(look ?? 0).toISOString()).toBe('2031-01-01T20:05:01.000Z');
  });

  it.each([undefined, '', null, [['2031-01-02 03:05:01']], '2031-01-02', '2031-02-30 00:00:00', '20310102030501'])(
    'is unknown for %j',
    (text) => {
      const expiring = text === undefined ? known : { ...known, contract_expired_time: text as unknown as string };
      expect(expiryLook(expiring)).toBeUndefined();
    },
  );
});
