// A process of its own that sends forgeries and counts the answers. It is started by forged.mjs, which tells it what to do.
import { connect } from 'node:net';
import { forgeriesOf } from './mutations.mjs';
import { openLoop } from './open-loop.mjs';

/** Forgeries at a rate are sent again and again, so that making them costs no time while they are sent. */
const PREPARED = 2_000;

/** A connection on which one request after the other is sent; much lighter than a client that knows all of HTTP. */
class Line {
  #socket;
  #received = '';
  #answered;

  constructor(port) {
    this.port = port;
  }

  /** @returns {Promise<number | string>} the status, or the code of an error */
  send(bytes) {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#received = '';
      if (this.#socket === undefined || this.#socket.destroyed) this.#open();
      this.#socket.write(bytes);
    });
  }

  close() {
    this.#socket?.destroy();
  }

  #open() {
    const socket = connect(this.port, '127.0.0.1');
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (piece) => {
      this.#received += piece;
      const end = this.#received.indexOf('\r\n\r\n');
      const [, length] = /content-length: (\d+)/i.exec(this.#received) ?? [];
      if (end < 0 || this.#received.length < end + 4 + Number(length ?? 0)) return;
      if (/^connection: close/im.test(this.#received.slice(0, end))) socket.destroy();
      this.#end(Number(this.#received.slice(9, 12)));
    });
    socket.on('error', (error) => {
      socket.destroy();
      this.#end(error.code ?? error.name);
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#end('closed');
    });
  }

  #end(outcome) {
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(outcome);
  }
}

function bytesOf({ path, headers, body }) {
  const lines = Object.entries({ Host: '127.0.0.1', ...headers, 'Content-Length': body.length });
  return Buffer.concat([
    Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n`),
    body,
  ]);
}

/** Sends `count` forgeries as fast as they are answered, or `rate` a second for `seconds`. */
async function forge({ port, genuine, seed, count, rate, seconds, connections }) {
  const next = forgeriesOf(
    genuine.map((message) => ({ ...message, body: Buffer.from(message.body) })),
    seed,
  );
  const lines = Array.from({ length: connections }, () => new Line(port));
  const answers = {};
  const note = (outcome) => (answers[outcome] = (answers[outcome] ?? 0) + 1);
  let began = performance.now();
  if (rate === undefined) {
    let left = count;
    const sender = async (line) => {
      while (left > 0) {
        left -= 1;
        note(await line.send(bytesOf(next())));
      }
    };
    await Promise.all(lines.map(sender));
  } else {
    const prepared = Array.from({ length: PREPARED }, () => bytesOf(next()));
    process.send({ prepared: true });
    await new Promise((resolve) => process.once('message', resolve));
    const free = [...lines];
    const waiting = [];
    const send = async (index) => {
      const line = free.pop() ?? (await new Promise((resolve) => waiting.push(resolve)));
      note(await line.send(prepared[index % PREPARED]));
      const waits = waiting.shift();
      if (waits === undefined) free.push(line);
      else waits(line);
    };
    // Neither making them nor the wait for the word to begin is time in which they were sent.
    began = performance.now();
    await openLoop({ rate, seconds, send });
  }
  lines.forEach((line) => line.close());
  return { answers, seconds: (performance.now() - began) / 1000 };
}

process.once('message', (task) => {
  forge(task).then(
    (done) => process.send({ done }, () => process.disconnect()),
    (error) => process.send({ error: error.stack }, () => process.disconnect()),
  );
});
