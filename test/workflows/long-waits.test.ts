import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../src/interface';
import { bytesOf } from '../replay/history-json';
import { debitOnNewContract } from './debit-samples';
import { eventsOf } from './histories';
import type { RunId } from './histories';
import { newSamples } from './samples';
import { MINUTE } from './scenarios/scenario';
import { startedByHand } from './scenarios/steps';
import { startSkippingRig } from './time-skipping';
import type { SkippingRig } from './time-skipping';

/** Events of a declaration that is submitted, PROCESSING, decided. */
const BUDGET = 22;
/** Seconds: a hundred polls at one a minute. */
const LONG = 100 * MINUTE - MINUTE / 2;

describe('a wait costs the same, however often it asks', () => {
  let rig: SkippingRig;
  beforeAll(async () => {
    rig = await startSkippingRig();
  });
  afterAll(() => rig?.close());

  const EVERY_MINUTE = { pollEvery: '1 minute', giveUpAfter: '30 days' };

  /** Declares what customs decides after so many polls, one a minute. */
  async function declaredFor(polls: number, how: 'with update-with-start' | 'by hand'): Promise<RunId> {
    const { declared } = newSamples(rig.credentials);
    const { transaction_id } = declared;
    rig.simulator.script({
      customs: {
        transaction_id,
        states: [
          { after: 0, state: 'PROCESSING' },
          { after: polls * MINUTE - MINUTE / 2, state: 'SUCCESS' },
        ],
      },
    });
    if (how === 'by hand') {
      const input = { declaration: declared, options: EVERY_MINUTE };
      return startedByHand(rig, 'customsDeclaration', workflowIds.customs(declared), input);
    }
    return rig.wechatpay.declare({ declaration: declared, options: EVERY_MINUTE });
  }

  async function costOf(run: RunId, outcome: object) {
    await expect(rig.result(run)).resolves.toMatchObject(outcome);
    const history = await rig.environment.client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    const attempts = (history.events ?? []).map(({ activityTaskStartedEventAttributes: one }) => one?.attempt ?? 0);
    return { polls: Math.max(...attempts), events: await eventsOf(rig.client, run), bytes: bytesOf(history) };
  }

  type Cost = Awaited<ReturnType<typeof costOf>>;
  function print(what: string, ...costs: Cost[]): void {
    const each = costs.map(({ polls, events, bytes }) => `${events.length} events, ${bytes} bytes at ${polls} polls`);
    process.stdout.write(`${what}: ${each.join('; ')}\n`);
  }

  it.each([
    [100, 'with update-with-start'],
    [100, 'by hand'],
    [10_000, 'with update-with-start'],
  ] as const)('a declaration, a few and %i polls, %s', { timeout: 1_800_000 }, async (polls, how) => {
    const few = await costOf(await declaredFor(1, how), { outcome: 'SUCCESS' });
    const often = await costOf(await declaredFor(polls, how), { outcome: 'SUCCESS' });
    print(`customs declaration ${how}`, few, often);
    expect(few.polls).toBeLessThanOrEqual(3);
    expect(often.polls).toBeGreaterThanOrEqual(polls * 0.95);
    expect(often.events).toEqual(few.events);
    expect(often.events.length).toBeLessThanOrEqual(BUDGET);
    // Nothing grows with the polls but the digits of their number.
    expect(Math.abs(often.bytes - few.bytes)).toBeLessThan(256);
  });

  const PROCESSES: Readonly<Record<string, (pollEvery: string) => Promise<readonly [RunId, object]>>> = {
    h5Application: async (pollEvery) => {
      const { approved: application } = newSamples(rig.credentials);
      const states = [
        { after: 0, state: 'UNDER_REVIEW' },
        { after: LONG, state: 'APPROVED' },
      ];
      rig.simulator.script({ h5: { sub_mchid: application.sub_mchid, states } });
      const { mchid } = rig.credentials;
      const run = await rig.wechatpay.applyForH5({ mchid, application, options: { pollEvery } });
      return [run, { outcome: 'APPROVED' }];
    },
    contractOrder: async (pollEvery) => {
      const { signed } = newSamples(rig.credentials);
      rig.simulator.script({ order: { out_trade_no: signed.out_trade_no, presign: 'FAIL', pay: { after: LONG } } });
      const order = await rig.expiringIn(signed, 4 * LONG);
      const run = await rig.wechatpay.orderWithContract({ order, options: { pollEvery } });
      return [run, { payment: 'PAID' }];
    },
    contractDebit: async (pollEvery) => {
      const debit = await debitOnNewContract(rig, await rig.environment.currentTimeMs());
      rig.simulator.script({ debit: { out_trade_no: debit.out_trade_no, after: LONG } });
      return [await rig.wechatpay.debit({ debit, options: { pollEvery } }), { outcome: 'SUCCESS' }];
    },
  };

  it.each(Object.entries(PROCESSES))('%s, a few and 100 polls', async (flow, start) => {
    const seldom = await costOf(...(await start('40 minutes')));
    const often = await costOf(...(await start('1 minute')));
    print(flow, seldom, often);
    expect(seldom.polls).toBeLessThanOrEqual(6);
    expect(often.polls).toBeGreaterThanOrEqual(90);
    expect(often.events).toEqual(seldom.events);
  });
});
