import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { contractOrderCalls } from '../../src/wechatpay/contract-order/calls';
import { customsCalls } from '../../src/wechatpay/customs/calls';
import { WechatPayError } from '../../src/wechatpay/errors';
import { createTransport } from '../../src/wechatpay/http';
import { createV2Client } from '../../src/wechatpay/v2/client';
import { createV3Client } from '../../src/wechatpay/v3/client';
import { createKeyRing } from '../../src/wechatpay/v3/key-ring';
import { ORDER } from './contract-order/orders';
import { plain as DECLARATION } from './customs/declarations';
import { recordingServer } from './servers';
import type { SeenRequest } from './servers';
import { KEY, MCH_ID, signed, startGateway, unsigned } from './v2/gateway';
import type { Gateway } from './v2/gateway';
import { answerSigned, credentials, NOW, platformA, platformB } from './v3/platform';

/*
 * A gateway that says back whatever it was told, in every place it has, and what it found under the seal as well. Each
 * error is looked at in all the ways in which errors end up in a log or a history.
 */

const NUMBER = '330821198809085211';
const NAME = 'Zhang San Feng';
/** Stand for what is sealed; the gateway of these tests knows what is under the seal. */
const SEALED = { certificate_id: 'c2VhbGVkIG51bWJlcg==', certificate_name: 'c2VhbGVkIG5hbWU=' };

function renderings(error: WechatPayError): readonly string[] {
  const everyProperty = Object.getOwnPropertyNames(error).map((name) => String(error[name as keyof WechatPayError]));
  return [
    inspect(error, { depth: Infinity, showHidden: true, getters: true, maxStringLength: null }),
    inspect({ error: [error] }, { depth: Infinity, showHidden: true }),
    JSON.stringify(error),
    JSON.stringify(error, Object.getOwnPropertyNames(error)),
    String(error),
    `${error.stack}`,
    inspect(error.cause),
    ...everyProperty,
    inspect(structuredClone(error), { depth: Infinity, showHidden: true }),
  ];
}

function expectNothingShown(error: WechatPayError, secrets: readonly string[]): void {
  for (const shown of renderings(error)) {
    for (const secret of secrets) expect(shown).not.toContain(secret);
    expect(shown).not.toMatch(/AxiosError|KeyObject|BEGIN .*PRIVATE|ClientRequest|Buffer/);
  }
  expect(error.cause).toBeUndefined();
}

async function errorOf(promise: Promise<unknown>): Promise<WechatPayError> {
  const error: unknown = await promise.then(
    () => expect.unreachable('the call succeeded'),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(WechatPayError);
  return error as WechatPayError;
}

interface Echo {
  readonly authorization: string;
  readonly signature: string;
  readonly body: string;
  readonly all: string;
}

function echoOf({ headers, body }: SeenRequest): Echo {
  const authorization = headers.authorization ?? '';
  const signature = /signature="([^"]+)"/.exec(authorization)?.[1] ?? '';
  const text = body.toString();
  return { authorization, signature, body: text, all: `${authorization} ${text} ${NAME} ${NUMBER}` };
}

type Respond = (response: ServerResponse, echo: Echo) => void;

/** One field of an error body says everything back, together with a text of the table if there is one. */
const bodies: readonly (readonly [string, (echo: Echo, text: string) => object])[] = [
  ['message', ({ all }, text) => ({ message: `${text} ${all}` })],
  ['cut message', ({ all }, text) => ({ message: `${text} ${all}`.slice(0, 200) })],
  ['signature in the message', ({ signature }, text) => ({ message: `${text}: got ${signature}, expected another` })],
  ['detail', ({ all }, text) => ({ message: text, detail: { field: `/${all}`, value: all, issue: all, all } })],
  ['code', ({ signature, all }, text) => ({ message: text, code: signature, more: all })],
  ['everything', ({ all }) => ({ code: all, message: all, detail: all, [all]: all })],
];

const texts: readonly (readonly [number, string, string, string])[] = [
  [400, 'INVALID_REQUEST', 'The information is different from the original one', 'CONFLICT'],
  [400, 'PARAM_ERROR', 'Merchant entered invalid user ID No.', 'INPUT'],
  [400, 'INVALID_REQUEST', 'Declaration is not allowed for refunded orders.', 'REFUSED'],
  [400, 'BRAND_NEW', 'Something', 'UNDOCUMENTED'],
  [401, 'SIGN_ERROR', 'Incorrect signature', 'CONFIGURATION'],
  [429, 'FREQUENCY_LIMITED', 'Too fast', 'RATE_LIMITED'],
  [500, 'SYSTEM_ERROR', 'System error', 'OUTCOME_UNKNOWN'],
];

const headersOf = ({ authorization, signature }: Echo): Record<string, string> => ({
  'Request-ID': `R-1 ${authorization}`,
  'Retry-After': signature,
  'X-Echo': authorization,
  'Set-Cookie': authorization,
});

const v3Answers: readonly (readonly [string, Respond])[] = [
  ...texts.flatMap(([status, code, text, errorClass]) =>
    bodies.map(([where, body]): readonly [string, Respond] => [
      `${errorClass}, echo in ${where}`,
      (response, echo) => {
        response.writeHead(status, headersOf(echo));
        response.end(JSON.stringify({ code, ...body(echo, text) }));
      },
    ]),
  ),
  ['a page', (response, echo) => void response.writeHead(502, headersOf(echo)).end(`<html>${echo.all}`)],
  [
    'a redirect',
    (response, { signature, authorization }) => {
      response.writeHead(307, { Location: `/?k=${encodeURIComponent(signature)}`, 'X-Echo': authorization }).end();
    },
  ],
  ['202', (response, echo) => void response.writeHead(202, headersOf(echo)).end(echo.all)],
  ['an unsigned success', (response, echo) => void response.writeHead(200, headersOf(echo)).end(echo.all)],
  ['a signed answer that is no JSON', (response, { all }) => answerSigned(response, 200, all)],
  ['a forged answer', (response, { all }) => answerSigned(response, 200, all, { key: platformB.privateKey })],
  ['an unknown key', (response, { all, signature }) => answerSigned(response, 200, all, { serial: signature })],
  ['a record without a state', (response, { all }) => answerSigned(response, 200, JSON.stringify({ echo: all }))],
  ['a reset', (response) => void response.socket?.resetAndDestroy()],
];

describe.each(['declare', 'verifyCertificate'] as const)('an error of APIv3 (%s)', (call) => {
  it.each(v3Answers)('shows nothing: %s', async (_name, respond) => {
    let echo: Echo | undefined;
    const server = await recordingServer((request, response) => {
      echo = echoOf(request);
      respond(response, echo);
    });
    const transport = createTransport({ baseUrl: server.url, timeoutMs: 2_000 });
    onTestFinished(() => transport.close());
    const { serial, publicKey } = platformA;
    const download = () => Promise.resolve([{ serial, publicKey, effectiveAt: 0, expiresAt: NOW * 2 }]);
    const keyRing = createKeyRing({ download, now: () => NOW });
    const calls = customsCalls(createV3Client({ ...credentials, transport, keyRing, now: () => NOW }));
    const error = await errorOf(
      call === 'declare'
        ? calls.declare(DECLARATION)
        : calls.verifyCertificate({ ...DECLARATION, ...SEALED, certificate_type: 'IDCARD', sealed_with: serial }),
    );

    const { authorization, signature, body } = echo!;
    const secrets = [NUMBER, authorization, signature, signature.slice(0, 40), body, body.slice(0, 60), 'WECHATPAY2-'];
    expectNothingShown(error, call === 'declare' ? secrets : [...secrets, NAME, ...Object.values(SEALED)]);
    expect(secrets.every((secret) => secret.length > 10)).toBe(true);
  });
});

const PERSONAL = { openid: ORDER.openid!, contract_display_account: ORDER.contract_display_account };

const v2Answers: readonly (readonly [string, (all: string, sign: string) => Parameters<Gateway['respond']>[0]])[] = [
  ['return_msg', (all) => unsigned({ return_code: 'FAIL', return_msg: `签名错误 ${all}` })],
  ['return_code', (all) => unsigned({ return_code: all })],
  ['result_code', (all) => signed({ result_code: all })],
  ['err_code', (all) => signed({ result_code: 'FAIL', err_code: all, err_code_des: 'x' })],
  ['err_code of a key', () => signed({ result_code: 'FAIL', err_code: KEY, err_code_des: KEY })],
  ['err_code of the signature', (_, sign) => signed({ result_code: 'FAIL', err_code: sign, err_code_des: sign })],
  ['err_code_des', (all) => signed({ result_code: 'FAIL', err_code: 'PARAM_ERROR', err_code_des: `参数错误 ${all}` })],
  [
    'err_code_des of 130 characters',
    (all) =>
      signed({ result_code: 'FAIL', err_code: 'NEW', err_code_des: `${'x'.repeat(125)}${PERSONAL.openid}${all}` }),
  ],
  ['appid', (all) => signed({ appid: all })],
  ['an unsigned success', (all) => unsigned({ return_code: 'SUCCESS', result_code: 'SUCCESS', attach: all })],
  ['an answer without prepay_id', (all) => signed({ attach: all })],
  [
    'a page',
    (all) => (_, response) => void response.writeHead(500, { 'Request-ID': all.replace(/[^ -~]/g, '') }).end(all),
  ],
  ['no XML', (all) => (_, response) => void response.writeHead(200, { 'Retry-After': KEY }).end(`<html>${all}`)],
  ['a reset', () => (_, response) => void response.socket?.resetAndDestroy()],
];

describe('an error of APIv2', () => {
  it.each(v2Answers)('shows nothing: echo in %s', async (_name, answer) => {
    const gateway = await startGateway();
    onTestFinished(() => gateway.close());
    const previous = 'PREVIOUS'.repeat(4);
    let sent = { sign: '', body: '' };
    gateway.respond((request, response) => {
      sent = { sign: request.fields['sign'] ?? '', body: request.body };
      const personal = Object.values(PERSONAL).join(' ');
      // Without what would end the answer's own text.
      const echoed = sent.body.replaceAll(']]>', ' ');
      answer(`${personal} ${KEY} ${previous} ${sent.sign} ${NUMBER} ${echoed}`, sent.sign)(request, response);
    });
    const keys = { current: KEY, previous };
    const { transport } = gateway;
    const calls = contractOrderCalls(createV2Client({ mch_id: MCH_ID, keys, signType: 'MD5', transport }));
    const error = await errorOf(calls.create(ORDER));

    const { sign, body } = sent;
    expectNothingShown(error, [KEY, previous, sign, body.slice(0, 35), NUMBER, ...Object.values(PERSONAL)]);
    expect(sign).toHaveLength(32);
  });

  it('still shows what WeChat Pay says', async () => {
    const gateway = await startGateway();
    onTestFinished(() => gateway.close());
    gateway.respond(signed({ result_code: 'FAIL', err_code: 'NEW', err_code_des: '商户DW202601020001不支持 [x] {y}' }));
    const { transport } = gateway;
    const client = createV2Client({ mch_id: MCH_ID, keys: { current: KEY }, signType: 'MD5', transport });
    const { message } = await errorOf(contractOrderCalls(client).create(ORDER));
    expect(message).toContain('(NEW: 商户DW202601020001不支持 [x] {y})');
  });
});
