import { describe, expect, it, vi } from 'vitest';
import type { FleetProcess } from '../fleet/fleet';
import type { Simulator } from '../../src/testing';
import { sentAgain } from './collect';
import { Forger, reordered } from './notifications';
import { killAtMark, makeOutage, ProcessPlace } from './outages';
import type { OutageStage } from './outages';
import { numbersOf, planRun } from './plan';

/* A fault is counted when something was broken, and only then. */

/** A process that is nothing but its end. */
function processes() {
  const started: { readonly end: (how: string) => void; readonly signals: unknown[] }[] = [];
  const start = (): Promise<FleetProcess> => {
    let end: (how: string) => void = () => undefined;
    const ended = new Promise<string>((resolve) => (end = resolve));
    const signals: unknown[] = [];
    const stop = async (signal?: NodeJS.Signals): Promise<void> => {
      signals.push(signal);
      end(`ended with ${signal}`);
      await ended;
    };
    started.push({ end, signals });
    const name = `worker ${started.length}`;
    return Promise.resolve({ pid: 0, name, ended, stop, lastLines: () => '', metricsUrl: '' });
  };
  return { started, place: new ProcessPlace(start, () => 1) };
}

describe('a place for a process', () => {
  it('ends nobody while nobody works there, and says so', async () => {
    const { place, started } = processes();
    await place.open();
    const both = await Promise.all([place.kill(), place.kill()]);
    expect(both).toEqual([expect.any(Number), undefined]);
    await place.idle();
    expect(started.map(({ signals }) => signals)).toEqual([['SIGKILL'], []]);
  });

  it('exchanges one after the other, however many ask at once', async () => {
    const { place, started } = processes();
    await place.open();
    await Promise.all([place.exchange(), place.exchange('SIGTERM')]);
    expect(started.map(({ signals }) => signals[0])).toEqual(['SIGKILL', 'SIGTERM', undefined]);
    expect(place.endedByThemselves).toEqual([]);
  });

  it('notices one that ends by itself, and replaces it, until the run is over', async () => {
    const { place, started } = processes();
    await place.open();
    started[0]?.end('ended with code 1');
    await vi.waitFor(() => expect(started).toHaveLength(2));
    expect(place.endedByThemselves).toEqual(['worker 1 ended with code 1']);
    place.close();
    started[1]?.end('ended with SIGKILL');
    await place.idle();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([started.length, place.endedByThemselves.length]).toEqual([2, 1]);
  });
});

describe('what is counted', () => {
  it('is a kill at a mark that killed somebody', async () => {
    const { place } = processes();
    await place.open();
    const count = vi.fn();
    await Promise.all([killAtMark(place, 'acted', count), killAtMark(place, 'acted', count)]);
    expect(count.mock.calls).toEqual([['worker kill -9 after the act']]);
    await place.idle();
  });

  it('is no outage that could not be made', async () => {
    const count = vi.fn();
    const temporal = { restart: () => Promise.reject(new Error('no')), restartDatabase: () => Promise.resolve('done') };
    const stage = { temporal, count, chance: { pick: () => undefined }, away: {} } as unknown as OutageStage;
    await expect(makeOutage(stage, 'Temporal kill -9')).rejects.toThrow('no');
    await expect(makeOutage(stage, 'PostgreSQL stop')).resolves.toBe('done');
    expect(count.mock.calls).toEqual([['PostgreSQL stop']]);
  });

  it('is a notification that came before an earlier one of its key, and not before one of another', () => {
    const told = (index: number, ...seconds: (number | undefined)[]) => ({
      keys: [numbersOf(index).out_trade_no],
      // Without a status it arrived nowhere.
      deliveries: seconds.map((second, tried) => ({
        at: `2026-01-01T00:00:${String(second ?? tried).padStart(2, '0')}.000Z`,
        acknowledged: second !== undefined,
        ...(second === undefined ? {} : { status: 200 }),
      })),
    });
    expect(reordered([told(1, 10), told(2, 9), told(1, 11)])).toBe(0);
    expect(reordered([told(1, 10), told(1, 9)])).toBe(1);
    expect(reordered([told(1, undefined, 10), told(1, 9)])).toBe(1);
    expect(reordered([told(1), told(1, 9)])).toBe(0);
  });

  it('is a forgery that a webhook answered, and what was believed is found whatever it answered', () => {
    const id = 'forged';
    const deliveries = [{ status: 401 }, { error: 'ECONNREFUSED' }];
    const simulator = {
      notify: () => ({ id }),
      notifications: () => [{ id, keys: [], deliveries }],
    } as unknown as Simulator;
    const forger = new Forger(simulator, 'http://127.0.0.1:1', '1900000109');
    void forger.forge({ pick: () => ['v3', 'bad'], next: () => 0 } as never, 1);
    expect(forger.counts().get('forged notification, v3 bad')).toBe(1);
    expect(forger.believed(new Set(['payment 42', 'h5 2']))).toEqual([]);
    expect(forger.believed(new Set([`payment ${'4'.repeat(28)}`, 'h5 1']))).toHaveLength(2);
  });
});

describe('a declaration that was sent again', () => {
  it('is one more request than were not carried out, and one', () => {
    const plans = planRun(1, 20).filter(({ story }) => story === 'declaration, accepted');
    const [one = '', other = '', third = ''] = plans.map(({ index }) => numbersOf(index).transaction_id);
    const call = 'customs/declare';
    const count = (key: string, times: number) => ({ call, key, count: times });
    const fault = (key: string, kind: string) => ({ fault: { call, key, kind }, injected: 1 });
    const simulator = {
      calls: () => [count(one, 3), count(other, 2), count(third, 1), count('FK00001', 9)],
      listFaults: () => [fault(other, '503'), fault(one, 'act-and-500')],
    } as unknown as Simulator;
    expect(sentAgain(simulator, plans)).toEqual([one, one]);
  });
});
