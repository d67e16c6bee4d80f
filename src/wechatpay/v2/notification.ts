import { createHash } from 'node:crypto';
import { textOf, type Fields } from './fields';
import { verifySign, type SignRefusal, type SignType } from './signing';
import { parseXml, XmlRefusedError, type XmlRefusal } from './xml';

/** Why a notification was refused. Closed, so that it can label a metric. */
export type V2NotificationRefusal =
  | XmlRefusal
  | SignRefusal
  /** `return_code` says that the message carries no usable data. */
  | 'return-code'
  /** Verified, but it does not state a success (`result_code`, `trade_state`). */
  | 'not-a-success'
  /** Verified, but a field that its kind always has is missing or is not what it should be. */
  | 'field';

/** A notification that must be answered with `FAIL`. Says nothing of its content but names of fields. */
export class V2NotificationRefusedError extends Error {
  override readonly name = 'V2NotificationRefusedError';

  constructor(
    readonly reason: V2NotificationRefusal,
    detail: string,
  ) {
    super(`notification refused (${reason}): ${detail}`);
  }
}

declare const verified: unique symbol;

/** Fields whose signature was checked; only {@link openV2Notification} makes them. */
export type VerifiedFields = Fields & { readonly [verified]: true };

export interface OpenedV2Notification {
  readonly fields: VerifiedFields;
  /**
   * SHA-256, in hexadecimal, of the sorted fields without `sign` and `nonce_str`: the same for every delivery of the
   * same statement, also when it is signed anew with another key.
   */
  readonly id: string;
  readonly signType: SignType;
}

const SIGN_DETAILS: Readonly<Record<SignRefusal, string>> = {
  'sign-missing': 'expected the field sign',
  'sign-type': 'expected sign_type MD5 or HMAC-SHA256',
  'sign-malformed': 'expected sign to be 32 or 64 upper-case hexadecimal digits',
  'sign-mismatch': 'the signature is not one of this merchant: forged, altered, or another APIv2 key',
};

/**
 * Raw bytes to verified fields: decoded strictly, then proven with the merchant's APIv2 key. Both signature types count,
 * since a notification follows its order's type and may not state it.
 *
 * @param keys the APIv2 key, and the previous one while it is being replaced.
 * @throws V2NotificationRefusedError with a closed `reason`.
 */
export function openV2Notification({
  rawBody,
  keys,
}: {
  readonly rawBody: Uint8Array;
  readonly keys: readonly string[];
}): OpenedV2Notification {
  const fields = decode(rawBody);
  const returnCode = textOf(fields, 'return_code');
  // Contract notifications may come without return_code.
  if (returnCode !== undefined && returnCode !== 'SUCCESS') {
    throw new V2NotificationRefusedError('return-code', 'expected return_code SUCCESS or none');
  }
  const verdict = verifySign(fields, { keys });
  if (!verdict.ok) throw new V2NotificationRefusedError(verdict.reason, SIGN_DETAILS[verdict.reason]);
  return { fields: fields as VerifiedFields, id: fingerprint(fields), signType: verdict.signType };
}

function decode(rawBody: Uint8Array): Fields {
  try {
    return parseXml(rawBody);
  } catch (error) {
    if (!(error instanceof XmlRefusedError)) throw error;
    throw new V2NotificationRefusedError(error.reason, error.message);
  }
}

function fingerprint(fields: Fields): string {
  const statement = Object.keys(fields)
    .filter((name) => name !== 'sign' && name !== 'nonce_str')
    .sort()
    .map((name) => [name, fields[name]]);
  // JSON keeps `a=1&b=2` as one value apart from two values, which the signed text does not.
  return createHash('sha256').update(JSON.stringify(statement), 'utf8').digest('hex');
}
