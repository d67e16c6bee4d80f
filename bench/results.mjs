// The raw results in bench/results: the newest of each kind, and how one comes to be there.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const RESULTS = join(dirname(fileURLToPath(import.meta.url)), 'results');

/**
 * The newest raw result whose file is `<name>-<date>-node<major>.json`; undefined if there is none.
 *
 * @returns {{ file: string, raw: any } | undefined} `file` without its folder
 */
export function newestResult(name, folder = RESULTS) {
  if (!existsSync(folder)) return undefined;
  const pattern = new RegExp(`^${name}-\\d{4}-\\d{2}-\\d{2}-node\\d+\\.json$`);
  const file = readdirSync(folder)
    .filter((each) => pattern.test(each))
    .sort()
    .at(-1);
  return file === undefined ? undefined : { file, raw: JSON.parse(readFileSync(join(folder, file), 'utf8')) };
}

/**
 * Writes a raw result, beside what a file of the same day and Node holds of parts that were not measured now.
 *
 * @param {{ date: string, node: string, parts?: object, rows?: readonly { part?: string }[] }} run
 * @returns what the file holds now
 */
export function saveResult(name, run, folder = RESULTS) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${run.date}-node${run.node.split('.')[0]}.json`);
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  const kept = before?.parts === undefined || run.parts === undefined ? run : withOtherParts(before, run);
  writeFileSync(file, `${JSON.stringify(kept, undefined, 2)}\n`);
  console.error(`Written to ${file}`);
  return kept;
}

/** Each part keeps the command and the commit of its own run. */
function withOtherParts(before, run) {
  const isOther = ({ part }) => !Object.hasOwn(run.parts, part);
  const both = (name) => (run[name] === undefined ? {} : { [name]: [...before[name].filter(isOther), ...run[name]] });
  return { ...run, parts: { ...before.parts, ...run.parts }, ...both('rows'), ...both('goals') };
}
