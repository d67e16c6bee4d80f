// Memory of a worker while many declarations are open, as the kernel sees it. Nobody forces a garbage collection.
import { inParallel, newDeclaration, startOptions } from './declarations.mjs';
import { memoryOf, peakMemoryOf, processorTimeOf } from '../process-cost.mjs';
import { onStage, UNDECIDED } from './stage.mjs';
import { untilReached } from './until.mjs';

const LANES = 40;
/** What is begun is done, and what was freed had time to be given back. */
const SETTLING_MS = 10_000;

/** @param {{ open: number, note: (line: string) => void }} options */
export async function measureMemory({ open, note }) {
  return onStage(note, async (fleet) => {
    fleet.simulator.script(UNDECIDED);
    const { pid } = await fleet.startWorker();
    const atStart = memoryOf(pid) / 1e6;
    const rows = [];
    let already = 0;
    for (const wanted of [open / 10, open]) {
      const began = performance.now();
      const before = processorTimeOf(pid);
      await inParallel(wanted - already, LANES, () => start(fleet));
      await asleep(fleet, wanted);
      const seconds = (performance.now() - began) / 1_000;
      const cpuMs = ((processorTimeOf(pid) - before) * 1_000) / (wanted - already);
      await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
      const [now, most] = [memoryOf(pid) / 1e6, peakMemoryOf(pid) / 1e6];
      rows.push({
        part: 'memory',
        open: wanted,
        atStart,
        megabytes: now,
        most,
        opened: wanted - already,
        seconds,
        cpuMs,
      });
      note(`${wanted} open: ${now.toFixed(0)} MB, at most ${most.toFixed(0)} MB, ${seconds.toFixed(0)} s to open`);
      already = wanted;
    }
    return rows;
  });
}

function start({ client, credentials }) {
  // Asked again so late that only the opening is measured.
  const input = { declaration: newDeclaration(credentials), options: { pollEvery: '12 hours' } };
  return client.workflow.start('customsDeclaration', startOptions('customsDeclaration', 'wechatpay', input));
}

/** Until customs was asked about each of them: then all workflows sleep. */
async function asleep({ simulator }, wanted) {
  const count = (call) => simulator.calls({ call }).find(({ key }) => key === undefined)?.count ?? 0;
  // Each is asked for before it is declared, and once while it waits.
  await untilReached(wanted, 'declarations', () => count('customs/declare'));
  await untilReached(2 * wanted, 'questions about the declarations', () => count('customs/query'));
}
