import { z } from 'zod';
import { InvalidInputError } from '../errors';
import type { Problem } from '../errors';
import { childPath, isWithin } from './paths';
import { problem, problemsOf, required } from './problems';
import type { Complaint } from './problems';
import { describeValue } from './shown';
import { snapshotOf } from './snapshot';

/** What a check of one value finds; `expected` only where it differs from what the field says of itself. */
export type Verdict = Omit<Complaint, 'expected'> | Complaint | undefined;

/** A check across the fields of one record; it also runs when single fields are wrong, so it must not trust types. */
export type Rule = (
  value: Readonly<Record<string, unknown>>,
  report: (path: readonly (string | number)[], complaint: Complaint) => void,
) => void;

/** More problems than this are not one mistake but another kind of input. */
const MAX_PROBLEMS = 100;

/**
 * Validates `input` and reports every problem of it together.
 *
 * @param subject what it is, for the message: `declaration`
 * @param path JSON path of the input inside what the caller wrote: `$.declaration`
 * @throws {InvalidInputError}
 */
export function parseInput<T>(subject: string, path: string, schema: z.ZodType<T>, input: unknown): T {
  const { value, problems } = snapshotOf(input, path);
  // Without anything to look at, the schema would only add that everything is missing.
  const parsed = value === undefined && problems.length > 0 ? undefined : schema.safeParse(value);
  if (parsed?.success === true && problems.length === 0) return parsed.data;
  const found = (parsed?.error?.issues ?? [])
    .flatMap((issue) => problemsOf(issue, path, value, schema))
    .filter((one) => !problems.some((before) => isWithin(one.path, before.path)));
  throw new InvalidInputError(subject, limited([...problems, ...found], path));
}

/**
 * What is unusual about an input that is right: it is sent, and WeChat Pay decides.
 *
 * @param path JSON path of the input inside what the caller wrote
 */
export function warningsOf(path: string, input: object, rules: readonly Rule[]): Problem[] {
  const warnings: Problem[] = [];
  for (const rule of rules) {
    rule(input as Readonly<Record<string, unknown>>, (inside, complaint) => {
      warnings.push(problem(inside.reduce<string>(childPath, path), { ...complaint, code: 'unusual' }));
    });
  }
  return warnings;
}

/** Schema of one value: `judge` names what is wrong with it. An absent value is refused as `required` before it is judged. */
export function field<T>(
  expected: string,
  judge: (value: unknown) => Verdict,
  options: { readonly hidden?: boolean } = {},
): z.ZodType<T> {
  const schema = z.unknown().superRefine((value, context) => {
    const complaint = value === undefined || value === null ? required(expected, value) : judge(value);
    if (complaint === undefined) return;
    const got = 'got' in complaint ? complaint.got : undefined;
    const shown = got ?? (value === undefined ? undefined : describeValue(value, options));
    context.addIssue({ code: 'custom', params: { expected, ...complaint, got: shown } satisfies Complaint });
  });
  return schema as unknown as z.ZodType<T>;
}

/** Schema of a JSON object with exactly these fields; an unknown field is a problem that names the likely meant one. */
export function record<S extends z.ZodRawShape>(shape: S, ...rules: readonly Rule[]): z.ZodObject<S, z.core.$strict> {
  const object = z.strictObject(shape);
  if (rules.length === 0) return object;
  return object.superRefine(
    (value, context) => {
      for (const rule of rules) {
        rule(value, (path, complaint) => {
          context.addIssue({ code: 'custom', path: [...path], params: { ...complaint } });
        });
      }
    },
    { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
  );
}

export interface ListLimits<T> {
  readonly min: number;
  readonly max: number;
  /** What two values that mean the same have in common. Default: the value itself. */
  readonly sameAs?: (value: T) => unknown;
}

/** Schema of a list of `min` to `max` different values. */
export function list<T>(item: z.ZodType<T>, limits: ListLimits<T>): z.ZodType<T[]> {
  const { min, max, sameAs = (value: T): unknown => value } = limits;
  const expected = `a list of ${min} to ${max}`;
  return z.array(item).superRefine(
    (values, context) => {
      const complain = (complaint: Complaint, path: number[] = []): void => {
        context.addIssue({ code: 'custom', path, params: { ...complaint } });
      };
      if (values.length < min || values.length > max) {
        const remedy = values.length < min ? 'Add to the list.' : 'Shorten the list.';
        complain({ code: 'length', expected, got: String(values.length), remedy });
      }
      const firsts = new Map<unknown, number>();
      values.forEach((value, index) => {
        const identity = sameAs(value);
        const first = firsts.get(identity);
        if (first === undefined) firsts.set(identity, index);
        else {
          const remedy = `Remove it: item ${first} is the same.`;
          complain({ code: 'duplicate', expected: 'each value once', remedy }, [index]);
        }
      });
    },
    { when: ({ value }) => Array.isArray(value) },
  );
}

function limited(problems: readonly Problem[], path: string): readonly Problem[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  const rest = problems.length - MAX_PROBLEMS;
  const last = { code: 'more', expected: `at most ${MAX_PROBLEMS} problems`, got: `${rest} more` };
  return [...problems.slice(0, MAX_PROBLEMS), { path, ...last, remedy: 'Correct these first.' }];
}
