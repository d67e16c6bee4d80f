import { describe, expect, it } from 'vitest';
import { WechatPayError } from '../../../src/wechatpay/errors';
import { createKeyRing } from '../../../src/wechatpay/v3/key-ring';
import type { PlatformCertificate } from '../../../src/wechatpay/v3/key-ring';
import { NOW, platformA, platformB } from './platform';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const certificate = (
  { serial, publicKey }: typeof platformA,
  times: { readonly effectiveAt?: number; readonly expiresAt?: number } = {},
): PlatformCertificate => ({ serial, publicKey, effectiveAt: NOW - HOUR, expiresAt: NOW + 100 * HOUR, ...times });

/** A ring whose downloads are scripted; each gives certificates, or rejects with what is no list. */
function ring(...script: readonly unknown[]) {
  const clock = { now: NOW };
  const asked: number[] = [];
  const created = createKeyRing({
    now: () => clock.now,
    download: () => {
      const next = script[Math.min(asked.length, script.length - 1)];
      asked.push(clock.now);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      return Array.isArray(next) ? Promise.resolve(next as PlatformCertificate[]) : Promise.reject(next);
    },
  });
  return { ring: created, clock, asked };
}

describe('the life of a certificate', () => {
  it('begins five minutes before its time, because clocks differ, and not a moment earlier', async () => {
    const effectiveAt = NOW + 5 * MINUTE;
    const { ring: early } = ring([certificate(platformA, { effectiveAt: effectiveAt + 1 })]);
    expect(await early.find(platformA.serial)).toBeUndefined();
    const { ring: tolerated } = ring([certificate(platformA, { effectiveAt })]);
    expect(await tolerated.find(platformA.serial)).toBe(platformA.publicKey);
  });

  it('ends at its expiry', async () => {
    const { ring: keys, clock } = ring([certificate(platformA, { expiresAt: NOW + 1 })], []);
    expect(await keys.find(platformA.serial)).toBe(platformA.publicKey);
    clock.now = NOW + 1;
    expect(keys.ids()).toEqual([]);
    expect(await keys.find(platformA.serial)).toBeUndefined();
  });

  it('decides what seals: never one that is not valid now', async () => {
    const later = certificate(platformB, { effectiveAt: NOW + HOUR, expiresAt: NOW + 900 * HOUR });
    const { ring: keys } = ring([later, certificate(platformA)]);
    expect((await keys.sealingKey()).id).toBe(platformA.serial);
  });
});

describe('a download that fails', () => {
  it('is remembered for a minute, also when it failed with something that is no error', async () => {
    for (const failure of [new Error('no network'), 'no network', undefined]) {
      const { ring: keys, clock, asked } = ring(failure);
      await keys.refresh().catch(() => undefined);
      await expect(keys.refresh()).rejects.toThrow(failure instanceof Error ? 'no network' : 'the download failed');
      expect(asked).toHaveLength(1);
      clock.now += MINUTE;
      await keys.refresh().catch(() => undefined);
      expect(asked).toHaveLength(2);
    }
  });

  it('does not fail whoever only looks for a key', async () => {
    const { ring: keys } = ring(new Error('no network'));
    expect(await keys.find('F00D')).toBeUndefined();
  });
});

describe('sealing', () => {
  it('with a certificate at hand waits for no download, and starts the daily one beside it', async () => {
    const { ring: keys, clock, asked } = ring([certificate(platformA)], new Error('no network'));
    expect((await keys.sealingKey()).id).toBe(platformA.serial);
    expect((await keys.sealingKey()).id).toBe(platformA.serial);
    expect(asked).toHaveLength(1);
    clock.now += 12 * HOUR;
    expect(await keys.sealingKey()).toMatchObject({ id: platformA.serial, publicKey: platformA.publicKey });
    expect(asked).toHaveLength(2);
  });

  it('without any key says what to configure', async () => {
    const { ring: keys } = ring([]);
    const error: unknown = await keys.sealingKey().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WechatPayError);
    expect(error).toMatchObject({ errorClass: 'CONFIGURATION' });
    expect((error as WechatPayError).message).toMatch(/no key of WeChat Pay/);
    expect((error as WechatPayError).remedy).toMatch(/Download the WeChat Pay public key/);
  });
});

describe('a clock that was set back', () => {
  it('does not stop downloads until it has caught up', async () => {
    const { ring: keys, clock, asked } = ring([certificate(platformA)]);
    await keys.find('F00D');
    clock.now = NOW - 24 * HOUR;
    await keys.find('F00D');
    expect(asked).toHaveLength(2);
  });
});
