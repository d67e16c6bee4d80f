import { InvalidInputError } from '../wechatpay/errors';
import type { Problem } from '../wechatpay/errors';

type Results<Checks extends readonly (() => unknown)[]> = { [K in keyof Checks]: ReturnType<Checks[K]> };

/** Runs every check of one input, so that all problems come at once and not one after the other. */
export function allProblems<const Checks extends readonly (() => unknown)[]>(
  subject: string,
  checks: Checks,
): Results<Checks> {
  const problems: Problem[] = [];
  const results = checks.map((check) => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new InvalidInputError(subject, problems);
  return results as Results<Checks>;
}
