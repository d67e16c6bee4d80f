import { Command } from 'commander';
import type { DemoOptions } from '../demo';

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'runs all processes against the simulator, on a Temporal server of its own unless TEMPORAL_ADDRESS names one',
    )
    .option('--keep', 'leaves everything running for a look around, until Ctrl-C')
    .option('--json', 'prints one JSON object as the last line')
    .option('--allow-remote', 'accepts a TEMPORAL_ADDRESS that is not on this machine')
    .action(async (options: DemoOptions) => {
      const { runDemo } = await import('../demo/index.js');
      try {
        const { ok } = await runDemo(options);
        process.exitCode = ok ? 0 : 1;
      } catch (error) {
        const words = error instanceof Error ? error.message : 'failed for an unknown reason';
        if (options.json === true) process.stdout.write(`${JSON.stringify({ ok: false, error: words, flows: [] })}\n`);
        throw error;
      }
    });
}
