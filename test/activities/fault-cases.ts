import { FAILURE_TYPES } from '../../src/interface';
import type { FailureType } from '../../src/interface';
import type { Fault } from '../../src/testing';

export interface FaultCase {
  readonly fault: Omit<Fault, 'call'>;
  /** What the first attempt fails with; undefined when it succeeds all the same. */
  readonly first: FailureType | undefined;
  /** Whether the spoiled call had its effect. */
  readonly acted: boolean;
  /** The answer does not come in time: needs the short limit of a call. */
  readonly silent?: true;
  /** The protocol the case is about. Default both. */
  readonly only?: 'v2' | 'v3';
}

const { configuration, outcomeUnknown, rateLimited } = FAILURE_TYPES;

/** Every kind of fault the simulator knows, apart from the two whose answer is valid: `slow-double`, `unknown-state`. */
export const FAULTS: readonly FaultCase[] = [
  { fault: { kind: 'act-and-drop' }, first: outcomeUnknown, acted: true },
  { fault: { kind: 'drop-before-act' }, first: outcomeUnknown, acted: false },
  { fault: { kind: 'act-and-500' }, first: outcomeUnknown, acted: true },
  { fault: { kind: '500' }, first: outcomeUnknown, acted: false },
  { fault: { kind: '502' }, first: outcomeUnknown, acted: false },
  { fault: { kind: '503' }, first: outcomeUnknown, acted: false },
  { fault: { kind: '401' }, first: configuration, acted: false },
  { fault: { kind: '403' }, first: configuration, acted: false },
  { fault: { kind: '429', retryAfter: 7 }, first: rateLimited, acted: false },
  { fault: { kind: '429' }, first: rateLimited, acted: false },
  {
    fault: { kind: 'error', code: 'INVALID_REQUEST', message: 'nobody knows' },
    first: configuration,
    acted: false,
    only: 'v3',
  },
  { fault: { kind: 'error', code: 'SYSTEMERROR' }, first: outcomeUnknown, acted: false, only: 'v2' },
  { fault: { kind: '202-then-nothing' }, first: outcomeUnknown, acted: false },
  { fault: { kind: '202-then-nothing', acts: true }, first: outcomeUnknown, acted: true },
  { fault: { kind: 'redirect' }, first: outcomeUnknown, acted: false },
  { fault: { kind: 'redirect', acts: true }, first: outcomeUnknown, acted: true },
  { fault: { kind: 'html-200' }, first: outcomeUnknown, acted: false },
  { fault: { kind: 'html-200', acts: true }, first: outcomeUnknown, acted: true },
  { fault: { kind: 'delay', ms: 5 }, first: undefined, acted: true },
  { fault: { kind: 'black-hole' }, first: outcomeUnknown, acted: false, silent: true },
  { fault: { kind: 'black-hole', acts: true }, first: outcomeUnknown, acted: true, silent: true },
  { fault: { kind: 'drip', ms: 50 }, first: outcomeUnknown, acted: true, silent: true },
  { fault: { kind: 'cut' }, first: outcomeUnknown, acted: true },
  { fault: { kind: 'garbage' }, first: outcomeUnknown, acted: true },
  { fault: { kind: 'not-json' }, first: outcomeUnknown, acted: true },
  { fault: { kind: 'bad-signature' }, first: outcomeUnknown, acted: true },
  { fault: { kind: 'no-signature' }, first: outcomeUnknown, acted: true },
  { fault: { kind: 'stale-signature' }, first: outcomeUnknown, acted: true, only: 'v3' },
  { fault: { kind: 'stale-signature' }, first: undefined, acted: true, only: 'v2' },
  { fault: { kind: 'probe-signature' }, first: outcomeUnknown, acted: true },
  { fault: { kind: 'unknown-serial' }, first: outcomeUnknown, acted: true },
];

export function titleOf({ kind, acts, retryAfter }: FaultCase['fault']): string {
  const acting = acts === true ? ' after the act' : '';
  return `${kind}${acting}${retryAfter === undefined ? '' : ' with Retry-After'}`;
}
