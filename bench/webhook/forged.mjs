// Anybody may send anything: what do forgeries cost us, and the genuine notifications beside them?
import { fork } from 'node:child_process';
import { compare, signalsIn } from './effects.mjs';
import { createBuiltHandler, refuseForgeries } from './handler.mjs';
import { counted, metricsOf } from './metrics.mjs';
import { quantile, rounded, sumOf, timesOf } from '../statistics.mjs';
import { openLoop } from './open-loop.mjs';
import { createPost, tally } from './post.mjs';
import { processorTimeOf } from '../process-cost.mjs';
import { openTargets } from './targets.mjs';

const ACCEPTED = 'wechatpay_webhook_accepted_total';
const REFUSED = 'wechatpay_webhook_refused_total';
const CONNECTIONS = 64;
/** The share of a rate that may be missing: the last answers come after the last second. */
const MISSING_SHARE = 0.05;
/** Genuine ones that forgeries are made of. */
const MODELS = 40;

/** `sizes`: rate, genuine (a second), seconds, overHttp, mutations (in the handler itself) */
export async function forged(context, { rate, genuine, seconds, overHttp, mutations }) {
  const { fleet, notary, say } = context;
  const targets = await openTargets(context);
  const webhook = await fleet.startWebhook();
  const { post, close } = createPost();
  const port = Number(new URL(fleet.webhookUrl).port);
  /** Signed now, and never sent as they are. */
  const models = () => {
    const first = context.numbers.take(MODELS);
    return Array.from({ length: MODELS }, (_, index) => {
      // As many of either kind.
      const target = index % 2 === 0 ? targets.all[0] : targets.all.at(-1);
      return notary.sign(target, first + index);
    });
  };
  /** Genuine ones for as long, and what became of them. */
  const deliver = async () => {
    const first = context.numbers.take(genuine * seconds);
    const messages = Array.from({ length: genuine * seconds }, (_, index) =>
      notary.sign(targets.of(first + index), first + index),
    );
    const { milliseconds, outcomes } = await openLoop({
      ...{ rate: genuine, seconds },
      send: (index) => post(fleet.webhookUrl, messages[index]),
    });
    const acknowledged = messages.filter((_, index) => outcomes[index].acknowledged).map(({ mark }) => mark);
    return { milliseconds, acknowledged, answers: tally(outcomes) };
  };
  /** What the webhook did and spent meanwhile. */
  const observed = async (work) => {
    const [before, processorBefore, began] = [
      await metricsOf(webhook),
      processorTimeOf(webhook.pid),
      performance.now(),
    ];
    const result = await work();
    const after = await metricsOf(webhook);
    const difference = (name) => counted(after, name) - counted(before, name);
    return {
      ...result,
      accepted: difference(ACCEPTED),
      refused: difference(REFUSED),
      processorSeconds: processorTimeOf(webhook.pid) - processorBefore,
      tookSeconds: (performance.now() - began) / 1000,
    };
  };

  try {
    say(`forged: ${genuine} genuine a second alone, ${seconds} s`);
    const alone = await observed(deliver);
    say(`forged: ${genuine} genuine and ${rate} forged a second, ${seconds} s`);
    const forger = startForger({
      ...{ port, genuine: models(), seed: context.seed, rate, seconds, connections: CONNECTIONS },
    });
    await forger.prepared;
    const beside = await observed(async () => {
      forger.begin();
      const [delivered, forgeries] = await Promise.all([deliver(), forger.done]);
      return { ...delivered, forgeries };
    });
    say(`forged: ${overHttp} mutations over HTTP`);
    const flooded = await observed(async () => ({
      forgeries: await startForger({
        ...{ port, genuine: models(), seed: context.seed + 1, count: overHttp, connections: CONNECTIONS / 4 },
      }).done,
    }));
    await webhook.stop();
    say(`forged: ${mutations} mutations through the webhook's handler`);
    const direct = await refuseForgeries(createBuiltHandler(fleet.credentials), models, {
      count: mutations,
      seed: context.seed + 2,
    });
    const marks = await signalsIn(
      fleet.client,
      targets.all.map(({ workflowId }) => workflowId),
    );
    const acknowledged = [...alone.acknowledged, ...beside.acknowledged];
    // A forgery that was believed would be a signal that nobody has sent.
    const known = new Set(acknowledged);
    const foreign = [...marks.keys()].filter((mark) => !known.has(mark) && mark !== 'contract 0').length;
    const { lost } = compare(acknowledged, marks);
    return judge({
      ...{ rate, genuine, seconds, alone, beside, flooded, direct, foreign },
      ...{ lost: lost.length, acknowledged: acknowledged.length },
    });
  } finally {
    close();
    await webhook.stop('SIGKILL');
  }
}

/** @param task see forger.mjs */
export function startForger(task) {
  const child = fork(new URL('./forger.mjs', import.meta.url), { serialization: 'advanced' });
  let prepared;
  const ready = new Promise((resolve) => (prepared = resolve));
  const done = new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message.prepared) prepared();
      if (message.done) resolve(message.done);
      if (message.error) reject(new Error(message.error));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the forging process ended with ${code}`)));
  });
  child.send(task);
  return { prepared: Promise.race([ready, done]), done, begin: () => child.send('begin') };
}

export function judge({ rate, genuine, seconds, alone, beside, flooded, direct, lost, acknowledged, foreign }) {
  const perRefusal = (seconds_, count) => rounded((seconds_ * 1000) / count, 4);
  const delivered = ({ milliseconds, answers }) => ({
    ...{ genuine: milliseconds.length, answers },
    ...timesOf(milliseconds),
  });
  const spent = ({ processorSeconds, tookSeconds }) => ({
    processorShare: rounded(processorSeconds / tookSeconds, 3),
  });
  const sentBeside = sumOf(beside.forgeries.answers);
  const sentAfter = sumOf(flooded.forgeries.answers);
  const believed =
    (beside.forgeries.answers[200] ?? 0) +
    (flooded.forgeries.answers[200] ?? 0) +
    (beside.accepted - beside.acknowledged.length) +
    flooded.accepted +
    direct.accepted +
    foreign;
  const perSecond = rounded(sentBeside / beside.forgeries.seconds, 0);
  const overHttp = perRefusal(flooded.processorSeconds, sentAfter);
  const inHandler = perRefusal(direct.processorSeconds, direct.count);
  return {
    rows: [
      { row: `${genuine} genuine/s alone`, seconds, ...delivered(alone), ...spent(alone) },
      {
        ...{ row: `beside ${rate} forged/s`, seconds, ...delivered(beside), ...spent(beside) },
        ...{ forged: sentBeside, forgedAnswers: beside.forgeries.answers },
        forgedPerSecond: perSecond,
      },
      {
        ...{ row: 'mutations over HTTP', count: sentAfter, answers: flooded.forgeries.answers },
        ...{ perSecond: rounded(sentAfter / flooded.forgeries.seconds, 0), processorMsEach: overHttp },
      },
      {
        ...{ row: "mutations through the webhook's handler", count: direct.count, answers: direct.answers },
        ...{ genuineBetween: direct.genuineBetween, processorMsEach: inHandler },
        ...(direct.accepted > 0 && { acceptedHow: direct.acceptedHow }),
      },
    ],
    goals: [
      {
        goal: `genuine p99 beside ${rate} forged/s, ms`,
        limit: 1_000,
        measured: rounded(quantile(beside.milliseconds, 0.99)),
      },
      {
        // Slower answers make it less: beside fewer of them the p99 would mean something else.
        goal: `forged ones a second that are missing of ${rate}`,
        ...{ limit: rounded(rate * MISSING_SHARE, 0), measured: Math.max(0, rate - perSecond) },
      },
      {
        goal: 'forgeries accepted',
        ...{ limit: 0, measured: believed, of: sentBeside + sentAfter + direct.count },
      },
      { goal: 'genuine acknowledged and not in a history', limit: 0, measured: lost, of: acknowledged },
      {
        goal: 'genuine not acknowledged',
        limit: 0,
        measured: beside.milliseconds.length - beside.acknowledged.length,
        of: beside.milliseconds.length,
      },
      { goal: 'processor time of a refusal with HTTP, ms', limit: 0.2, measured: overHttp },
      { goal: 'processor time of a refusal in the handler, ms', limit: 0.2, measured: inHandler },
    ],
  };
}
