import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/install.mjs';

/** Changes a file of this repository, from whose root `path` is. Returns whether there was something to change. */
export function rewrite(path, change) {
  const before = readFileSync(join(root, path), 'utf8');
  const after = change(before);
  if (after === before) return false;
  writeFileSync(join(root, path), after);
  return true;
}
