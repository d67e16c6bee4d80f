// What the package does not export is loaded from its source.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../../scripts/install.mjs';

const require = createRequire(import.meta.url);
require(join(root, 'scripts', 'typescript-as-it-is.cjs'));

/** @param {string} path from the root of the repository */
export const load = (path) => require(join(root, path));
