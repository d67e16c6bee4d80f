import type { Problem } from '../errors';
import { pathStep } from './paths';
import { describeValue, isPlainObject } from './shown';

const MAX_DEPTH = 16;
/** Far more than any input has, so that a hostile one ends here. */
const MAX_ENTRIES = 200;
const MAX_VALUES = 10_000;
const POISONED = new Set(['__proto__', 'constructor', 'prototype']);

export interface Snapshot {
  /** Own plain data; `undefined` when nothing of the input could be read. What is no JSON is a symbol that says so. */
  readonly value: unknown;
  /** What could not be taken over. */
  readonly problems: readonly Problem[];
}

/** Copies an input once, reading every getter once, so that what is checked is what is used. Never throws. */
export function snapshotOf(input: unknown, path: string): Snapshot {
  const reader = new Reader();
  const value = reader.read(input, path, 0);
  return { value: reader.exhausted ? undefined : value, problems: reader.problems };
}

class Reader {
  readonly problems: Problem[] = [];
  private values = 0;
  /** A long name is counted once, and not again each time a cycle comes by it. */
  private readonly steps = new Map<string | number, string>();

  /** Nothing was read after the limit, so what is missing is not missing in the input. */
  get exhausted(): boolean {
    return this.values > MAX_VALUES;
  }

  read(input: unknown, path: string, depth: number): unknown {
    if (typeof input === 'symbol' || typeof input === 'function') return Symbol(`a ${typeof input}`);
    if (typeof input !== 'object' || input === null) return input;
    if (depth > MAX_DEPTH) {
      return this.refuse(path, 'depth', `at most ${MAX_DEPTH} levels`, undefined, 'Flatten the input.');
    }
    try {
      if (Array.isArray(input)) return this.readList(input, path, depth);
      if (!isPlainObject(input)) return Symbol(describeValue(input));
      return this.readRecord(input as Readonly<Record<string, unknown>>, path, depth);
    } catch {
      return this.refuse(path, 'unreadable', 'plain data', 'an object that throws', 'Pass plain JSON data.');
    }
  }

  private readList(input: readonly unknown[], path: string, depth: number): unknown {
    const { length } = input;
    if (length > MAX_ENTRIES) {
      return this.refuse(path, 'length', `at most ${MAX_ENTRIES} items`, `${length} items`, 'Shorten the list.');
    }
    const copy: unknown[] = [];
    for (let index = 0; index < length; index += 1) copy.push(this.readEntry(input, index, path, depth));
    return copy;
  }

  private readRecord(input: Readonly<Record<string, unknown>>, path: string, depth: number): unknown {
    const keys = Object.keys(input);
    if (keys.length > MAX_ENTRIES) {
      const got = `${keys.length} fields`;
      return this.refuse(path, 'length', `at most ${MAX_ENTRIES} fields`, got, 'Pass the fields of this input only.');
    }
    const copy: Record<string, unknown> = {};
    for (const key of keys) {
      if (POISONED.has(key)) {
        const remedy = 'Remove the field: it would act on the object, not be a part of it.';
        this.refuse(path + this.step(key), 'unknown-field', 'no such field', undefined, remedy);
        continue;
      }
      const value = this.readEntry(input, key, path, depth);
      if (value !== undefined) copy[key] = value;
    }
    return copy;
  }

  private readEntry(holder: object, key: string | number, path: string, depth: number): unknown {
    this.values += 1;
    if (this.values > MAX_VALUES) {
      if (this.values > MAX_VALUES + 1) return undefined;
      return this.refuse(path, 'length', `at most ${MAX_VALUES} values`, 'more', 'Pass this one input only.');
    }
    const place = path + this.step(key);
    let value: unknown;
    try {
      value = (holder as Readonly<Record<string | number, unknown>>)[key];
    } catch {
      return this.refuse(place, 'unreadable', 'plain data', 'a getter that throws', 'Pass plain JSON data.');
    }
    return this.read(value, place, depth + 1);
  }

  private step(key: string | number): string {
    const known = this.steps.get(key);
    if (known !== undefined) return known;
    const step = pathStep(key);
    this.steps.set(key, step);
    return step;
  }

  private refuse(path: string, code: string, expected: string, got: string | undefined, remedy: string): undefined {
    this.problems.push({ path, code, expected, ...(got === undefined ? {} : { got }), remedy });
    return undefined;
  }
}
