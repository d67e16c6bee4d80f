import { constants, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The one signature scheme of APIv3 outside the Chinese national algorithms. */
export const SIGNATURE_TYPE = 'WECHATPAY2-SHA256-RSA2048';

/** Who signs: a merchant, or the institution that calls for it. */
export interface MerchantCredentials {
  readonly mchid: string;
  /** Serial of the merchant's API certificate, upper-case hex. */
  readonly merchantSerial: string;
  readonly privateKey: KeyObject;
}

export interface RequestToSign {
  /** Upper case. */
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly path: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly nonce: string;
  /** Exactly as sent; empty without a body. */
  readonly body: string;
}

/** Five lines, each ended by a line feed. Source: WeChat Pay Global APIv3, "Signature generation". */
export function requestToSign({ method, path, timestamp, nonce, body }: RequestToSign): string {
  return `${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`;
}

/**
 * Three lines, each ended by a line feed; the body stays bytes. In parts, because copying the body would cost more than
 * all checks around the signature. Source: APIv3, "Signature verification".
 */
export function answerToVerify(timestamp: string, nonce: string, body: Uint8Array): readonly (string | Uint8Array)[] {
  return [`${timestamp}\n${nonce}\n`, body, '\n'];
}

/** RSASSA-PKCS1-v1_5 with SHA-256 over the UTF-8 bytes, Base64. */
export function signText(text: string, privateKey: KeyObject): string {
  const key = { key: privateKey, padding: constants.RSA_PKCS1_PADDING };
  return sign('sha256', Buffer.from(text, 'utf8'), key).toString('base64');
}

/** 32 characters of digits and letters, 122 bits of chance. Node keeps random bytes in store for UUIDs, for nothing else. */
export function newNonce(): string {
  return randomUUID().replaceAll('-', '').toUpperCase();
}

/** Value of the `Authorization` header. A secret: it must not reach a log or an error. */
export function authorization(
  { mchid, merchantSerial, privateKey }: MerchantCredentials,
  request: RequestToSign,
): string {
  const signature = signText(requestToSign(request), privateKey);
  return (
    `${SIGNATURE_TYPE} mchid="${mchid}",nonce_str="${request.nonce}",` +
    `timestamp="${request.timestamp}",serial_no="${merchantSerial}",signature="${signature}"`
  );
}
