// Time from a notification's POST to the end of its workflow, as the simulator and the Temporal server noted them.
import { createRequire } from 'node:module';
import { declareAndWait, newDeclaration } from './declarations.mjs';
import { DECIDED_AT_ONCE, onStage } from './stage.mjs';
import { percentiles } from './statistics.mjs';

const require = createRequire(import.meta.url);
const { samples } = require('../../lib/demo/samples.js');

/** Applications open before any is decided, so that opening them is not part of the load. */
const LANES = 10;
/** Decisions a second, beside so many declarations a second under load. */
const DECISIONS = 5;
const DECLARATIONS = 10;

let made = 0;

/** @param {{ notifications: number, note: (line: string) => void }} options */
export async function measureLatency({ notifications, note }) {
  return onStage(note, async (fleet) => {
    fleet.simulator.script({ ...DECIDED_AT_ONCE, h5: { states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
    await fleet.startWebhook();
    await fleet.startWorker();
    await decided(fleet, await opened(fleet, 5)); // code that ran before is faster
    const rows = [];
    for (const declarations of [0, DECLARATIONS]) {
      const processes = await opened(fleet, notifications);
      const load = declarations === 0 ? undefined : startLoad(fleet, declarations);
      const times = await decided(fleet, processes);
      const background = await load?.();
      rows.push({
        part: 'latency',
        load: declarations === 0 ? 'idle' : `${declarations} declarations a second`,
        notifications: times.length,
        perSecond: DECISIONS,
        ...percentiles(times),
        ...(background === undefined ? {} : { declarations: background }),
      });
      note(`${rows.at(-1).load}: p50 ${rows.at(-1).p50} ms, p99 ${rows.at(-1).p99} ms`);
    }
    return rows;
  });
}

async function opened({ wechatpay, credentials: { mchid, appid } }, count) {
  const processes = [];
  const lane = async () => {
    while (processes.length < count) {
      const { approved } = samples({ mchid, appid, suffix: String(1_000_000_000 + made++) });
      processes.push(undefined);
      const at = processes.length - 1;
      const process = await wechatpay.applyForH5({ mchid, application: approved, options: { pollEvery: '1 day' } });
      processes[at] = { process, sub_mchid: approved.sub_mchid };
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return processes;
}

/** Milliseconds of each. */
async function decided({ simulator, client }, processes) {
  const began = Date.now();
  const ends = processes.map(async ({ process, sub_mchid }, index) => {
    await new Promise((resolve) => setTimeout(resolve, began + (index * 1_000) / DECISIONS - Date.now()));
    simulator.decideH5({ sub_mchid, state: 'APPROVED' });
    const { outcome } = await process.result();
    if (outcome !== 'APPROVED') throw new Error(`expected APPROVED, got ${outcome}`);
    const { closeTime } = await client.workflow.getHandle(process.workflowId, process.runId).describe();
    // The last one tells of the decision; its first delivery is the one that counts.
    const [delivery] = simulator.notifications({ kind: 'h5', key: sub_mchid }).at(-1)?.deliveries ?? [];
    if (delivery === undefined || closeTime === undefined) throw new Error(`no notification reached ${sub_mchid}`);
    return closeTime.getTime() - Date.parse(delivery.at);
  });
  return Promise.all(ends);
}

/** Starts declarations at a steady rate until told to stop; returns how many there were. */
function startLoad({ client, credentials }, perSecond) {
  const running = new Set();
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    const input = { declaration: newDeclaration(credentials), options: { pollEvery: '1s' } };
    const one = declareAndWait(client, 'customsDeclaration', 'wechatpay', input).finally(() => running.delete(one));
    running.add(one);
  }, 1_000 / perSecond);
  return async () => {
    clearInterval(timer);
    await Promise.all(running);
    return count;
  };
}
