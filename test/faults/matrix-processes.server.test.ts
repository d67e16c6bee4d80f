import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { freePorts } from '../../src/testing/servers/ports';
import { startFleet } from '../fleet/fleet';
import type { Fleet, FleetProcess } from '../fleet/fleet';
import { buildOnce, command, ROOT } from '../system/child';
import { eventually } from '../workflows/histories';
import { newSamples } from '../workflows/samples';
import { wrongClock } from './clock';

/* Worker and webhook as processes on a machine with something wrong: its clock, or its disk. */

const SOON = { pollEvery: '1s' };

let fleet: Fleet;
const fast = wrongClock(600);
beforeAll(async () => {
  await buildOnce();
  fleet = await startFleet();
}, 300_000);
afterAll(async () => {
  await fleet?.stop();
});

async function leave(...processes: readonly FleetProcess[]): Promise<void> {
  await Promise.all(processes.map((process) => process.stop('SIGKILL')));
}

function newDeclaration() {
  const { declared } = newSamples(fleet.credentials);
  const { transaction_id } = declared;
  fleet.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }] } });
  return declared;
}

/** An application in review, whose decision is notified. */
async function applied(options: { readonly pollEvery: string }) {
  const { approved } = newSamples(fleet.credentials);
  const { sub_mchid } = approved;
  fleet.simulator.script({ h5: { sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
  const { mchid } = fleet.credentials;
  const process = await fleet.wechatpay.applyForH5({ mchid, application: approved, options });
  await eventually(async () => (await process.status()).lastMessage, 'the first question');
  return { process, sub_mchid };
}

const deliveriesAbout = (key: string) =>
  fleet.simulator.notifications({ kind: 'h5', key }).flatMap(({ deliveries }) => deliveries);

it('a webhook whose clock is ten minutes fast refuses what is notified, and the polls find it', async () => {
  const webhook = await fleet.startWebhook(fast);
  const worker = await fleet.startWorker();
  const { process, sub_mchid } = await applied(SOON);
  fleet.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
  await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED' });
  await eventually(async () => Promise.resolve(deliveriesAbout(sub_mchid)[0]), 'the notification');
  expect(new Set(deliveriesAbout(sub_mchid).map(({ status }) => status))).toEqual(new Set([401]));
  await leave(webhook, worker);
});

it('a worker whose clock is ten minutes fast is not ready and says why, in its log and in what waits for it', async () => {
  const [metricsPort] = (await freePorts(1)) as [number];
  const worker = command(['worker'], { ...fleet.env, ...fast, METRICS_PORT: String(metricsPort) });
  onTestFinished(() => void worker.stop('SIGKILL'));
  await worker.says('the clock of this machine is ');
  const ready = await eventually(async () => {
    const answer = await fetch(`http://127.0.0.1:${metricsPort}/readyz`);
    const text = await answer.text();
    return text.includes('is starting') ? undefined : { status: answer.status, text };
  }, 'the worker');
  // A request that takes a moment makes it a second more or less.
  const says = /the clock of this machine is (599|600|601) s fast/;
  expect(worker.output).toMatch(says);
  expect(ready).toEqual({ status: 503, text: expect.stringMatching(/(599|600|601) s fast/) as string });

  const declaration = newDeclaration();
  const { mchid, customs, transaction_id, sub_order_no = '' } = declaration;
  const workflowId = `customs/${mchid}/${customs}/${transaction_id}/${sub_order_no}`;
  const args = [{ declaration, options: SOON }];
  const handle = await fleet.client.workflow.start('customsDeclaration', { workflowId, taskQueue: 'wechatpay', args });
  const pending = await eventually(async () => {
    const { raw } = await handle.describe();
    return raw.pendingActivities?.find(({ lastFailure }) => lastFailure != null);
  }, 'the refusal');
  expect(pending.lastFailure?.message).toMatch(/the clock of this machine/);
  const ledger = fleet.simulator.ledger({ effect: 'declared' });
  expect(ledger.filter(({ key }) => key.includes(transaction_id))).toEqual([]);
  await handle.terminate();
  await worker.stop('SIGKILL');
});

it('worker and webhook work on while the disk for their logs is full', async () => {
  const on = (command: string) => {
    const args = ['--require', join(__dirname, 'full-disk.cjs'), join(ROOT, 'lib', 'cli.js'), command];
    return fleet.startOther(command, args, { LOG_LEVEL: 'debug' });
  };
  const webhook = await on('webhook');
  const worker = await on('worker');
  const declaration = newDeclaration();
  const declared = await fleet.wechatpay.declare({ declaration, options: SOON });
  await expect(declared.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
  // Its next poll is a day away: only the notification brings the result.
  const { process, sub_mchid } = await applied({ pollEvery: '1 day' });
  fleet.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
  await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED' });
  expect(deliveriesAbout(sub_mchid).filter(({ acknowledged }) => acknowledged)).toHaveLength(1);
  await leave(webhook, worker);
});
