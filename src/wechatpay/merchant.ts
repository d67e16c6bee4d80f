import type { KeyObject, X509Certificate } from 'node:crypto';
import { certificateDownload } from './certificates/calls';
import { checkedContractOrder, checkedCustoms, checkedDebit, checkedH5, checkedH5Domain } from './checked-calls';
import { cashierParameters } from './contract-order/cashier';
import { contractOrderCalls } from './contract-order/calls';
import type { ContractOrderCalls } from './contract-order/calls';
import type { ContractOrder, ContractOrderAnswer } from './contract-order/schema';
import { customsCalls } from './customs/calls';
import type { CustomsCalls } from './customs/calls';
import { debitCalls } from './debit/calls';
import type { DebitCalls } from './debit/calls';
import { h5Calls } from './h5/calls';
import type { H5Calls } from './h5/calls';
import { h5DomainCalls } from './h5-domain/calls';
import type { H5DomainCalls } from './h5-domain/calls';
import type { HttpTransport } from './http';
import { mediaCalls } from './media/calls';
import type { MediaCalls } from './media/calls';
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
    /** The certificate of that key (`apiclient_cert.pem`), for {@link selfTest}; calls do not need it. */
    readonly certificate?: X509Certificate;
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
  /** `/v3/global/customs` (default) or `/global/v3/customs`. */
  readonly customsPrefix?: string;
  /** Default `/v3/global/certificates`. */
  readonly certificatesPath?: string;
  /** Default `/v3/merchant/media/upload`. */
  readonly mediaPath?: string;
  /** Only while gateway and webhook are both on loopback: notification URLs may be `http` there. Default `false`. */
  readonly allowLoopback?: boolean;
}

/** Every call of one merchant; what is wrong with an input is told before anything is sent. */
export interface Merchant {
  readonly v3?: {
    readonly keyRing: KeyRing;
    readonly customs: CustomsCalls;
    readonly h5: H5Calls;
    readonly h5Domain: H5DomainCalls;
    readonly media: MediaCalls;
  };
  readonly v2?: {
    readonly contractOrder: ContractOrderCalls;
    readonly debit: DebitCalls;
    /** Signs what a front end opens the cashier with; `now`: milliseconds since the epoch. */
    cashierParameters(
      answer: ContractOrderAnswer,
      order: ContractOrder,
      now: () => number,
    ): Readonly<Record<string, string>> | undefined;
  };
}

/**
 * Puts the calls of one merchant together. Nothing is sent yet.
 *
 * @param before the same merchant with its keys of before: WeChat Pay's certificates that it knows are taken over
 */
export function connectMerchant(keys: MerchantKeys, gateway: Gateway, before?: Merchant): Merchant {
  const v3 = keys.v3 === undefined ? undefined : connectV3(keys.mchid, keys.v3, gateway, before?.v3?.keyRing);
  const v2 = keys.v2 === undefined ? undefined : connectV2(keys.mchid, keys.v2, gateway);
  return { ...(v3 === undefined ? {} : { v3 }), ...(v2 === undefined ? {} : { v2 }) };
}

function connectV3(
  mchid: string,
  keys: NonNullable<MerchantKeys['v3']>,
  gateway: Gateway,
  after: KeyRing | undefined,
): Merchant['v3'] {
  const { merchantSerial, privateKey } = keys;
  const transport = gateway.v3;
  const keyRing = createMerchantKeyRing({ mchid, v3: keys }, gateway.certificatesPath, transport, after);
  const client = createV3Client({ mchid, merchantSerial, privateKey, keyRing, transport });
  const rules = { mchid, allowLoopback: gateway.allowLoopback };
  return {
    keyRing,
    customs: checkedCustoms(customsCalls(client, { prefix: gateway.customsPrefix })),
    h5: checkedH5(h5Calls(client), rules),
    h5Domain: checkedH5Domain(h5DomainCalls(client), rules),
    media: mediaCalls(client, { path: gateway.mediaPath }),
  };
}

/** WeChat Pay's keys for one merchant: the public key if one is configured, and certificates beside it. */
export function createMerchantKeyRing(
  { mchid, v3 }: { readonly mchid: string; readonly v3: NonNullable<MerchantKeys['v3']> },
  certificatesPath: string | undefined,
  transport: HttpTransport,
  after?: KeyRing,
): KeyRing {
  const { merchantSerial, privateKey, apiV3Keys, publicKey } = v3;
  return createKeyRing({
    publicKeys: publicKey === undefined ? [] : [{ id: publicKey.id, publicKey: publicKey.key }],
    download: certificateDownload({ mchid, merchantSerial, privateKey, apiV3Keys, transport, path: certificatesPath }),
    after,
  });
}

function connectV2(
  mch_id: string,
  { keys, signType }: NonNullable<MerchantKeys['v2']>,
  gateway: Gateway,
): Merchant['v2'] {
  const client = createV2Client({ mch_id, keys, signType, transport: gateway.v2 });
  const rules = { mchid: mch_id, allowLoopback: gateway.allowLoopback };
  return {
    contractOrder: checkedContractOrder(contractOrderCalls(client), rules),
    debit: checkedDebit(debitCalls(client), rules),
    cashierParameters: (answer, order, now) => cashierParameters(answer, order, keys.current, { now }),
  };
}
