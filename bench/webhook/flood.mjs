// More genuine notifications than Temporal can take here: those that are not taken are refused in time, and none is lost.
import { compare, signalsIn } from './effects.mjs';
import { markOf } from './notifications.mjs';
import { megabytes, rounded, timesOf } from '../statistics.mjs';
import { openLoop, pause } from './open-loop.mjs';
import { createPost, tally } from './post.mjs';
import { memoryOf } from '../process-cost.mjs';
import { openTargets } from './targets.mjs';

/** Who send again what was refused: so many at a time, each so often at most. */
const SENDERS = 32;
const MOST_TRIES = 20;
const AGAIN_MS = 200;

/** `sizes`: rate, seconds */
export async function flood(context, { rate, seconds }) {
  const { fleet, notary, say } = context;
  const targets = await openTargets(context);
  const webhook = await fleet.startWebhook();
  const { post, close } = createPost();
  const memory = [memoryOf(webhook.pid)];
  const watch = setInterval(() => memory.push(memoryOf(webhook.pid)), 1_000);
  try {
    const first = context.numbers.take(rate * seconds);
    const messages = Array.from({ length: rate * seconds }, (_, index) =>
      notary.sign(targets.of(first + index), first + index),
    );
    say(`flood: ${rate} a second for ${seconds} s`);
    const { milliseconds, outcomes, took } = await openLoop({
      ...{ rate, seconds },
      send: (index) => post(fleet.webhookUrl, messages[index]),
    });
    const acknowledged = new Set(messages.filter((_, index) => outcomes[index].acknowledged).map(({ mark }) => mark));
    const atOnce = acknowledged.size;

    // What was refused comes again, as WeChat Pay would send it; here as fast as it is taken.
    const left = messages.flatMap((_, index) => (outcomes[index].acknowledged ? [] : [first + index]));
    let never = 0;
    const began = performance.now();
    const sender = async () => {
      for (let number = left.pop(); number !== undefined; number = left.pop()) {
        if (left.length % 1_000 === 0) say(`flood: ${left.length} to be sent again`);
        const target = targets.of(number);
        let isTaken = false;
        for (let tries = 0; !isTaken && tries < MOST_TRIES; tries += 1) {
          if (tries > 0) await pause(AGAIN_MS);
          ({ acknowledged: isTaken } = await post(fleet.webhookUrl, notary.sign(target, number)));
        }
        if (isTaken) acknowledged.add(markOf(target.kind, number));
        else never += 1;
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    const laterSeconds = (performance.now() - began) / 1000;
    clearInterval(watch);
    await webhook.stop();
    const marks = await signalsIn(
      fleet.client,
      targets.all.map(({ workflowId }) => workflowId),
    );
    const { lost, repeated } = compare(acknowledged, marks);
    const answers = tally(outcomes);
    return judge({
      ...{ rate, seconds, took, milliseconds, answers, atOnce, isTaken: outcomes.map((one) => one.acknowledged) },
      ...{ later: acknowledged.size - atOnce, laterSeconds },
      ...{ never, lost: lost.length, repeated, memory },
    });
  } finally {
    clearInterval(watch);
    close();
    await webhook.stop('SIGKILL');
  }
}

export function judge(measured) {
  const { rate, seconds, milliseconds, answers, atOnce, later, laterSeconds, never, lost, repeated, memory } = measured;
  const sent = milliseconds.length;
  const otherwise = Object.entries(answers)
    .filter(([name]) => name !== '200' && name !== '503')
    .reduce((total, [, count]) => total + count, 0);
  // A refusal takes milliseconds: together with those it would hide how long the others took.
  const [taken, refused] = [true, false].map((wanted) =>
    timesOf(milliseconds.filter((_, index) => measured.isTaken[index] === wanted)),
  );
  return {
    rows: [
      {
        ...{ row: `${rate}/s for ${seconds} s`, sent, tookSeconds: rounded(measured.took), answers },
        ...{ taken, refused },
      },
      {
        row: 'acknowledged',
        ...{ atOnce, later, laterSeconds: rounded(laterSeconds), never, lost, repeatedSignals: repeated },
      },
      {
        row: 'memory',
        ...{ startMB: megabytes(memory[0]), mostMB: megabytes(Math.max(...memory)), endMB: megabytes(memory.at(-1)) },
      },
    ],
    goals: [
      { goal: 'acknowledged and not in a history', limit: 0, measured: lost, of: atOnce + later },
      { goal: 'answered with neither 200 nor 503', limit: 0, measured: otherwise, of: sent },
      { goal: 'not acknowledged in the end', limit: 0, measured: never, of: sent },
      {
        // The slower ones: a refusal is soon made.
        goal: 'acknowledged after, ms, p99 (WeChat Pay waits 5,000)',
        limit: 5_000,
        measured: taken.p99Ms,
      },
    ],
  };
}
