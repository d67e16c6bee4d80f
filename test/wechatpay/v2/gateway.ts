import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hash, Transformer } from 'wechatpay-axios-plugin';
import { createTransport } from '../../../src/wechatpay/http';
import type { SignType } from '../../../src/wechatpay/v2/signing';

export const KEY = '192006250b4c09247ec02edce69f6a2d';
export const MCH_ID = '1200009811';
export const APPID = 'wxcbda96de0b165486';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Read by another implementation than ours. */
  readonly fields: Readonly<Record<string, string>>;
}

type Answer = (request: Received, response: ServerResponse) => void;

/** A gateway on loopback: notes what it gets, answers as the test says. Reads and signs with another implementation. */
export async function startGateway() {
  const received: Received[] = [];
  let answer: Answer = (_request, response) => response.writeHead(500).end();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const fields = Transformer.toObject(body) as Record<string, string>;
      const { method = '', url = '', headers } = request;
      const entry = { method, path: url, headers, body, fields };
      received.push(entry);
      answer(entry, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const transport = createTransport({ baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 2_000 });
  return {
    transport,
    received,
    last: (): Received => received[received.length - 1]!,
    respond(next: Answer): void {
      answer = next;
    },
    close: async (): Promise<void> => {
      transport.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** Any text as the answer. */
export function plain(body: string | Buffer, status = 200): Answer {
  return (_request, response) =>
    response.writeHead(status, { 'Content-Type': 'text/xml', 'Request-ID': 'req-1' }).end(body);
}

/** Fields as the answer, unsigned. */
export function unsigned(fields: Record<string, string>): Answer {
  return plain(xml(fields));
}

/** Fields as the answer, with the head every answer has, signed by another implementation. */
export function signed(
  fields: Record<string, string>,
  { key = KEY, type = 'MD5', status = 200 }: { key?: string; type?: SignType; status?: number } = {},
): Answer {
  const all = {
    return_code: 'SUCCESS',
    result_code: 'SUCCESS',
    appid: APPID,
    mch_id: MCH_ID,
    nonce_str: 'n',
    ...fields,
  };
  return plain(xml({ ...all, sign: Hash.sign(type, all, key) }), status);
}

function xml(fields: Record<string, string>): string {
  const elements = Object.entries(fields).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`);
  return `<xml>\n${elements.join('\n')}\n</xml>`;
}
