import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { UPDATES } from '../../src/interface';
import type { Simulator } from '../../src/testing';
import { startFleet } from '../fleet/fleet';
import type { Fleet, FleetProcess } from '../fleet/fleet';
import { attemptsIn, inWords } from './attempts';
import { Chance } from './chance';
import { check, isUnclaimed } from './checker';
import { acknowledgedDeliveries, knowledge, sentAgain } from './collect';
import { Forger, weather } from './notifications';
import { killAtMark, makeOutage, planOutages, ProcessPlace } from './outages';
import type { OutageDone, OutageStage } from './outages';
import { gatewayFault, keyOf, kindOf, numbersOf, planRun, scriptOf, startingOrder } from './plan';
import type { KeyPlan } from './plan';
import { startFaultProxy } from './proxy';
import type { Decision, FaultProxy, ProxiedRequest } from './proxy';
import { COUNTED, NO_ROOM, sumOf } from './report';
import type { FaultRun, Progress } from './report';
import { resetActivities } from './resets';
import { clusterUnderFaults, devServerUnderFaults } from './temporal';
import type { TemporalUnderFaults } from './temporal';
import { watchTemporal } from './temporal-watch';
import { Calls, Player } from './workload';

export interface FaultOptions {
  readonly seed: number;
  readonly keys: number;
  readonly server: 'dev' | 'postgres';
  /** After so long the run is broken off, and what is open then is lost. */
  readonly minutesLimit: number;
  /** The built package, if not that of this repository. */
  readonly lib?: string;
  /** Told what happens. */
  readonly say: (line: string) => void;
  /** Told what servers and processes write. */
  readonly log?: (process: string, line: string) => void;
}

/** Each kill leaves the others what they are waiting for. */
const WORKERS = 3;
/** A run of this size has the outages of the promise in full length. */
const FULL = 5_000;
const SAMPLE_EVERY = 10_000;
/** Forged notifications per key. */
const FORGED = 1;

/** Plays a whole run: processes, faults and outages as the seed says, and the comparison at the end. */
export async function runFaults(options: FaultOptions): Promise<FaultRun> {
  const stage = await openStage(options);
  try {
    return await compared(stage, await played(stage, options), options);
  } finally {
    await stage.close();
  }
}

/** What a run is played on: the server, the processes, what stands between them and WeChat Pay, and what was broken so far. */
interface Stage extends Omit<OutageStage, 'away'> {
  readonly plans: readonly KeyPlan[];
  readonly forger: Forger;
  /** By kind, how often so far. */
  readonly faults: () => Record<string, number>;
  /** Faults that hit a request which submits. */
  readonly submissions: { faulted: number };
  /** Aborted when the run takes too long. */
  readonly over: AbortController;
  readonly calls: Calls;
  readonly close: () => Promise<void>;
}

async function openStage(options: FaultOptions): Promise<Stage> {
  const { seed, keys } = options;
  const chance = new Chance(seed, keys);
  const plans = planRun(seed, keys);
  const counted = new Map<string, number>();
  const count = (kind: string, times = 1): void => void counted.set(kind, (counted.get(kind) ?? 0) + times);
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const closing: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    // A call that was broken off may still have a repetition planned, which must not meet a closed connection.
    if (over.signal.aborted) await wait(BROKEN_OFF);
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const temporal = await temporalOf(options);
    closing.push(() => temporal.server.stop());
    const proxies: FaultProxy[] = [];
    closing.push(() => Promise.all(proxies.map((proxy) => proxy.close())));
    const fleet = await startFleet({
      temporal: () => Promise.resolve(temporal.server),
      simulator: {
        ...{ closeNotBefore: 60, processingAfter: 1, decidedAfter: 3, underReviewAfter: 1, reviewedAfter: 4 },
        // Every other one by the certificate that is being rotated; with the public key alone a rotation would be nothing.
        notificationKey: 'alternate',
      },
      ...(options.log === undefined ? {} : { log: options.log }),
      ...(options.lib === undefined ? {} : { lib: options.lib }),
    });
    closing.push(() => fleet.stop());
    const { simulator } = fleet;
    for (const plan of plans) simulator.script(scriptOf(plan));
    const submissions = { faulted: 0 };
    const choose = chooser(plans, simulator, submissions);
    const pause = (): number => chance.between(200, 1_500);
    const workers: ProcessPlace[] = [];
    for (let number = 0; number < WORKERS; number++) {
      const proxy = await startFaultProxy({
        upstream: simulator.url,
        decide: choose,
        onMark: (mark) => killAtMark(workers[number] as ProcessPlace, mark, count),
      });
      proxies.push(proxy);
      const env = { WECHATPAY_V3_BASE_URL: proxy.url, WECHATPAY_V2_BASE_URL: proxy.url };
      workers.push(new ProcessPlace(() => fleet.startWorker(env), pause));
    }
    let webhookEnv: Readonly<Record<string, string>> = {};
    const webhook = new ProcessPlace((): Promise<FleetProcess> => fleet.startWebhook(webhookEnv), pause);
    const places = [...workers, webhook];
    closing.push(() => places.forEach((place) => place.close()));
    await Promise.all(places.map((place) => place.open()));
    const forger = new Forger(simulator, fleet.webhookUrl, fleet.credentials.mchid);
    return {
      ...{ chance, plans, temporal, fleet, workers, webhook, forger, count, submissions, over, close },
      webhookEnv: (env) => (webhookEnv = env),
      faults: () => faultsByKind(counted, proxies, simulator, forger),
      calls: new Calls(over.signal),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What happened while a run was played. */
interface Played extends Pick<FaultRun, 'progress' | 'outages' | 'skipped' | 'resetsNotMade' | 'operatorActs'> {
  readonly players: readonly Player[];
  /** Since the first key was begun. */
  readonly seconds: () => number;
  /** When Temporal no longer answered although nobody had taken it away. */
  readonly hung: readonly string[];
}

/** Begins every key, breaks what the seed says meanwhile, and waits until all have ended or the time is over. */
async function played(stage: Stage, options: FaultOptions): Promise<Played> {
  const { seed, keys, say } = options;
  const { fleet, forger, count, over, calls } = stage;
  say(`${keys} keys, seed ${seed}: server, ${WORKERS} workers and a webhook are ready`);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1_000;
  const limit = setTimeout(() => over.abort(new Error('the run took too long')), options.minutesLimit * 60_000);
  const players: Player[] = [];
  const state = { closed: 0, playing: true, operatorActs: 0 };
  const acted = (): void => void state.operatorActs++;
  const resetsNotMade: Record<string, number> = {};
  const notMade = (kind: string, why: string): void => {
    const what = `${kind}: ${why}`;
    resetsNotMade[what] = (resetsNotMade[what] ?? 0) + 1;
  };
  const progress: Progress[] = [];
  const sample = (): void => {
    const now = { seconds: seconds(), started: players.length, closed: state.closed, faults: sumOf(stage.faults()) };
    progress.push(now);
    say(`${now.seconds.toFixed(0)} s: ${now.started} started, ${now.closed} closed, ${now.faults} faults`);
  };

  await forger.open();
  const quiet = new AbortController();
  setMaxListeners(0, quiet.signal);
  // Half of the way is starting, half is closing: a short run starts all in seconds.
  const come = (): number => (players.length + state.closed) / 2 / keys;
  const breaking = breakingAll(stage, options, { seconds, come, isPlaying: () => state.playing });
  const around = [
    weather(fleet.simulator, new Chance(seed, 1), count, (id) => forger.isForged(id), quiet.signal),
    sampling(quiet.signal, sample),
    forging(forger, new Chance(seed, 2), keys, () => players.length, quiet.signal),
    operating(fleet, players, quiet.signal, acted),
  ];

  const inFlight = new Set<Promise<void>>();
  const most = Math.min(MOST_OPEN, Math.max(100, Math.ceil(keys / 2)));
  for (const plan of startingOrder(stage.plans)) {
    while (inFlight.size >= most && !over.signal.aborted) await Promise.race(inFlight);
    if (over.signal.aborted) break;
    const player = new Player(plan, { fleet, count, notMade, acted, calls, over: over.signal });
    players.push(player);
    const one = player.play().then(() => void state.closed++);
    inFlight.add(one);
    void one.finally(() => inFlight.delete(one));
    await wait(PACE);
  }
  around.push(hurrying(fleet, quiet.signal, acted));
  await Promise.all(inFlight);
  state.playing = false;
  clearTimeout(limit);
  quiet.abort();
  const [broken] = await Promise.all([breaking, ...around]);
  await Promise.all([...stage.workers, stage.webhook].map((place) => place.idle()));
  await delivered(fleet);
  await forger.close();
  return { players, seconds, progress, resetsNotMade, operatorActs: state.operatorActs, ...broken };
}

interface Course {
  readonly seconds: () => number;
  /** Which share of the run is over. */
  readonly come: () => number;
  readonly isPlaying: () => boolean;
}

/** Makes each outage when its turn has come, and looks after Temporal in between. */
async function breakingAll(
  stage: Stage,
  { seed, keys, server }: FaultOptions,
  { seconds, come, isPlaying }: Course,
): Promise<Pick<Played, 'outages' | 'skipped' | 'hung'>> {
  const { fleet, temporal } = stage;
  const away = keys >= FULL ? { short: 5, long: 60 } : { short: 3, long: 8 };
  const outages: OutageDone[] = [];
  const skipped: Record<string, string> = {};
  const hung: string[] = [];
  const look = watchTemporal(fleet.client, () => temporal.restart(1, 'SIGKILL'));
  const pausing = async (): Promise<void> => {
    await wait(100);
    const at = seconds();
    const note = await look();
    if (note !== undefined)
      hung.push(`Temporal, which no longer answered at ${at.toFixed(0)} s and was restarted, ${note}`);
  };
  for (const outage of planOutages(new Chance(seed, 3), keys, server === 'postgres')) {
    while (isPlaying() && come() < outage.at) await pausing();
    if (!isPlaying()) {
      skipped[outage.kind] = NO_ROOM;
      continue;
    }
    const from = seconds();
    try {
      const note = await makeOutage({ ...stage, away }, outage.kind);
      outages.push({ ...outage, from, to: seconds(), ...(note === undefined ? {} : { note }) });
    } catch (error) {
      skipped[outage.kind] = (error as Error).message;
    }
  }
  while (isPlaying()) await pausing();
  return { outages, skipped, hung };
}

/** Compares what WeChat Pay did with what the processes say and with what was acknowledged. */
async function compared(stage: Stage, run: Played, { seed, keys, server, say }: FaultOptions): Promise<FaultRun> {
  const { fleet, forger, plans } = stage;
  say('comparing');
  const { acknowledged, forgedAccepted } = acknowledgedDeliveries(
    fleet.simulator,
    (id) => forger.isForged(id),
    fleet.credentials.mchid,
  );
  const observed = run.players.map((player) => player.observed());
  const known = await knowledge(fleet.client);
  const verdict = check({
    ...{ keys: observed, ledger: fleet.simulator.ledger(), acknowledged },
    sentAgain: sentAgain(fleet.simulator, plans),
    ...known,
    forgedAccepted: [...forger.accepted, ...forgedAccepted, ...forger.believed(known.told)],
  });
  const workflowIds = new Set(COUNTED.flatMap((sort) => verdict[sort].map(({ workflowId }) => workflowId)));
  for (const workflowId of [...workflowIds].filter((id) => id !== '').slice(0, TOLD_ABOUT)) {
    const attempts = await attemptsIn(fleet.client, workflowId).then(
      (all) => all.map(inWords),
      (error: Error) => [error.message],
    );
    say([`${workflowId}:`, ...attempts].join('\n    '));
  }
  const closed = observed.filter(({ processes }) =>
    processes.every(({ result, failure }) => result !== undefined || failure !== undefined),
  ).length;
  const { serverVersion } = await fleet.client.workflowService.getSystemInfo({});
  const { outages, progress, skipped, resetsNotMade, operatorActs, hung } = run;
  return {
    temporalVersion: serverVersion ?? 'unknown',
    ...{ seed, keys, server, closed, faults: stage.faults(), verdict, plans },
    ...{ outages, progress, skipped, resetsNotMade, operatorActs },
    endedByThemselves: [...[...stage.workers, stage.webhook].flatMap((place) => place.endedByThemselves), ...hung],
    forged: forger.sum(),
    unclaimed: [...known.told.values()].filter((told) => [...told].some(isUnclaimed)).length,
    submissionFaults: stage.submissions.faulted,
    seconds: run.seconds(),
  };
}

/** Nobody looks for an application before, and no request of it is under way any more. */
const LOOKS_AFTER = 60_000;
const BROKEN_OFF = 10_000;
/** Of so many processes with a defect, what their histories say. */
const TOLD_ABOUT = 20;
/** Milliseconds between two starts. */
const PACE = 50;
/** Most of its two minutes a key waits for a fault to be over, so this decides how many keys end in a second. */
const MOST_OPEN = 1_400;

function temporalOf({ server, log }: FaultOptions): Promise<TemporalUnderFaults> {
  const say = (line: string): void => log?.('temporal', line);
  return server === 'dev' ? devServerUnderFaults(say) : clusterUnderFaults(say);
}

/**
 * Decides about every request by the plan of the key it is about: each fault of the plan is used once, in its order, those
 * of WeChat Pay as those of the network. A request has one fault, so that none hides another.
 */
function chooser(plans: readonly KeyPlan[], simulator: Simulator, submissions: { faulted: number }) {
  const left = plans.map(({ submissions, corrections, questions }) => ({
    submissions: [...submissions],
    corrections: [...corrections],
    questions: [...questions],
  }));
  return (request: ProxiedRequest): Decision | undefined => {
    const key = keyOf(request);
    const planned = key === undefined ? undefined : left[key];
    // A question about a person may be asked three times, and is no subject of the plan.
    if (key === undefined || planned === undefined || request.target.endsWith('/verify-certificate')) return undefined;
    const kind = kindOf(request);
    const [next] = planned[kind];
    if (next === undefined) return undefined;
    if (next.by === 'gateway') {
      const fault = gatewayFault(plans[key] as KeyPlan, next.kind, request);
      if (fault === undefined) return undefined;
      simulator.faults([fault]);
    }
    planned[kind].shift();
    if (kind === 'submissions') submissions.faulted++;
    return next.by === 'network' ? next.decision : undefined;
  };
}

function faultsByKind(
  counted: ReadonlyMap<string, number>,
  proxies: readonly FaultProxy[],
  simulator: Simulator,
  forger: Forger,
): Record<string, number> {
  const all = new Map(counted);
  const add = (kind: string, times: number): void => void all.set(kind, (all.get(kind) ?? 0) + times);
  for (const { injected } of proxies) for (const [kind, times] of injected) add(`network: ${kind}`, times);
  for (const [kind, times] of forger.counts()) add(kind, times);
  for (const { fault, injected } of simulator.listFaults()) {
    if (injected > 0) add(`WeChat Pay: ${fault.kind}`, injected);
  }
  return Object.fromEntries([...all].filter(([, times]) => times > 0));
}

async function sampling(until: AbortSignal, sample: () => void): Promise<void> {
  while (!until.aborted) {
    await wait(SAMPLE_EVERY, undefined, { signal: until }).catch(() => undefined);
    sample();
  }
}

async function forging(
  forger: Forger,
  chance: Chance,
  keys: number,
  started: () => number,
  until: AbortSignal,
): Promise<void> {
  for (let made = 0; made < keys * FORGED && !until.aborted;) {
    if (made >= started() * FORGED) {
      await wait(100);
      continue;
    }
    await forger.forge(chance, chance.between(0, Math.max(0, started() - 1)));
    made++;
  }
}

/**
 * A person who looks at applications whose number the process never learnt. One that WeChat Pay has is given its number;
 * one that it has not, because every request was lost, is begun once more.
 */
async function operating(
  { simulator, client }: Fleet,
  players: readonly Player[],
  until: AbortSignal,
  acted: () => void,
): Promise<void> {
  const waitingSince = new Map<Player, number>();
  const helped = new Set<Player>();
  while (!until.aborted) {
    await wait(15_000, undefined, { signal: until }).catch(() => undefined);
    for (const player of players) {
      const { plan, current } = player;
      if (!plan.story.startsWith('H5') || current === undefined || helped.has(player)) continue;
      if (player.observed().processes[0]?.result !== undefined) continue;
      try {
        const { state } = await current.status();
        if (state !== 'SUBMITTED_ID_UNKNOWN') continue;
        const { sub_mchid } = numbersOf(plan.index);
        const [known] = simulator.notifications({ key: sub_mchid });
        const applyment_id = known?.keys[1];
        const since = waitingSince.get(player) ?? Date.now();
        waitingSince.set(player, since);
        const isThere = simulator.ledger().some(({ effect, key }) => effect === 'applied' && key.startsWith(sub_mchid));
        if (applyment_id === undefined && (isThere || Date.now() - since < LOOKS_AFTER)) continue;
        helped.add(player);
        if (applyment_id === undefined) await player.beginAgain();
        else {
          // As from the command line: whoever found the process already started has no handle that can attach.
          const handle = client.workflow.getHandle(current.workflowId);
          await handle.executeUpdate(UPDATES.attachApplication, { args: [{ applyment_id }] });
        }
        acted();
      } catch {
        // It has ended meanwhile, or the server is away: looked at again.
        helped.delete(player);
      }
    }
  }
}

/**
 * A person who, once everything has been started, looks after declarations that would wait for minutes because many
 * attempts have failed, and lets them go on at once, as the runbook says.
 */
async function hurrying({ client }: Fleet, until: AbortSignal, acted: () => void): Promise<void> {
  const query = "WxFlow = 'customsDeclaration' AND ExecutionStatus = 'Running'";
  while (!until.aborted) {
    await wait(30_000, undefined, { signal: until }).catch(() => undefined);
    try {
      for await (const { workflowId } of client.workflow.list({ query })) {
        if (until.aborted) return;
        const reset = await resetActivities(client, workflowId, ({ nextAttemptScheduleTime }) => {
          const next = Number(nextAttemptScheduleTime?.seconds ?? 0) * 1_000;
          return next >= Date.now() + 60_000;
        });
        for (let count = 0; count < reset; count += 1) acted();
      }
    } catch {
      // One has ended meanwhile, or the server is away: looked at again.
    }
  }
}

/** Waits until WeChat Pay has no notification left to deliver, or would only repeat them for hours. */
async function delivered({ simulator }: Fleet): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const waiting = simulator
      .notifications()
      .some(({ status, url }) => status === 'waiting' && url.includes('/wechatpay/'));
    if (!waiting) return;
    await wait(500);
  }
}
