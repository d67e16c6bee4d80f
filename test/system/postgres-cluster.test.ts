import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FLOWS, SEARCH_ATTRIBUTES, SEARCH_ATTRIBUTE_TYPES } from '../../src/interface';
import type { Flow } from '../../src/interface';
import { startRig, workflowBundle } from '../../src/testing';
import type { Rig } from '../../src/testing';
import { probeNamespace, startPostgresCluster } from '../../src/testing/servers';
import type { PostgresCluster } from '../../src/testing/servers';
import { findPostgres } from '../../src/testing/servers/postgres';
import { quietRuntime } from '../workflows/dev-server';
import { eventsOf } from '../workflows/histories';
import { STRAIGHT_WAYS } from '../workflows/straight-ways';

/** Of a declaration that is submitted, PROCESSING, decided. */
const EVENT_BUDGET = 22;
/** Milliseconds: the server is built from source where the cache does not have it yet. */
const START_LIMIT = 45 * 60_000;

describe('a production server on PostgreSQL, as a cluster of one', () => {
  const output: string[] = [];
  let cluster: PostgresCluster;
  let connection: Connection;
  let client: Client;

  beforeAll(async () => {
    const log = (line: string): void => {
      output.push(line);
      if (/building|built|Temporal server:/.test(line)) process.stderr.write(`[servers] ${line}\n`);
    };
    cluster = await startPostgresCluster({ searchAttributes: SEARCH_ATTRIBUTE_TYPES, log });
    connection = await Connection.connect({ address: cluster.address });
    client = new Client({ connection, namespace: cluster.namespace });
  }, START_LIMIT);

  afterAll(async () => {
    await connection?.close();
    await cluster?.stop();
  });

  it('is the pinned release, with PostgreSQL as its store', async () => {
    const { serverVersion, persistenceStore } = await connection.workflowService.getClusterInfo({});
    expect({ serverVersion, persistenceStore }).toEqual({ serverVersion: '1.31.2', persistenceStore: 'postgres12' });
  });

  it('shows its own metrics, and where its database is', async () => {
    const metrics = await (await fetch(cluster.metricsUrl)).text();
    expect(metrics).toMatch(/^persistence_requests\{/m);
    const { port, user, password, names } = cluster.database;
    const { stdout } = await promisify(execFile)(
      join(await findPostgres(), 'psql'),
      [
        ...['-h', '127.0.0.1', '-p', String(port), '-U', user, '-d', names.temporal],
        '-Atc',
        'select name from namespaces',
      ],
      { env: { ...process.env, PGPASSWORD: password } },
    );
    expect(stdout.split('\n')).toContain(cluster.namespace);
  });

  it('keeps closed workflows of its namespace for a week', async () => {
    const { config } = await connection.workflowService.describeNamespace({ namespace: cluster.namespace });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(168 * 3600);
  });

  it('knows every search attribute by its type', async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: cluster.namespace,
    });
    const numbers: Record<string, number> = { Keyword: 2, Bool: 5, Datetime: 6, KeywordList: 7 };
    const expected = Object.entries(SEARCH_ATTRIBUTE_TYPES).map(([name, type]) => [name, numbers[type]]);
    const actual = Object.keys(SEARCH_ATTRIBUTE_TYPES).map((name) => [name, customAttributes[name]]);
    expect(actual).toEqual(expected);
  });

  it('accepts a workflow with search attributes and finds it by them', async () => {
    const handle = await client.workflow.start('nobodyPollsForThis', {
      workflowId: 'customs/1230000109/SHANGHAI_ZS/1',
      taskQueue: 'nobody',
      typedSearchAttributes: [
        { key: SEARCH_ATTRIBUTES.WxFlow, value: 'customsDeclaration' },
        { key: SEARCH_ATTRIBUTES.WxKeys, value: ['1', 'order-1'] },
        { key: SEARCH_ATTRIBUTES.WxNeedsOperator, value: false },
        { key: SEARCH_ATTRIBUTES.WxLastChange, value: new Date() },
      ],
    });
    const query = `WxFlow = 'customsDeclaration' AND WxKeys = 'order-1' AND WxNeedsOperator = false`;
    await expect
      .poll(async () => (await client.workflow.count(query)).count, { timeout: 20_000, interval: 200 })
      .toBe(1);
    await handle.terminate('the test is over');
  });

  it('refuses a search attribute nobody created', async () => {
    await expect(client.workflow.count(`NobodyCreatedThis = 'x'`)).rejects.toThrow();
  });

  it('takes namespace and search attributes from the script of the containers, which may run again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-test-'));
    try {
      await symlink(inject('temporalCli'), join(folder, 'temporal'));
      const env = {
        ...process.env,
        PATH: `${folder}:${process.env.PATH}`,
        TEMPORAL_ADDRESS: cluster.address,
        TEMPORAL_NAMESPACE: 'by-script',
        RETENTION: '72h',
      };
      const script = join(__dirname, '..', '..', 'deploy', 'create-namespace.sh');
      const first = await promisify(execFile)('/bin/sh', [script], { env });
      expect(first.stdout).toContain('Namespace by-script created, retention 72h.');
      await probeNamespace(cluster.address, 'by-script', SEARCH_ATTRIBUTE_TYPES);
      const second = await promisify(execFile)('/bin/sh', [script], { env });
      expect(second.stdout.split('\n').filter((line) => / created/.test(line))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  describe('our workflows on it', () => {
    let native: NativeConnection;
    let rig: Rig;

    beforeAll(async () => {
      quietRuntime();
      native = await NativeConnection.connect({ address: cluster.address });
      rig = await startRig({ connection, nativeConnection: native, namespace: cluster.namespace });
    });
    afterAll(async () => {
      await rig?.close();
      await native?.close();
    });

    it.concurrent.each(Object.keys(FLOWS) as Flow[])('%s goes its straight way', async (flow) => {
      const { workflowId, runId } = await STRAIGHT_WAYS[flow](rig);
      const { type, status } = await client.workflow.getHandle(workflowId, runId).describe();
      expect({ type, status: status.name }).toEqual({ type: flow, status: 'COMPLETED' });
      if (flow === 'customsDeclaration') {
        expect((await eventsOf(client, { workflowId, runId })).length).toBeLessThanOrEqual(EVENT_BUDGET);
      }
    });

    it('finds each by its search attributes, and replays every history', async () => {
      const query = `WxMchId = '${rig.credentials.mchid}'`;
      for (const flow of Object.keys(FLOWS)) {
        const found = async () => (await client.workflow.count(`${query} AND WxFlow = '${flow}'`)).count;
        await expect.poll(found, { timeout: 20_000, interval: 200 }).toBeGreaterThan(0);
      }
      const histories = client.workflow.list({ query }).intoHistories();
      const replayed: unknown[] = [];
      for await (const result of Worker.runReplayHistories({ workflowBundle: await workflowBundle() }, histories)) {
        replayed.push(result.error);
      }
      expect(replayed.length).toBeGreaterThanOrEqual(Object.keys(FLOWS).length);
      expect(replayed.filter((error) => error !== undefined)).toEqual([]);
    });
  });

  it('has other processes once it was started again, and says which', async () => {
    const before = { server: cluster.pid, database: cluster.database.pid };
    for (const what of ['server', 'database'] as const) await cluster.end(what, 'SIGTERM');
    for (const what of ['database', 'server'] as const) await cluster.startAgain(what);
    expect([cluster.pid, cluster.database.pid]).not.toContain(before.server);
    expect([cluster.pid, cluster.database.pid]).not.toContain(before.database);
    const { serverVersion } = await connection.workflowService.getClusterInfo({});
    expect(serverVersion).toBe('1.31.2');
  });
});
