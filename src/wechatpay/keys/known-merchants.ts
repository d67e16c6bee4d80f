import { KeyObject, X509Certificate } from 'node:crypto';
import { WechatPayError } from '../errors';
import type { MerchantKeys } from '../merchant';
import { checkKeys } from './check';
import type { KeyProvider } from './provider';

/** Merchants by number, each put together when it is first asked for, and again when its keys have changed. */
export interface KnownMerchants<T> {
  /**
   * A merchant that is known is given at once; whether its keys are still the same is asked beside it, at most once a
   * minute. A provider that fails later takes nothing away: the last keys stay in use.
   *
   * @returns undefined for a merchant that the provider does not know
   * @throws {WechatPayError} `UNAVAILABLE` when its keys cannot be had now, `CONFIGURATION` when they are unusable
   */
  of(mchid: string): Promise<T | undefined>;
  /** Those whose keys are known now. */
  known(): ReadonlyMap<string, T>;
}

export interface KnownMerchantsOptions<T> {
  readonly provider: KeyProvider;
  /** Puts one together; `before` is the same merchant with the keys it had. */
  readonly connect: (keys: MerchantKeys, before: T | undefined) => T;
  /** Told that the keys of a merchant could not be had, or are unusable. The message holds no key. */
  readonly onFailure?: (mchid: string, error: WechatPayError) => void;
  /** How long keys count as fresh. Milliseconds, default one minute. */
  readonly refreshEveryMs?: number;
  /** How long a caller waits for keys that are not known yet. Milliseconds, default five seconds. */
  readonly timeoutMs?: number;
  readonly now?: () => number;
}

const REFRESH_EVERY_MS = 60_000;
const TIMEOUT_MS = 5_000;
const QUESTION_LIMIT_MS = 30_000;
/** Anybody can make up merchant numbers: neither the provider nor our memory may be at their mercy. */
const ASK_AGAIN_AFTER_MS = 5_000;
const MAX_QUESTIONS = 100;
const MAX_UNKNOWN = 10_000;

interface Known<T> {
  readonly keys: MerchantKeys;
  readonly merchant: T;
}

/** What a merchant number led to. */
interface Entry<T> {
  known?: Known<T>;
  failure?: WechatPayError;
  answeredAt: number;
}

export function knownMerchants<T>(options: KnownMerchantsOptions<T>): KnownMerchants<T> {
  const { provider, connect, onFailure, now = Date.now } = options;
  const { refreshEveryMs = REFRESH_EVERY_MS, timeoutMs = TIMEOUT_MS } = options;
  const entries = new Map<string, Entry<T>>();
  const questions = new Map<string, Promise<void>>();

  const isFresh = ({ answeredAt, known }: Entry<T>): boolean => {
    const age = now() - answeredAt;
    return age >= 0 && age < (known === undefined ? ASK_AGAIN_AFTER_MS : refreshEveryMs);
  };

  /** One question at a time for each merchant. Never rejects: what went wrong is in the entry. */
  function ask(mchid: string): Promise<void> {
    const asking = questions.get(mchid) ?? answer(mchid).finally(() => questions.delete(mchid));
    questions.set(mchid, asking);
    return asking;
  }

  async function answer(mchid: string): Promise<void> {
    const before = entries.get(mchid)?.known;
    try {
      const keys = await withinLimit(QUESTION_LIMIT_MS, provider.keysOf(mchid), mchid);
      const known = keys === undefined ? undefined : connected(mchid, keys, before);
      remember(mchid, { known, answeredAt: now() });
    } catch (error) {
      const failure = error instanceof WechatPayError ? error : unavailable(mchid, reasonOf(error));
      remember(mchid, { known: before, failure, answeredAt: now() });
      onFailure?.(mchid, failure);
    }
  }

  function connected(mchid: string, keys: MerchantKeys, before: Known<T> | undefined): Known<T> {
    // The same keys again: what was put together knows certificates and has connections.
    if (before !== undefined && same(before.keys, keys)) return before;
    if (keys.mchid !== mchid) throw unusable(mchid, 'the provider gave those of another merchant');
    try {
      const wrong = checkKeys(keys, now()).filter(({ code }) => code === 'unusable-key');
      if (wrong.length > 0) throw unusable(mchid, wrong.map(({ what }) => what).join('; '), wrong[0]?.remedy);
      return { keys, merchant: connect(keys, before?.merchant) };
    } catch (error) {
      throw error instanceof WechatPayError ? error : unusable(mchid, 'they have another shape than MerchantKeys');
    }
  }

  function remember(mchid: string, entry: Entry<T>): void {
    entries.delete(mchid);
    entries.set(mchid, entry);
    if (entries.size <= MAX_UNKNOWN) return;
    for (const [number, { known }] of entries) {
      if (known === undefined) {
        entries.delete(number);
        return;
      }
    }
  }

  return {
    async of(mchid) {
      const entry = entries.get(mchid);
      if (entry !== undefined && isFresh(entry)) return outcome(entry);
      if (entry?.known !== undefined) {
        // A caller's onFailure that throws must not end the process.
        ask(mchid).catch(() => undefined);
        return entry.known.merchant;
      }
      if (questions.size >= MAX_QUESTIONS && !questions.has(mchid)) {
        throw unavailable(mchid, `${MAX_QUESTIONS} questions for keys are open`);
      }
      await withinLimit(timeoutMs, ask(mchid), mchid);
      const answered = entries.get(mchid);
      return answered === undefined ? undefined : outcome(answered);
    },
    known: () => new Map([...entries].flatMap(([mchid, { known }]) => (known ? [[mchid, known.merchant]] : []))),
  };
}

function outcome<T>({ known, failure }: Entry<T>): T | undefined {
  if (known !== undefined) return known.merchant;
  if (failure !== undefined) throw failure;
  return undefined;
}

/** A provider that hangs must not keep its merchant from ever being asked about again. */
async function withinLimit<V>(milliseconds: number, work: Promise<V>, mchid: string): Promise<V> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unavailable(mchid, `no answer within ${milliseconds} ms`)), milliseconds).unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(mchid: string, why: string): WechatPayError {
  return new WechatPayError('UNAVAILABLE', `the keys of merchant ${mchid} could not be had: ${why}`, {
    remedy: 'Nothing was sent. Check where the keys come from; they are asked for again.',
  });
}

function unusable(mchid: string, why: string, remedy = 'Check what the key provider returns.'): WechatPayError {
  return new WechatPayError('CONFIGURATION', `the keys of merchant ${mchid} are unusable: ${why}`, { remedy });
}

/** The name of an error, never its text: a secret store may quote what it holds. */
function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  return /^\w{1,64}$/.test(name) ? `the key provider failed (${name})` : 'the key provider failed';
}

/** Whether two sets of keys are equal in every part. */
function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (one instanceof KeyObject) return other instanceof KeyObject && one.equals(other);
  if (one instanceof X509Certificate) return other instanceof X509Certificate && one.raw.equals(other.raw);
  if (Buffer.isBuffer(one)) return Buffer.isBuffer(other) && one.equals(other);
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  const part = (value: object, name: string): unknown => (value as Readonly<Record<string, unknown>>)[name];
  return [...names].every((name) => same(part(one, name), part(other, name)));
}
