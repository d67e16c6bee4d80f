import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { Simulator } from '../../src/testing';
import { goldenHistories } from '../replay/golden-files';
import { historyOf } from '../replay/history-json';
import type { JsonHistory } from '../replay/history-json';
import { acknowledgedDeliveries, factsOfHistory, knowledge } from './collect';
import { numbersOf } from './plan';

/* What the comparison of a fault run believes. Whoever found too much here would never miss an acknowledged notification. */

const golden = goldenHistories().map(({ name, text }) => ({ name, json: JSON.parse(text) as JsonHistory }));

function recorded(name: string): JsonHistory {
  const found = golden.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no golden history ${name}`);
  return found.json;
}

function factsIn(name: string) {
  const json = recorded(name);
  return factsOfHistory(json.workflowId, historyOf(json));
}

describe('the facts of a history', () => {
  const PAID_AND_SIGNED = ['payment 4200020261123000000000000000', 'contract Wx26112300000000000000000000'];

  it('are those it was notified of, and those of its result', () => {
    const { told, known } = factsIn('contractOrder/paid-and-signed-by-notifications');
    expect([...told].sort()).toEqual([...PAID_AND_SIGNED].sort());
    expect([...known].sort()).toEqual([...PAID_AND_SIGNED].sort());
  });

  it('are known, and were not told, when polls have found them', () => {
    const { told, known } = factsIn('contractOrder/paid-and-signed');
    expect(told).toEqual([]);
    expect(known.map((fact) => fact.split(' ')[0])).toEqual(['payment', 'contract']);
  });

  it.each([
    ['h5Application/approved-by-notification', 'h5 '],
    ['contractDebit/submission-answered-by-notification', 'debit DD97095801281'],
    ['unclaimedNotification/resolved', ''],
  ])('%s was told one', (name, fact) => {
    const { told } = factsIn(name);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(fact);
    expect(told[0]).toMatch(/^\w+ \S+$/);
  });

  it.each(['contractOrder/closed-unpaid', 'contractDebit/refused', 'customsDeclaration/success'])(
    '%s was told nothing',
    (name) => {
      expect(factsIn(name).told).toEqual([]);
    },
  );

  it('that an order was neither paid nor signed with are not known', () => {
    expect(factsIn('contractOrder/closed-unpaid').known).toEqual([]);
  });

  it.each(golden.map(({ name }) => [name]))('%s was told of no more than came to it', (name) => {
    const { workflowId, events } = recorded(name);
    const { told } = factsIn(name);
    const came = (events as { eventType: string }[]).filter(({ eventType }) =>
      /SIGNALED|EXECUTION_STARTED/.test(eventType),
    );
    expect(told.length).toBeLessThanOrEqual(came.length);
    for (const fact of told) expect(fact, workflowId).toMatch(/^(h5|payment|contract|debit) \S+$/);
  });
});

describe('the knowledge of all processes', () => {
  const name = 'contractOrder/paid-and-signed-by-notifications';
  const { workflowId } = recorded(name);
  const client = (closeTime?: Date) =>
    ({
      workflow: {
        list: async function* () {
          yield await Promise.resolve({ workflowId, runId: 'one', ...(closeTime === undefined ? {} : { closeTime }) });
        },
        getHandle: () => ({ fetchHistory: () => Promise.resolve(historyOf(recorded(name))) }),
      },
    }) as unknown as Client;

  it('says who was told, and from when on a closed one knew', async () => {
    const { told, closedKnowing } = await knowledge(client(new Date(5_000)));
    expect(told.get('payment 4200020261123000000000000000')).toEqual(new Set([workflowId]));
    expect(closedKnowing.get('payment 4200020261123000000000000000')).toBe(5_000);
    expect(told.get('payment 4200020261123000000000000001')).toBeUndefined();
  });

  it('takes the result of no process that is open', async () => {
    const { closedKnowing } = await knowledge(client());
    expect([...closedKnowing]).toEqual([]);
  });
});

describe('acknowledged deliveries', () => {
  const mchid = '1900000109';
  const { out_trade_no, contract_code, sub_mchid } = numbersOf(7);
  const url = 'http://127.0.0.1:1/wechatpay/x';
  const delivery = (acknowledged: boolean, second: number) => ({
    ...{ acknowledged, status: acknowledged ? 200 : 503, at: `2026-01-01T00:00:0${second}.000Z` },
  });
  const of = (...notifications: object[]) =>
    acknowledgedDeliveries(
      { notifications: () => notifications } as unknown as Simulator,
      (id) => id.startsWith('forged'),
      mchid,
    );

  it('are each one that got its acknowledgement, with what it tells and to whom', () => {
    const { acknowledged } = of({
      ...{ id: 'one', kind: 'payment', url, keys: [out_trade_no, '4200'] },
      deliveries: [delivery(false, 1), delivery(true, 2), delivery(true, 3)],
    });
    expect(acknowledged.map(({ at }) => new Date(at).getUTCSeconds())).toEqual([2, 3]);
    expect(acknowledged[0]).toMatchObject({
      ...{ fact: 'payment 4200', key: 7, orElse: [] },
      workflowId: `contract-order/${mchid}/${out_trade_no}`,
    });
  });

  it('of a signing may be known to the contract as well', () => {
    const keys = [contract_code, 'Wx1'];
    const { acknowledged } = of({ id: 'one', kind: 'contract', url, keys, deliveries: [delivery(true, 1)] });
    expect(acknowledged[0]?.orElse).toEqual([`contract/${mchid}/123/${contract_code}`]);
  });

  it('of an application go to the process of its sub-merchant', () => {
    const { acknowledged } = of({
      id: 'one',
      kind: 'h5',
      url,
      keys: [sub_mchid, '2000'],
      deliveries: [delivery(true, 1)],
    });
    expect(acknowledged[0]).toMatchObject({ fact: 'h5 2000', workflowId: `h5/${mchid}/${sub_mchid}` });
  });

  it('that nobody has signed are named, and count for nothing else', () => {
    const forged = { id: 'forged 1', kind: 'payment', url, keys: [out_trade_no, '4444'] };
    const { acknowledged, forgedAccepted } = of(
      { ...forged, deliveries: [delivery(true, 1)] },
      { ...forged, deliveries: [delivery(false, 1)] },
      // A genuine one that went to the forger, to be changed.
      { ...forged, url: 'http://127.0.0.1:2/here', deliveries: [delivery(true, 1)] },
    );
    expect(acknowledged).toEqual([]);
    expect(forgedAccepted).toEqual([`forged notification payment to ${url}`]);
  });
});
