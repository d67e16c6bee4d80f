import type { IncomingHttpHeaders } from 'node:http';
import type { CallName } from './calls';
import type { Fault, Spoiler } from './faults';

/** A request, read completely. */
export interface Received {
  readonly method: string;
  /** Path and query exactly as they came: that is what was signed. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What goes over the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer that is decided but not yet signed, so that a fault can still spoil it. */
export interface Draft {
  /** Error code, for the log. */
  readonly code?: string;
  reply(spoiler?: Spoiler): Reply;
}

/** One call in one of the two protocols. */
export interface Exchange {
  readonly call: CallName;
  readonly keys: readonly string[];
  /** Carries the call out. May be called twice: the slow double. */
  act(): Draft;
  /** An answer of a fault's making: 401, 403, 429, 500, 502, 503 or `error`. */
  fail(fault: Fault): Draft;
}
