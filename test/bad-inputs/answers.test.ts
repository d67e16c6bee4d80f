import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { customsStateKind } from '../../src/wechatpay/customs/states';
import { ORDER } from '../wechatpay/contract-order/orders';
import { plain as DECLARATION } from '../wechatpay/customs/declarations';
import { recordingServer } from '../wechatpay/servers';
import { plain, signed, unsigned } from '../wechatpay/v2/gateway';
import { answerSigned, NOW, platformB, signedHeaders } from '../wechatpay/v3/platform';
import {
  APPLICATION,
  APPLIED,
  bothFail,
  bothLose,
  errorOf,
  expectError,
  genuine,
  HTML,
  RECORD,
  refusal,
  unknown,
  unsignedAnswer,
  v2,
  v3,
  v3To,
} from './hostile-gateway';
import type { Answer, Expected } from './hostile-gateway';
import { proveGroup } from './table';
import { expectTlsRefused, resolveTo, trustTestCa } from './untrusted-network';

proveGroup('answers', {
  B349: async () => void (await bothFail(unsignedAnswer(200, HTML), unknown(/missing-header/, { remedy: /proxies/ }))),
  B350: async () => {
    await bothFail(unsignedAnswer(200), unknown(/missing-header/));
    const { customs, h5 } = await v3(genuine(''));
    expectError(await errorOf(customs.declare(DECLARATION)), { errorClass: 'OUTCOME_UNKNOWN', message: /state state/ });
    expectError(await errorOf(h5.create(APPLICATION)), { errorClass: 'OUTCOME_UNKNOWN', message: /applyment_id/ });
    expectError(await errorOf((await v2(plain(''))).create(ORDER)), { errorClass: 'OUTCOME_UNKNOWN', message: /XML/ });
  },
  B351: async () => {
    await bothFail(genuine('{"state":"SUCCESS","transac'), unknown(/not usable as JSON.*cut off/));
    await bothFail(genuine('{"state":"SUCCESS"}}'), unknown(/not usable as JSON/));
  },
  B352: async () => {
    const { customs } = await v3(genuine({ ...RECORD, state: 'STATE_OF_TOMORROW' }));
    const { state } = await customs.declare(DECLARATION);
    expect(state).toBe('STATE_OF_TOMORROW');
    expect(customsStateKind(state)).toEqual({ kind: 'pending', known: false });
  },
  B353: async () => {
    for (const absent of [RECORD, { ...RECORD, state: null }, { ...RECORD, state: '' }, [], 'null', '7']) {
      const { customs } = await v3(genuine(absent));
      const error = await errorOf(customs.declare(DECLARATION));
      expectError(error, { errorClass: 'OUTCOME_UNKNOWN', message: /does not state state$/, remedy: /request id/ });
    }
    const { customs } = await v3(genuine({ total_count: 1, data: [{ customs: 'SHANGHAI_ZS' }] }));
    expectError(await errorOf(customs.query(DECLARATION)), { errorClass: 'OUTCOME_UNKNOWN', message: /state state$/ });
  },
  B354: async () => {
    const { h5 } = await v3(genuine({ ...APPLIED, sub_mchid: 2491935631, applyment_state: 7 }));
    expect(await h5.create(APPLICATION)).toMatchObject({ sub_mchid: '2491935631', applyment_state: '7' });
    for (const state of [true, {}, [1], 1.5]) {
      const { customs } = await v3(genuine({ ...RECORD, state }));
      expectError(await errorOf(customs.declare(DECLARATION)), {
        errorClass: 'OUTCOME_UNKNOWN',
        message: /state state$/,
      });
    }
  },
  B355: async () => {
    for (const id of ['9223372036854775807', '9007199254740993']) {
      const { h5 } = await v3(genuine(`{"applyment_id":${id},"applyment_state":"PENDING"}`));
      expect((await h5.create(APPLICATION)).applyment_id).toBe(id);
    }
    // Rounded before it was sent: what it was cannot be known.
    const { h5 } = await v3(genuine('{"applyment_id":9.223372036854776e18,"applyment_state":"PENDING"}'));
    expectError(await errorOf(h5.create(APPLICATION)), {
      errorClass: 'OUTCOME_UNKNOWN',
      message: /state applyment_id$/,
    });
  },
  B356: async () => {
    const forged: Answer = (response) =>
      answerSigned(response, 200, '{"state":"SUCCESS"}', { key: platformB.privateKey });
    const changed: Answer = (response) =>
      void response.writeHead(200, signedHeaders('{"state":"FAIL"}')).end('{"state":"SUCCESS"}');
    await bothFail(forged, unknown(/cannot be verified \(bad-signature\)/));
    await bothFail(changed, unknown(/cannot be verified \(bad-signature\)/));
  },
  B357: async () => {
    for (const header of ['Timestamp', 'Nonce', 'Signature', 'Serial']) {
      const { [`Wechatpay-${header}`]: _, ...headers } = signedHeaders('{"state":"SUCCESS"}');
      const expected = unknown(new RegExp(`missing-header.*wechatpay-${header}`, 'i'), { remedy: /removed headers/ });
      await bothFail(unsignedAnswer(200, '{"state":"SUCCESS"}', headers), expected);
    }
  },
  B358: async () => {
    for (const offset of [-300, 300]) {
      const stale: Answer = (response) =>
        answerSigned(response, 200, '{"state":"SUCCESS"}', { timestamp: NOW / 1000 + offset });
      await bothFail(stale, unknown(/stale.*300 s (?:behind|ahead of) the local clock/, { remedy: /Set the clock/ }));
    }
  },
  B359: async () => {
    await bothFail(genuine({ state: 'SUCCESS' }, 202), unknown(/HTTP 202: neither done nor refused/));
    expectError(await errorOf((await v2(plain('', 202))).create(ORDER)), {
      errorClass: 'OUTCOME_UNKNOWN',
      message: /202/,
    });
  },
  B360: async () => {
    await bothFail(unsignedAnswer(204), unknown(/missing-header/));
    // Genuine, but a declaration has a record to state.
    const { customs } = await v3(genuine('', 204));
    expectError(await errorOf(customs.declare(DECLARATION)), {
      errorClass: 'OUTCOME_UNKNOWN',
      message: /state state$/,
    });
  },
  B361: async () => {
    const elsewhere = await recordingServer((_, response) => response.end('{"state":"SUCCESS"}'));
    for (const status of [301, 302, 307]) {
      const { customs, seen } = await v3(unsignedAnswer(status, '', { Location: `${elsewhere.url}/v3/x` }));
      const error = await errorOf(customs.declare(DECLARATION));
      expect(error).toMatchObject({ errorClass: 'OUTCOME_UNKNOWN', httpStatus: status });
      expect(error.message).toContain('a redirect, which is never followed');
      expect(error.remedy).toMatch(/base URL is wrong.*ask for its result/);
      expect(seen).toHaveLength(1);
    }
    expect(elsewhere.seen).toHaveLength(0);
  },
  B362: async () => {
    const errors = await bothFail(refusal(400, 'BRAND_NEW_CODE', 'Something else'), {
      errorClass: 'UNDOCUMENTED',
      message: /^Something else$/,
      remedy: /Ask for the record first.*a person/,
    });
    for (const error of errors) expect(error).toMatchObject({ code: 'BRAND_NEW_CODE', httpStatus: 400 });
  },
  B363: async () => {
    const expected: Expected = { errorClass: 'UNDOCUMENTED', remedy: /Ask for the record first.*a person/ };
    await bothFail(refusal(400, 'INVALID_REQUEST', 'The moon is in the wrong phase'), { ...expected, message: /moon/ });
    await bothFail(refusal(400, 'INVALID_REQUEST'), { ...expected, message: /not documented \(HTTP 400\)/ });
  },
  B364: async () => {
    for (const detail of [undefined, null, 'text', [], { value: '1' }, { field: {}, issue: 1 }]) {
      const body = JSON.stringify({ code: 'PARAM_ERROR', message: 'Parameter error', detail });
      const errors = await bothFail(unsignedAnswer(400, body), { errorClass: 'INPUT', message: /^Parameter error$/ });
      for (const { remedy } of errors) expect(remedy).toBe('Correct the request.');
    }
  },
  B365: async () => {
    for (const answer of [refusal(401, 'SIGN_ERROR', 'Incorrect signature'), unsignedAnswer(401, HTML)]) {
      await bothFail(answer, { errorClass: 'CONFIGURATION', remedy: /serial, private key.*clock of this machine/ });
    }
  },
  B366: async () => {
    for (const code of ['NO_AUTH', 'NOAUTH', undefined]) {
      await bothFail(refusal(403, code, 'No permission'), { errorClass: 'CONFIGURATION', remedy: /merchant platform/ });
    }
    await bothFail(refusal(403, 'NOAUTH', 'Self-Clearance is not enabled.'), {
      errorClass: 'CONFIGURATION',
      remedy: /Product Center > Apply for Self-Clearance/,
    });
  },
  B367: async () => {
    const { customs, h5, seen } = await v3(refusal(404, 'RESOURCE_NOT_EXISTS', 'No such resource'));
    expect(await customs.query(DECLARATION)).toBeUndefined();
    expect(await h5.query('100000')).toBeUndefined();
    expectError(await errorOf(customs.repush(DECLARATION)), { errorClass: 'REFUSED', message: /No such resource/ });
    expect(seen).toHaveLength(3);
  },
  B368: async () => {
    // A query must not take somebody's page for "there is no such record", or the order would be declared again.
    const expected: Expected = { errorClass: 'CONFIGURATION', remedy: /base URL and path prefix/ };
    for (const body of [HTML, '', '{}']) await bothFail(unsignedAnswer(404, body), expected);
  },
  B369: async () => {
    const limited: Expected = { errorClass: 'RATE_LIMITED', remedy: /later/ };
    const code = 'FREQUENCY_LIMIT_EXCEED';
    for (const [headers, ms] of [
      [{ 'Retry-After': '7' }, 7_000],
      [{}, undefined],
    ] as const) {
      for (const { retryAfterMs } of await bothFail(refusal(429, code, '', headers), limited)) {
        expect(retryAfterMs).toBe(ms);
      }
      await bothFail(unsignedAnswer(429, HTML, headers), limited);
      const answered = await v2((request, response) => plain('', 429)(request, setAll(response, headers)));
      const error = await errorOf(answered.create(ORDER));
      expect(error).toMatchObject({ errorClass: 'RATE_LIMITED', requestId: 'req-1', retryAfterMs: ms });
    }
  },
  B370: async () => {
    const waits: readonly (readonly [string, number | undefined])[] = [
      [new Date(NOW + 60_000).toUTCString(), 60_000],
      [new Date(NOW + 86_400_000).toUTCString(), 300_000],
      [new Date(NOW - 60_000).toUTCString(), undefined],
      ['-5', undefined],
      ['99999999999999999999', 300_000],
      ['soon', undefined],
    ];
    for (const [value, ms] of waits) {
      const limited = refusal(429, 'RATELIMIT_EXCEEDED', '', { 'Retry-After': value });
      const errors = await bothFail(limited, { errorClass: 'RATE_LIMITED' });
      for (const { retryAfterMs } of errors) expect(retryAfterMs, value).toBe(ms);
    }
  },
  B371: async () => {
    for (const code of ['SYSTEMERROR', 'SYSTEM_ERROR']) {
      const failed = unknown(/^System error$/, { remedy: /same parameters/ });
      for (const error of await bothFail(refusal(500, code, 'System error'), failed)) expect(error.code).toBe(code);
    }
  },
  B372: async () => {
    for (const status of [502, 503, 504]) {
      await bothFail(unsignedAnswer(status, HTML), unknown(new RegExp(`\\(HTTP ${status}\\)$`)));
    }
  },
  B373: async () =>
    void (await bothFail(unsignedAnswer(418, HTML), {
      errorClass: 'UNDOCUMENTED',
      message: /HTTP 418/,
      remedy: /person/,
    })),

  B374: () => bothLose((socket) => socket.resetAndDestroy(), /connection was reset/),
  B375: () =>
    bothLose((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"state":');
      setTimeout(() => socket.resetAndDestroy(), 20);
    }, /connection was reset|cut off/),
  B376: () =>
    bothLose((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"state":'), /cut off|reset/),
  B377: () => bothLose(() => undefined, /no complete answer within 150 ms/, 150),
  B378: () =>
    bothLose(
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
        // Never silent for as long as any time-out of a silent connection.
        const timer = setInterval(() => socket.write(' '), 20);
        socket.on('close', () => clearInterval(timer));
      },
      /no complete answer within 150 ms/,
      150,
    ),
  B379: () => bothLose((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), /not HTTP/),
  B380: () =>
    bothLose((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'), /not HTTP/),
  B381: async () => {
    const large = Buffer.alloc(10_000_000, ' ');
    await bothFail(unsignedAnswer(200, large), unknown(/larger than 1 MiB/));
    await bothFail(unsignedAnswer(500, large), unknown(/larger than 1 MiB/));
  },
  B382: async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    expect(bomb.length).toBeLessThan(100_000);
    const inflating = unsignedAnswer(200, bomb, { 'Content-Encoding': 'gzip' });
    await bothFail(inflating, unknown(/larger than 1 MiB/));
  },
  B383: async () => {
    trustTestCa();
    await expectTlsRefused('test-only-expired', /TLS.*CERT_HAS_EXPIRED/);
  },
  B384: async () => {
    trustTestCa();
    await expectTlsRefused('test-only-other-host', /TLS.*ERR_TLS_CERT_ALTNAME_INVALID/);
  },
  B385: async () => {
    const server = await recordingServer((_, response) => genuine({ ...RECORD, state: 'SUCCESS' })(response));
    resolveTo(['::1', '127.0.0.1']);
    const fine = v3To(`http://localhost:${server.port}`);
    expect((await fine.customs.declare(DECLARATION)).state).toBe('SUCCESS');
    expect(server.seen).toHaveLength(1);
    // Nobody on either: nothing was sent.
    const error = await errorOf(v3To('http://localhost:1').customs.declare(DECLARATION));
    expectError(error, { errorClass: 'UNAVAILABLE', message: /was not sent/, remedy: /later/, answered: false });
  },

  B386: async () => {
    for (const [text, errorClass, remedy] of [
      ['签名错误', 'CONFIGURATION', /APIv2 key/],
      ['参数格式校验错误', 'CONFIGURATION', /a person/],
      ['系统繁忙', 'OUTCOME_UNKNOWN', /Ask with the query/],
      ['', 'OUTCOME_UNKNOWN', /Ask with the query/],
    ] as const) {
      const calls = await v2(unsigned({ return_code: 'FAIL', return_msg: text }));
      for (const call of [calls.create(ORDER), calls.queryOrder(ORDER)]) {
        const error = await errorOf(call);
        expect(error).toMatchObject({ errorClass, requestId: 'req-1' });
        expect(error.message).toContain(text === '' ? '(nothing)' : text);
        expect(error.remedy).toMatch(remedy);
      }
    }
  },
  B387: async () => {
    const success = { return_code: 'SUCCESS', result_code: 'SUCCESS', prepay_id: 'wx1', trade_state: 'SUCCESS' };
    for (const fields of [
      success,
      { ...success, sign: '' },
      { ...success, result_code: 'FAIL', err_code: 'ORDERPAID' },
    ]) {
      const calls = await v2(unsigned(fields));
      for (const call of [calls.create(ORDER), calls.queryOrder(ORDER)]) {
        const error = await errorOf(call);
        expect(error).toMatchObject({ errorClass: 'OUTCOME_UNKNOWN', requestId: 'req-1', code: undefined });
        expect(error.message).toMatch(/expected a signed answer, got sign-missing$/);
        expect(error.remedy).toMatch(/Ask with the query.*Check the APIv2 key/);
      }
    }
  },
  B388: async () => {
    const half = { prepay_id: 'wx1', trade_type: 'JSAPI', contract_result_code: 'FAIL' };
    const why = { contract_err_code: 'SYSTEMERROR', contract_err_code_des: 'system error' };
    expect(await (await v2(signed({ ...half, ...why }))).create(ORDER)).toMatchObject({
      prepay_id: 'wx1',
      presign: 'FAIL',
      ...why,
    });
    // Nothing said about the contract is no contract either.
    const silent = await (await v2(signed({ prepay_id: 'wx1', trade_type: 'JSAPI' }))).create(ORDER);
    expect(silent).toMatchObject({ prepay_id: 'wx1', presign: 'FAIL' });
  },
});

function setAll(response: ServerResponse, headers: Readonly<Record<string, string>>): ServerResponse {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  return response;
}
