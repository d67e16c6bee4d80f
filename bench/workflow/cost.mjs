// Processor time and throughput per declaration, beside a bare workflow: interleaved rounds of one run.
import { randomBytes } from 'node:crypto';
import { declareAndWait, inParallel, newDeclaration, startOptions } from './declarations.mjs';
import { processorTimeOf } from '../process-cost.mjs';
import { DECIDED_AT_ONCE, encryptingClient, onStage, startVariant } from './stage.mjs';
import { row } from './statistics.mjs';

/** Declarations in flight at a time. */
const LANES = 20;

const OURS = 'customsDeclaration';

/**
 * What is compared. `machinery`: activities that answer at once on both sides, so that the workflow is left. `whole`: the
 * same three signed HTTP requests on both sides.
 */
const VARIANTS = [
  { name: 'ours', kind: 'machinery', worker: 'ours', flow: OURS },
  { name: 'bare', kind: 'machinery', worker: 'bare', flow: 'bareDeclaration' },
  { name: 'least', kind: 'machinery', worker: 'bare', flow: 'leastDeclaration' },
  { name: 'ours encrypted', kind: 'machinery', worker: 'ours', flow: OURS, encrypted: true },
  { name: 'ours', kind: 'whole', flow: OURS },
  { name: 'bare', kind: 'whole', worker: 'bareCalls', flow: 'bareDeclaration' },
  { name: 'ours encrypted', kind: 'whole', worker: 'package', flow: OURS, encrypted: true },
];

/** Beside which each is shown, and what it may cost. */
export const COMPARISONS = [
  { part: 'cpu', kind: 'machinery', name: 'ours', to: 'bare', cpuAtMost: 1.15, throughputAtLeast: 0.9 },
  { part: 'cpu', kind: 'whole', name: 'ours', to: 'bare', cpuAtMost: 1.15, throughputAtLeast: 0.9 },
  { part: 'cpu', kind: 'machinery', name: 'ours', to: 'least' },
  { part: 'encryption', kind: 'machinery', name: 'ours encrypted', to: 'bare', cpuAtMost: 1.25 },
  { part: 'encryption', kind: 'whole', name: 'ours encrypted', to: 'bare', cpuAtMost: 1.25 },
  { part: 'encryption', kind: 'machinery', name: 'ours encrypted', to: 'ours' },
];

/**
 * @param {{ parts: readonly string[], rounds: number, declarations: number, note: (line: string) => void }} options
 * @returns rows, one per comparison
 */
export async function measureCost({ parts, rounds, declarations, note }) {
  const wanted = COMPARISONS.filter(({ part }) => parts.includes(part));
  const needed = VARIANTS.filter(({ name, kind }) =>
    wanted.some((one) => one.kind === kind && (one.name === name || one.to === name)),
  );
  return onStage(note, async (fleet) => {
    fleet.simulator.script(DECIDED_AT_ONCE);
    const key = randomBytes(32);
    const variants = [];
    for (const variant of needed) variants.push(await ready(fleet, variant, key));
    // Code that ran before is faster, on both sides.
    for (const variant of variants) await once(fleet, variant, Math.min(50, declarations));
    const measured = new Map(variants.map((variant) => [variant, []]));
    for (let round = 0; round < rounds; round += 1) {
      // Every other round the other way round: neither side is always the first.
      for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
        measured.get(variant).push(await once(fleet, variant, declarations));
      }
      note(`round ${round + 1} of ${rounds}`);
    }
    const events = new Map();
    for (const variant of variants) events.set(variant, await eventsOf(fleet, variant));
    const of = (kind, name) => variants.find((one) => one.kind === kind && one.name === name);
    return wanted.map((comparison) => {
      const [ours, other] = [comparison.name, comparison.to].map((name) => of(comparison.kind, name));
      const both = { ours: events.get(ours), other: events.get(other) };
      return row(comparison, measured.get(ours), measured.get(other), both);
    });
  });
}

async function ready(fleet, variant, key) {
  const { kind, name, worker, encrypted } = variant;
  const taskQueue = `${kind}-${name.replace(' ', '-')}`;
  const process =
    worker === undefined
      ? await fleet.startWorker({ WECHATPAY_TASK_QUEUE: taskQueue })
      : await startVariant(fleet, worker, taskQueue, encrypted ? key : undefined);
  return { ...variant, taskQueue, process, client: encrypted ? encryptingClient(fleet, key) : fleet.client };
}

/** Events of one declaration: whether what is compared is alike. */
async function eventsOf({ credentials }, { flow, taskQueue, client }) {
  const input = { declaration: newDeclaration(credentials), options: { pollEvery: '1s' } };
  await declareAndWait(client, flow, taskQueue, input);
  const { workflowId } = startOptions(flow, taskQueue, input);
  return (await client.workflow.getHandle(workflowId).describe()).historyLength;
}

/** One round of one variant. */
async function once({ credentials }, { flow, taskQueue, process: { pid }, client }, declarations) {
  const inputs = Array.from({ length: declarations }, () => ({
    declaration: newDeclaration(credentials),
    options: { pollEvery: '1s' },
  }));
  const before = processorTimeOf(pid);
  const began = performance.now();
  await inParallel(declarations, LANES, (index) => declareAndWait(client, flow, taskQueue, inputs[index]));
  const seconds = (performance.now() - began) / 1_000;
  return { cpuMs: ((processorTimeOf(pid) - before) * 1_000) / declarations, perSecond: declarations / seconds };
}
