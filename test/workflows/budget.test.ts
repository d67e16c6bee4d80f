import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultEvent } from '../../src/interface';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { bytesOf } from '../replay/history-json';
import { eventsOf } from './histories';
import type { RunId } from './histories';
import { newSamples } from './samples';

/** Events of a declaration that is submitted, PROCESSING, decided. */
const BUDGET = 22;

describe('the event budget of a declaration, on a real server', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig();
  });
  afterAll(() => rig?.close());

  function declarationDecidedAfter(seconds: number, ...states: string[]) {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({
      customs: {
        transaction_id: declared.transaction_id,
        states: [
          { after: 0, state: 'PROCESSING' },
          ...states.map((state, index) => ({ after: (index + 1) * 2, state })),
          { after: seconds, state: 'SUCCESS' },
        ],
      },
    });
    return declared;
  }

  async function pollsOf({ workflowId, runId }: RunId): Promise<number> {
    const { events } = await rig.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const attempts = (events ?? []).map(({ activityTaskStartedEventAttributes: started }) => started?.attempt ?? 0);
    return Math.max(...attempts);
  }

  async function bytes({ workflowId, runId }: RunId): Promise<number> {
    return bytesOf(await rig.client.workflow.getHandle(workflowId, runId).fetchHistory());
  }

  it.concurrent('is the same at 1 and at 100 polls', { timeout: 200_000 }, async () => {
    const few = await rig.wechatpay.declare({ declaration: declarationDecidedAfter(3), options: { pollEvery: '4s' } });
    const many = await rig.wechatpay.declare({
      declaration: declarationDecidedAfter(125),
      options: { pollEvery: '1s' },
    });
    await expect(few.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    await expect(many.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    const [fewEvents, manyEvents] = await Promise.all([eventsOf(rig.client, few), eventsOf(rig.client, many)]);
    expect(await pollsOf(few)).toBeLessThanOrEqual(2);
    expect(await pollsOf(many)).toBeGreaterThanOrEqual(100);
    expect(manyEvents).toEqual(fewEvents);
    expect(manyEvents.length).toBeLessThanOrEqual(BUDGET);
    const [fewBytes, manyBytes] = await Promise.all([bytes(few), bytes(many)]);
    process.stdout.write(`declaration: ${fewEvents.length} events, ${fewBytes} and ${manyBytes} bytes\n`);
    // Nothing grows with the polls but the digits of their number.
    expect(Math.abs(manyBytes - fewBytes)).toBeLessThan(256);
  });

  it.concurrent('allows 7 more when WeChat Pay answers UNDECLARED first', async () => {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({
      customs: {
        transaction_id: declared.transaction_id,
        states: [
          { after: 2, state: 'PROCESSING' },
          { after: 4, state: 'SUCCESS' },
        ],
      },
    });
    const process = await rig.wechatpay.declare({ declaration: declared, options: { pollEvery: '1s' } });
    expect(process.first).toMatchObject({ answer: { state: 'UNDECLARED' } });
    await process.result();
    expect((await eventsOf(rig.client, process)).length).toBeLessThanOrEqual(BUDGET + 7);
  });

  it.concurrent('holds without update-with-start', async () => {
    const declaration = declarationDecidedAfter(3);
    const { mchid, customs, transaction_id, sub_order_no } = declaration;
    const handle = await rig.client.workflow.start('customsDeclaration', {
      taskQueue: 'wechatpay',
      workflowId: `customs/${mchid}/${customs}/${transaction_id}/${sub_order_no}`,
      args: [{ declaration, options: { pollEvery: '1s' } }],
    });
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    const events = await eventsOf(rig.client, { workflowId: handle.workflowId, runId: handle.firstExecutionRunId });
    expect(events.length).toBeLessThanOrEqual(BUDGET);
  });

  it.concurrent('grows by 7 for each further state', async () => {
    const straight = await rig.wechatpay.declare({
      declaration: declarationDecidedAfter(3),
      options: { pollEvery: '1s' },
    });
    const longer = await rig.wechatpay.declare({
      declaration: declarationDecidedAfter(6, 'SUBMITTED'),
      options: { pollEvery: '1s' },
    });
    await Promise.all([straight.result(), longer.result()]);
    const [short, long] = await Promise.all([eventsOf(rig.client, straight), eventsOf(rig.client, longer)]);
    expect(long.length - short.length).toBe(7);
  });

  it.concurrent('grows by 6 for the identity step', async () => {
    const declaration = declarationDecidedAfter(4);
    const { payer } = newSamples(rig.credentials);
    rig.simulator.payers({ transaction_id: declaration.transaction_id, ...payer });
    const asked = await rig.wechatpay.declare({ declaration, identity: payer, options: { pollEvery: '5s' } });
    await expect(asked.result()).resolves.toMatchObject({ identity: { outcome: 'SAME' } });
    expect((await eventsOf(rig.client, asked)).length).toBeLessThanOrEqual(BUDGET + 6);
  });

  it.concurrent('grows by 6 for telling the caller, who is told until it succeeds', { timeout: 200_000 }, async () => {
    const told: ResultEvent[] = [];
    const caller = await Worker.create({
      connection: rig.nativeConnection,
      taskQueue: 'orders',
      activities: {
        declared: (event: ResultEvent) => {
          told.push(event);
          if (told.length === 1) throw new Error('the order database is down');
        },
      },
    });
    const declaration = declarationDecidedAfter(3);
    const outcome = await caller.runUntil(async () => {
      const process = await rig.wechatpay.declare({
        declaration,
        options: {
          pollEvery: '1s',
          reference: 'order-4711',
          onResult: { taskQueue: 'orders', activity: 'declared' },
        },
      });
      await process.result();
      return process;
    });
    expect(told).toHaveLength(2);
    expect(told[1]).toEqual(told[0]);
    expect(told[1]).toMatchObject({
      flow: 'customsDeclaration',
      workflowId: outcome.workflowId,
      runId: outcome.runId,
      reference: 'order-4711',
      result: { outcome: 'SUCCESS' },
    });
    expect((await eventsOf(rig.client, outcome)).length).toBeLessThanOrEqual(BUDGET + 6);
  });
});
