// The raw results in bench/results: the newest of each kind, and how one comes to be there.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
 * Writes a raw result. One that has parts keeps what the newest of its kind has of the others, if the same machine and the
 * same versions measured that, and takes its place.
 *
 * @param {{ date: string, node: string, parts?: object, rows?: readonly { part?: string }[] }} run
 * @returns what the file holds now
 */
export function saveResult(name, run, folder = RESULTS) {
  mkdirSync(folder, { recursive: true });
  const before = run.parts === undefined ? undefined : newestResult(name, folder);
  const isKept = before !== undefined && sameMachine(before.raw, run);
  const kept = isKept ? withOtherParts(before.raw, run) : run;
  if (isKept) rmSync(join(folder, before.file));
  const file = join(folder, `${name}-${run.date}-node${run.node.split('.')[0]}.json`);
  writeFileSync(file, `${JSON.stringify(kept, undefined, 2)}\n`);
  console.error(`Written to ${file}`);
  return kept;
}

function sameMachine(one, other) {
  const what = ({ machine, node, versions }) => JSON.stringify([machine, node, versions]);
  return what(one) === what(other);
}

/** Each part keeps the day, the command and the commit of its own run. */
function withOtherParts(before, run) {
  const isOther = ({ part }) => !Object.hasOwn(run.parts, part);
  const both = (name) => (run[name] === undefined ? {} : { [name]: [...before[name].filter(isOther), ...run[name]] });
  return { ...run, parts: { ...before.parts, ...run.parts }, ...both('rows'), ...both('goals') };
}
