import { createPrivateKey } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTestCredentials } from '../../src/testing/credentials';
import type { TestCredentials } from '../../src/testing/credentials';
import { freePorts } from '../../src/testing/servers/ports';
import { startProcess } from '../../src/testing/servers/processes';
import { buildOnce, ROOT } from '../system/child';
import { SUB_MCHID, v3Notification } from '../webhook/genuine';
import type { WebhookRequest } from '../../src/webhook';

const READY_WITHIN_MS = 60_000;

/** The webhook as a process of its own, until it is stopped. Nobody is behind it: neither Temporal nor WeChat Pay. */
export interface WebhookProcess {
  readonly pid: number;
  readonly port: number;
  readonly credentials: TestCredentials;
  /** What it has written, line by line. */
  readonly lines: readonly string[];
  /**
   * Status of the answer. What is genuine gets 503, because it cannot be delivered; what is not proven gets 401, before
   * anybody would have been asked.
   */
  send(message: WebhookRequest): Promise<number>;
  /** A genuine v3 notification, signed at `at`, milliseconds since the epoch. */
  genuine(at: number): WebhookRequest;
  stop(): Promise<void>;
}

export async function webhookProcess(env: Readonly<Record<string, string>> = {}): Promise<WebhookProcess> {
  await buildOnce();
  const folder = mkdtempSync(join(tmpdir(), 'temporal-wechatpay-test-'));
  const [port] = (await freePorts(1)) as [number];
  const { env: keys, credentials } = await writeTestCredentials(folder, { port: 1 });
  const lines: string[] = [];
  const { pid, stop, ended } = await startProcess(
    {
      program: process.execPath,
      args: [join(ROOT, 'lib', 'cli.js'), 'webhook'],
      cwd: folder,
      env: { ...keys, TEMPORAL_ADDRESS: '127.0.0.1:1', WEBHOOK_PORT: String(port), SHUTDOWN_GRACE: '1s', ...env },
      doing: 'starting a webhook',
    },
    (line) => lines.push(line),
  );
  let how: string | undefined;
  void ended.then((text) => (how = text));
  for (const limit = Date.now() + READY_WITHIN_MS; ;) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (answer?.ok === true) break;
    if (how !== undefined || Date.now() > limit)
      throw new Error(`the webhook ${how ?? 'is not there'}: ${lines.join()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { mchid, apiV3Key, platform } = credentials;
  return {
    pid,
    port,
    credentials,
    lines,
    send: ({ method, path, headers, rawBody }) =>
      new Promise((resolve, reject) => {
        request({ port, method, path, headers: headers as Record<string, string>, agent: false }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode ?? 0));
        })
          .on('error', reject)
          .end(rawBody);
      }),
    genuine: (at) =>
      v3Notification({
        at,
        path: `/wechatpay/${mchid}/h5/${SUB_MCHID}`,
        key: Buffer.from(apiV3Key),
        serial: platform.publicKeyId,
        signWith: createPrivateKey(platform.privateKey),
      }),
    async stop() {
      await stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
