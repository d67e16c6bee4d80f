import { InvalidInputError } from '../../src/wechatpay/errors';
import type { Problem } from '../../src/wechatpay/errors';

/** What a parser says about an input; nothing when it takes it. */
export function problemsOf(parse: () => unknown): readonly Problem[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems;
    throw error;
  }
}

/** The same in short: `$.declaration.duty range`. */
export const codesOf = (parse: () => unknown): string[] => problemsOf(parse).map(({ path, code }) => `${path} ${code}`);
