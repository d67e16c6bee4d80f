import { parseJson } from '../json';
import type { JsonRefusedError } from '../json';
import { DecryptionError, openAead, readEncryptedResource } from './aead';
import type { EncryptedResource } from './aead';
import type { KeyRing } from './key-ring';
import { SignatureRefusedError, verifySignature } from './verification';
import type { ReceivedHeaders, SignatureProblem, Verified } from './verification';

/**
 * Why a notification is refused. Only `cannot-decrypt` comes from a genuine message with a wrong configuration: the
 * signature is WeChat Pay's, the APIv3 key is not the merchant's. It deserves an alert.
 */
export type NotificationProblem = SignatureProblem | 'not-json' | 'bad-envelope' | 'bad-resource' | 'cannot-decrypt';

/** The message names no content of the notification and no secret. */
export class NotificationRefusedError extends Error {
  override readonly name = 'NotificationRefusedError';

  constructor(
    readonly reason: NotificationProblem,
    message: string,
  ) {
    super(`notification refused (${reason}): ${message}`);
  }
}

/** A genuine notification, opened. */
export interface OpenedNotification {
  /** Unique per notification; the same on a redelivery. */
  readonly id: string;
  /** RFC 3339, as it came; empty when it was missing. */
  readonly createTime: string;
  /** Not to be relied on: the resource decides. */
  readonly eventType: string;
  /** Decoded JSON; integers of 16 and more digits are text. */
  readonly resource: unknown;
}

interface Envelope {
  readonly id: string;
  readonly createTime: string;
  readonly eventType: string;
  readonly resource: EncryptedResource;
}

/**
 * Opens a notification: signature over the raw bytes, only then JSON, then decryption, then JSON again.
 *
 * Source: WeChat Pay Global APIv3, "Authorization result notification".
 *
 * @throws {NotificationRefusedError}
 */
export async function openNotification(received: {
  readonly rawBody: Buffer;
  readonly headers: ReceivedHeaders;
  readonly keyRing: Pick<KeyRing, 'find'>;
  /** The merchant's APIv3 key, and the old one during a roll-over. 32 bytes each. */
  readonly apiV3Keys: readonly Buffer[];
  /** Milliseconds since the epoch. */
  readonly now?: number;
}): Promise<OpenedNotification> {
  return openVerified(await verify(received), received.apiV3Keys);
}

/**
 * The part of {@link openNotification} that comes after the signature.
 *
 * @throws {NotificationRefusedError}
 */
export function openVerified(body: Verified<Buffer>, apiV3Keys: readonly Buffer[]): OpenedNotification {
  const { id, createTime, eventType, resource } = readEnvelope(body);
  const plain = decodeJson(decrypt(resource, apiV3Keys), 'the decrypted resource');
  return { id, createTime, eventType, resource: plain };
}

async function verify({
  rawBody,
  headers,
  keyRing,
  now = Date.now(),
}: Parameters<typeof openNotification>[0]): Promise<Verified<Buffer>> {
  try {
    return await verifySignature({ headers, body: rawBody, findKey: (id) => keyRing.find(id), now });
  } catch (error) {
    if (error instanceof SignatureRefusedError) throw new NotificationRefusedError(error.reason, error.message);
    throw error;
  }
}

function readEnvelope(body: Verified<Buffer>): Envelope {
  const envelope = decodeJson(body.value, 'the body');
  if (typeof envelope !== 'object' || envelope === null || Array.isArray(envelope)) {
    throw new NotificationRefusedError('bad-envelope', 'the body: expected an object');
  }
  const { id, create_time, event_type, resource } = envelope as Record<string, unknown>;
  if (typeof id !== 'string' || id === '' || id.length > 128) {
    throw new NotificationRefusedError('bad-envelope', 'id: expected text of 1 to 128 characters');
  }
  return {
    id,
    createTime: typeof create_time === 'string' ? create_time : '',
    eventType: typeof event_type === 'string' ? event_type : '',
    resource: refusing(() => readEncryptedResource(resource)),
  };
}

function decrypt(resource: EncryptedResource, apiV3Keys: readonly Buffer[]): Buffer {
  return refusing(() => openAead(resource, apiV3Keys));
}

function refusing<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    const reason = error.reason === 'malformed' ? 'bad-resource' : 'cannot-decrypt';
    throw new NotificationRefusedError(reason, `resource: ${error.message}`);
  }
}

function decodeJson(bytes: Buffer, what: string): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    // parseJson throws nothing else.
    throw new NotificationRefusedError('not-json', `${what} is ${(error as JsonRefusedError).message}`);
  }
}
