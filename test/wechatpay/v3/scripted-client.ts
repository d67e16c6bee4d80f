import { createTransport } from '../../../src/wechatpay/http';
import { createKeyRing } from '../../../src/wechatpay/v3/key-ring';
import { createV3Client } from '../../../src/wechatpay/v3/client';
import type { V3Client } from '../../../src/wechatpay/v3/client';
import { onTestFinished } from 'vitest';
import { recordingServer } from '../servers';
import type { SeenRequest } from '../servers';
import { answerSigned, credentials, NOW, platformA, publicKeyA } from './platform';

/** One answer of the gateway: a success body, or a status with an error body. */
export type Scripted = object | { readonly status: number; readonly error: object };

/** A client whose gateway gives these answers in turn, the last one for ever. */
export async function scriptedClient(
  ...answers: readonly Scripted[]
): Promise<{ client: V3Client; seen: SeenRequest[] }> {
  let next = 0;
  const server = await recordingServer((_, response) => {
    const answer = answers[Math.min(next, answers.length - 1)] ?? {};
    next += 1;
    if ('error' in answer && 'status' in answer) {
      response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer.error));
    } else {
      answerSigned(response, 200, JSON.stringify(answer), { key: platformA.privateKey, serial: publicKeyA.id });
    }
  });
  const transport = createTransport({ baseUrl: server.url });
  onTestFinished(() => transport.close());
  const keyRing = createKeyRing({ publicKeys: [publicKeyA], now: () => NOW });
  return { client: createV3Client({ ...credentials, transport, keyRing, now: () => NOW }), seen: server.seen };
}
