// The committed raw results: which there are, and the newest of each kind.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
