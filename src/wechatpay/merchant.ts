import type { KeyObject } from 'node:crypto';
import { certificateDownload } from './certificates/calls';
import { cashierParameters } from './contract-order/cashier';
import { contractOrderCalls } from './contract-order/calls';
import type { ContractOrderCalls } from './contract-order/calls';
import type { ContractOrder, ContractOrderAnswer } from './contract-order/schema';
import { customsCalls } from './customs/calls';
import type { CustomsCalls } from './customs/calls';
import { h5Calls } from './h5/calls';
import type { H5Calls } from './h5/calls';
import type { HttpTransport } from './http';
import { createV2Client } from './v2/client';
import type { SignType } from './v2/signing';
import { createV3Client } from './v3/client';
import { createKeyRing } from './v3/key-ring';
import type { KeyRing } from './v3/key-ring';

/** Keys of one merchant. One with only v3 or only v2 keys is valid. */
export interface MerchantKeys {
  /** Merchant number, 10 digits. */
  readonly mchid: string;
  readonly v3?: {
    /** Serial number of the merchant's API certificate, upper-case hexadecimal. */
    readonly merchantSerial: string;
    readonly privateKey: KeyObject;
    /** The current APIv3 key first, then the previous one during a roll-over; 32 bytes each. */
    readonly apiV3Keys: readonly Buffer[];
    /** Public-key mode; without it, certificates are downloaded. */
    readonly publicKey?: { readonly id: string; readonly key: KeyObject };
  };
  readonly v2?: {
    readonly keys: { readonly current: string; readonly previous?: string };
    /** For the calls that allow a choice. */
    readonly signType: SignType;
  };
}

/** Where WeChat Pay is. One transport serves all merchants. */
export interface Gateway {
  readonly v3: HttpTransport;
  readonly v2: HttpTransport;
  /** `/v3/global/customs` or `/global/v3/customs`. */
  readonly customsPrefix: string;
  readonly certificatesPath: string;
}

/** Every call of one merchant. */
export interface Merchant {
  readonly v3?: { readonly keyRing: KeyRing; readonly customs: CustomsCalls; readonly h5: H5Calls };
  readonly v2?: {
    readonly contractOrder: ContractOrderCalls;
    /** Signs what a front end opens the cashier with; `now`: milliseconds since the epoch. */
    cashierParameters(
      answer: ContractOrderAnswer,
      order: ContractOrder,
      now: () => number,
    ): Readonly<Record<string, string>> | undefined;
  };
}

/** Puts the calls of one merchant together. Nothing is sent yet. */
export function connectMerchant(keys: MerchantKeys, gateway: Gateway): Merchant {
  const v3 = keys.v3 === undefined ? undefined : connectV3(keys.mchid, keys.v3, gateway);
  const v2 = keys.v2 === undefined ? undefined : connectV2(keys.mchid, keys.v2, gateway);
  return { ...(v3 === undefined ? {} : { v3 }), ...(v2 === undefined ? {} : { v2 }) };
}

function connectV3(mchid: string, keys: NonNullable<MerchantKeys['v3']>, gateway: Gateway): Merchant['v3'] {
  const { merchantSerial, privateKey } = keys;
  const transport = gateway.v3;
  const keyRing = createMerchantKeyRing({ mchid, v3: keys }, gateway.certificatesPath, transport);
  const client = createV3Client({ mchid, merchantSerial, privateKey, keyRing, transport });
  return { keyRing, customs: customsCalls(client, { prefix: gateway.customsPrefix }), h5: h5Calls(client) };
}

/** WeChat Pay's keys for one merchant: the public key if one is configured, and certificates beside it. */
export function createMerchantKeyRing(
  { mchid, v3 }: { readonly mchid: string; readonly v3: NonNullable<MerchantKeys['v3']> },
  certificatesPath: string,
  transport: HttpTransport,
): KeyRing {
  const { merchantSerial, privateKey, apiV3Keys, publicKey } = v3;
  return createKeyRing({
    publicKeys: publicKey === undefined ? [] : [{ id: publicKey.id, publicKey: publicKey.key }],
    download: certificateDownload({ mchid, merchantSerial, privateKey, apiV3Keys, transport, path: certificatesPath }),
  });
}

function connectV2(
  mch_id: string,
  { keys, signType }: NonNullable<MerchantKeys['v2']>,
  gateway: Gateway,
): Merchant['v2'] {
  const client = createV2Client({ mch_id, keys, signType, transport: gateway.v2 });
  return {
    contractOrder: contractOrderCalls(client),
    cashierParameters: (answer, order, now) => cashierParameters(answer, order, keys.current, { now }),
  };
}
