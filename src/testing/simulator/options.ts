import type { TestCredentials } from '../credentials';

/** The person who paid, as WeChat knows them. Kept only as a digest. */
export interface Payer {
  /** 18 characters, a final X upper case. */
  readonly certificate_id: string;
  readonly certificate_name: string;
}

/** How notifications misbehave. All off by default. */
export interface NotificationMischief {
  /** Extra deliveries of each notification, sent at the same time. */
  readonly duplicate?: number;
  /** Seconds before the first delivery. */
  readonly delay?: number;
  /** How many notifications are never sent: a number, or `all`. */
  readonly lose?: number | 'all';
  /** Hold what becomes due within this many seconds and send it in reverse order. */
  readonly reorder?: number;
}

/** Times are seconds of the simulator's clock. */
export interface SimulatorOptions {
  /** One merchant or several; all must share one platform. */
  readonly credentials: TestCredentials | readonly TestCredentials[];
  /** Default `127.0.0.1`. The control interface has no authentication: keep it on loopback. */
  readonly host?: string;
  /** Default: a free port. */
  readonly port?: number;
  /** Clock of states, schedules and business times, milliseconds since the epoch. Default: the real one. */
  readonly now?: () => number;
  /** Clock of signatures, requests' and ours. Default: the real one. */
  readonly signatureNow?: () => number;

  /** Customs: UNDECLARED becomes PROCESSING. Default 2. */
  readonly processingAfter?: number;
  /** Customs: PROCESSING becomes SUCCESS. Default 5. */
  readonly decidedAfter?: number;
  /** What a query for an unknown declaration answers, which the documentation leaves open. Default `empty`. */
  readonly customsNotFound?: 'empty' | 'error';
  /** Whether a query also shows the records that a modification voided. Default true. */
  readonly showVoidedRecords?: boolean;

  /** H5: PENDING becomes UNDER_REVIEW. Default 2. */
  readonly underReviewAfter?: number;
  /** H5: UNDER_REVIEW becomes APPROVED. Default 5. */
  readonly reviewedAfter?: number;
  /** Decimal text; may exceed 2^53. Default `2000000100000`. */
  readonly firstApplymentId?: string;

  /** Orders are not closed earlier. Default 300, as documented. */
  readonly closeNotBefore?: number;
  /** A debit is decided. Default 1. */
  readonly debitAfter?: number;
  /** Where contract terminations are reported unless the plan says otherwise: the merchant platform's setting. */
  readonly terminationUrl?: string;

  /** A new record shows up in queries only after this. Default 0. */
  readonly visibleAfter?: number;
  /** Which ways to sign WeChat Pay offers this merchant. Default `both`. */
  readonly keyMode?: 'both' | 'certificates' | 'publicKey';
  /** Which key signs v3 notifications. Default `publicKey`, unless the mode has none. */
  readonly notificationKey?: 'publicKey' | 'certificate' | 'alternate';
  /** Factor on the documented gaps between redeliveries. Default 1. */
  readonly notifyLadderScale?: number;
  /** Deliver to addresses that are not loopback. Default false. */
  readonly allowRemoteNotify?: boolean;
  readonly notify?: NotificationMischief;
  /** Payer of every payment that has no other. */
  readonly defaultPayer?: Payer;
  /** Told one line per call and delivery; no body, no header, nothing personal. */
  readonly log?: (line: SimulatorLogLine) => void;
}

export interface SimulatorLogLine {
  readonly event: 'call' | 'delivery';
  /** Name of the call, or kind of the notification. */
  readonly name: string;
  readonly keys: readonly string[];
  /** HTTP status; absent when nothing was answered. */
  readonly status?: number;
  readonly code?: string;
  readonly fault?: string;
}

export const DEFAULT_PAYER: Payer = { certificate_id: '330821198809085212', certificate_name: 'Zhang San' };

/** Options whose default is a plain value. */
const DEFAULTS = {
  host: '127.0.0.1',
  port: 0,
  now: Date.now,
  signatureNow: Date.now,
  processingAfter: 2,
  decidedAfter: 5,
  customsNotFound: 'empty' as 'empty' | 'error',
  showVoidedRecords: true,
  underReviewAfter: 2,
  reviewedAfter: 5,
  firstApplymentId: '2000000100000',
  closeNotBefore: 300,
  debitAfter: 1,
  visibleAfter: 0,
  keyMode: 'both' as 'both' | 'certificates' | 'publicKey',
  notifyLadderScale: 1,
  allowRemoteNotify: false,
  notify: {} as NotificationMischief,
  defaultPayer: DEFAULT_PAYER,
};

export type Settings = SimulatorOptions & typeof DEFAULTS;

export function settingsOf(options: SimulatorOptions): Settings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...DEFAULTS, ...(given as unknown as SimulatorOptions) };
}
