// Mistakes in the built package, made on purpose: a fault run over one has to find it, or its silence means nothing.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * By name: the file below the folder of the built package, what stands there exactly once, what takes its place, and the
 * sort of defect that a run has to find.
 */
export const DEFECTS = {
  'acknowledge-anyway': {
    file: 'webhook/handler.js',
    from: "throw new refusals_1.Refusal(503, 'not-accepted', (0, receive_1.nameOf)(error));",
    to: "return 'signaled';",
    shows: 'ackedButLost',
  },
  'believe-anybody': {
    file: 'wechatpay/v3/verification.js',
    from: 'if (!verifier.verify(',
    to: 'if (false && !verifier.verify(',
    shows: 'wrongState',
  },
  'never-ask-first': {
    file: 'activities/attempted.js',
    from: 'const found = await settled(attempt, rule.timing, rule.query);',
    to: 'const found = undefined;',
    shows: 'doubled',
  },
  'believe-not-found': {
    file: 'activities/attempted.js',
    from: 'settling: [2_000, 5_000, 15_000, 30_000],',
    to: 'settling: [],',
    shows: 'doubled',
  },
};

/**
 * Copies a built package with the mistake in it; the copy goes when the process does.
 *
 * @returns {string} the folder of the copy
 * @throws when the place of the mistake is not there, or not exactly once
 */
export function plant({ file, from, to }, lib) {
  // At the same depth, so that the copy finds the same packages.
  const copy = join(dirname(lib), `.lib-defect-${process.pid}`);
  const remove = () => rmSync(copy, { recursive: true, force: true });
  process.once('exit', remove);
  remove();
  cpSync(lib, copy, { recursive: true });
  const path = join(copy, file);
  const [before, after, ...more] = readFileSync(path, 'utf8').split(from);
  if (after === undefined || more.length > 0)
    throw new Error(
      `${file}: expected exactly once: ${from} (has the source changed? See scripts/planted-defects.mjs)`,
    );
  writeFileSync(path, `${before}${to}${after}`);
  return copy;
}
