import { InvalidInputError } from '../errors';
import type { Problem } from '../errors';
import { parseDeclaration } from './schema';
import type { ParseOptions } from './schema';
import type { CustomsDeclaration } from './types';

/** The payment that a split order belongs to, as the caller knows it. Amounts in fen. */
export interface SplitPayment {
  /** What was paid: cash and coupons together. */
  readonly paid: number;
  /** What was given back of it. Default 0. */
  readonly refunded?: number;
}

/** Fields that all parts of one payment have in common. */
const COMMON = ['appid', 'mchid', 'out_trade_no', 'transaction_id'] as const;

/**
 * Checks all parts of one split order together, before the first of them is declared: each is right by itself, all name
 * the same payment, each part is there once for a customs, and at one customs they do not exceed what was paid and not
 * refunded, where that is given. WeChat Pay refuses the part that exceeds it, when the others are at customs already.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Submit a declaration", error "split amount incorrect".
 *
 * @throws {InvalidInputError} with every problem of every part
 */
export function parseSplitOrder(
  parts: readonly unknown[],
  payment: SplitPayment | undefined,
  path = '$.declarations',
  options: ParseOptions = {},
): readonly CustomsDeclaration[] {
  const problems: Problem[] = [];
  const parsed = parts.map((part, index) => {
    try {
      return parseDeclaration(part, `${path}[${index}]`, options);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  problems.push(...setProblems(parsed, payment, path));
  const declarations = parsed.filter((part) => part !== undefined);
  if (problems.length > 0) throw new InvalidInputError('split order', problems);
  return declarations;
}

function setProblems(
  parts: readonly (CustomsDeclaration | undefined)[],
  payment: SplitPayment | undefined,
  path: string,
): Problem[] {
  const problems: Problem[] = [];
  const firstOf = new Map<string, number>();
  const sums = new Map<string, number>();
  const first = parts.find((part) => part !== undefined);
  parts.forEach((part, index) => {
    if (part === undefined || first === undefined) return;
    const place = `${path}[${index}]`;
    if (part.sub_order_no === undefined) {
      const expected = 'sub_order_no in every part of a split order';
      problems.push({ code: 'required', path: `${place}.sub_order_no`, expected, remedy: 'Add the field.' });
    }
    for (const name of COMMON) {
      if (part[name] === first[name]) continue;
      const expected = `the ${name} of the other parts, ${first[name]}`;
      const remedy = 'Check the parts of one payment together, and no others.';
      problems.push({ code: 'same', path: `${place}.${name}`, expected, got: part[name], remedy });
    }
    const key = `${part.customs} ${part.sub_order_no ?? ''}`;
    const before = firstOf.get(key);
    if (before !== undefined && part.sub_order_no !== undefined) {
      const remedy = `Give every part a number of its own; part ${before} has this one.`;
      const expected = 'each sub_order_no once for a customs';
      problems.push({ code: 'duplicate', path: `${place}.sub_order_no`, expected, got: part.sub_order_no, remedy });
    }
    firstOf.set(key, before ?? index);
    sums.set(part.customs, (sums.get(part.customs) ?? 0) + (part.order_fee ?? 0));
  });
  if (payment === undefined) return problems;
  const { paid, refunded = 0 } = payment;
  const wrong = paymentProblems(paid, refunded);
  if (wrong.length > 0) return [...problems, ...wrong];
  for (const [customs, sum] of sums) {
    if (sum <= paid - refunded) continue;
    problems.push({
      code: 'sum',
      path,
      expected: `order_fee of all parts at ${customs} at most ${paid - refunded} (paid ${paid} - refunded ${refunded})`,
      got: String(sum),
      remedy: 'Lower the parts to what was paid and not given back.',
    });
  }
  return problems;
}

/** A sum that is not a number of fen would be exceeded by nothing. */
function paymentProblems(paid: unknown, refunded: unknown): Problem[] {
  const remedy = 'Give the amounts of the payment in fen.';
  if (!Number.isSafeInteger(paid) || (paid as number) < 0) {
    return [{ code: 'integer', path: '$.payment.paid', expected: 'an integer of fen', remedy }];
  }
  if (!Number.isSafeInteger(refunded) || (refunded as number) < 0 || (refunded as number) > (paid as number)) {
    const expected = 'an integer from 0 to the paid amount, in fen';
    return [{ code: 'integer', path: '$.payment.refunded', expected, remedy }];
  }
  return [];
}
