import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { describe, expect, inject, it } from 'vitest';
import { SEARCH_ATTRIBUTES, SEARCH_ATTRIBUTE_TYPES } from '../../../src/interface';
import { probeNamespace, startDevServer } from '../../../src/testing/servers';

const cli = inject('temporalCli');

describe('startDevServer', () => {
  it('returns a server that accepts a workflow with our search attributes, and a UI', async () => {
    const server = await startDevServer({ cli, searchAttributes: SEARCH_ATTRIBUTE_TYPES });
    try {
      const connection = await Connection.connect({ address: server.address });
      const client = new Client({ connection, namespace: server.namespace });
      await client.workflow.start('nobodyPollsForThis', {
        workflowId: 'a',
        taskQueue: 'nobody',
        typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.WxKeys, value: ['order-1'] }],
      });
      await expect.poll(async () => (await client.workflow.count(`WxKeys = 'order-1'`)).count).toBe(1);
      await connection.close();
      expect((await fetch(server.uiUrl ?? '')).status).toBe(200);
    } finally {
      await server.stop();
    }
  });

  it('is gone after stop, on frontend and UI', async () => {
    const server = await startDevServer({ cli });
    await server.stop();
    expect(() => process.kill(server.pid, 0)).toThrow(/ESRCH/);
    await expect(fetch(server.uiUrl ?? '')).rejects.toThrow();
    await server.stop();
  });

  it.each([
    ['', {}],
    [', also with a write-ahead log', { journal_mode: 'wal', synchronous: 'normal' }],
  ])('keeps its workflows in a file over a restart on the same port%s', async (_with, pragmas) => {
    const folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-test-'));
    try {
      const dbFile = join(folder, 'temporal.db');
      const options = { cli, dbFile, pragmas, uiPort: false as const, searchAttributes: SEARCH_ATTRIBUTE_TYPES };
      const first = await startDevServer(options);
      expect(first.uiUrl).toBeUndefined();
      expect(existsSync(`${dbFile}-wal`)).toBe('journal_mode' in pragmas);
      const connection = await Connection.connect({ address: first.address });
      const client = new Client({ connection });
      await client.workflow.start('nobodyPollsForThis', { workflowId: 'survivor', taskQueue: 'nobody' });
      await first.stop();
      const second = await startDevServer({ ...options, port: Number(first.address.split(':')[1]) });
      try {
        expect((await client.workflow.getHandle('survivor').describe()).status.name).toBe('RUNNING');
      } finally {
        await connection.close();
        await second.stop();
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('does not take another server on its port for itself', async () => {
    const other = await startDevServer({ cli });
    try {
      const port = Number(other.address.split(':')[1]);
      await expect(startDevServer({ cli, port })).rejects.toThrow(
        `port ${port} on 127.0.0.1 cannot be listened on: listen EADDRINUSE: address already in use 127.0.0.1:${port}. Choose another one.`,
      );
    } finally {
      await other.stop();
    }
  });

  it('is not taken for ready while a search attribute is missing', async () => {
    const server = await startDevServer({ cli, searchAttributes: { WxFlow: 'Keyword' } });
    try {
      await expect(probeNamespace(server.address, 'default', SEARCH_ATTRIBUTE_TYPES)).rejects.toThrow(
        /lacks the search attributes WxState, /,
      );
    } finally {
      await server.stop();
    }
  });
});

describe('the time-skipping server', () => {
  it('lets an hour pass in moments', async () => {
    const executable = { type: 'existing-path' as const, path: inject('timeSkippingServer') };
    const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
    try {
      const before = await env.currentTimeMs();
      await env.sleep('1 hour');
      expect((await env.currentTimeMs()) - before).toBeGreaterThanOrEqual(3_600_000);
    } finally {
      await env.teardown();
    }
  });
});
