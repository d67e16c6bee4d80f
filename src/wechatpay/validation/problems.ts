import type { z } from 'zod';
import type { Problem } from '../errors';
import { nearestField } from './nearest-field';
import { childPath } from './paths';
import { cut, describeValue } from './shown';

/** What is wrong with one value, without its place. */
export interface Complaint {
  readonly code: string;
  readonly expected: string;
  /** Already masked. Absent when the field was absent. */
  readonly got?: string;
  readonly remedy: string;
}

export function required(expected: string, value: null | undefined): Complaint {
  return value === null
    ? { code: 'required', expected, got: 'null', remedy: 'Give the value; a field without a value is left out.' }
    : { code: 'required', expected, remedy: 'Add the field.' };
}

export function problem(path: string, { code, expected, got, remedy }: Complaint): Problem {
  return { path, code, expected, ...(got === undefined ? {} : { got: cut(got) }), remedy };
}

/** The problems of one finding of the schema. */
export function problemsOf(issue: z.core.$ZodIssue, root: string, input: unknown, schema: z.ZodType): Problem[] {
  const path = issue.path.reduce<string>(childPath, root);
  switch (issue.code) {
    case 'custom':
      return [problem(path, (issue.params as Complaint | undefined) ?? unexplained(issue))];
    case 'unrecognized_keys': {
      const holder = valueAt(input, issue.path);
      const known = shapeAt(schema, issue.path);
      return issue.keys.map((key) =>
        problem(childPath(path, key), unknownField(key, valueAt(holder, [key]), known, path, keysOf(holder))),
      );
    }
    case 'invalid_type':
      return [problem(path, wrongType(issue.expected, valueAt(input, issue.path)))];
    default:
      return [problem(path, unexplained(issue))];
  }
}

function unexplained(issue: z.core.$ZodIssue): Complaint {
  return {
    code: issue.code === 'custom' ? 'invalid' : issue.code,
    expected: issue.message,
    remedy: 'Correct the value.',
  };
}

const EXPECTED_TYPES: Readonly<Record<string, string>> = {
  object: 'a JSON object',
  array: 'an array',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
};

function wrongType(type: string, value: unknown): Complaint {
  const expected = EXPECTED_TYPES[type] ?? type;
  if (value === undefined || value === null) return required(expected, value);
  // The content stays out: nothing is known here about how personal it is.
  return { code: 'type', expected, got: describeValue(value, { hidden: true }), remedy: typeRemedy(type, value) };
}

function typeRemedy(type: string, value: unknown): string {
  if (typeof value === 'symbol') return 'Pass plain JSON data, not an instance of a class.';
  if (type === 'object' && typeof value === 'string') return 'Parse the JSON text first, and pass the object.';
  if (type === 'object' && Array.isArray(value)) return 'Pass one object at a time.';
  if (type === 'array') return 'Put the value into square brackets.';
  return 'Correct the type.';
}

function unknownField(
  key: string,
  value: unknown,
  known: readonly string[],
  holder: string,
  present: readonly string[],
): Complaint {
  const inside = keysOf(value).filter((name) => known.includes(name));
  return { code: 'unknown-field', expected: 'no such field', remedy: remedyFor(key, inside, known, holder, present) };
}

function remedyFor(
  key: string,
  inside: readonly string[],
  known: readonly string[],
  holder: string,
  present: readonly string[],
): string {
  if (inside.length > 0) {
    const names = `${inside.slice(0, 3).join(', ')}${inside.length > 3 ? ', …' : ''}`;
    return `One level too deep: move what is inside (${names}) up into ${holder}.`;
  }
  const meant = nearestField(key, known);
  if (meant === undefined) return 'Remove the field; WeChat Pay does not know it here.';
  return present.includes(meant) ? `Remove the field; ${meant} is there already.` : `Did you mean ${meant}?`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
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
