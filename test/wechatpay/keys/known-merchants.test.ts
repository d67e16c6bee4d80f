import { createPrivateKey } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { WechatPayError } from '../../../src/wechatpay/errors';
import { knownMerchants } from '../../../src/wechatpay/keys/known-merchants';
import type { KnownMerchantsOptions } from '../../../src/wechatpay/keys/known-merchants';
import { fixedKeys } from '../../../src/wechatpay/keys/provider';
import type { KeyProvider } from '../../../src/wechatpay/keys/provider';
import type { MerchantKeys } from '../../../src/wechatpay/merchant';
import { API_V3_KEY, merchantKey, OLD_API_V3_KEY, publicKeyA } from '../v3/platform';
import { makeCertificate, newPrivateKey } from './make-certificate';

const A = '1230000109';
const B = '1230000110';
const SECRET = 'V2canaryV2canaryV2canaryV2canary';

/** New objects at each call, as a provider that reads them anew gives them. */
function keysFor(mchid: string, change: Partial<NonNullable<MerchantKeys['v3']>> = {}): MerchantKeys {
  return {
    mchid,
    v3: {
      merchantSerial: merchantKey.serial,
      privateKey: createPrivateKey(merchantKey.privateKey.export({ type: 'pkcs8', format: 'pem' })),
      apiV3Keys: [Buffer.from(API_V3_KEY)],
      publicKey: { id: publicKeyA.id, key: publicKeyA.publicKey },
      ...change,
    },
    v2: { keys: { current: SECRET }, signType: 'MD5' },
  };
}

interface Made {
  readonly keys: MerchantKeys;
  readonly before?: Made;
}

/** Merchants from a provider that answers as the test says, and a clock that stands. */
function merchantsFrom(keysOf: KeyProvider['keysOf'], options: Partial<KnownMerchantsOptions<Made>> = {}) {
  const clock = { now: 0 };
  const asked: string[] = [];
  const failures: WechatPayError[] = [];
  const merchants = knownMerchants<Made>({
    provider: {
      keysOf: (mchid) => {
        asked.push(mchid);
        return keysOf(mchid);
      },
    },
    connect: (keys, before) => ({ keys, ...(before && { before }) }),
    onFailure: (_, failure) => failures.push(failure),
    now: () => clock.now,
    ...options,
  });
  return { merchants, clock, asked, failures };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('merchants of a provider', () => {
  it('are put together once, however many ask at the same time', async () => {
    const { merchants, asked } = merchantsFrom((mchid) => Promise.resolve(keysFor(mchid)));
    const found = await Promise.all([A, A, B, A, B].map((mchid) => merchants.of(mchid)));
    expect(found.map((made) => made?.keys.mchid)).toEqual([A, A, B, A, B]);
    expect(new Set(found).size).toBe(2);
    expect(asked).toEqual([A, B]);
    expect([...merchants.known().keys()]).toEqual([A, B]);
  });

  it('stay as they are while their keys are the same, and are asked about once a minute', async () => {
    const { merchants, clock, asked } = merchantsFrom((mchid) => Promise.resolve(keysFor(mchid)));
    const first = await merchants.of(A);
    for (clock.now = 0; clock.now < 60_000; clock.now += 10_000) expect(await merchants.of(A)).toBe(first);
    expect(asked).toHaveLength(1);
    for (; clock.now < 600_000; clock.now += 1_000) {
      expect(await merchants.of(A)).toBe(first);
      await Promise.resolve();
      if (clock.now % 60_000 === 0) await settled();
    }
    expect(asked).toHaveLength(10);
    expect(await merchants.of(A)).toBe(first);
  });

  it.each<[string, MerchantKeys]>([
    ['the APIv3 key', keysFor(A, { apiV3Keys: [OLD_API_V3_KEY] })],
    ['a previous APIv3 key', keysFor(A, { apiV3Keys: [API_V3_KEY, OLD_API_V3_KEY] })],
    ['the private key', keysFor(A, { privateKey: newPrivateKey() })],
    ['the serial', keysFor(A, { merchantSerial: '5157F09EFDC096DE' })],
    ['the certificate', keysFor(A, { certificate: makeCertificate(merchantKey.privateKey) })],
    ['the public key', keysFor(A, { publicKey: undefined })],
    ['the v2 key', { ...keysFor(A), v2: { keys: { current: 'x'.repeat(32) }, signType: 'MD5' } }],
    ['the kind of signature', { ...keysFor(A), v2: { keys: { current: SECRET }, signType: 'HMAC-SHA256' } }],
  ])('are put together again when %s has changed, from what was there', async (_, changed) => {
    let keys = keysFor(A);
    const { merchants, clock } = merchantsFrom(() => Promise.resolve(keys));
    const first = await merchants.of(A);
    keys = changed;
    clock.now += 60_000;
    expect(await merchants.of(A)).toBe(first);
    await settled();
    expect(await merchants.of(A)).toEqual({ keys: changed, before: first });
  });

  it('are gone once the provider does not know them any longer', async () => {
    let keys: MerchantKeys | undefined = keysFor(A);
    const { merchants, clock } = merchantsFrom(() => Promise.resolve(keys));
    await merchants.of(A);
    keys = undefined;
    clock.now += 60_000;
    await merchants.of(A);
    await settled();
    expect(await merchants.of(A)).toBeUndefined();
    expect(merchants.known().size).toBe(0);
  });

  it('come from fixed keys as well', async () => {
    const merchants = knownMerchants({ provider: fixedKeys([keysFor(A), keysFor(B)]), connect: ({ mchid }) => mchid });
    expect(await Promise.all([A, B, '1230000111'].map((mchid) => merchants.of(mchid)))).toEqual([A, B, undefined]);
  });
});

describe('a provider that fails', () => {
  const failing: [string, KeyProvider['keysOf']][] = [
    ['rejects', () => Promise.reject(new Error(`no access to ${SECRET}`))],
    [
      'throws',
      () => {
        throw new TypeError(SECRET);
      },
    ],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what a careless provider does
    ['rejects with a text', () => Promise.reject(SECRET)],
    ['never answers', () => new Promise(() => undefined)],
  ];

  it.each(failing)('and %s: UNAVAILABLE, without a word of what it said', async (_, keysOf) => {
    const { merchants } = merchantsFrom(keysOf, { timeoutMs: 20 });
    const error = await merchants.of(A).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WechatPayError);
    expect(error).toMatchObject({
      errorClass: 'UNAVAILABLE',
      remedy: expect.stringContaining('Nothing was sent') as string,
    });
    expect((error as Error).message).toContain(A);
    expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toContain(SECRET);
  });

  it('later takes no keys away, and is told', async () => {
    let fail = false;
    const { merchants, clock, failures } = merchantsFrom((mchid) =>
      fail ? Promise.reject(new RangeError(SECRET)) : Promise.resolve(keysFor(mchid)),
    );
    const first = await merchants.of(A);
    fail = true;
    for (let minute = 1; minute <= 60; minute += 1) {
      clock.now = minute * 60_000;
      expect(await merchants.of(A)).toBe(first);
      await settled();
    }
    expect(failures).toHaveLength(60);
    expect(failures[0]?.message).toContain('RangeError');
    expect(failures[0]?.message).not.toContain(SECRET);
  });

  it('in its own words, where those are a WechatPayError', async () => {
    const { merchants } = merchantsFrom(() => Promise.reject(new WechatPayError('CONFIGURATION', 'sealed vault')));
    await expect(merchants.of(A)).rejects.toMatchObject({ errorClass: 'CONFIGURATION', message: 'sealed vault' });
  });

  it('is asked again after five seconds, and not before', async () => {
    let fail = true;
    const { merchants, clock, asked } = merchantsFrom((mchid) =>
      fail ? Promise.reject(new Error('down')) : Promise.resolve(keysFor(mchid)),
    );
    await expect(merchants.of(A)).rejects.toThrow(/could not be had/);
    fail = false;
    clock.now = 4_999;
    await expect(merchants.of(A)).rejects.toThrow(/could not be had/);
    expect(asked).toHaveLength(1);
    clock.now = 5_000;
    expect((await merchants.of(A))?.keys.mchid).toBe(A);
  });

  it('and is slow serves whoever comes later', async () => {
    let give: (keys: MerchantKeys) => void = () => undefined;
    const { merchants, asked } = merchantsFrom(() => new Promise((resolve) => (give = resolve)), { timeoutMs: 20 });
    await expect(merchants.of(A)).rejects.toThrow('no answer within 20 ms');
    give(keysFor(A));
    await settled();
    expect((await merchants.of(A))?.keys.mchid).toBe(A);
    expect(asked).toHaveLength(1);
  });

  it('does not end the process when who is told throws', async () => {
    let fail = false;
    const { merchants, clock } = merchantsFrom(
      (mchid) => (fail ? Promise.reject(new Error('down')) : Promise.resolve(keysFor(mchid))),
      {
        onFailure: () => {
          throw new Error('the log is full');
        },
      },
    );
    const first = await merchants.of(A);
    fail = true;
    clock.now = 60_000;
    expect(await merchants.of(A)).toBe(first);
    await settled();
    expect(await merchants.of(A)).toBe(first);
  });
});

describe('keys that are unusable', () => {
  it.each<[string, unknown, RegExp]>([
    ['of another merchant', keysFor(B), /another merchant/],
    ['with an APIv3 key of 31 bytes', keysFor(A, { apiV3Keys: [API_V3_KEY.subarray(1)] }), /APIv3 key: expected 32/],
    ['that are none', { mchid: A }, /neither APIv3 nor API v2/],
    ['of another shape', { mchid: A, v3: { privateKey: 'PEM' } }, /MerchantKeys|unusable/],
    ['that are a text', 'keys', /another merchant/],
  ])('%s are CONFIGURATION', async (_, keys, what) => {
    const { merchants } = merchantsFrom(() => Promise.resolve(keys as MerchantKeys));
    await expect(merchants.of(A)).rejects.toMatchObject({
      errorClass: 'CONFIGURATION',
      message: expect.stringMatching(what) as string,
    });
  });

  it('do not replace keys that are usable', async () => {
    let keys = keysFor(A);
    const { merchants, clock, failures } = merchantsFrom(() => Promise.resolve(keys));
    const first = await merchants.of(A);
    keys = keysFor(A, { apiV3Keys: [] });
    clock.now = 60_000;
    await merchants.of(A);
    await settled();
    expect(await merchants.of(A)).toBe(first);
    expect(failures[0]).toMatchObject({ errorClass: 'CONFIGURATION' });
  });
});

describe('a flood of merchant numbers nobody knows', () => {
  const number = (index: number): string => String(9_000_000_000 + index);

  it('has at most a hundred questions open', async () => {
    const { merchants, asked } = merchantsFrom(() => new Promise(() => undefined), { timeoutMs: 20 });
    const all = await Promise.allSettled(Array.from({ length: 2_000 }, (_, index) => merchants.of(number(index))));
    expect(asked).toHaveLength(100);
    expect(all.every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('pushes no merchant out that is known', async () => {
    const { merchants, asked } = merchantsFrom((mchid) => Promise.resolve(mchid === A ? keysFor(A) : undefined));
    const first = await merchants.of(A);
    for (let index = 0; index < 12_000; index += 1) await merchants.of(number(index));
    expect(await merchants.of(A)).toBe(first);
    expect(asked).toHaveLength(12_001);
    // The oldest are forgotten, the newest are not.
    await merchants.of(number(11_999));
    expect(asked).toHaveLength(12_001);
    await merchants.of(number(0));
    expect(asked).toHaveLength(12_002);
  });
});
