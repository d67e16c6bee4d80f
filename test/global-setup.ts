import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };
import { findTemporalCli, findTimeSkippingServer } from '../src/testing/servers';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the Temporal CLI, for `startDevServer({ cli: inject('temporalCli') })`. */
    temporalCli: string;
    /** Path of the time-skipping test server, for `executable: { type: 'existing-path', path: inject('timeSkippingServer') }`. */
    timeSkippingServer: string;
  }
}

/** Runs once, before the first test that needs a server. A server that cannot be had ends the run with the reason. */
export default async function setup(project: TestProject): Promise<void> {
  const progress = (line: string): void => void process.stderr.write(`[servers] ${line}\n`);
  project.provide('temporalCli', await findTemporalCli(progress));
  project.provide('timeSkippingServer', await findTimeSkippingServer(progress));
}
