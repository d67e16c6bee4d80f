import { createCipheriv, createHash, createHmac, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { WebhookLog, WebhookLogFields } from '../../src/webhook/log';
import type { WebhookRequest } from '../../src/webhook/handler';
import type { WebhookMerchant } from '../../src/webhook/receive';
import type { DeliveryOutcome, NotificationSink } from '../../src/webhook/sink';

/** Notifications made the way WeChat Pay makes them, independent of the code that reads them. */

export const MCHID = '1900000109';
export const OTHER_MCHID = '1900000110';
export const SUB_MCHID = '1900000200';
export const SERIAL = '5157F09EFDC096DE15EBE81A47057A7200000001';
export const NOW = Date.parse('2026-01-02T03:05:06Z');

export const platform = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const API_V3_KEY = Buffer.from('0123456789abcdef0123456789abcdef');
export const OTHER_V3_KEY = Buffer.from('fedcba9876543210fedcba9876543210');
export const V2_KEY = '192006250b4c09247ec02edce69f6a2d';
export const OTHER_V2_KEY = 'ffff06250b4c09247ec02edce69f6a2d';

export const keyRing: NonNullable<WebhookMerchant['keyRing']> = {
  find: (id: string) => Promise.resolve(id === SERIAL ? platform.publicKey : undefined),
  sealingKey: () => Promise.resolve({ id: SERIAL, publicKey: platform.publicKey }),
  refresh: () => Promise.resolve(),
  ids: () => [SERIAL],
};

const MERCHANTS: Readonly<Record<string, WebhookMerchant>> = {
  [MCHID]: { keyRing, apiV3Keys: [API_V3_KEY], v2Keys: [V2_KEY] },
  [OTHER_MCHID]: { keyRing, apiV3Keys: [OTHER_V3_KEY], v2Keys: [OTHER_V2_KEY] },
  /** No keys at all. */
  '1900000111': { apiV3Keys: [], v2Keys: [] },
};

export const merchants = (mchid: string): WebhookMerchant | undefined =>
  Object.hasOwn(MERCHANTS, mchid) ? MERCHANTS[mchid] : undefined;

interface Signing {
  readonly path?: string;
  readonly signWith?: KeyObject;
  readonly serial?: string;
  /** Milliseconds. */
  readonly at?: number;
  /** As it is sent and signed; by default the seconds of `at`. */
  readonly timestamp?: string;
  readonly nonce?: string;
}

interface Sealing {
  readonly resource?: unknown;
  readonly plainText?: string;
  readonly key?: Buffer;
  readonly id?: string;
  /** Over the fields of the envelope; `undefined` removes one. */
  readonly envelope?: Readonly<Record<string, unknown>>;
  /** Over the fields of the encrypted resource; `undefined` removes one. */
  readonly sealed?: Readonly<Record<string, unknown>>;
}

export const H5_RESOURCE = {
  sub_mchid: SUB_MCHID,
  applyment_id: 100000,
  applyment_state: 'APPROVED',
  applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
  domains: ['pay.example.com'],
};

export function v3Body({ key = API_V3_KEY, id, resource, plainText, envelope, sealed }: Sealing = {}): string {
  const plain = plainText ?? JSON.stringify(resource ?? H5_RESOURCE);
  const iv = '0123456789ab';
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
  cipher.setAAD(Buffer.from('applyment'));
  const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return JSON.stringify({
    id: id ?? 'f7c34059-0f2d-5b32-ba33-a42dks0597c5',
    create_time: '2026-01-02T11:05:01+08:00',
    event_type: 'APPLYMENT_STATE.APPROVED',
    resource_type: 'applyment',
    summary: 'H5支付授权申请通知',
    resource: {
      algorithm: 'AEAD_AES_256_GCM',
      original_type: 'applyment',
      ciphertext: ciphertext.toString('base64'),
      associated_data: 'applyment',
      nonce: iv,
      ...sealed,
    },
    ...envelope,
  });
}

/** Any bytes, as WeChat Pay would sign and send them. */
export function v3Signed(body: string | Buffer, options: Signing = {}): WebhookRequest {
  const { signWith = platform.privateKey, serial = SERIAL, at = NOW } = options;
  const { timestamp = String(Math.floor(at / 1000)), nonce = randomBytes(16).toString('hex') } = options;
  const signer = createSign('RSA-SHA256').update(`${timestamp}\n${nonce}\n`).update(body).update('\n');
  return {
    method: 'POST',
    path: options.path ?? `/wechatpay/${MCHID}/h5/${SUB_MCHID}`,
    headers: {
      'content-type': 'application/json',
      'request-id': '08F78BB6AF0610D302189F9D',
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-signature': signer.sign(signWith, 'base64'),
      'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
      'wechatpay-serial': serial,
    },
    rawBody: Buffer.from(body),
  };
}

export const v3Notification = (options: Sealing & Signing = {}): WebhookRequest => v3Signed(v3Body(options), options);

export const PAYMENT = {
  return_code: 'SUCCESS',
  appid: 'wxcbda96de0b165486',
  mch_id: MCHID,
  nonce_str: '5d2b6c2a8db53831f7eda20af46e531c',
  result_code: 'SUCCESS',
  openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  is_subscribe: 'N',
  trade_type: 'JSAPI',
  bank_type: 'CFT',
  total_fee: '888',
  cash_fee: '888',
  transaction_id: '1004400740201409030005092168',
  out_trade_no: 'DW202601020001',
  time_end: '20260102110501',
};

export const CONTRACT = {
  return_code: 'SUCCESS',
  result_code: 'SUCCESS',
  mch_id: MCHID,
  contract_code: 'DWC202601020001',
  plan_id: '123',
  openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  change_type: 'ADD',
  operate_time: '2026-01-02 11:05:01',
  contract_id: 'Wx15463511252015071056489715',
  request_serial: '176729424501',
};

export const DEBIT = {
  ...PAYMENT,
  trade_type: 'PAP',
  trade_state: 'SUCCESS',
  contract_id: CONTRACT.contract_id,
  out_trade_no: 'DD202601020001',
};

export const FAILED_DEBIT = {
  return_code: 'SUCCESS',
  appid: PAYMENT.appid,
  mch_id: MCHID,
  nonce_str: PAYMENT.nonce_str,
  result_code: 'FAIL',
  trade_state: 'PAY_FAIL',
  out_trade_no: DEBIT.out_trade_no,
  contract_id: DEBIT.contract_id,
  err_code: 'NOTENOUGH',
  err_code_des: '余额不足',
};

interface V2Options {
  readonly path?: string;
  readonly key?: string;
  readonly signType?: 'MD5' | 'HMAC-SHA256';
  /** Put in front of the root element. */
  readonly prolog?: string;
}

export function v2Notification(fields: Readonly<Record<string, string>>, options: V2Options = {}): WebhookRequest {
  const { key = V2_KEY, signType = 'MD5', prolog = '' } = options;
  const text = [
    ...Object.keys(fields)
      .filter((name) => fields[name] !== '')
      .sort()
      .map((name) => `${name}=${fields[name]}`),
    `key=${key}`,
  ].join('&');
  const hash = signType === 'MD5' ? createHash('md5') : createHmac('sha256', key);
  const sign = hash.update(text, 'utf8').digest('hex').toUpperCase();
  const elements = Object.entries({ ...fields, sign }).map(
    ([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`,
  );
  return {
    method: 'POST',
    path: options.path ?? `/wechatpay/${MCHID}/payment`,
    headers: { 'content-type': 'text/xml', 'request-id': '08F78BB6AF0610D302189F9D' },
    rawBody: Buffer.from(`${prolog}<xml>${elements.join('')}</xml>`, 'utf8'),
  };
}

/** A sink that remembers what it was given, and behaves as told. */
export function recordingSink(behave: () => Promise<DeliveryOutcome> = () => Promise.resolve('delivered')) {
  const deliveries: { to: keyof NotificationSink; args: unknown[] }[] = [];
  const record =
    (to: keyof NotificationSink) =>
    (...args: unknown[]) => {
      deliveries.push({ to, args });
      return behave();
    };
  const sink: NotificationSink = {
    h5: record('h5'),
    h5Domain: record('h5Domain'),
    payment: record('payment'),
    contract: record('contract'),
    debit: record('debit'),
    unclaimed: record('unclaimed'),
  };
  return { sink, deliveries };
}

export function recordingLog() {
  const lines: { level: string; fields: WebhookLogFields; message: string }[] = [];
  const record = (level: string) => (fields: WebhookLogFields, message: string) =>
    void lines.push({ level, fields, message });
  const log: WebhookLog = { info: record('info'), warn: record('warn'), error: record('error') };
  return { log, lines };
}

/** The same request with other headers; `undefined` removes one. */
export function withHeaders(
  request: WebhookRequest,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): WebhookRequest {
  return { ...request, headers: { ...request.headers, ...headers } };
}
