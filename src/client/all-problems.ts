import { InvalidInputError } from '../wechatpay/errors';
import type { Problem } from '../wechatpay/errors';

type Check = (warnings: Problem[]) => unknown;
type Results<Checks extends readonly Check[]> = { [K in keyof Checks]: ReturnType<Checks[K]> };

/**
 * Runs every check of one input, so that all problems come at once and not one after the other. What is unusual but not
 * wrong goes to `onWarnings`, unless the input is wrong as well.
 */
export function allProblems<const Checks extends readonly Check[]>(
  subject: string,
  checks: Checks,
  onWarnings?: (subject: string, warnings: readonly Problem[]) => void,
): Results<Checks> {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const results = checks.map((check) => {
    try {
      return check(warnings);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new InvalidInputError(subject, problems);
  if (warnings.length > 0) onWarnings?.(subject, warnings);
  return results as Results<Checks>;
}
