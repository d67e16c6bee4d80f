import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_TIMING } from '../../src/activities/attempted';
import { freshInfo } from './attempts';
import { stage } from './stage';
import type { Stage } from './stage';

let s: Stage;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(() => s.simulator.reset());
afterEach(() => {
  vi.useRealTimers();
});

const declaring = () => s.activities.submitDeclaration({ declaration: s.samples.declaration });
const applying = () =>
  s.activities.submitH5Application({ application: s.samples.application, mchid: s.credentials.mchid });

/** An attempt that is under way, and its heartbeats so far. */
function begun(info: object = {}, activity: () => Promise<unknown> = declaring) {
  const environment = new MockActivityEnvironment({ ...freshInfo(), ...info });
  const beats: unknown[] = [];
  environment.on('heartbeat', (beat: unknown) => beats.push(JSON.parse(JSON.stringify(beat))));
  const ended = environment.run(activity);
  return { environment, beats, ended };
}

describe('a sign of life', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    s.simulator.faults({ call: 'customs/query', kind: 'delay', ms: 50 });
  });

  it('comes every five seconds and proves nothing; the end does', async () => {
    const { beats, ended } = begun();
    vi.advanceTimersByTime(10_000);
    expect(beats).toEqual([
      { concluded: -1, sent: 0 },
      { concluded: -1, sent: 0 },
    ]);
    await ended;
    expect(beats.slice(2)).toEqual([{ concluded: 1, sent: 1 }]);
  });

  it('repeats what was proven before', async () => {
    const proven = { concluded: 3, sent: 1, misconfiguredSince: 1_700_000_000_000 };
    const { beats, ended } = begun({ attempt: 4, heartbeatDetails: proven });
    vi.advanceTimersByTime(5_000);
    expect(beats).toEqual([proven]);
    await ended;
  });

  it('ends with the attempt', async () => {
    const { beats, ended } = begun();
    await ended;
    const count = beats.length;
    vi.advanceTimersByTime(60_000);
    expect(beats).toHaveLength(count);
  });

  it('is not given where nobody listens', async () => {
    const { beats, ended } = begun({ heartbeatTimeoutMs: undefined });
    vi.advanceTimersByTime(60_000);
    expect(beats).toEqual([]);
    await ended;
  });
});

describe('a poll', () => {
  const polling = () =>
    s.activities.awaitDeclarationResult({
      declaration: s.samples.declaration,
      seen: 'UNDECLARED',
      waiting: { since: Date.now() },
    });
  const poll = { heartbeatTimeoutMs: undefined, attempt: 3 };
  const misconfiguredSince = Date.now() - 60_000;

  it('costs no heartbeat', async () => {
    const { beats, ended } = begun(poll, polling);
    await ended.catch(() => undefined);
    expect(s.calls('customs/query')).toBe(1);
    expect(beats).toEqual([]);
  });

  it('leaves a note of a configuration that went wrong, once', async () => {
    s.simulator.faults({ kind: '401', times: 'always' });
    const first = begun(poll, polling);
    await expect(first.ended).rejects.toThrow();
    expect(first.beats).toEqual([{ concluded: 3, sent: 2, misconfiguredSince: expect.any(Number) as number }]);
    const next = begun({ ...poll, attempt: 4, heartbeatDetails: first.beats[0] }, polling);
    await expect(next.ended).rejects.toThrow();
    expect(next.beats).toEqual([]);
  });

  it('leaves a note that it is right again', async () => {
    const noted = { concluded: 2, sent: 0, misconfiguredSince };
    const { beats, ended } = begun({ ...poll, heartbeatDetails: noted }, polling);
    await ended.catch(() => undefined);
    expect(beats).toEqual([{ concluded: 3, sent: 0 }]);
  });
});

describe('a worker that shuts down', () => {
  it.each([
    ['declaration in the settling wait', 'customs/query', 'customs/declare', declaring],
    ['application in the wait before its repetition', 'h5/permission', 'h5/create', applying],
  ] as const)('sends no %s, and says what it knew', async (_name, question, call, activity) => {
    const { environment, beats, ended } = begun({ attempt: 2, heartbeatDetails: { concluded: 1, sent: 1 } }, activity);
    s.after(question, () => environment.cancel('WORKER_SHUTDOWN'));
    await expect(ended).rejects.toBeInstanceOf(CancelledFailure);
    expect(s.calls(call)).toBe(0);
    expect(beats).toEqual([{ concluded: 2, sent: 1 }]);
  });
});

it('waits for 2, 5, 15 and 30 seconds unless told otherwise, and a minute before an application is repeated', () => {
  expect(DEFAULT_TIMING).toEqual({ settling: [2_000, 5_000, 15_000, 30_000], beforeRepeatedApplication: 60_000 });
});
