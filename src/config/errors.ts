import type { Problem } from '../wechatpay/errors';

/**
 * Everything wrong with the configuration, at once; nothing was started. `path` of a problem is the environment
 * variable, with the place inside the file where there is one. Never holds a secret's content.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly Problem[]) {
    const lines = problems.map(
      ({ path, expected, got, remedy }) =>
        `${path}: expected ${expected}${got === undefined ? '' : `, got ${got}`}. ${remedy}`,
    );
    super(`invalid configuration: ${problems.length} problem${problems.length === 1 ? '' : 's'}\n${lines.join('\n')}`);
  }
}

/** One value is wrong; the reader adds the variable it came from and goes on. */
export class ValueProblem extends Error {
  constructor(
    readonly code: string,
    readonly expected: string,
    readonly remedy: string,
    readonly got?: string,
  ) {
    super(expected);
  }
}
