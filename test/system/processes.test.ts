import { createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { WechatPayClient } from '../../src/client';
import { readTestCredentials, startDevServer } from '../../src/testing';
import type { CallCount, DevServer, Fault, LedgerEntry, NotificationRecord, TestCredentials } from '../../src/testing';
import { SimulatorControl } from '../../src/demo/simulator-control';
import { eventually } from '../workflows/histories';
import { newSamples } from '../workflows/samples';
import { buildOnce, command } from './child';
import type { Child } from './child';
import { freePort } from './ports';

const SOON = { pollEvery: '1s' };

describe('the commands as processes, around a Temporal server that fails', () => {
  let folder: string;
  let server: DevServer;
  let env: Record<string, string>;
  let simulator: Child;
  let webhook: Child;
  let worker: Child;
  let metrics = '';
  let connection: Connection;
  let wechatpay: WechatPayClient;
  let credentials: TestCredentials;
  const all: Child[] = [];
  const ports = { temporal: 0, simulator: 0, webhook: 0, webhookMetrics: 0, workerMetrics: 0 };

  const run = (name: string, ...flags: string[]): Child => {
    const child = command([name, ...flags], {
      ...env,
      METRICS_PORT: String(name === 'worker' ? ports.workerMetrics : ports.webhookMetrics),
    });
    all.push(child);
    return child;
  };
  const startTemporal = async (): Promise<DevServer> =>
    startDevServer({
      cli: inject('temporalCli'),
      port: ports.temporal,
      uiPort: false,
      dbFile: join(folder, 'temporal.db'),
    });
  const simulated = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${ports.simulator}/_simulator/${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(200);
    return (await response.json()) as Answer;
  };
  const probe = async (port: number, path: string): Promise<{ status: number; body: string }> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, body: await response.text() };
  };

  beforeAll(async () => {
    await buildOnce();
    folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-test-'));
    for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
    env = { TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`, SIMULATOR_PORT: String(ports.simulator) };
    const init = command(['simulator', '--init', join(folder, 'keys')], env);
    all.push(init);
    expect(await init.ended).toBe(0);
    env = {
      ...env,
      WECHATPAY_MERCHANTS_FILE: join(folder, 'keys', 'merchants.json'),
      WECHATPAY_V3_BASE_URL: `http://127.0.0.1:${ports.simulator}`,
      WECHATPAY_V2_BASE_URL: `http://127.0.0.1:${ports.simulator}`,
      WECHATPAY_NOTIFY_BASE_URL: `http://127.0.0.1:${ports.webhook}`,
      WEBHOOK_PORT: String(ports.webhook),
      SHUTDOWN_GRACE: '2s',
      LOG_LEVEL: 'debug',
    };
    credentials = await readTestCredentials(join(folder, 'keys', 'simulator.json'));
    server = await startTemporal();
    connection = await Connection.connect({ address: server.address });
    wechatpay = new WechatPayClient(new Client({ connection }), {
      notifyBaseUrl: `http://127.0.0.1:${ports.webhook}`,
      allowLoopback: true,
      sealingKey: { id: credentials.platform.publicKeyId, publicKey: createPublicKey(credentials.platform.publicKey) },
    });
  });
  afterAll(async () => {
    for (const child of all) if (child.running) await child.stop('SIGKILL');
    await connection?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function declaredTimes(transaction_id: string): Promise<readonly number[]> {
    const ledger = await simulated<LedgerEntry[]>('ledger?effect=declared');
    return ledger.filter(({ key }) => key.includes(transaction_id)).map(({ count }) => count);
  }

  it('a worker refuses a namespace that is not set up, and names the command that does it', async () => {
    const child = run('worker');
    await expect(child.ended).resolves.toBe(1);
    expect(child.stderr).toMatch(/WxFlow \(Keyword\) is missing.*`temporal-wechatpay setup`/);
    expect(child.stderr).not.toMatch(/^ +at /m);
  });

  it('setup adds the search attributes, and a second time nothing', async () => {
    const first = run('setup');
    expect({ code: await first.ended, says: first.output }).toMatchObject({
      code: 0,
      says: expect.stringContaining('added WxFlow, WxState') as string,
    });
    const second = run('setup');
    expect({ code: await second.ended, says: second.output }).toEqual({
      code: 0,
      says: 'namespace default: already set up\n',
    });
  });

  it('then worker and webhook become ready', async () => {
    simulator = run(
      'simulator',
      ...['--credentials', join(folder, 'keys', 'simulator.json')],
      ...['--notify-scale', '0.02'],
    );
    webhook = run('webhook');
    worker = run('worker');
    await Promise.all([
      simulator.says('simulator listens'),
      webhook.says('webhook listens'),
      worker.says('worker polls'),
    ]);
    await expect(probe(ports.workerMetrics, '/readyz')).resolves.toMatchObject({ status: 200 });
    await expect(probe(ports.workerMetrics, '/healthz')).resolves.toMatchObject({ status: 200 });
    const { body } = await probe(ports.workerMetrics, '/metrics');
    for (const queue of ['wechatpay', 'wechatpay-api']) {
      expect(body).toContain(`wechatpay_worker_running{task_queue="${queue}"} 1`);
    }
    await expect(probe(ports.webhook, '/readyz')).resolves.toMatchObject({ status: 200 });
    await expect(probe(ports.webhookMetrics, '/metrics')).resolves.toMatchObject({ status: 200 });
  });

  it('a declaration survives the death of the worker that waits for it, and is made once', async () => {
    const { declared, payer } = newSamples(credentials);
    const { transaction_id } = declared;
    await new SimulatorControl(`http://127.0.0.1:${ports.simulator}`).registerPayer({ transaction_id, ...payer });
    await simulated('script', {
      customs: {
        transaction_id,
        states: [
          { after: 1, state: 'PROCESSING' },
          { after: 6, state: 'SUCCESS' },
        ],
      },
    });
    const process = await wechatpay.declare({ declaration: declared, identity: payer, options: SOON });
    await eventually(async () => ((await process.status()).state === 'PROCESSING' ? true : undefined), 'PROCESSING');
    await worker.stop('SIGKILL');
    worker = await run('worker').says('worker polls');
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS', identity: { outcome: 'SAME' } });
    await expect(declaredTimes(transaction_id)).resolves.toEqual([1]);
  });

  it('a declaration is made once although its worker dies while WeChat Pay is at it', async () => {
    const { failed: declaration } = newSamples(credentials);
    const { transaction_id } = declaration;
    const delay: Fault = { kind: 'delay', ms: 5_000, call: 'customs/declare', key: transaction_id };
    await simulated('faults', delay);
    const starting = wechatpay.declare({ declaration, options: SOON });
    await eventually(async () => {
      const faults = await simulated<{ fault: Fault; injected: number }[]>('faults');
      return faults.some(({ fault, injected }) => fault.key === transaction_id && injected === 1) ? true : undefined;
    }, 'the call');
    await worker.stop('SIGKILL');
    await expect(declaredTimes(transaction_id)).resolves.toEqual([]);
    worker = await run('worker').says('worker polls');
    const process = await starting;
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    await expect(declaredTimes(transaction_id)).resolves.toEqual([1]);
    const calls = await simulated<CallCount[]>(`calls?call=customs/declare&key=${transaction_id}`);
    expect(calls).toMatchObject([{ count: 1 }]);
  });

  it('a notification is refused with 503 while Temporal is down, and acted on once it is back', async () => {
    const { approved } = newSamples(credentials);
    const { sub_mchid } = approved;
    await simulated('script', { h5: { sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
    const process = await wechatpay.applyForH5({ mchid: credentials.mchid, application: approved });
    // Once it has asked, the next query is a minute away, and only the notification can bring the result in time.
    await eventually(async () => (await process.status()).lastMessage, 'the first query');
    await server.stop();
    await simulated('h5/decide', { sub_mchid, state: 'APPROVED' });
    const answered = (status: number): Promise<readonly number[]> =>
      eventually(async () => {
        const notifications = await simulated<NotificationRecord[]>('notifications?kind=h5');
        const mine = notifications.find(({ keys }) => keys.includes(sub_mchid));
        const statuses = mine?.deliveries.flatMap((delivery) => delivery.status ?? []) ?? [];
        return statuses.includes(status) ? statuses : undefined;
      }, `an answer ${status}`);
    const refused = await answered(503);
    expect(new Set(refused)).toEqual(new Set([503]));
    server = await startTemporal();
    await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED' });
    const statuses = await answered(200);
    expect(statuses.indexOf(200)).toBe(statuses.length - 1);
  });

  it('a second process on the same port says which variable to change', async () => {
    const second = run('webhook');
    await expect(second.ended).resolves.toBe(1);
    expect(second.stderr).toMatch(/port \d+ is taken\. .*WEBHOOK_PORT/);
  });

  it('every process ends in good order when it is asked to', async () => {
    for (const port of [ports.workerMetrics, ports.webhookMetrics]) metrics += (await probe(port, '/metrics')).body;
    for (const child of [worker, webhook, simulator]) await expect(child.stop('SIGTERM')).resolves.toBe(0);
    expect(worker.output).toContain('worker stopped');
  });

  it('no process has ever written personal data, a key or an Authorization header, although they log everything', async () => {
    const { payer } = newSamples(credentials);
    const { apiV3Key, apiV2Key, merchantPrivateKey, platform } = credentials;
    const keyLines = [merchantPrivateKey, platform.privateKey].map((pem) => pem.split('\n')[1] ?? '');
    const secrets = [...Object.values(payer), apiV3Key, apiV2Key, ...keyLines, 'WECHATPAY2-SHA256'];
    expect(secrets.every((secret) => secret.length >= 9)).toBe(true);
    // Where they do belong: the search would find them.
    await expect(readFile(join(folder, 'keys', 'api_v3_key.txt'), 'utf8')).resolves.toContain(apiV3Key);
    expect(metrics).toContain('wechatpay_webhook_');
    expect(metrics).toContain('wechatpay_worker_');
    const output = [...all.map((child) => child.output), metrics].join('');
    expect(output).toContain('"level":20');
    expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
  });
});
