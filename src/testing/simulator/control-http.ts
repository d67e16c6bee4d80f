import type { Reply, Received } from './exchange';
import { ControlError } from './control';
import type { Controls } from './control';

/** Where the control interface lives. */
export const CONTROL_PREFIX = '/_simulator/';

type Parameters = Readonly<Record<string, string>>;

const READ: Readonly<Record<string, (controls: Controls, query: Parameters) => unknown>> = {
  ledger: (controls, query) => controls.ledger(query),
  notifications: (controls, query) => controls.notifications(query),
  calls: (controls, query) => controls.calls(query),
  faults: (controls) => controls.listFaults(),
};

// Bodies are trusted to have the documented shape: this is a tester's tool on loopback.
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-explicit-any */
const WRITE: Readonly<Record<string, (controls: Controls, body: any) => unknown>> = {
  script: (controls, body) => controls.script(body),
  faults: (controls, body) => controls.faults(body),
  'faults/clear': (controls) => controls.clearFaults(),
  pay: (controls, body) => controls.pay(body),
  sign: (controls, body) => controls.sign(body),
  terminate: (controls, body) => controls.terminate(body),
  'h5/decide': (controls, body) => controls.decideH5(body),
  payers: (controls, body) => controls.payers(body),
  notify: (controls, body) => controls.notify(body),
  'certificates/rotate': async (controls) => ({ serial: (await controls.rotateCertificate()).serial }),
  reset: (controls) => controls.reset(),
};
/* eslint-enable */

const json = (status: number, value: unknown): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: Buffer.from(`${JSON.stringify(value ?? {}, null, 2)}\n`),
});

/** JSON in, JSON out, no authentication. A JSON content type is demanded, so that no web page can post here. */
export async function control(controls: Controls, { method, target, headers, body }: Received): Promise<Reply> {
  const [path = '', search = ''] = target.slice(CONTROL_PREFIX.length).split('?', 2);
  try {
    if (method === 'GET' && Object.hasOwn(READ, path)) {
      return json(200, READ[path]?.(controls, Object.fromEntries(new URLSearchParams(search))));
    }
    if (method === 'POST' && Object.hasOwn(WRITE, path)) {
      if (!/^application\/json\b/.test(headers['content-type'] ?? '')) {
        throw new ControlError(400, 'expected Content-Type: application/json');
      }
      return json(200, await WRITE[path]?.(controls, parse(body)));
    }
    const paths = [
      ...Object.keys(READ).map((name) => `GET ${name}`),
      ...Object.keys(WRITE).map((name) => `POST ${name}`),
    ];
    throw new ControlError(404, `expected one of ${paths.join(', ')} under ${CONTROL_PREFIX}, got ${method} ${path}`);
  } catch (error) {
    if (error instanceof ControlError) return json(error.status, { error: error.message });
    if (error instanceof TypeError) return json(400, { error: 'the body has not the shape of this request' });
    throw error;
  }
}

function parse(body: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8') || '{}');
  } catch {
    throw new ControlError(400, 'the body is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw new ControlError(400, 'the body must be an object or a list');
  return value;
}
