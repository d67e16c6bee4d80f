// Payload encryption as the samples of the SDK have it: AES-256-GCM over each whole payload. The package ships none yet.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';

const { temporal } = createRequire(import.meta.url)('@temporalio/proto');
const { Payload } = temporal.api.common.v1;
const ENCODING = Buffer.from('binary/encrypted');

/** @param {Buffer} key 32 bytes */
export function encryptingConverter(key) {
  return {
    payloadCodecs: [
      { encode: (all) => Promise.resolve(all.map(sealed)), decode: (all) => Promise.resolve(all.map(opened)) },
    ],
  };

  function sealed(payload) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    const text = cipher.update(Payload.encode(payload).finish());
    return {
      metadata: { encoding: ENCODING },
      data: Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]),
    };
  }

  function opened(payload) {
    if (!ENCODING.equals(payload.metadata?.encoding ?? Buffer.alloc(0))) return payload;
    const data = Buffer.from(payload.data);
    const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(data.subarray(-16));
    return Payload.decode(Buffer.concat([decipher.update(data.subarray(12, -16)), decipher.final()]));
  }
}
