import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../workflows/scenarios';

/*
 * A golden history is a promise to the workflows that are running with it. Until a release it may be replaced; after one,
 * another way of doing the same is recorded beside it, as `success.2.json`, and both go on being replayed.
 */

export const HISTORIES = join(__dirname, '..', 'fixtures', 'histories');

/** What the recorder does with an ending that has a history already. */
export type Recording = 'missing' | 'overwrite' | 'beside';

export interface GoldenHistory {
  /** `customsDeclaration/success`, or `customsDeclaration/success.2`. */
  readonly name: string;
  readonly flow: string;
  /** Without the number of the version. */
  readonly ending: string;
  readonly text: string;
}

/** Every committed history, in the order of their names. */
export function goldenHistories(folder = HISTORIES): readonly GoldenHistory[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: flow }) => namesIn(folder, flow).map((file) => ({ flow, file })))
    .map(({ flow, file }) => ({
      name: `${flow}/${file}`,
      flow,
      ending: file.replace(/[.]\d+$/, ''),
      text: readFileSync(join(folder, flow, `${file}.json`), 'utf8'),
    }));
}

/** Writes a history, unless that would take back a promise; says what became of it. */
export function keepHistory(
  { flow, ending }: Pick<Scenario, 'flow' | 'ending'>,
  text: string,
  recording: Recording,
  folder = HISTORIES,
): string {
  const files = namesIn(folder, flow).filter((file) => file === ending || file.startsWith(`${ending}.`));
  if (files.length > 0 && recording === 'missing') return `kept ${flow}/${ending}: it is recorded already`;
  const file = files.length > 0 && recording === 'beside' ? `${ending}.${files.length + 1}` : ending;
  mkdirSync(join(folder, flow), { recursive: true });
  writeFileSync(join(folder, flow, `${file}.json`), text);
  return `wrote ${flow}/${file}: ${text.length} bytes`;
}

function namesIn(folder: string, flow: string): string[] {
  try {
    const files = readdirSync(join(folder, flow)).filter((file) => file.endsWith('.json'));
    return files.map((file) => file.slice(0, -'.json'.length)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
