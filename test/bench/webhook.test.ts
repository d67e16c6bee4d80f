import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestCredentials } from '../../src/testing/credentials';
import type { TestCredentials } from '../../src/testing/credentials';
import { createNotificationHandler } from '../../src/webhook';
import type { NotificationHandler, WebhookRequest } from '../../src/webhook';
import { createKeyRing } from '../../src/wechatpay/v3/key-ring';

const BENCH = join(__dirname, '..', '..', 'bench');
const load = async <Module>(file: string): Promise<Module> =>
  (await import(pathToFileURL(join(BENCH, file)).href)) as Module;

interface Message {
  readonly kind: 'h5' | 'contract';
  readonly mark: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly how?: string;
}

/** What the tests close at their end. */
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

const answering = (answer: RequestListener) => listening(createHttpServer(answer));

describe('npm run bench:webhook', () => {
  it.each([
    ['--what'],
    ['extra'],
    ['--only', 'nothing'],
    ['--kills', '0'],
    ['--kills', '-1'],
    ['--kills', 'many'],
    ['--acknowledged', '1e9'],
    ['--rounds', '21'],
    ['--slice', '0'],
    ['--seed', 'x'],
    ['--only', 'slow', '--long'],
    ['--only', 'latency', '--kills', '5'],
    ['--quick', '--long'],
    ['--quick', '--save'],
  ])('says how it is used, and starts nothing: %s %s %s %s', (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(BENCH, 'webhook', 'run.mjs'), ...args], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    const [problem] = stderr.split('\n');
    expect(args.some((arg) => problem?.includes(arg))).toBe(true);
    expect(stderr).toContain('Usage: npm run bench:webhook');
  });

  it('takes what is asked for into the part it is for, and leaves the rest as it is', async () => {
    const { readOptions } = await load<{ readOptions(args: string[]): { parts: object[]; seed: number } }>(
      'webhook/options.mjs',
    );
    expect(readOptions(['--only', 'kills', '--kills', '7'])).toMatchObject({
      parts: [{ part: 'kills', sizes: { kills: 7, acknowledged: 50_000 } }],
    });
    expect(readOptions(['--long', '--seed', '42'])).toMatchObject({
      seed: 42,
      parts: [
        { part: 'latency', sizes: { rates: [20, 50, 100, 200], slice: 10, rounds: 6 } },
        { part: 'flood', sizes: { rate: 500, seconds: 60 } },
        { part: 'forged', sizes: { rate: 2_000, genuine: 50, mutations: 1_000_000 } },
        { part: 'slow', sizes: { connections: 1_000 } },
        { part: 'kills', sizes: { kills: 1_000, acknowledged: 50_000 } },
      ],
    });
    // A second run changes nothing of the first.
    expect(readOptions([])).toMatchObject({ parts: { 2: { sizes: { mutations: 100_000 } } } });
  });
});

describe('the load', () => {
  interface Loop {
    openLoop(load: { rate: number; seconds: number; send: (index: number) => Promise<unknown> }): Promise<{
      milliseconds: Float64Array;
      late: Float64Array;
      outcomes: unknown[];
    }>;
  }
  let loop: Loop;
  beforeAll(async () => (loop = await load<Loop>('webhook/open-loop.mjs')));

  it('goes on while nothing is answered', async () => {
    let open = 0;
    let most = 0;
    const { outcomes } = await loop.openLoop({
      rate: 1_000,
      seconds: 0.02,
      send: async (index) => {
        most = Math.max(most, (open += 1));
        await new Promise((resolve) => setTimeout(resolve, 100));
        open -= 1;
        return index;
      },
    });
    expect(outcomes).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(most).toBe(20);
  });

  it('counts from when a message was due, not from when its turn came', async () => {
    const blocked = 60;
    const { milliseconds, late } = await loop.openLoop({
      rate: 1_000,
      seconds: 0.003,
      send: (index) => {
        for (const until = performance.now() + blocked; index === 0 && performance.now() < until;);
        return Promise.resolve();
      },
    });
    for (const index of [1, 2]) {
      expect(late[index]).toBeGreaterThanOrEqual(blocked - index - 1);
      expect(milliseconds[index]).toBeGreaterThanOrEqual(blocked - index - 1);
    }
  });
});

describe('a delivery', () => {
  const genuine = { path: '/x', headers: {}, body: Buffer.from('x') };
  const delivered = async (kind: 'h5' | 'contract', answer: RequestListener) => {
    const { createPost } = await load<{
      createPost(): { post(url: string, message: object): Promise<object>; close(): void };
    }>('webhook/post.mjs');
    const { post, close } = createPost();
    closing.push(close);
    return post(`http://127.0.0.1:${await answering(answer)}`, { ...genuine, kind });
  };

  it.each([
    ['h5', 200, '{"code":"SUCCESS"}', true],
    ['h5', 200, '{"code":"FAIL"}', false],
    ['h5', 200, 'SUCCESS', false],
    ['h5', 503, '{"code":"SUCCESS"}', false],
    ['contract', 200, '<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>', true],
    ['contract', 200, '<xml><return_code><![CDATA[FAIL]]></return_code></xml>', false],
    ['contract', 503, '<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>', false],
  ] as const)('of kind %s, answered with %i and %s: acknowledged %s', async (kind, status, body, acknowledged) => {
    expect(await delivered(kind, (_request, answer) => void answer.writeHead(status).end(body))).toEqual({
      status,
      acknowledged,
    });
  });

  it.each([
    ['before any answer', (): void => undefined],
    ['in the middle of the answer', (answer: Parameters<RequestListener>[1]): void => void answer.write('{"code":')],
  ])('whose connection breaks %s is not acknowledged', async (_when, begin) => {
    const outcome = await delivered('h5', (request, answer) => {
      begin(answer);
      setTimeout(() => request.socket.destroy(), 20);
    });
    expect(outcome).toMatchObject({ acknowledged: false, error: 'ECONNRESET' });
  });
});

describe('what the webhook counts itself', () => {
  const metrics = `# HELP seconds x
seconds_bucket{le="0.001",route="h5"} 90
seconds_bucket{le="0.002",route="h5"} 95
seconds_bucket{le="+Inf",route="h5"} 100
seconds_bucket{le="0.001",route="contract"} 99
seconds_bucket{le="0.002",route="contract"} 100
seconds_bucket{le="+Inf",route="contract"} 100
seconds_bucket_more{le="0.001"} 7000
total{a="1"} 3
total{a="2"} 4
total_more 9
`;
  const before = metrics.replace(/ (\d+)$/gm, (_all, value: string) => ` ${Number(value) > 94 ? 50 : 50}`);
  let read: {
    counted(text: string, name: string): number;
    histogram(
      text: string,
      name: string,
      before?: string,
      route?: string,
    ): { count: number; withinMs(share: number): number; shareWithin(seconds: number): number };
  };
  beforeAll(async () => (read = await load('webhook/metrics.mjs')));

  it('is added up over all routes', () => {
    expect(read.counted(metrics, 'total')).toBe(7);
    const { count, withinMs, shareWithin } = read.histogram(metrics, 'seconds');
    expect([count, withinMs(0.5), withinMs(0.95), withinMs(0.99), shareWithin(0.001)]).toEqual([
      200,
      1,
      2,
      Infinity,
      189 / 200,
    ]);
  });

  it('is told by route', () => {
    const { count, withinMs } = read.histogram(metrics, 'seconds', '', 'h5');
    expect([count, withinMs(0.9), withinMs(0.95)]).toEqual([100, 1, 2]);
  });

  it('counts only what came since', () => {
    const { count, withinMs, shareWithin } = read.histogram(metrics, 'seconds', before);
    expect([count, withinMs(0.89), withinMs(0.95), shareWithin(0.002)]).toEqual([100, 1, 2, 95 / 100]);
  });
});

describe('the histories', () => {
  interface Effects {
    marksOf(history: object): string[];
    compare(acknowledged: string[], marks: Map<string, number>): { lost: string[]; repeated: number };
    signalsIn(client: object, workflowIds: string[]): Promise<Map<string, number>>;
  }
  let effects: Effects;
  beforeAll(async () => (effects = await load<Effects>('webhook/effects.mjs')));
  const signal = (message: object) => ({
    workflowExecutionSignaledEventAttributes: { input: { payloads: [defaultPayloadConverter.toPayload(message)] } },
  });
  const contract = (request_serial: string) => signal({ kind: 'contract', id: 'hash', data: { request_serial } });

  it('hold each notification under its own number', () => {
    expect(effects.marksOf({ events: [{}, signal({ kind: 'h5', id: '7', data: {} }), contract('8')] })).toEqual([
      'h5 7',
      'contract 8',
    ]);
  });

  it('are read back to the first run', async () => {
    const runs: Record<string, object> = {
      '': {
        events: [{ workflowExecutionStartedEventAttributes: { continuedExecutionRunId: 'first' } }, contract('2')],
      },
      first: { events: [{ workflowExecutionStartedEventAttributes: {} }, contract('1'), contract('1')] },
    };
    const getHandle = (_id: string, runId = '') => ({
      describe: () => Promise.resolve({ raw: {} }),
      fetchHistory: () => Promise.resolve(runs[runId]),
    });
    const found = await effects.signalsIn({ workflow: { getHandle } }, ['w']);
    expect([...found].sort()).toEqual([
      ['contract 1', 2],
      ['contract 2', 1],
    ]);
  });

  it('are read once no workflow task is under way: the server holds signals back until then', async () => {
    let tasks = 2;
    const getHandle = () => ({
      describe: () => Promise.resolve({ raw: tasks-- > 0 ? { pendingWorkflowTask: { attempt: 1 } } : {} }),
      fetchHistory: () => Promise.resolve({ events: tasks < 0 ? [contract('1')] : [] }),
    });
    expect([...(await effects.signalsIn({ workflow: { getHandle } }, ['w']))]).toEqual([['contract 1', 1]]);
  });

  it('show what was acknowledged and lost, and what came twice', () => {
    const marks = new Map([
      ['h5 1', 1],
      ['h5 2', 3],
      ['h5 4', 9],
    ]);
    expect(effects.compare(['h5 1', 'h5 2', 'h5 3'], marks)).toEqual({ lost: ['h5 3'], repeated: 2 });
  });
});

describe('forgeries', () => {
  let credentials: TestCredentials;
  let sign: (target: object, number: number) => Message;
  let targets: object[];
  let forgeriesOf: (genuine: Message[], seed: number) => () => Message & { how: string };
  interface Handled {
    refuseForgeries(
      handler: (request: WebhookRequest) => Promise<{ status: number }>,
      models: () => Message[],
      size: { count: number; seed: number },
    ): Promise<{ accepted: number; acceptedHow: object; genuineBetween: number; answers: Record<string, number> }>;
  }
  let handled: Handled;
  beforeAll(async () => {
    credentials = await createTestCredentials();
    const notifications = await load<{
      createNotary(credentials: TestCredentials): { sign: typeof sign };
      contractTarget(mchid: string, key: string): object;
      h5Target(mchid: string, key: string, applyment_id: string): object;
    }>('webhook/notifications.mjs');
    ({ sign } = notifications.createNotary(credentials));
    const { mchid } = credentials;
    targets = [
      notifications.contractTarget(mchid, 'DWC1'),
      notifications.h5Target(mchid, '2491935631', '2000000100001'),
    ];
    ({ forgeriesOf } = await load<{ forgeriesOf: typeof forgeriesOf }>('webhook/mutations.mjs'));
    handled = await load<Handled>('webhook/handler.mjs');
  });
  const models = () => Array.from({ length: 8 }, (_, index) => sign(targets[index % 2]!, index + 1));

  /** The webhook's handler from the source, not from what was built some time. */
  function handler(taken: string[]): NotificationHandler {
    const { platform, apiV3Key, apiV2Key } = credentials;
    const merchant = {
      keyRing: createKeyRing({
        publicKeys: [{ id: platform.publicKeyId, publicKey: createPublicKey(platform.publicKey) }],
        download: () => Promise.resolve([]),
      }),
      apiV3Keys: [Buffer.from(apiV3Key)],
      v2Keys: [apiV2Key],
    };
    const take = (_target: object, { kind }: { kind: string }) => {
      taken.push(kind);
      return Promise.resolve('delivered' as const);
    };
    const silent = () => undefined;
    return createNotificationHandler({
      merchants: () => merchant,
      deliver: {
        ...{ h5: take, h5Domain: take, payment: take, contract: take, debit: take },
        unclaimed: () => Promise.reject(new Error('nothing here is unclaimed')),
      },
      log: { info: silent, warn: silent, error: silent },
    });
  }

  it('are refused, all 100,000 of them, while the genuine ones between them are accepted', async () => {
    const taken: string[] = [];
    const found = await handled.refuseForgeries(handler(taken), models, { count: 100_000, seed: 1 });
    // Genuine ones are signed anew after 50,000.
    expect(found).toMatchObject({ accepted: 0, acceptedHow: {}, genuineBetween: 16, answers: { 401: 100_000 } });
    expect(taken.sort()).toEqual([...Array<string>(8).fill('contract'), ...Array<string>(8).fill('h5')]);
  }, 180_000);

  it('that are accepted are counted, and named by their kind', async () => {
    const gullible = () => Promise.resolve({ status: 200 });
    const found = await handled.refuseForgeries(gullible, models, { count: 600, seed: 1 });
    expect(found).toMatchObject({ accepted: 600, answers: { 200: 600 } });
    expect(found.acceptedHow).toHaveProperty('no signature');
  });

  it('prove nothing where genuine ones are refused too', async () => {
    const deaf = () => Promise.resolve({ status: 401 });
    await expect(handled.refuseForgeries(deaf, models, { count: 10, seed: 1 })).rejects.toThrow(
      'a genuine contract notification was answered with 401',
    );
  });

  it('are of every kind, the same for the same seed, and none is what it was made of', () => {
    const genuine = models();
    const next = forgeriesOf(genuine, 7);
    const made = Array.from({ length: 3_000 }, () => next());
    expect(new Set(made.filter(({ kind }) => kind === 'h5').map(({ how }) => how)).size).toBe(15);
    expect(new Set(made.filter(({ kind }) => kind === 'contract').map(({ how }) => how)).size).toBe(16);
    const text = ({ headers, body }: Message) => JSON.stringify(headers) + body.toString('latin1');
    const originals = new Set(genuine.map(text));
    expect(made.filter((forgery) => originals.has(text(forgery)))).toEqual([]);
    const again = forgeriesOf(genuine, 7);
    const stranger = 'the key of a stranger';
    for (const forgery of made.slice(0, 200)) {
      const other = again();
      if (forgery.how !== stranger) expect(text(other)).toBe(text(forgery));
    }
  });

  it('are counted by their answers also where the server closes connections', async () => {
    let asked = 0;
    const port = await answering((request, answer) => {
      request.resume().on('end', () => {
        asked += 1;
        if (asked % 3 === 0) answer.setHeader('connection', 'close');
        answer.writeHead(asked % 2 === 0 ? 401 : 400).end('no');
      });
    });
    const { startForger } = await load<{
      startForger(task: object): { done: Promise<{ answers: Record<string, number> }> };
    }>('webhook/forged.mjs');
    const { answers } = await startForger({ port, genuine: models(), seed: 3, count: 60, connections: 4 }).done;
    expect(answers).toEqual({ 400: 30, 401: 30 });
    expect(asked).toBe(60);
  });
});

describe('slow senders', () => {
  let slowly: (task: object) => { end(): { lasted: number[]; stillOpen: number } };
  beforeAll(async () => {
    ({ openSlowly: slowly } = await load<{ openSlowly: typeof slowly }>('webhook/slow.mjs'));
  });
  const task = { connections: 10, begin: (path: string) => `POST ${path}`, drip: 'x', path: '/x' };
  /** Closes half of its connections, and keeps the others. */
  async function half(): Promise<{ port: number; seen: string[]; isClosed: () => boolean }> {
    const sockets: Socket[] = [];
    const seen: string[] = [];
    let ended = 0;
    const server = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      const closes = sockets.length % 2 === 0;
      socket.once('data', (bytes) => {
        seen.push(String(bytes));
        if (!closes) return;
        socket.end();
        ended += 1;
      });
    });
    const port = await listening(server);
    closing.unshift(() => sockets.forEach((socket) => socket.destroy()));
    return { port, seen, isClosed: () => ended === 5 && seen.length === 10 };
  }

  it('that are closed are told from those that are still open', async () => {
    const { port, seen, isClosed } = await half();
    const senders = slowly({ ...task, port });
    await expect.poll(isClosed).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { lasted, stillOpen } = senders.end();
    expect([lasted.length, stillOpen]).toEqual([5, 5]);
    expect(new Set(seen)).toEqual(new Set(['POST /x']));
  });
});

describe('the verdict', () => {
  type Judged = { goals: { goal: string; measured: number; met?: boolean; why?: string }[]; rows: object[] };
  const measuredOf = ({ goals }: Judged, text: string) => goals.find(({ goal }) => goal.includes(text))?.measured;

  it('of the latency is formed of ratios within a round, where both met the same machine', async () => {
    const { judge } = await load<{ judge(found: object): Judged }>('webhook/latency.mjs');
    const slice = (rate: number, variant: string, round: number, value: number) => ({
      ...{ variant, round, rate, sent: 2, memory: 1e6 * (10 + round) },
      failed: variant === 'webhook' && rate === 40 ? round : 0,
      ...{ milliseconds: [value, value], late: [0, 0], processorMs: { server: value, webhook: round } },
    });
    const values = [
      [12, 10],
      [1_100, 1_000],
      [30, 20],
    ] as const;
    const slices = [20, 40].flatMap((rate) =>
      values.flatMap(([ours, bare], round) => [
        slice(rate, 'webhook', round, ours),
        slice(rate, 'bare signal', round, bare),
      ]),
    );
    const own = [
      { version: 'v3', count: 5, withinMs: () => 2, shareWithin: () => 0.5 },
      { version: 'v2', count: 45, withinMs: () => 0.5, shareWithin: () => 1 },
    ];
    const alone = { count: 1, p50Ms: 0, p99Ms: 0, processorMsEach: 0 };
    const judged = judge({
      ...{ slices, rates: [20, 40], rounds: 3, memoryAtStart: 9e6, own, alone, acknowledged: 6, lost: 4 },
    });
    expect(measuredOf(judged, '20/s: p50')).toBe(1.2);
    expect(judged.goals).toContainEqual({ goal: '20/s: refused', limit: 0, measured: 0, of: 6 });
    expect(['v3', 'v2'].map((version) => measuredOf(judged, `own part of ${version}`))).toEqual([2, 0.5]);
    expect(measuredOf(judged, 'not in a history')).toBe(4);
    // Half of them refused: the time of those says nothing.
    expect(judged.goals.filter(({ goal }) => goal.startsWith('40/s'))).toEqual([
      { goal: '40/s: refused', limit: 0, measured: 3, of: 6 },
    ]);
    expect(measuredOf(judged, 'memory')).toBe(1.2);
    expect(judged.rows).toContainEqual(
      expect.objectContaining({ variant: 'bare signal', processorMsEach: { server: 20, webhook: 1 } }),
    );
    expect(judged.rows).toContainEqual(
      expect.objectContaining({ variant: 'webhook : bare', p50: { median: 1.2, min: 1.1, max: 1.5 } }),
    );
  });

  it('of forgeries adds up every way in which one may have been believed', async () => {
    const { judge } = await load<{ judge(found: object): Judged }>('webhook/forged.mjs');
    const observed = (more: object) => ({
      ...{ milliseconds: [1], acknowledged: ['h5 1'], answers: { 200: 1 }, processorSeconds: 1, tookSeconds: 1 },
      ...{ accepted: 1, forgeries: { answers: { 401: 10 }, seconds: 1 }, ...more },
    });
    const none = {
      ...{ rate: 1, genuine: 1, seconds: 1, lost: 0, acknowledged: 2, foreign: 0 },
      ...{ alone: observed({}), beside: observed({}) },
      flooded: observed({ accepted: 0 }),
      direct: { count: 100, accepted: 0, answers: {}, processorSeconds: 0.05 },
    };
    const believed = (found: object) => measuredOf(judge(found), 'forgeries accepted');
    expect(believed(none)).toBe(0);
    const ways = [
      { beside: observed({ accepted: 2 }) },
      { beside: observed({ forgeries: { answers: { 200: 1 }, seconds: 1 } }) },
      { flooded: observed({ accepted: 1 }) },
      { flooded: observed({ accepted: 0, forgeries: { answers: { 200: 1 }, seconds: 1 } }) },
      { direct: { ...none.direct, accepted: 1 } },
      { foreign: 1 },
    ];
    expect(ways.map((way) => believed({ ...none, ...way }))).toEqual(ways.map(() => 1));
    expect(measuredOf(judge(none), 'in the handler')).toBe(0.5);
    expect(judge(none).goals.find(({ goal }) => goal === 'forgeries accepted')).toMatchObject({ of: 10 + 10 + 100 });
    // Ten were sent in one second, and a slow answer makes the seconds more.
    expect(judge({ ...none, rate: 200 }).goals).toContainEqual({
      ...{ goal: 'forged ones a second that are missing of 200', limit: 10, measured: 190 },
    });
    expect(measuredOf(judge(none), 'missing of 1')).toBe(0);
    expect(measuredOf(judge(none), 'with HTTP')).toBe(100);
  });

  it('of kills misses what is lost, and what was asked for and not done', async () => {
    const { judge } = await load<{ judge(found: object): Judged }>('webhook/kills.mjs');
    const found = {
      ...{ took: 1, kills: 3, wantedKills: 5, acknowledged: 7, wanted: 10, lost: ['h5 1'], repeated: 0, tries: 9 },
      ...{ cut: 1, busyKills: 1, refusals: {}, milliseconds: [1], startSeconds: [1], failedStarts: 0 },
    };
    expect(judge(found).goals.map(({ measured }) => measured)).toEqual([1, 2, 3]);
    const enough = judge({ ...found, kills: 6, acknowledged: 11, lost: [] });
    expect(enough.goals.map(({ measured }) => measured)).toEqual([0, 0, 0]);
  });

  it('of the flood counts answers that are neither 200 nor 503', async () => {
    const { judge } = await load<{ judge(found: object): Judged }>('webhook/flood.mjs');
    const judged = judge({
      ...{ rate: 5, seconds: 1, took: 1, answers: { 200: 3, 503: 4, 401: 2, ETIMEDOUT: 1 } },
      // A refusal is soon made: it does not count as a fast acknowledgement.
      ...{ milliseconds: [900, 800, 5], isTaken: [true, true, false] },
      ...{ atOnce: 3, later: 4, laterSeconds: 1, never: 2, lost: 1, repeated: 0, memory: [1, 2] },
    });
    expect(judged.goals.map(({ measured }) => measured)).toEqual([1, 3, 2, 900]);
    expect(judged.rows[0]).toMatchObject({ taken: { p50Ms: 800 }, refused: { p50Ms: 5, p99Ms: 5 } });
  });

  it('of slow senders counts those that were not closed', async () => {
    const { judge } = await load<{ judge(found: object[], more: object): Judged }>('webhook/slow.mjs');
    const found = {
      ...{ kind: 'slow headers', lasted: [5_000, 11_000], stillOpen: 1, errors: {}, milliseconds: [7, 7] },
      ...{ answers: { 200: 2 }, acknowledged: 1, memoryBefore: 1, memoryAfter: 1 },
    };
    const { goals } = judge([found], { connections: 3, lost: 2, acknowledged: 5 });
    expect(goals.map(({ measured }) => measured)).toEqual([1, 11, 7, 1, 2]);
    const none = judge([{ ...found, lasted: [] }], { connections: 3, lost: 0, acknowledged: 5 });
    expect(none.goals.slice(0, 2).map(({ measured }) => measured)).toEqual([3, Number.NaN]);
  });

  it('says which goals are met, and why not where that is known', async () => {
    const report = await load<{ judged(goals: object[]): Judged['goals']; WHY: Record<string, { upTo: number }> }>(
      'webhook/report.mjs',
    );
    const name = '50/s: p50 of the webhook : p50 of the bare signal';
    const upTo = report.WHY[`latency: ${name}`]?.upTo ?? Number.NaN;
    const judged = report.judged([
      { part: 'slow', goal: 'at the limit', limit: 1, measured: 1, of: 7 },
      { part: 'slow', goal: 'above', limit: 1, measured: 1.01 },
      { part: 'slow', goal: 'not measured', limit: 1, measured: Number.NaN },
      // As a file has it.
      { part: 'slow', goal: 'not measured', limit: 1, measured: null },
      { part: 'latency', goal: name, limit: 1.25, measured: upTo },
      { part: 'latency', goal: name, limit: 1.25, measured: upTo + 0.01, why: 'what a file once said' },
    ]);
    expect(judged.map(({ met }) => met)).toEqual([true, false, false, false, false, false]);
    expect(judged[0]).toMatchObject({ part: 'slow', measured: 1, of: 7 });
    expect(judged.map(({ why }) => why !== undefined)).toEqual([false, false, false, false, true, false]);
  });
});

it('docs/reference/webhook-speed.md shows the newest committed results', async () => {
  const { newestResult } = await load<{ newestResult(name: string): { raw: object } | undefined }>('results.mjs');
  const { withFigures } = await load<{ withFigures(page: string, run?: object): string }>('webhook/report.mjs');
  const page = readFileSync(join(BENCH, '..', 'docs', 'reference', 'webhook-speed.md'), 'utf8');
  expect(page).toBe(withFigures(page, newestResult('webhook')?.raw));
});
