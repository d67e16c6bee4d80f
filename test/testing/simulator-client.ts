import { createHash, createHmac, createPublicKey, randomBytes, sign, verify, X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestCredentials, startSimulator } from '../../src/testing';
import type { Simulator, SimulatorOptions, TestCredentials } from '../../src/testing';

export interface V3Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
  /** The signature is there and fits. */
  verified: boolean;
}

const nonce = (): string => randomBytes(16).toString('hex');

/** A client in the test's own few lines: it shares no code with the simulator or the product. */
export class V3Client {
  constructor(
    readonly url: string,
    readonly credentials: TestCredentials,
    /** Value of `Wechatpay-Serial`. */
    readonly serial: string | undefined = credentials.platform.publicKeyId,
  ) {}

  authorization(method: string, target: string, body: string, over: Record<string, string> = {}): string {
    const items = {
      mchid: this.credentials.mchid,
      nonce_str: nonce(),
      timestamp: String(Math.floor(Date.now() / 1000)),
      serial_no: this.credentials.merchantSerial,
      ...over,
    };
    const text = `${method}\n${target}\n${items.timestamp}\n${items.nonce_str}\n${body}\n`;
    const signature = sign('sha256', Buffer.from(text), this.credentials.merchantPrivateKey).toString('base64');
    const all = { ...items, signature, ...(over.signature === undefined ? {} : { signature: over.signature }) };
    return `WECHATPAY2-SHA256-RSA2048 ${Object.entries(all)
      .map(([name, value]) => `${name}="${value}"`)
      .join(',')}`;
  }

  async call(method: string, target: string, body?: object, headers: Record<string, string> = {}): Promise<V3Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    return this.send(method, target, text, {
      Authorization: this.authorization(method, target, text),
      Accept: 'application/json',
      'Accept-Language': 'en',
      'User-Agent': 'simulator-test/1',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(this.serial === undefined ? {} : { 'Wechatpay-Serial': this.serial }),
      ...headers,
    });
  }

  async send(
    method: string,
    target: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string>,
  ): Promise<V3Answer> {
    const response = await fetch(this.url + target, {
      method,
      headers,
      redirect: 'manual',
      ...(method === 'GET' ? {} : { body }),
    });
    const text = await response.text();
    let json: Record<string, unknown> = {};
    try {
      json = JSON.parse(text) as Record<string, unknown>;
    } catch {
      // Left empty: the test looks at the text.
    }
    return { status: response.status, headers: response.headers, text, json, verified: this.verifies(response, text) };
  }

  private verifies({ headers }: Response, text: string): boolean {
    const { platform } = this.credentials;
    const keys: Record<string, string> = {
      [platform.publicKeyId]: platform.publicKey,
      [platform.certificate.serial]: platform.certificate.certificate,
    };
    const key = keys[headers.get('wechatpay-serial') ?? ''];
    const at = headers.get('wechatpay-timestamp') ?? '0';
    if (key === undefined || Math.abs(Date.now() / 1000 - Number(at)) > 300) return false;
    const signed = `${at}\n${headers.get('wechatpay-nonce')}\n${text}\n`;
    const signature = Buffer.from(headers.get('wechatpay-signature') ?? '', 'base64');
    const publicKey = key.includes('CERTIFICATE') ? new X509Certificate(key).publicKey : createPublicKey(key);
    return verify('sha256', Buffer.from(signed), publicKey, signature);
  }
}

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex').toUpperCase();

export function v2Sign(fields: Record<string, string>, key: string, type = 'MD5'): string {
  const text = `${Object.keys(fields)
    .filter((name) => name !== 'sign' && fields[name] !== '')
    .sort()
    .map((name) => `${name}=${fields[name]}`)
    .join('&')}&key=${key}`;
  return type === 'MD5' ? md5(text) : createHmac('sha256', key).update(text).digest('hex').toUpperCase();
}

export const toXml = (fields: Record<string, string>): string =>
  `<xml>${Object.entries(fields)
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('')}</xml>`;

export function fromXml(xml: string): Record<string, string> {
  const found = xml.matchAll(/<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))<\/\1>/gs);
  return Object.fromEntries([...found].map(([, name, cdata, plain]) => [name, cdata ?? plain ?? '']));
}

export interface V2Answer {
  status: number;
  text: string;
  fields: Record<string, string>;
  verified: boolean;
}

export class V2Client {
  constructor(
    readonly url: string,
    readonly credentials: TestCredentials,
  ) {}

  /** Signs and sends; a field set to undefined is left out. */
  async call(path: string, given: Record<string, string | undefined>): Promise<V2Answer> {
    const { appid, mchid: mch_id, apiV2Key } = this.credentials;
    const without = path.startsWith('/papay/') ? {} : { nonce_str: nonce() };
    const entries = Object.entries({ appid, mch_id, ...without, ...given });
    const fields = Object.fromEntries(entries.filter((e): e is [string, string] => e[1] !== undefined));
    fields.sign ??= v2Sign(fields, apiV2Key, fields.sign_type);
    return this.send(path, toXml(fields), fields.sign_type);
  }

  async send(path: string, body: string, signType?: string): Promise<V2Answer> {
    const response = await fetch(this.url + path, { method: 'POST', body, headers: { 'Content-Type': 'text/xml' } });
    const text = await response.text();
    const fields = fromXml(text);
    return {
      status: response.status,
      text,
      fields,
      verified: fields.sign !== undefined && fields.sign === v2Sign(fields, this.credentials.apiV2Key, signType),
    };
  }
}

export interface Bench {
  simulator: Simulator;
  credentials: TestCredentials;
  v3: V3Client;
  v2: V2Client;
  /** Moves the simulated clock. */
  pass(seconds: number): void;
}

/** A simulator with a clock that can be moved. */
export async function bench(options: Partial<SimulatorOptions> = {}, credentials?: TestCredentials): Promise<Bench> {
  const own = credentials ?? (await createTestCredentials());
  let passed = 0;
  const simulator = await startSimulator({ credentials: own, now: () => Date.now() + passed, ...options });
  return {
    simulator,
    credentials: own,
    v3: new V3Client(simulator.url, own),
    v2: new V2Client(simulator.url, own),
    pass: (seconds) => {
      passed += seconds * 1000;
      simulator.advance();
    },
  };
}

export interface Receiver {
  url: string;
  received: { path: string; headers: IncomingHttpHeaders; body: string }[];
  /** What the next deliveries are answered; the last one stays. */
  answers: { status: number; body: string }[];
  close(): Promise<void>;
}

/** A merchant's webhook that writes down what it gets. */
export async function receiver(): Promise<Receiver> {
  const received: Receiver['received'] = [];
  const answers: Receiver['answers'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 200, body: '' };
      response.writeHead(answer.status).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const XML_SUCCESS = '<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>';
export const XML_FAIL = '<xml><return_code><![CDATA[FAIL]]></return_code></xml>';
