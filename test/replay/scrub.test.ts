import { describe, expect, it } from 'vitest';
import { readable, scrubbed } from './scrub';

const started = {
  eventId: '2',
  workflowTaskStartedEventAttributes: { identity: '4711@build-7', workerVersion: { buildId: '@temporalio/worker+ab' } },
};

describe('a golden history', () => {
  it('names no worker, host or build, wherever they stand', () => {
    const text = scrubbed({
      workflowId: 'customs/1/2/3',
      events: [started, { ...started, binaryChecksum: '@temporalio/worker+ab' }],
    });
    expect(text).not.toMatch(/build-7|4711|worker[+]ab/);
    expect(text).toContain('"eventId":"2"');
  });

  it('holds no stack trace, at any depth of causes', () => {
    const stackTrace = 'Error: no\n    at submit (/home/me/src/a.ts:1:1)';
    const text = scrubbed({
      workflowId: 'customs/1/2/3',
      events: [{ failure: { message: 'no', stackTrace, cause: { stackTrace } } }],
    });
    expect(text).not.toContain('/home/me');
    expect(text).toContain('"message":"no"');
  });

  it("keeps the workflow's queue and drops the name of a sticky one", () => {
    const taskQueue = (name: string, kind: string) => ({ event: { taskQueue: { name, kind } } });
    const sticky = taskQueue('4711@build-7-wechatpay-x', 'TASK_QUEUE_KIND_STICKY');
    const text = scrubbed({
      workflowId: 'customs/1/2/3',
      events: [taskQueue('wechatpay', 'TASK_QUEUE_KIND_NORMAL'), sticky],
    });
    expect(text).toContain('"wechatpay"');
    expect(text).not.toContain('build-7');
  });

  it('has one event on a line, so that a change can be read', () => {
    expect(scrubbed({ workflowId: 'customs/1/2/3', events: [started, started] }).split('\n')).toHaveLength(5);
  });

  it('is read with its payloads opened', () => {
    const data = Buffer.from('{"sub_mchid":"1900000109"}').toString('base64');
    expect(readable(JSON.stringify({ events: [{ payloads: [{ data }] }] }))).toContain('1900000109');
  });
});
