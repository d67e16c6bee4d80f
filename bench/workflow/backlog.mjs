// Declarations that were started while no worker ran, and how long a worker needs for them.
import { inParallel, newDeclaration, startOptions } from './declarations.mjs';
import { processorTimeOf } from '../process-cost.mjs';
import { DECIDED_AT_ONCE, onStage } from './stage.mjs';
import { untilReached } from './until.mjs';

const LANES = 40;

/** @param {{ queued: number, note: (line: string) => void }} options */
export async function measureBacklog({ queued, note }) {
  return onStage(note, async (fleet) => {
    fleet.simulator.script(DECIDED_AT_ONCE);
    const { client, credentials, simulator } = fleet;
    const began = performance.now();
    await inParallel(queued, LANES, () => {
      const input = { declaration: newDeclaration(credentials), options: { pollEvery: '1s' } };
      return client.workflow.start('customsDeclaration', startOptions('customsDeclaration', 'wechatpay', input));
    });
    const startedIn = (performance.now() - began) / 1_000;
    note(`${queued} queued in ${startedIn.toFixed(0)} s`);
    const spawned = performance.now();
    const { pid } = await fleet.startWorker();
    const ready = performance.now();
    const before = processorTimeOf(pid);
    await untilReached(queued, 'declarations of the backlog that are completed', () => closed(client));
    const seconds = (performance.now() - ready) / 1_000;
    const made = simulator.ledger({ effect: 'declared' });
    const doubled = made.filter(({ count }) => count !== 1).length;
    if (made.length !== queued || doubled > 0) {
      throw new Error(`expected ${queued} declared once, got ${made.length}, of these ${doubled} more than once`);
    }
    note(`empty after ${seconds.toFixed(0)} s`);
    return [
      {
        part: 'backlog',
        queued,
        queuedIn: startedIn,
        readyIn: (ready - spawned) / 1_000,
        seconds,
        perSecond: queued / seconds,
        cpuMs: ((processorTimeOf(pid) - before) * 1_000) / queued,
      },
    ];
  });
}

async function closed(client) {
  return (await client.workflow.count(`ExecutionStatus='Completed'`)).count;
}
