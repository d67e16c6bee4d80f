import type { CallName } from './calls';

/** Faults that spoil an answer after the call was carried out. */
export const SPOILERS = [
  'bad-signature',
  'no-signature',
  'stale-signature',
  'probe-signature',
  'unknown-serial',
  'unknown-state',
  'not-json',
] as const;

export type Spoiler = (typeof SPOILERS)[number];

/** Every kind of fault, and whether the call has its effect. */
export const FAULT_KINDS = {
  /** Carried out, the connection is reset before the answer. */
  'act-and-drop': true,
  'drop-before-act': false,
  'act-and-500': true,
  '500': false,
  '502': false,
  '503': false,
  '401': false,
  '403': false,
  /** With `Retry-After` if `retryAfter` is given. */
  '429': false,
  /** A refusal of the tester's choice: `status`, `code`, `message`. */
  error: false,
  '202-then-nothing': false,
  redirect: false,
  'html-200': false,
  /** Waits `ms`, then behaves normally. */
  delay: true,
  /** Never answers. */
  'black-hole': false,
  /** One byte every `ms`. */
  drip: true,
  /** Half of the announced body. */
  cut: true,
  /** Bytes that are not HTTP. */
  garbage: true,
  /** Validly signed where there are signatures, but cut off. */
  'not-json': true,
  'bad-signature': true,
  'no-signature': true,
  /** v3 only; v2 has no timestamps. */
  'stale-signature': true,
  'probe-signature': true,
  'unknown-serial': true,
  /** Another state than the documentation knows. */
  'unknown-state': true,
  /** Carried out twice, `ms` apart; the second answer is sent. */
  'slow-double': true,
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;

export interface Fault {
  readonly kind: FaultKind;
  /** Default: every call. */
  readonly call?: CallName;
  /** A business number of the request: order, transaction, sub-merchant, application or contract. */
  readonly key?: string;
  /** How often. Default 1. */
  readonly times?: number | 'always';
  /** How often of all matching calls, 0 to 1. Default 1. */
  readonly probability?: number;
  /** Of the sequence of chances, so that a run can be repeated. Default 1. */
  readonly seed?: number;
  /** For delay, drip and slow-double, milliseconds. */
  readonly ms?: number;
  /** Whether the call has its effect, against the kind's default. */
  readonly acts?: boolean;
  /** Seconds, or a text that is no number. */
  readonly retryAfter?: number | string;
  /** For `error`: HTTP status of v3. Default 400. */
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  /** For `redirect`. */
  readonly location?: string;
}

/** mulberry32: small, and the same everywhere. */
function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Planned {
  readonly fault: Fault;
  left: number;
  injected: number;
  readonly chance: () => number;
}

/** Faults to come, in the order they were given. */
export class Faults {
  #faults: Planned[] = [];
  /** Those that are not used up, so that thousands of them cost no time. */
  #left: Planned[] = [];

  add(fault: Fault): void {
    if (!Object.hasOwn(FAULT_KINDS, fault.kind)) {
      throw new Error(`faults: expected kind to be one of ${Object.keys(FAULT_KINDS).join(', ')}, got ${fault.kind}`);
    }
    const left = fault.times === 'always' ? Infinity : (fault.times ?? 1);
    const planned: Planned = { fault, left, injected: 0, chance: chances(fault.seed ?? 1) };
    this.#faults.push(planned);
    if (left > 0) this.#left.push(planned);
  }

  /** The first fault that fits this request; it is used up. */
  take(call: CallName, keys: readonly string[]): Fault | undefined {
    const place = this.#left.findIndex(
      ({ fault, chance }) =>
        (fault.call === undefined || fault.call === call) &&
        (fault.key === undefined || keys.includes(fault.key)) &&
        (fault.probability === undefined || chance() < fault.probability),
    );
    const next = this.#left[place];
    if (!next) return undefined;
    next.left--;
    next.injected++;
    if (next.left <= 0) this.#left.splice(place, 1);
    return next.fault;
  }

  /** How often each was injected, and how often it still will be (`null`: always). */
  list(): { fault: Fault; injected: number; left: number | null }[] {
    return this.#faults.map(({ fault, injected, left }) => ({
      fault,
      injected,
      left: left === Infinity ? null : left,
    }));
  }

  clear(): void {
    this.#faults = [];
    this.#left = [];
  }
}
