import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BAD_INPUT_CLASSES } from './classes';
import type { ClassOf, Group } from './classes';

/** Shows that one class is survived: fails when it is not. */
export type Proof = () => void | Promise<void>;

/** One test for each class of a group. A class without a proof does not compile. */
export function proveGroup<G extends Group>(group: G, proofs: Readonly<Record<ClassOf<G>, Proof>>): void {
  describe(`bad inputs: ${group}`, () => {
    const classes: Readonly<Record<string, string>> = BAD_INPUT_CLASSES[group];
    for (const [code, what] of Object.entries(classes)) {
      it(`${code} ${what}`, (proofs as Readonly<Record<string, Proof>>)[code]);
    }
  });
}

/** A class whose proof needs a rig that stands elsewhere: the named tests must exist in that file. */
export function provenIn(file: string, ...titles: readonly [string, ...string[]]): Proof {
  return () => {
    const text = readFileSync(join(__dirname, '..', '..', file), 'utf8');
    for (const title of titles) expect(text, `${file} has no test "${title}"`).toContain(title);
  };
}
