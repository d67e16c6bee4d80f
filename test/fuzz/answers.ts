import { inspect } from 'node:util';
import fc from 'fast-check';
import { WechatPayError } from '../../src/wechatpay/errors';
import type { ErrorClass } from '../../src/wechatpay/errors';
import type { HttpAnswer, HttpTransport } from '../../src/wechatpay/http';
import { createV2Client } from '../../src/wechatpay/v2/client';
import { sign } from '../../src/wechatpay/v2/signing';
import { buildXml } from '../../src/wechatpay/v2/xml';
import { createV3Client } from '../../src/wechatpay/v3/client';
import { createKeyRing } from '../../src/wechatpay/v3/key-ring';
import { credentials, NOW, publicKeyA, signedHeaders } from '../wechatpay/v3/platform';
import { mutatedBytes, readable } from './mutated';
import { ensure, ensureSame, resultOrRefusal, target } from './target';

const CLASSES: Readonly<Record<ErrorClass, true>> = {
  INPUT: true,
  CONFLICT: true,
  REFUSED: true,
  NOT_FOUND: true,
  CONFIGURATION: true,
  RATE_LIMITED: true,
  UNAVAILABLE: true,
  OUTCOME_UNKNOWN: true,
  UNDOCUMENTED: true,
};

/** A gateway that gives one answer and remembers the secret it was sent. */
function gateway(answer: HttpAnswer): { transport: HttpTransport; sent: () => string } {
  let authorization = '';
  return {
    transport: {
      send: (request) => {
        authorization = request.headers['Authorization'] ?? '';
        return Promise.resolve(answer);
      },
      close: () => undefined,
    },
    sent: () => authorization,
  };
}

function ensureOneError(error: WechatPayError, secrets: readonly string[]): void {
  ensure(Object.hasOwn(CLASSES, error.errorClass), `${error.errorClass} is a known class`);
  // UNAVAILABLE promises that nothing was sent: there is an answer, so it would be a lie.
  ensure(error.errorClass !== 'UNAVAILABLE', 'an answer was given, so the request did arrive');
  ensure(error.message !== '' && error.message.length <= 1_000, 'the message is there and short');
  ensure(error.remedy !== undefined && /[a-z]{3}.*[.]$/s.test(error.remedy), 'it says what to do');
  const shown = inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error);
  ensure(!secrets.some((secret) => secret !== '' && shown.includes(secret)), 'it shows no secret');
}

const code = fc.oneof(
  fc.constantFrom('SIGN_ERROR', 'SIGNERROR', 'NO_AUTH', 'PARAM_ERROR', 'INVALID_REQUEST', 'SYSTEM_ERROR', 'NOT_FOUND'),
  fc.constantFrom('ORDER_NOT_EXIST', 'FREQUENCY_LIMIT_EXCEED', 'USER_ACCOUNT_ABNORMAL', 'SUCCESS', '', '__proto__'),
  fc.constantFrom('ORDERPAID', 'ORDERCLOSED', 'OUT_TRADE_NO_USED', 'BIZERR_NEED_RETRY', 'RESULT NULL', '-25', '-48'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const words = fc.oneof(
  fc.constantFrom('different from the original', '未实名', 'not real-name verified', 'too many users', 'system busy'),
  fc.constantFrom('record does not exist', '申请单不存在', 'in process', '签名错误', 'success', '订单号重复', ''),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('x'.repeat(100_000), '已'.repeat(50_000), 'merchant does not '.repeat(5_000), '与不'.repeat(20_000)),
);
const errorBody = fc
  .record(
    {
      code: fc.oneof({ weight: 5, arbitrary: code }, { weight: 1, arbitrary: fc.jsonValue() }),
      message: fc.oneof({ weight: 5, arbitrary: words }, { weight: 1, arbitrary: fc.jsonValue() }),
      detail: fc.oneof(fc.jsonValue(), fc.record({ field: words, value: words, issue: words }, { requiredKeys: [] })),
    },
    { requiredKeys: [] },
  )
  .map((body) => readable(Buffer.from(JSON.stringify(body))));

const retryAfter = fc.oneof(
  fc.integer().map(String),
  fc.double().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  fc.string({ unit: 'binary-ascii', maxLength: 30 }),
  fc.constantFrom('', ' ', '0', ' 5 ', '1e3', '0x10', '9'.repeat(400), 'Infinity', '5, 7', '2026-01-01', '-0', 'soon'),
);
const status = fc.oneof(
  fc.constantFrom(200, 201, 202, 204, 206, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504),
  fc.integer({ min: 100, max: 999 }),
);

const keyRing = createKeyRing({ publicKeys: [publicKeyA], now: () => NOW });
const v3Answer = fc.record({
  status,
  headers: fc
    .record(
      {
        'request-id': fc.string({ unit: 'binary-ascii', maxLength: 40 }),
        'retry-after': retryAfter,
        'content-type': fc.constantFrom('application/json', 'text/html'),
        'wechatpay-serial': fc.constantFrom(publicKeyA.id, 'X', ''),
      },
      { requiredKeys: [] },
    )
    .map((headers): Readonly<Record<string, string>> => headers),
  body: fc.oneof(
    { weight: 4, arbitrary: errorBody },
    { weight: 2, arbitrary: mutatedBytes(errorBody, ['<html>', '{', '"code":']) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map(readable) },
  ),
  method: fc.constantFrom('GET' as const, 'POST' as const),
  sealed: fc.boolean(),
});

export const v3Answers = target(
  { name: 'v3-answers', claim: 'an answer nobody signed is one error of a known class, never a success', runs: 400 },
  v3Answer,
  async ({ method, sealed, ...answer }) => {
    const { transport, sent } = gateway(answer);
    const client = createV3Client({ ...credentials, keyRing, transport, now: () => NOW });
    const outcome = await resultOrRefusal(WechatPayError, () =>
      client.call({ name: 'customs declare', method, path: '/v3/x', ...(sealed && { serial: publicKeyA.id }) }),
    );
    if ('result' in outcome) throw new Error('does not hold: an answer nobody signed is no success');
    const error = outcome.refused;
    ensureOneError(error, [sent()]);
    ensureSame(error.httpStatus, answer.status, 'it states the status');
    ensureSame(error.call, 'customs declare', 'it names the call');
    const wait = error.retryAfterMs;
    ensure(
      wait === undefined || (Number.isFinite(wait) && wait >= 0 && wait <= 300_000),
      'the time to wait is between nothing and five minutes',
    );
    if (answer.status < 300 || answer.status >= 500) {
      ensure(error.errorClass !== 'REFUSED' && error.errorClass !== 'INPUT', 'it is not final: it may have been done');
    }
  },
);

/** Plain, signed answers of every kind of content: only JSON counts. */
export const v3Signed = target(
  { name: 'v3-signed', claim: 'a signed success is its JSON, or an unknown outcome', runs: 200 },
  fc.tuple(
    fc.constantFrom(200, 204),
    fc.oneof(errorBody, fc.constant(Buffer.alloc(0)), fc.uint8Array({ maxLength: 60 }).map(readable)),
  ),
  async ([httpStatus, body]) => {
    const signed = Object.entries(signedHeaders(body, { serial: publicKeyA.id }));
    const headers = Object.fromEntries(signed.map(([name, value]) => [name.toLowerCase(), value]));
    const { transport, sent } = gateway({ status: httpStatus, headers, body });
    const client = createV3Client({ ...credentials, keyRing, transport, now: () => NOW });
    const outcome = await resultOrRefusal(WechatPayError, () =>
      client.call({ name: 'customs query', method: 'GET', path: '/v3/x' }),
    );
    if ('result' in outcome) {
      ensureSame(outcome.result.status, httpStatus, 'it states the status');
      ensureSame(outcome.result.requestId, 'REQ-1', 'it states the request id');
    } else {
      ensureOneError(outcome.refused, [sent()]);
      ensureSame(outcome.refused.errorClass, 'OUTCOME_UNKNOWN', 'a success that cannot be read may have been one');
    }
  },
);

const V2_KEY = '192006250b4c09247ec02edce69f6a2d';
const MCH_ID = '1200009811';
const v2Fields = fc.record(
  {
    return_code: fc.oneof({ weight: 4, arbitrary: fc.constant('SUCCESS') }, fc.constantFrom('FAIL', '', 'success')),
    return_msg: words,
    result_code: fc.oneof({ weight: 2, arbitrary: fc.constant('SUCCESS') }, fc.constantFrom('FAIL', '', 'success')),
    err_code: code,
    err_code_des: fc.oneof(words, code),
    mch_id: fc.oneof({ weight: 4, arbitrary: fc.constant(MCH_ID) }, fc.constantFrom('1200009812', '')),
    appid: fc.oneof({ weight: 4, arbitrary: fc.constant('wx1') }, fc.constantFrom('wx2', '')),
    sign_type: fc.constantFrom('MD5', 'HMAC-SHA256', 'RSA'),
  },
  { requiredKeys: ['return_code', 'result_code'] },
);
const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

export const v2Answers = target(
  { name: 'v2-answers', claim: 'a v2 answer is a success only if signed, ours and SUCCESS twice', runs: 1_000 },
  fc.record({
    status: fc.oneof({ weight: 4, arbitrary: fc.constant(200) }, { weight: 1, arbitrary: status }),
    fields: v2Fields,
    signed: fc.constantFrom('MD5' as const, 'HMAC-SHA256' as const, 'other key' as const, undefined),
    path: fc.constantFrom('/pay/contractorder', '/pay/orderquery', '/papay/querycontract'),
    junk: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map(readable) },
    ),
  }),
  async ({ status: httpStatus, fields, signed, path, junk }) => {
    const clean = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, value.replace(FORBIDDEN, '')]),
    ) as Partial<Record<string, string>>;
    const signType = clean.sign_type === 'HMAC-SHA256' || signed === 'HMAC-SHA256' ? 'HMAC-SHA256' : 'MD5';
    const key = signed === 'other key' ? V2_KEY.toUpperCase() : V2_KEY;
    const signature = signed === undefined ? undefined : sign(clean, { key, signType });
    const body = junk === undefined ? Buffer.from(buildXml({ ...clean, sign: signature })) : Buffer.from(junk);
    const { transport } = gateway({ status: httpStatus, headers: { 'request-id': 'R1' }, body });
    const client = createV2Client({ mch_id: MCH_ID, keys: { current: V2_KEY }, signType: 'MD5', transport });
    const outcome = await resultOrRefusal(WechatPayError, () =>
      client.call({ name: 'pay/x', path, fields: { appid: 'wx1' }, nonce: true }),
    );
    if ('refused' in outcome) {
      ensureOneError(outcome.refused, [V2_KEY, V2_KEY.toUpperCase()]);
      ensureSame(outcome.refused.requestId, 'R1', 'it states the request id');
      return;
    }
    ensure(httpStatus === 200 && junk === undefined, 'it came as a message with status 200');
    ensure(signature !== undefined && signed !== 'other key', 'it was signed with our key');
    ensureSame([clean.return_code, clean.result_code], ['SUCCESS', 'SUCCESS'], 'it says SUCCESS twice');
    ensure([MCH_ID, '', undefined].includes(clean.mch_id), 'it is about our merchant number');
    ensure(['wx1', '', undefined].includes(clean.appid), 'it is about our appid');
  },
);
