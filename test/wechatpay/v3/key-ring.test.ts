import { describe, expect, it, vi } from 'vitest';
import { createKeyRing } from '../../../src/wechatpay/v3/key-ring';
import type { KeyRing, PlatformCertificate } from '../../../src/wechatpay/v3/key-ring';
import { NOW, platformA, platformB, publicKeyA } from './platform';

const HOUR = 3_600_000;
const MINUTE = 60_000;

const certificate = (
  key: typeof platformA,
  expiresAt = NOW + 1_000 * HOUR,
  effectiveAt = NOW - HOUR,
): PlatformCertificate => ({
  serial: key.serial,
  publicKey: key.publicKey,
  effectiveAt,
  expiresAt,
});

/** A ring with a clock that stands, and a download that gives what the test wants. */
function ringWith(...answers: (readonly PlatformCertificate[] | Error)[]): {
  ring: KeyRing;
  clock: { now: number };
  download: ReturnType<typeof vi.fn>;
} {
  const clock = { now: NOW };
  const download = vi.fn(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer ?? [];
  });
  return {
    ring: createKeyRing({ download: download, now: () => clock.now }),
    clock,
    download,
  };
}

describe('certificate mode', () => {
  it('downloads when the first serial is asked for, and remembers', async () => {
    const { ring, download } = ringWith([certificate(platformA)]);
    expect(ring.ids()).toEqual([]);
    expect(await ring.find(platformA.serial)).toBe(platformA.publicKey);
    expect(await ring.find(platformA.serial)).toBe(platformA.publicKey);
    expect(ring.ids()).toEqual([platformA.serial]);
    expect(download).toHaveBeenCalledTimes(1);
  });

  it('downloads once, however many wait', async () => {
    const { ring, download } = ringWith([certificate(platformA)]);
    const keys = await Promise.all(Array.from({ length: 50 }, () => ring.find(platformA.serial)));
    expect(new Set(keys)).toEqual(new Set([platformA.publicKey]));
    expect(download).toHaveBeenCalledTimes(1);
  });

  it('looks for an unknown serial at most once a minute, whatever arrives', async () => {
    const { ring, clock, download } = ringWith([certificate(platformA)]);
    for (let i = 0; i < 100; i += 1) {
      expect(await ring.find(`F00D${i}`)).toBeUndefined();
      await ring.refresh();
      clock.now += 500;
    }
    expect(download).toHaveBeenCalledTimes(1);
    clock.now = NOW + MINUTE;
    await ring.find('F00D');
    expect(download).toHaveBeenCalledTimes(2);
  });

  it('finds the new certificate of a rotation, and keeps the old one until it ends', async () => {
    const { ring, clock } = ringWith(
      [certificate(platformA, NOW + 24 * HOUR)],
      [certificate(platformB, NOW + 9_000 * HOUR)],
    );
    await ring.find(platformA.serial);
    clock.now += 2 * MINUTE;
    expect(await ring.find(platformB.serial)).toBe(platformB.publicKey);
    expect(await ring.find(platformA.serial)).toBe(platformA.publicKey);
    expect(ring.ids()).toHaveLength(2);
    clock.now = NOW + 24 * HOUR;
    expect(await ring.find(platformA.serial)).toBeUndefined();
    expect(ring.ids()).toEqual([platformB.serial]);
  });

  it('takes an earlier end that WeChat Pay announces', async () => {
    const { ring, clock } = ringWith([certificate(platformA)], [certificate(platformA, NOW + 30 * MINUTE)]);
    await ring.refresh();
    clock.now += 2 * MINUTE;
    await ring.refresh();
    clock.now += HOUR;
    expect(ring.ids()).toEqual([]);
  });

  it('does not use a certificate before its time', async () => {
    const { ring, clock } = ringWith([certificate(platformA, NOW + 90 * HOUR, NOW + HOUR)]);
    expect(await ring.find(platformA.serial)).toBeUndefined();
    clock.now += HOUR;
    expect(await ring.find(platformA.serial)).toBe(platformA.publicKey);
  });

  it('keeps what it has when a refresh fails', async () => {
    const { ring, clock, download } = ringWith([certificate(platformA)], new Error('down'));
    await ring.refresh();
    clock.now += 13 * HOUR;
    expect(await ring.find(platformA.serial)).toBe(platformA.publicKey);
    await vi.waitFor(() => expect(download).toHaveBeenCalledTimes(2));
    expect(await ring.find(platformA.serial)).toBe(platformA.publicKey);
    await expect(ring.refresh()).rejects.toThrow('down');
  });

  it('refreshes after twelve hours beside the work, not before', async () => {
    const { ring, clock, download } = ringWith([certificate(platformA)]);
    await ring.refresh();
    clock.now += 12 * HOUR - 1;
    await ring.find(platformA.serial);
    expect(download).toHaveBeenCalledTimes(1);
    clock.now += 1;
    await ring.find(platformA.serial);
    expect(download).toHaveBeenCalledTimes(2);
  });

  it('goes on when the clock jumps back', async () => {
    const { ring, clock, download } = ringWith([certificate(platformA)]);
    await ring.refresh();
    clock.now -= 30 * MINUTE;
    await ring.find('F00D');
    expect(download).toHaveBeenCalledTimes(2);
  });

  it('seals with the certificate that lives longest', async () => {
    const { ring } = ringWith([certificate(platformA, NOW + HOUR), certificate(platformB, NOW + 2 * HOUR)]);
    expect(await ring.sealingKey()).toEqual({ id: platformB.serial, publicKey: platformB.publicKey });
  });

  it('says why it cannot seal', async () => {
    await expect(ringWith(new Error('down')).ring.sealingKey()).rejects.toThrow('down');
    await expect(ringWith([]).ring.sealingKey()).rejects.toMatchObject({ errorClass: 'CONFIGURATION' });
  });
});

describe('public key mode', () => {
  it('needs no download', async () => {
    const ring = createKeyRing({ publicKeys: [publicKeyA] });
    expect(await ring.find(publicKeyA.id)).toBe(publicKeyA.publicKey);
    expect(await ring.find(platformA.serial)).toBeUndefined();
    expect(await ring.sealingKey()).toEqual(publicKeyA);
    await ring.refresh();
    expect(ring.ids()).toEqual([publicKeyA.id]);
  });

  it('stands beside certificates during a change-over, and seals with the public key', async () => {
    const download = vi.fn(() => Promise.resolve([certificate(platformB)]));
    const ring = createKeyRing({ publicKeys: [publicKeyA], download, now: () => NOW });
    expect(await ring.find(publicKeyA.id)).toBe(publicKeyA.publicKey);
    expect(await ring.find('PUB_KEY_ID_999')).toBeUndefined();
    expect(download).not.toHaveBeenCalled();
    expect(await ring.find(platformB.serial)).toBe(platformB.publicKey);
    expect((await ring.sealingKey()).id).toBe(publicKeyA.id);
    expect(ring.ids()).toEqual([publicKeyA.id, platformB.serial]);
  });
});

describe('a ring that replaces another', () => {
  it('starts with its certificates, and with its minute', async () => {
    const old = ringWith([certificate(platformA)]);
    await old.ring.refresh();
    const download = vi.fn(() => Promise.resolve([certificate(platformB)]));
    const ring = createKeyRing({ after: old.ring, download, now: () => old.clock.now });
    expect(await ring.find(platformA.serial)).toBe(platformA.publicKey);
    expect(await ring.find(platformB.serial)).toBeUndefined();
    expect(download).not.toHaveBeenCalled();
    old.clock.now += MINUTE;
    expect(await ring.find(platformB.serial)).toBe(platformB.publicKey);
    expect(ring.ids()).toEqual([platformA.serial, platformB.serial]);
    expect(old.ring.ids()).toEqual([platformA.serial]);
  });

  it('downloads for itself while the other one still does', async () => {
    const old = ringWith([certificate(platformA)]);
    const first = old.ring.refresh();
    const download = vi.fn(() => Promise.resolve([certificate(platformA)]));
    const ring = createKeyRing({ after: old.ring, download, now: () => old.clock.now });
    await first;
    expect(await ring.find(platformA.serial)).toBe(platformA.publicKey);
    expect(download).toHaveBeenCalledTimes(1);
  });

  it('downloads at once where the other one could not', async () => {
    const old = ringWith(new Error('wrong key'));
    await expect(old.ring.refresh()).rejects.toThrow('wrong key');
    const download = vi.fn(() => Promise.resolve([certificate(platformA)]));
    const ring = createKeyRing({ after: old.ring, download, now: () => old.clock.now });
    expect(await ring.find(platformA.serial)).toBe(platformA.publicKey);
  });
});
