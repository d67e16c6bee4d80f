// How long a notification takes through the webhook, beside the bare call to Temporal that it stands for.
import { compare, settled, signalsIn } from './effects.mjs';
import { createBuiltHandler, timeGenuine } from './handler.mjs';
import { histogram, metricsOf } from './metrics.mjs';
import { megabytes, quantile, rounded, summary, timesOf } from '../statistics.mjs';
import { openLoop, pause } from './open-loop.mjs';
import { createPost } from './post.mjs';
import { memoryOf, processorTimeOf } from '../process-cost.mjs';
import { openTargets } from './targets.mjs';

const OWN_PART = 'wechatpay_webhook_own_seconds';
/** What the webhook gives its own call: without it a bare call could take longer than a webhook ever does. */
const DEADLINE_MS = 3_000;
const WARM_UP = { rate: 50, seconds: 5 };
/** Between two slices, after the last workflow task of the one before, so that its work does not reach into the next. */
const SETTLE_MS = 2_000;
/** Notifications that our own part is timed with where nothing disturbs it. */
const ALONE = 4_000;
const VARIANTS = ['webhook', 'bare signal'];
/** Of what is refused the time says nothing: with more than such a share, the refusals are judged and not the time. */
const COMPARABLE = 0.05;
/** Our own part is told by route: of v3, whose share is a tenth, a p99 of all would be no more than a p90. */
const ROUTES = { h5: 'v3', contract: 'v2' };

/** @param context see run.mjs; `sizes`: rates, slice (seconds of one variant in one round), rounds */
export async function latency(context, { rates, slice, rounds }) {
  const { fleet, worker, notary, say } = context;
  const opened = [];
  let targets;
  const webhook = await fleet.startWebhook();
  const { post, close } = createPost();
  const acknowledged = new Set();
  const slices = [];

  /** What each process has used of the processors, in milliseconds. This one plays WeChat Pay too. */
  const processorTimes = () => {
    const { user, system } = process.cpuUsage();
    const [server, workers, receiver] = [fleet.temporal, worker, webhook].map(({ pid }) => processorTimeOf(pid) * 1000);
    return { server, worker: workers, webhook: receiver, sender: (user + system) / 1000 };
  };

  /** New ones for each round: workflows with long histories would make the last round slower than the first. */
  async function openNewTargets() {
    targets = await openTargets(context);
    opened.push(...targets.all);
  }

  async function runSlice(variant, rate, seconds) {
    const first = context.numbers.take(Math.round(rate * seconds));
    const messages =
      variant === 'webhook'
        ? Array.from({ length: rate * seconds }, (_, index) => notary.sign(targets.of(first + index), first + index))
        : [];
    const send = async (index) => {
      if (variant === 'webhook') return post(fleet.webhookUrl, messages[index]);
      try {
        const call = () => notary.signalBare(fleet.client, targets.of(first + index), first + index);
        await fleet.client.withDeadline(Date.now() + DEADLINE_MS, call);
        return { acknowledged: true };
      } catch (error) {
        return { acknowledged: false, error: error.name };
      }
    };
    const before = processorTimes();
    const { milliseconds, late, outcomes } = await openLoop({ rate, seconds, send });
    const after = processorTimes();
    if (variant === 'webhook') {
      outcomes.forEach((one, index) => one.acknowledged && acknowledged.add(messages[index].mark));
    }
    const failed = outcomes.filter((one) => !one.acknowledged).length;
    const processorMs = Object.fromEntries(
      Object.entries(after).map(([name, value]) => [name, (value - before[name]) / outcomes.length]),
    );
    return {
      ...{ variant, rate, sent: outcomes.length, failed, late, processorMs, memory: memoryOf(webhook.pid) },
      // Refusals are soon made: among the others they would make the webhook look fast.
      milliseconds: milliseconds.filter((_, index) => outcomes[index].acknowledged),
    };
  }

  async function allSettled() {
    for (const { workflowId } of targets.all) await settled(fleet.client, workflowId);
    await pause(SETTLE_MS);
  }

  try {
    await openNewTargets();
    for (const variant of VARIANTS) await runSlice(variant, WARM_UP.rate, WARM_UP.seconds);
    const memoryAtStart = memoryOf(webhook.pid);
    const before = await metricsOf(webhook);
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) await openNewTargets();
      for (const rate of rates) {
        // Who comes first changes, so that neither always meets what the other left behind.
        const order = round % 2 === 0 ? VARIANTS : VARIANTS.toReversed();
        for (const variant of order) {
          await allSettled();
          const measured = { round, ...(await runSlice(variant, rate, slice)) };
          slices.push(measured);
          const { p50Ms } = timesOf(measured.milliseconds);
          say(`latency: round ${round + 1} of ${rounds}, ${rate}/s, ${variant}: p50 ${p50Ms} ms`);
        }
      }
    }
    const after = await metricsOf(webhook);
    const own = Object.entries(ROUTES).map(([route, version]) => ({
      version,
      ...histogram(after, OWN_PART, before, route),
    }));
    await webhook.stop();
    await allSettled();
    const first = context.numbers.take(ALONE);
    const alone = await timeGenuine(
      createBuiltHandler(fleet.credentials),
      Array.from({ length: ALONE }, (_, index) => notary.sign(targets.of(first + index), first + index)),
    );
    say('latency: looks for each acknowledged notification in the histories');
    const { lost } = compare(
      acknowledged,
      await signalsIn(
        fleet.client,
        opened.map(({ workflowId }) => workflowId),
      ),
    );
    return judge({
      ...{ slices, rates, rounds, memoryAtStart, own, alone },
      ...{ acknowledged: acknowledged.size, lost: lost.length },
    });
  } finally {
    close();
    await webhook.stop('SIGKILL');
  }
}

/** From slices to rows and goals. */
export function judge({ slices, rates, rounds, memoryAtStart, own, alone, acknowledged, lost }) {
  const of = (variant, rate) => slices.filter((one) => one.variant === variant && one.rate === rate);
  const rows = rates.flatMap((rate) =>
    VARIANTS.map((variant) => {
      const mine = of(variant, rate);
      const all = mine.flatMap(({ milliseconds }) => [...milliseconds]);
      return {
        ...{
          row: `${rate}/s`,
          variant,
          sent: sum(mine.map(({ sent }) => sent)),
          failed: sum(mine.map(({ failed }) => failed)),
        },
        ...timesOf(all),
        lateP99Ms: timesOf(mine.flatMap(({ late }) => [...late])).p99Ms,
        processorMsEach: medians(mine.map(({ processorMs }) => processorMs)),
        rounds: mine.map(({ milliseconds }) => timesOf(milliseconds)),
      };
    }),
  );
  const ratios = rates.map((rate) => {
    const ratio = (share) =>
      rounds3(
        summary(
          of('webhook', rate).map(
            ({ round, milliseconds }) =>
              quantile(milliseconds, share) /
              quantile(of('bare signal', rate).find((bare) => bare.round === round).milliseconds, share),
          ),
        ),
      );
    return { row: `${rate}/s`, variant: 'webhook : bare', p50: ratio(0.5), p99: ratio(0.99) };
  });
  const fastest = rates.at(-1);
  const memory = of('webhook', fastest).map((one) => megabytes(one.memory));
  const flat = memory.at(-1) / memory[0];
  const failed = sum(slices.filter(({ variant }) => variant === 'webhook').map((one) => one.failed));
  return {
    rows: [
      ...rows,
      ...ratios,
      ...own.map(({ version, count, withinMs, shareWithin }) => ({
        ...{ row: `own part, ${version}`, count, p99AtMostMs: withinMs(0.99) },
        ...{ shareWithin1Ms: rounded(shareWithin(0.001), 4) },
      })),
      {
        ...{ row: "own part alone, in the webhook's handler", count: alone.count },
        ...{ p50Ms: rounded(alone.p50Ms, 3), p99Ms: rounded(alone.p99Ms, 3) },
        processorMsEach: rounded(alone.processorMsEach, 3),
      },
      { row: 'acknowledged', count: acknowledged, failed, lost },
      {
        ...{ row: 'memory', unit: 'MB', startMB: megabytes(memoryAtStart) },
        ...{ middleMB: memory[Math.floor((memory.length - 1) / 2)], endMB: memory.at(-1), rounds: memory },
      },
    ],
    goals: [
      ...ratios.flatMap(({ row, p50, p99 }) => {
        const { failed: refused, sent } = rows.filter(isWebhook).find((one) => one.row === row);
        const refusals = { goal: `${row}: refused`, limit: 0, measured: refused, of: sent };
        if (refused > COMPARABLE * sent) return [refusals];
        return [
          refusals,
          { goal: `${row}: p50 of the webhook : p50 of the bare signal`, limit: 1.25, measured: p50.median },
          { goal: `${row}: p99 of the webhook : p99 of the bare signal`, limit: 1.25, measured: p99.median },
        ];
      }),
      ...own.map(({ version, withinMs }) => ({
        goal: `own part of ${version}, p99, ms (bound of its bucket)`,
        ...{ limit: 1, measured: withinMs(0.99) },
      })),
      { goal: 'acknowledged and not in a history', limit: 0, measured: lost, of: acknowledged },
      ...(rounds > 1
        ? [
            {
              goal: `memory after the last round : after the first, at ${fastest}/s`,
              limit: 1.1,
              measured: rounded(flat, 3),
            },
          ]
        : []),
    ],
  };
}

/** The median of each figure. */
const medians = (rounds) =>
  Object.fromEntries(
    Object.keys(rounds[0]).map((name) => [name, rounded(summary(rounds.map((one) => one[name])).median)]),
  );
const isWebhook = ({ variant }) => variant === 'webhook';
const sum = (values) => values.reduce((total, value) => total + value, 0);
const rounds3 = ({ median, min, max }) => ({
  ...{ median: rounded(median, 3), min: rounded(min, 3), max: rounded(max, 3) },
});
