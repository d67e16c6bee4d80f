// Senders that never come to an end: a connection is a place that somebody else does not get.
import { connect } from 'node:net';
import { compare, signalsIn } from './effects.mjs';
import { megabytes, quantile, rounded, timesOf } from '../statistics.mjs';
import { openLoop } from './open-loop.mjs';
import { createPost, tally } from './post.mjs';
import { memoryOf } from '../process-cost.mjs';
import { openTargets } from './targets.mjs';

const GENUINE = 50;
/** Longer than the goal, so that a connection which stays open is seen to stay open. */
const WATCHED_SECONDS = 15;
const DRIP_MS = 1_000;

/** What comes at once, and what comes each second after it. */
const KINDS = {
  'slow headers': { begin: (path) => `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n`, drip: 'X-More: 1\r\n' },
  'slow bodies': {
    begin: (path) =>
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\nContent-Length: 2000\r\n\r\n<xml>`,
    drip: ' ',
  },
};

/** `sizes`: connections */
export async function slow(context, { connections }) {
  const { fleet, notary, say } = context;
  const targets = await openTargets(context);
  const webhook = await fleet.startWebhook();
  const { post, close } = createPost();
  const port = Number(new URL(fleet.webhookUrl).port);
  const { mchid } = fleet.credentials;
  const acknowledged = [];
  const measured = [];
  try {
    for (const [kind, shape] of Object.entries(KINDS)) {
      say(`slow: ${connections} connections with ${kind}, ${GENUINE} genuine a second`);
      const first = context.numbers.take(GENUINE * WATCHED_SECONDS);
      const messages = Array.from({ length: GENUINE * WATCHED_SECONDS }, (_, index) =>
        notary.sign(targets.of(first + index), first + index),
      );
      const memoryBefore = memoryOf(webhook.pid);
      const senders = openSlowly({ port, connections, ...shape, path: `/wechatpay/${mchid}/contract` });
      const { milliseconds, outcomes } = await openLoop({
        ...{ rate: GENUINE, seconds: WATCHED_SECONDS },
        send: (index) => post(fleet.webhookUrl, messages[index]),
      });
      const taken = messages.filter((_, index) => outcomes[index].acknowledged).map(({ mark }) => mark);
      acknowledged.push(...taken);
      const memoryAfter = memoryOf(webhook.pid);
      measured.push({
        ...{ kind, ...senders.end(), milliseconds, answers: tally(outcomes), acknowledged: taken.length },
        ...{ memoryBefore, memoryAfter },
      });
    }
    await webhook.stop();
    const marks = await signalsIn(
      fleet.client,
      targets.all.map(({ workflowId }) => workflowId),
    );
    return judge(measured, {
      ...{ connections, lost: compare(acknowledged, marks).lost.length, acknowledged: acknowledged.length },
    });
  } finally {
    close();
    await webhook.stop('SIGKILL');
  }
}

/** Connections that send a little each second until the other side has had enough. */
export function openSlowly({ port, connections, begin, drip, path }) {
  const lasted = [];
  const errors = {};
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect(port, '127.0.0.1');
    let openSince;
    socket.on('connect', () => {
      openSince = performance.now();
      socket.write(begin(path));
    });
    socket.on('data', () => undefined);
    socket.on('error', ({ code }) => (errors[code] = (errors[code] ?? 0) + 1));
    // The other side's end counts; ours follows by itself.
    socket.once('end', () => lasted.push(performance.now() - openSince));
    socket.once('close', () => socket.destroy());
    return socket;
  });
  const dripping = setInterval(() => {
    for (const socket of sockets) if (socket.writable && !socket.connecting) socket.write(drip);
  }, DRIP_MS);
  return {
    /** Looks how many were closed by the other side, and gives up the rest. */
    end() {
      clearInterval(dripping);
      const stillOpen = connections - lasted.length;
      sockets.forEach((socket) => socket.destroy());
      return { lasted, stillOpen, errors };
    },
  };
}

export function judge(measured, { connections, lost, acknowledged: all }) {
  const rows = measured.map(
    ({ kind, lasted, stillOpen, errors, milliseconds, answers, acknowledged, memoryBefore, memoryAfter }) => ({
      ...{ row: kind, connections, closedByUs: lasted.length, stillOpen, errors },
      // The last of none would be less than any limit: it is no figure.
      firstClosedSeconds: lasted.length === 0 ? Number.NaN : rounded(Math.min(...lasted) / 1000),
      lastClosedSeconds: lasted.length === 0 ? Number.NaN : rounded(Math.max(...lasted) / 1000),
      ...{ genuine: milliseconds.length, acknowledged, answers },
      ...timesOf(milliseconds),
      ...{ memoryBeforeMB: megabytes(memoryBefore), memoryAfterMB: megabytes(memoryAfter) },
    }),
  );
  return {
    rows,
    goals: [
      ...rows.flatMap(({ row, closedByUs, lastClosedSeconds, p99Ms, genuine, acknowledged }) => [
        {
          goal: `${row}: connections not closed by us`,
          ...{ limit: 0, measured: connections - closedByUs, of: connections },
        },
        { goal: `${row}: the last one closed after, s`, limit: 10, measured: lastClosedSeconds },
        { goal: `${row}: genuine p99, ms`, limit: 1_000, measured: p99Ms },
        { goal: `${row}: genuine not acknowledged`, limit: 0, measured: genuine - acknowledged, of: genuine },
      ]),
      { goal: 'acknowledged and not in a history', limit: 0, measured: lost, of: all },
    ],
  };
}
