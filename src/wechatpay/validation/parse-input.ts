import { z } from 'zod';
import { InvalidInputError } from '../errors';
import type { Problem } from '../errors';

/** What is wrong with one value, without its place. */
export interface Complaint {
  readonly code: string;
  readonly expected: string;
  /** Already masked. Absent when the field was absent. */
  readonly got?: string;
  readonly remedy: string;
}

/** A check across the fields of one record; it also runs when single fields are wrong, so it must not trust types. */
export type Rule = (
  value: Readonly<Record<string, unknown>>,
  report: (path: readonly (string | number)[], complaint: Complaint) => void,
) => void;

/**
 * Validates `input` and reports every problem of it together.
 *
 * @param subject what it is, for the message: `declaration`
 * @param path JSON path of the input inside what the caller wrote: `$.declaration`
 * @throws {InvalidInputError}
 */
export function parseInput<T>(subject: string, path: string, schema: z.ZodType<T>, input: unknown): T {
  const problems: Problem[] = [];
  const copy = snapshot(input, path, problems);
  if (problems.length > 0) throw new InvalidInputError(subject, problems);
  const parsed = schema.safeParse(copy);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    subject,
    parsed.error.issues.flatMap((issue) => problemsOf(issue, path, copy, schema)),
  );
}

/** Schema of one value: `judge` names what is wrong with it. An absent value is refused as `required` before it is judged. */
export function field<T>(
  expected: string,
  judge: (value: unknown) => Omit<Complaint, 'expected'> | Complaint | undefined,
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

/** Schema of a list of `min` to `max` different values. */
export function list<T>(item: z.ZodType<T>, limits: { readonly min: number; readonly max: number }): z.ZodType<T[]> {
  const { min, max } = limits;
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
      values.slice(0, 100).forEach((value, index) => {
        const first = values.indexOf(value);
        if (first < index) {
          complain({ code: 'duplicate', expected: 'each value once', remedy: `It is the same as item ${first}.` }, [
            index,
          ]);
        }
      });
    },
    { when: ({ value }) => Array.isArray(value) },
  );
}

/** A value as an error may show it: cut at 64 characters, control characters escaped, personal data only by its kind. */
export function describeValue(value: unknown, options: { readonly hidden?: boolean } = {}): string {
  switch (typeof value) {
    case 'string':
      if (options.hidden === true) return `text of ${[...value].length} characters (hidden)`;
      return value.length > 64
        ? `${JSON.stringify(value.slice(0, 64))}… (${value.length} characters)`
        : JSON.stringify(value);
    case 'number':
      return options.hidden === true
        ? 'a number (hidden)'
        : `the number ${Object.is(value, -0) ? '-0' : String(value)}`;
    case 'boolean':
      return String(value);
    case 'bigint':
      return options.hidden === true ? 'a BigInt (hidden)' : `the BigInt ${String(value).slice(0, 64)}`;
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `an array of ${value.length}`;
      return isPlainObject(value) ? 'an object' : `an object of class ${className(value)}`;
    default:
      return `a ${typeof value}`;
  }
}

function required(expected: string, value: null | undefined): Complaint {
  return value === null
    ? { code: 'required', expected, got: 'null', remedy: 'Give the value; a field without a value is left out.' }
    : { code: 'required', expected, remedy: 'Add the field.' };
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  const constructor = (prototype as { constructor?: unknown } | null)?.constructor;
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name.slice(0, 64) : 'unknown';
}

const MAX_DEPTH = 16;
const POISONED = new Set(['__proto__', 'constructor', 'prototype']);

/** Own plain data only: reads every getter once, so that what is checked is what is used. */
function snapshot(input: unknown, path: string, problems: Problem[], depth = 0): unknown {
  if (typeof input !== 'object' || input === null) return input;
  if (depth > MAX_DEPTH) {
    problems.push({ path, code: 'depth', expected: `at most ${MAX_DEPTH} levels`, remedy: 'Flatten the input.' });
    return undefined;
  }
  if (Array.isArray(input)) {
    return input.map((item: unknown, index) => snapshot(item, `${path}[${index}]`, problems, depth + 1));
  }
  if (!isPlainObject(input)) return depth === 0 ? wrongShape(input, path, problems) : input;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(input)) {
    const place = childPath(path, key);
    if (POISONED.has(key)) {
      problems.push({ path: place, code: 'unknown-field', expected: 'no such field', remedy: 'Remove the field.' });
      continue;
    }
    let value: unknown;
    try {
      value = (input as Record<string, unknown>)[key];
    } catch {
      problems.push({
        path: place,
        code: 'unreadable',
        expected: 'plain data',
        got: 'a getter that throws',
        remedy: 'Pass plain JSON data.',
      });
      continue;
    }
    if (value !== undefined) copy[key] = snapshot(value, place, problems, depth + 1);
  }
  return copy;
}

function wrongShape(input: object, path: string, problems: Problem[]): undefined {
  problems.push({
    path,
    code: 'type',
    expected: 'a plain JSON object',
    got: describeValue(input),
    remedy: 'Pass plain JSON data, not an instance of a class.',
  });
  return undefined;
}

function childPath(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  const name = String(key);
  return /^[A-Za-z_$][\w$]{0,63}$/.test(name) ? `${path}.${name}` : `${path}[${describeValue(name)}]`;
}

function problemsOf(issue: z.core.$ZodIssue, root: string, input: unknown, schema: z.ZodType): Problem[] {
  const path = issue.path.reduce<string>(childPath, root);
  switch (issue.code) {
    case 'custom': {
      const complaint = issue.params as Complaint | undefined;
      return [
        complaint === undefined
          ? { path, code: 'invalid', expected: issue.message, remedy: 'Correct the value.' }
          : { path, ...withoutUndefined(complaint) },
      ];
    }
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        unknownField(childPath(path, key), key, keysOf(valueAt(input, issue.path)), shapeAt(schema, issue.path)),
      );
    case 'invalid_type': {
      const value = valueAt(input, issue.path);
      const expected = EXPECTED_TYPES[issue.expected] ?? issue.expected;
      if (value === undefined || value === null) return [{ path, ...withoutUndefined(required(expected, value)) }];
      // The content stays out: nothing is known here about how personal it is.
      return [
        { path, code: 'type', expected, got: describeValue(value, { hidden: true }), remedy: 'Correct the type.' },
      ];
    }
    default:
      return [{ path, code: issue.code, expected: issue.message, remedy: 'Correct the value.' }];
  }
}

const EXPECTED_TYPES: Readonly<Record<string, string>> = {
  object: 'a JSON object',
  array: 'an array',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
};

function withoutUndefined({ code, expected, got, remedy }: Complaint): Complaint {
  return got === undefined ? { code, expected, remedy } : { code, expected, got, remedy };
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function unknownField(path: string, key: string, present: readonly string[], known: readonly string[]): Problem {
  const meant = nearest(key, known);
  const remedy =
    meant === undefined
      ? 'Remove the field; WeChat Pay does not know it here.'
      : present.includes(meant)
        ? `Remove the field; ${meant} is there already.`
        : `Did you mean ${meant}?`;
  return { path, code: 'unknown-field', expected: 'no such field', remedy };
}

/** Field names of the record at a path inside a schema. */
function shapeAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  let at = unwrapped(schema);
  for (const key of path) at = unwrapped(typeof key === 'number' ? at?.element : at?.shape?.[String(key)]);
  return keysOf(at?.shape);
}

interface SchemaNode {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
  readonly def?: { readonly innerType?: unknown };
}

function unwrapped(schema: unknown): SchemaNode | undefined {
  const node = schema as SchemaNode | undefined;
  return node?.def?.innerType === undefined ? node : unwrapped(node.def.innerType);
}

/** The known name that differs least, if it can be meant: the same letters, or two edits at most. */
function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > 64) return undefined;
  const letters = (text: string): string => text.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(letters(name), letters(candidate));
    if (best === undefined || distance < best.distance) best = { name: candidate, distance };
  }
  return best !== undefined && best.distance <= Math.min(2, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
