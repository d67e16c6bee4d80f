import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { contractOrderCalls } from '../../src/wechatpay/contract-order/calls';
import type { ContractOrderCalls } from '../../src/wechatpay/contract-order/calls';
import { customsCalls } from '../../src/wechatpay/customs/calls';
import type { CustomsCalls } from '../../src/wechatpay/customs/calls';
import { WechatPayError } from '../../src/wechatpay/errors';
import type { ErrorClass } from '../../src/wechatpay/errors';
import { h5Calls } from '../../src/wechatpay/h5/calls';
import type { H5Calls } from '../../src/wechatpay/h5/calls';
import { createTransport } from '../../src/wechatpay/http';
import { createV2Client } from '../../src/wechatpay/v2/client';
import { createV3Client } from '../../src/wechatpay/v3/client';
import { createKeyRing } from '../../src/wechatpay/v3/key-ring';
import { ORDER } from '../wechatpay/contract-order/orders';
import { plain as DECLARATION } from '../wechatpay/customs/declarations';
import { rawServer, recordingServer } from '../wechatpay/servers';
import type { SeenRequest } from '../wechatpay/servers';
import { KEY, MCH_ID, startGateway } from '../wechatpay/v2/gateway';
import { answerSigned, credentials, NOW, platformA } from '../wechatpay/v3/platform';

/*
 * A hostile gateway on loopback, and whole calls of both protocols against it: a proof makes the call a user makes and
 * looks at the one error that comes back.
 */

/** Whole calls of APIv3 against one server. */
export interface V3 {
  readonly customs: CustomsCalls;
  readonly h5: H5Calls;
}

export function v3To(baseUrl: string, timeoutMs = 2_000): V3 {
  const transport = createTransport({ baseUrl, timeoutMs });
  onTestFinished(() => transport.close());
  const { serial, publicKey } = platformA;
  const download = () => Promise.resolve([{ serial, publicKey, effectiveAt: 0, expiresAt: NOW * 2 }]);
  const keyRing = createKeyRing({ download, now: () => NOW });
  const client = createV3Client({ ...credentials, transport, keyRing, now: () => NOW });
  return { customs: customsCalls(client), h5: h5Calls(client) };
}

export type Answer = (response: ServerResponse) => void;

export async function v3(answer: Answer): Promise<V3 & { readonly seen: readonly SeenRequest[] }> {
  const server = await recordingServer((_, response) => answer(response));
  return { ...v3To(server.url), seen: server.seen };
}

export const genuine =
  (body: unknown, status = 200): Answer =>
  (response) =>
    answerSigned(response, status, typeof body === 'string' ? body : JSON.stringify(body));
export const unsignedAnswer =
  (status: number, body: string | Buffer = '', headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'Request-ID': 'REQ-1', ...headers }).end(body);
export const refusal = (status: number, code: string | undefined, message = '', headers = {}): Answer =>
  unsignedAnswer(status, JSON.stringify({ code, message }), headers);
export const HTML = '<!DOCTYPE html><html><body>Sign in to the network</body></html>';
const STACK = /SyntaxError|JSON\.parse|AxiosError|undefined|at position|\n\s+at /;

/** What every error about an answer has, whatever the answer was. */
export async function errorOf(promise: Promise<unknown>): Promise<WechatPayError> {
  const error: unknown = await promise.then(
    (value) => expect.unreachable(`it succeeded: ${JSON.stringify(value)}`),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(WechatPayError);
  const { message, remedy, call, cause } = error as WechatPayError;
  expect(message).not.toMatch(STACK);
  expect(remedy).toMatch(/^[A-Z].{10,}\.$/s);
  expect(call).toMatch(/^(?:customs|h5|pay|papay)[ /]/);
  expect(cause).toBeUndefined();
  return error as WechatPayError;
}

export interface Expected {
  readonly errorClass: ErrorClass;
  readonly message?: RegExp;
  readonly remedy?: RegExp;
  /** WeChat Pay answered, so its id is in the error. Default true. */
  readonly answered?: boolean;
}

export function expectError(
  error: WechatPayError,
  { errorClass, message = /./, remedy = /./, answered = true }: Expected,
) {
  expect(error.errorClass).toBe(errorClass);
  expect(error.message).toMatch(message);
  expect(error.remedy).toMatch(remedy);
  expect(error.requestId?.toUpperCase()).toBe(answered ? 'REQ-1' : undefined);
}

/** A call that does something and one that asks; each is sent once and ends with the same class. */
export async function bothFail(answer: Answer, expected: Expected): Promise<readonly WechatPayError[]> {
  const { customs, seen } = await v3(answer);
  const errors = [await errorOf(customs.declare(DECLARATION)), await errorOf(customs.query(DECLARATION))];
  for (const error of errors) expectError(error, expected);
  expect(seen.map(({ method }) => method)).toEqual(['POST', 'GET']);
  return errors;
}

const ASK_FIRST = /ask for (?:the|its) result/i;
export const unknown = (message: RegExp, rest: Partial<Expected> = {}): Expected => ({
  errorClass: 'OUTCOME_UNKNOWN',
  message,
  remedy: ASK_FIRST,
  ...rest,
});

/** A call of both protocols over a server that speaks byte by byte: its answer is lost, the request may be executed. */
export async function bothLose(onData: (socket: Socket) => void, message: RegExp, timeoutMs?: number): Promise<void> {
  const server = await rawServer((socket) => socket.once('data', () => onData(socket)));
  for (const call of [
    v3To(server.url, timeoutMs).customs.declare(DECLARATION),
    v2To(server.url, timeoutMs).create(ORDER),
  ]) {
    expectError(await errorOf(call), unknown(message, { answered: false }));
  }
}

export function v2To(baseUrl: string, timeoutMs = 2_000): ContractOrderCalls {
  const transport = createTransport({ baseUrl, timeoutMs });
  onTestFinished(() => transport.close());
  return contractOrderCalls(createV2Client({ mch_id: MCH_ID, keys: { current: KEY }, signType: 'MD5', transport }));
}

export async function v2(answer: Parameters<Awaited<ReturnType<typeof startGateway>>['respond']>[0]) {
  const gateway = await startGateway();
  onTestFinished(() => gateway.close());
  gateway.respond(answer);
  const { transport } = gateway;
  return contractOrderCalls(createV2Client({ mch_id: MCH_ID, keys: { current: KEY }, signType: 'MD5', transport }));
}

export const APPLICATION = { sub_mchid: '2491935631', domains: ['qq.com'], website_url: 'https://qq.com' };
export const APPLIED = { sub_mchid: '2491935631', applyment_id: 100000, applyment_state: 'PENDING' };
export const RECORD = { transaction_id: DECLARATION.transaction_id, out_trade_no: DECLARATION.out_trade_no };
