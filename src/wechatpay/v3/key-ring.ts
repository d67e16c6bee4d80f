import type { KeyObject } from 'node:crypto';
import { WechatPayError } from '../errors';
import type { SealingKey } from './sealing';

/** WeChat Pay's keys, by certificate serial or `PUB_KEY_ID_…`. */
export interface KeyRing {
  /** The key of that name; an unknown serial makes the ring look for new certificates first. */
  find(serialOrId: string): Promise<KeyObject | undefined>;
  /**
   * The key to seal with: the public key if one is configured, else the certificate with the latest expiry.
   *
   * @throws {WechatPayError} why no key can be had
   */
  sealingKey(): Promise<SealingKey>;
  /** Downloads the certificates now, unless that was tried within the last minute; then its result counts. */
  refresh(): Promise<void>;
  /** Serials and ids that are accepted now. Public key ids first. */
  ids(): string[];
}

/** A platform certificate, decrypted and checked. Times in milliseconds since the epoch. */
export interface PlatformCertificate {
  readonly serial: string;
  readonly publicKey: KeyObject;
  readonly effectiveAt: number;
  readonly expiresAt: number;
}

export interface KeyRingOptions {
  /** Public key mode. Beside certificates during a change-over. */
  readonly publicKeys?: readonly SealingKey[];
  /** Certificate mode: fetches the list; an empty one when the merchant was moved to public key mode. */
  readonly download?: (find: (serialOrId: string) => KeyObject | undefined) => Promise<readonly PlatformCertificate[]>;
  /** The ring this one replaces, as the merchant's keys have changed: its certificates are taken over. */
  readonly after?: KeyRing;
  readonly now?: () => number;
}

const REFRESH_EVERY_MS = 12 * 60 * 60_000;
/** Whoever sends unknown serials must not make us call WeChat Pay at their pace. */
const MIN_INTERVAL_MS = 60_000;
/** Clocks differ: a new certificate may be used a little before its time. */
const CLOCK_TOLERANCE_MS = 300_000;

export const PUBLIC_KEY_PREFIX = 'PUB_KEY_ID_';

interface Downloaded {
  readonly certificates: ReadonlyMap<string, PlatformCertificate>;
  /** When a download last succeeded, and when one was last tried. */
  readonly refreshedAt?: number;
  readonly triedAt?: number;
}

/** What a ring has downloaded, for the one that replaces it: what is signed meanwhile must not be refused. */
const DOWNLOADED = new WeakMap<KeyRing, () => Downloaded>();

export function createKeyRing(options: KeyRingOptions): KeyRing {
  const now = options.now ?? Date.now;
  const publicKeys = new Map((options.publicKeys ?? []).map(({ id, publicKey }) => [id, publicKey]));
  const before = options.after === undefined ? undefined : DOWNLOADED.get(options.after)?.();
  const certificates = new Map(before?.certificates);
  let refreshedAt = before?.refreshedAt;
  let triedAt = before?.triedAt;
  let lastFailure: Error | undefined;
  let running: Promise<void> | undefined;

  const known = (serialOrId: string): KeyObject | undefined => {
    const publicKey = publicKeys.get(serialOrId);
    if (publicKey !== undefined) return publicKey;
    const certificate = certificates.get(serialOrId);
    return certificate !== undefined && isCurrent(certificate) ? certificate.publicKey : undefined;
  };
  const isCurrent = ({ effectiveAt, expiresAt }: PlatformCertificate): boolean =>
    effectiveAt - CLOCK_TOLERANCE_MS <= now() && now() < expiresAt;
  const within = (since: number | undefined, span: number): boolean =>
    since !== undefined && now() >= since && now() - since < span;

  async function download(fetch: NonNullable<KeyRingOptions['download']>): Promise<void> {
    triedAt = now();
    try {
      const found = await fetch(known);
      for (const [serial, { expiresAt }] of certificates) if (expiresAt <= now()) certificates.delete(serial);
      for (const certificate of found) certificates.set(certificate.serial, certificate);
      refreshedAt = now();
      lastFailure = undefined;
    } catch (error) {
      // What is known stays known: a failed refresh must not take the keys away.
      lastFailure = error instanceof Error ? error : new Error('the download failed');
      throw error;
    }
  }

  async function refresh(): Promise<void> {
    if (options.download === undefined) return;
    if (running !== undefined) return running;
    if (within(triedAt, MIN_INTERVAL_MS)) {
      if (lastFailure !== undefined) throw lastFailure;
      return;
    }
    running = download(options.download).finally(() => {
      running = undefined;
    });
    return running;
  }

  /** A key that is at hand is used at once; the daily refresh goes on beside it. */
  function refreshInBackground(): void {
    if (within(refreshedAt, REFRESH_EVERY_MS)) return;
    refresh().catch(() => undefined);
  }

  const ring: KeyRing = {
    async find(serialOrId) {
      const key = known(serialOrId);
      if (key !== undefined) {
        if (!publicKeys.has(serialOrId)) refreshInBackground();
        return key;
      }
      // Public keys are handed over on the merchant platform: no download can bring one.
      if (serialOrId.startsWith(PUBLIC_KEY_PREFIX)) return undefined;
      await refresh().catch(() => undefined);
      return known(serialOrId);
    },

    async sealingKey() {
      const [publicKey] = publicKeys;
      if (publicKey !== undefined) return { id: publicKey[0], publicKey: publicKey[1] };
      const latest = (): PlatformCertificate | undefined =>
        [...certificates.values()].filter(isCurrent).sort((a, b) => b.expiresAt - a.expiresAt)[0];
      if (latest() === undefined) await refresh();
      else refreshInBackground();
      const certificate = latest();
      if (certificate === undefined) {
        throw new WechatPayError('CONFIGURATION', 'no key of WeChat Pay to seal with', {
          remedy: 'Download the WeChat Pay public key from the merchant platform and configure it with its id.',
        });
      }
      return { id: certificate.serial, publicKey: certificate.publicKey };
    },

    refresh,

    ids: () => [...publicKeys.keys(), ...[...certificates.values()].filter(isCurrent).map(({ serial }) => serial)],
  };
  DOWNLOADED.set(ring, () => ({
    certificates,
    refreshedAt,
    // One that failed may have failed because of the keys that have changed now, and one that is under way brings its
    // certificates to the old ring only.
    ...(lastFailure === undefined && running === undefined && { triedAt }),
  }));
  return ring;
}
