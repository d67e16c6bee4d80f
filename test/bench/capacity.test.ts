import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { SCHEDULES } from '../../src/activities/schedule';

const ROOT = join(__dirname, '..', '..');

/** Round figures, so that every result below can be had by head. */
const cost = (factor: number) => ({
  workerMs: 10 * factor,
  webhookMs: 0,
  serverMs: 20 * factor,
  databaseMs: 5 * factor,
  actions: factor,
  stateTransitions: 3 * factor,
  rowsWritten: 10 * factor,
  transactions: 4 * factor,
  logBytes: 1000 * factor,
});
const UNITS = {
  declaration: cost(10),
  poll: cost(1),
  notification: { ...cost(2), webhookMs: 5 },
  calls: 2,
  events: 21,
  historyBytes: 10_000,
  rowsKept: 20,
  databaseBytesKept: 50_000,
  databaseWriteMilliseconds: 5,
  workerRssBytes: 200e6,
};
const PLAN = {
  declarationsPerDay: 864_000,
  polls: 10,
  merchants: 10,
  retentionDays: 7,
  peakFactor: 2,
  utilisation: 0.5,
  notifications: 0,
  gatewayMilliseconds: 200,
  databaseCores: 64,
  openHours: 1,
};

interface Rates {
  readonly mean: number;
  readonly peak: number;
}
interface Capacity {
  readonly perDeclaration: Readonly<Record<string, number>>;
  readonly startsPerSecond: Rates;
  readonly pollsPerSecond: Rates;
  readonly open: number;
  readonly database: { readonly clusters: number };
  readonly server: { readonly cores: number };
  readonly workers: { readonly processes: number };
  readonly webhooks: { readonly processes: number };
  readonly callsPerMerchantPerSecond: Rates;
  readonly cloud: {
    readonly negotiated: boolean;
    readonly dollarsPerMonth: Readonly<Record<'actions' | 'storage' | 'plan' | 'all', number>>;
  };
}
let capacity: {
  capacityOf(plan: object, units: object, price?: number): Capacity;
  unitsOf(raw: object): Record<'declaration' | 'poll', Record<string, number>> & Record<string, unknown>;
  shardsOf(transitionsPerSecond: number, open: number, writeMilliseconds: number): number;
  hoursOfPolls(polls: number, steps: readonly object[]): number;
};
let prices: { costOfActions(millions: number, perMillion?: number): number };
beforeAll(async () => {
  capacity = await import(pathToFileURL(join(ROOT, 'bench/scale/capacity.mjs')).href);
  prices = await import(pathToFileURL(join(ROOT, 'bench/scale/prices.mjs')).href);
});
const of = (plan: object = {}, price?: number) => capacity.capacityOf({ ...PLAN, ...plan }, UNITS, price);

describe('a capacity', () => {
  it('multiplies the mean by the peak', () => {
    expect(of().startsPerSecond).toEqual({ mean: 10, peak: 20 });
    expect(of().pollsPerSecond).toEqual({ mean: 100, peak: 200 });
  });

  it('adds each poll and each notification to a declaration', () => {
    expect(of().perDeclaration).toMatchObject({ workerMs: 200, stateTransitions: 60, actions: 20, calls: 12 });
    expect(of({ notifications: 1 }).perDeclaration).toMatchObject({ workerMs: 220, webhookMs: 5, calls: 12 });
    expect(of({ polls: 20 }).perDeclaration).toMatchObject({ workerMs: 300, calls: 22 });
  });

  it('needs processor time at the peak, with the share that stays unused', () => {
    // 20 a second x 200 ms = 4 cores, half used.
    expect(of().workers).toMatchObject({ cores: 8, processes: 8, memoryBytes: 1.6e9 });
    expect(of().server.cores).toBe(16);
    expect(of().database).toMatchObject({ cores: 4, clusters: 1 });
  });

  it('needs workers for the calls that are under way when processor time is not what is short', () => {
    // 20 a second x 12 calls x 5 s under way = 1,200, of which a process has 100.
    expect(of({ gatewayMilliseconds: 5_000 }).workers.processes).toBe(12);
  });

  it('has at least two of each process', () => {
    const { workers, webhooks } = of({ declarationsPerDay: 100 });
    expect([workers.processes, webhooks.processes]).toEqual([2, 2]);
  });

  it('keeps what is open and what is retained', () => {
    // 864,000 a day x 7 and an hour of 10 a second.
    expect(of().open).toBe(36_000);
    expect(of().database).toMatchObject({ declarations: 6_084_000, bytes: 304.2e9, rows: 121.68e6 });
  });

  it('takes another cluster when one database server is not enough', () => {
    expect(of({ databaseCores: 1 }).database.clusters).toBe(4);
    expect(of({ declarationsPerDay: 864_000 * 100 }).database.clusters).toBe(7);
  });

  it('shares the calls between the merchants', () => {
    expect(of().callsPerMerchantPerSecond).toEqual({ mean: 12, peak: 24 });
  });
});

describe('history shards', () => {
  it.each([
    ['start where the official chart does', [10, 0, 1], 512],
    ['are busy a tenth of the time with their one write after the other', [20_000, 0, 5], 1024],
    ['hold ten thousand open workflows each', [10, 20_000_000, 1], 2048],
  ] as const)('%s', (_, [transitions, open, milliseconds], shards) => {
    expect(capacity.shardsOf(transitions, open, milliseconds)).toBe(shards);
  });
});

describe('Temporal Cloud', () => {
  it.each([
    [1, 50],
    [5, 250],
    // The example of the price list.
    [11.25, 525],
    [200, 250 + 225 + 400 + 1050 + 1500 + 2500],
    [201, 5950],
  ])('%d million actions cost %d dollars', (millions, dollars) => {
    expect(prices.costOfActions(millions)).toBe(dollars);
  });

  it('takes a price of one’s own in place of the published tiers', () => {
    expect(prices.costOfActions(300, 10)).toBe(3000);
    expect(of({}, 10).cloud.dollarsPerMonth.actions).toBeCloseTo(864_000 * 30 * 20 * 1e-5);
    expect(of({}, 10).cloud.negotiated).toBe(false);
  });

  it('says when the price is negotiated', () => {
    expect(of().cloud.negotiated).toBe(true);
    expect(of({ declarationsPerDay: 1000 }).cloud.negotiated).toBe(false);
  });

  it('has storage for what is open and what is kept, and a plan of at least 500 dollars', () => {
    const { dollarsPerMonth } = of({ declarationsPerDay: 1000 }).cloud;
    const open = (1000 / 86_400) * 3600 * 1e-5 * 720 * 0.042;
    expect(dollarsPerMonth.storage).toBeCloseTo(open + 7000 * 1e-5 * 720 * 0.00105);
    expect(dollarsPerMonth.plan).toBe(500);
    expect(of().cloud.dollarsPerMonth.plan).toBeGreaterThan(500);
  });
});

describe('unit costs', () => {
  const raw = {
    units: {
      perDeclaration: unit(100, { polls: 3, submissions: 1, actions: 10 }),
      perPoll: unit(10, { actions: 2 }),
      perNotification: unit(30, { actions: 4 }),
    },
    rows: [{ workerRssBytes: [100, 300] }, { workerRssBytes: [200] }],
  };

  it('are those of a declaration without its polls', () => {
    const units = capacity.unitsOf(raw);
    // Two of the three questions were polls; the first one was asked before it was sent.
    expect(units.declaration).toMatchObject({ workerMs: 80, actions: 6 });
    expect(units.calls).toBe(2);
    expect(units.workerRssBytes).toBe(300);
  });

  it('take the write that waited least for a core', () => {
    expect(capacity.unitsOf(raw).databaseWriteMilliseconds).toBe(1);
  });

  it('are never less than nothing', () => {
    const units = { ...raw.units, perPoll: unit(-5, { actions: 2 }) };
    expect(capacity.unitsOf({ ...raw, units }).poll['workerMs']).toBe(0);
    // Nor are rows that were inserted made fewer by rows that an idle server deleted.
    const rows = unit(10, { rowsInserted: 30, rowsUpdated: 12, rowsDeleted: -9 });
    expect(capacity.unitsOf({ ...raw, units: { ...raw.units, perPoll: rows } }).poll['rowsWritten']).toBe(42);
  });
});

function unit(milliseconds: number, counted: Record<string, number>) {
  const cpuMilliseconds = { workers: milliseconds, webhook: 0, server: milliseconds, database: milliseconds };
  const none = { polls: 0, submissions: 0, stateTransitions: 0, rowsInserted: 0, rowsUpdated: 0, rowsDeleted: 0 };
  return {
    cpuMilliseconds,
    work: { ...none, transactions: 0, logBytes: 0, ...counted },
    databaseWriteMilliseconds: milliseconds / 10,
    rowsKept: { executions: 1 },
    databaseBytesKept: 1000,
    events: 21,
    historyBytes: 7000,
  };
}

describe('the time of the polls', () => {
  it.each([
    [1, 0],
    [2, 1 / 60],
    [11, 1 / 6],
    [20, 55 / 60],
  ])('%d polls take %d hours', (polls, hours) => {
    expect(capacity.hoursOfPolls(polls, SCHEDULES.customs.steps)).toBeCloseTo(hours);
  });
});

describe('npm run capacity', () => {
  it.each([
    [],
    ['--declarations-per-day', '0'],
    ['--declarations-per-day', '1e6'],
    ['--declarations-per-day', '1000', '--polls', '0'],
    ['--declarations-per-day', '1000', '--what'],
    ['--declarations-per-day', '1000', 'extra'],
  ])('says how it is used: %s %s %s %s', (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/capacity.mjs'), ...args], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: npm run capacity');
  });
});
