import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BAD_INPUT_CLASSES } from './classes';

it('knows 414 classes, numbered without a gap', () => {
  const codes = Object.values(BAD_INPUT_CLASSES).flatMap((group) => Object.keys(group));
  expect(codes).toEqual(Array.from({ length: 414 }, (_, i) => `B${String(i + 1).padStart(3, '0')}`));
});

it('has a file of proofs for every group', () => {
  const proofs = readdirSync(__dirname).map((file) => file.replace('.test.ts', ''));
  expect(proofs).toEqual(expect.arrayContaining(Object.keys(BAD_INPUT_CLASSES)));
});
