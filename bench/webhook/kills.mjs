// Webhooks that die in the middle of their work, again and again: nothing that was acknowledged may be lost.
import { compare, signalsIn } from './effects.mjs';
import { markOf } from './notifications.mjs';
import { quantile, rounded, timesOf } from '../statistics.mjs';
import { pause } from './open-loop.mjs';
import { createPost } from './post.mjs';
import { openTargets } from './targets.mjs';
import { load } from './typescript.mjs';

const { freeLowPorts } = load('src/testing/servers/ports.ts');

/** Webhook processes at a time. While some start, the others serve; one start takes about a second of processor time. */
const WEBHOOKS = 3;
/** Notifications a second, while no more than so many are on their way: a server that is slow is not to be buried. */
const RATE = 80;
const MOST_ON_THEIR_WAY = 40;
/** A sender that waits as long as WeChat Pay does would have all the time in the world; here it comes again at once. */
const AGAIN_MS = 100;
/** One that is just handling something is worth more than one that is idle: how long such a moment is waited for. */
const BUSY_WITHIN_MS = 200;
/** A start that fails is tried again so often. */
const STARTS = 3;
/** When nothing has happened for so long, a figure is better than none. */
const MOST_SECONDS = 3_600;

/** `sizes`: kills, acknowledged */
export async function kills(context, { kills: wantedKills, acknowledged: wanted }) {
  const { fleet, notary, say } = context;
  const targets = await openTargets(context);
  const { post, close } = createPost();
  const fronts = (await freeLowPorts(WEBHOOKS)).map((port) => ({
    ...{ port: String(port), url: `http://127.0.0.1:${port}`, busy: 0, isDying: false, webhook: undefined },
  }));
  const acknowledged = new Set();
  const found = {
    kills: 0,
    cut: 0,
    busyKills: 0,
    refusals: {},
    tries: 0,
    milliseconds: [],
    startSeconds: [],
    failedStarts: 0,
  };
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const isDone = () => (found.kills >= wantedKills && acknowledged.size >= wanted) || seconds() > MOST_SECONDS;
  let turn = 0;

  /** A ready one, each in turn: what a load balancer does. */
  const nextFront = () => {
    const ready = fronts.filter(({ webhook }) => webhook !== undefined);
    return ready[(turn += 1) % ready.length];
  };

  /** As WeChat Pay: again and again until it is acknowledged. */
  async function deliver(number) {
    const due = performance.now();
    const target = targets.of(number);
    for (;;) {
      const front = nextFront();
      if (front !== undefined) {
        found.tries += 1;
        front.busy += 1;
        const { acknowledged: isTaken, status, error } = await post(front.url, notary.sign(target, number));
        front.busy -= 1;
        if (isTaken) {
          acknowledged.add(markOf(target.kind, number));
          found.milliseconds.push(performance.now() - due);
          return;
        }
        const why = String(status ?? error);
        found.refusals[why] = (found.refusals[why] ?? 0) + 1;
      }
      await pause(AGAIN_MS);
    }
  }

  /** Its port for metrics is a free one that somebody may have taken since; then another one is. */
  async function startFront(front) {
    for (let failures = 0; ; failures += 1) {
      try {
        return await fleet.startWebhook({ WEBHOOK_PORT: front.port });
      } catch (error) {
        if (failures === STARTS) throw error;
        found.failedStarts += 1;
      }
    }
  }

  /** Keeps one webhook running, and kills it as soon as another is ready to serve. */
  async function keepKilling(front) {
    while (!isDone()) {
      const startedAt = performance.now();
      const webhook = await startFront(front);
      found.startSeconds.push((performance.now() - startedAt) / 1000);
      front.webhook = webhook;
      const anotherServes = () => fronts.some((one) => one !== front && one.webhook !== undefined && !one.isDying);
      while (!isDone() && (found.kills >= wantedKills || !anotherServes())) await pause(20);
      front.isDying = true;
      // Not taken out of service before it dies: it dies while it is at work.
      for (let waited = 0; front.busy === 0 && waited < BUSY_WITHIN_MS && !isDone(); waited += 1) await pause(1);
      if (found.kills < wantedKills) {
        found.kills += 1;
        found.cut += front.busy;
        if (front.busy > 0) found.busyKills += 1;
        if (found.kills % Math.ceil(wantedKills / 20) === 0) {
          say(`kills: ${found.kills} of ${wantedKills}, ${acknowledged.size} acknowledged, ${seconds().toFixed(0)} s`);
        }
      }
      const ending = webhook.stop('SIGKILL');
      front.webhook = undefined;
      front.isDying = false;
      await ending;
    }
  }

  const deliveries = new Set();
  const sending = (async () => {
    const start = performance.now();
    for (let sent = 0; !isDone(); sent += 1) {
      const wait = start + (sent * 1000) / RATE - performance.now();
      if (wait > 0) await pause(wait);
      while (deliveries.size >= MOST_ON_THEIR_WAY && !isDone()) await pause(5);
      const delivery = deliver(context.numbers.take(1)).finally(() => deliveries.delete(delivery));
      deliveries.add(delivery);
    }
  })();
  try {
    await Promise.all(fronts.map(keepKilling));
    await sending;
    // What is still under way is delivered to one that stays.
    fronts[0].webhook = await startFront(fronts[0]);
    await Promise.all(deliveries);
    const took = seconds();
    say(`kills: looks for ${acknowledged.size} acknowledged notifications in the histories`);
    const marks = await signalsIn(
      fleet.client,
      targets.all.map(({ workflowId }) => workflowId),
    );
    return judge({
      ...found,
      ...{ took, wantedKills, wanted, acknowledged: acknowledged.size, ...compare(acknowledged, marks) },
    });
  } finally {
    close();
    await Promise.all(fronts.map(({ webhook }) => webhook?.stop('SIGKILL')));
  }
}

export function judge(measured) {
  const { took, kills: killed, wantedKills, acknowledged, wanted, lost, repeated, tries } = measured;
  return {
    rows: [
      {
        ...{ row: 'kill -9', kills: killed, whileBusy: measured.busyKills, requestsCut: measured.cut },
        ...{ seconds: rounded(took, 0), startMedianSeconds: rounded(quantile(measured.startSeconds, 0.5)) },
        failedStarts: measured.failedStarts,
      },
      {
        ...{ row: 'notifications', acknowledged, tries, otherAnswers: measured.refusals },
        ...{ lost: lost.length, repeatedSignals: repeated },
        ...timesOf(measured.milliseconds),
      },
    ],
    goals: [
      { goal: 'acknowledged and not in a history', limit: 0, measured: lost.length, of: acknowledged },
      { goal: 'kills that are missing', limit: 0, measured: Math.max(0, wantedKills - killed), of: wantedKills },
      {
        goal: 'acknowledged notifications that are missing',
        ...{ limit: 0, measured: Math.max(0, wanted - acknowledged), of: wanted },
      },
    ],
  };
}
