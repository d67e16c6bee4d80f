import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/testing';
import { bench } from './simulator-client';
import type { Bench } from './simulator-client';

let b: Bench;

beforeAll(async () => {
  b = await bench();
});
afterAll(() => b.simulator.close());
beforeEach(() => b.simulator.reset());

const ORDERS = '/v3/global/customs/orders';
const declaration = {
  appid: 'wxd678efh567hg6787',
  mchid: '1230000109',
  out_trade_no: '20150806125346',
  transaction_id: '1000320306201511078440737890',
  customs: 'SHANGHAI_ZS',
  merchant_customs_no: '123456',
};
const declare = () => b.v3.call('POST', ORDERS, declaration);
const declared = () => b.simulator.ledger({ effect: 'declared' })[0]?.count ?? 0;
const inject = (fault: Omit<Fault, 'call'>) => b.simulator.faults({ call: 'customs/declare', ...fault });

describe('an answer is lost', () => {
  it.each([
    ['act-and-drop', 1],
    ['drop-before-act', 0],
  ] as const)('%s breaks the connection with %i effects', async (kind, effects) => {
    inject({ kind });
    await expect(declare()).rejects.toThrow('fetch failed');
    expect(declared()).toBe(effects);
    expect((await declare()).status).toBe(200);
    expect(declared()).toBe(1);
  });

  it.each([
    [undefined, 0],
    [true, 1],
  ])('a black hole (acts: %s) never answers, with %i effects', async (acts, effects) => {
    inject({ kind: 'black-hole', ...(acts === undefined ? {} : { acts }) });
    const answer = declare().then(
      () => 'answered',
      () => 'broken',
    );
    const silence = new Promise((resolve) => setTimeout(resolve, 300, 'silence'));
    expect(await Promise.race([answer, silence])).toBe('silence');
    expect(declared()).toBe(effects);
  });

  it('ends black holes when it is closed', async () => {
    const own = await bench({}, b.credentials);
    own.simulator.faults({ kind: 'black-hole' });
    const broken = expect(own.v3.call('POST', ORDERS, declaration)).rejects.toThrow('fetch failed');
    await expect.poll(() => own.simulator.listFaults()[0]?.injected).toBe(1);
    await own.simulator.close();
    await broken;
  });

  it('cuts the body short of its announced length', async () => {
    inject({ kind: 'cut' });
    await expect(declare()).rejects.toThrow('terminated');
    expect(declared()).toBe(1);
  });

  it('sends bytes that are not HTTP', async () => {
    inject({ kind: 'garbage' });
    // Node 20 names it by its code, Node 24 by the parser's error.
    await expect(declare()).rejects.toMatchObject({ cause: { name: 'HTTPParserError' } });
    expect(declared()).toBe(1);
  });

  it('drips the answer', async () => {
    inject({ kind: 'drip', ms: 2 });
    const pieces: number[] = [];
    const text = JSON.stringify(declaration);
    const head = [
      `POST ${ORDERS} HTTP/1.1`,
      'Host: localhost',
      `Authorization: ${b.v3.authorization('POST', ORDERS, text)}`,
      'Accept: application/json',
      'User-Agent: x',
      'Content-Type: application/json',
      `Content-Length: ${text.length}`,
      'Connection: close',
    ];
    const whole = await new Promise<string>((resolve) => {
      let all = '';
      const socket = connect(b.simulator.port, '127.0.0.1', () => socket.write(`${head.join('\r\n')}\r\n\r\n${text}`));
      socket.on('data', (piece) => {
        pieces.push(piece.length);
        all += piece.toString();
      });
      socket.on('close', () => resolve(all));
    });
    expect(whole).toMatch(/"state":"UNDECLARED"/);
    expect(pieces.length).toBeGreaterThan(20);
  });
});

describe('an answer is wrong', () => {
  it.each([
    ['500', 500, 'SYSTEM_ERROR', 0],
    ['502', 502, 'SERVICE_UNAVAILABLE', 0],
    ['503', 503, 'SERVICE_UNAVAILABLE', 0],
    ['act-and-500', 500, 'SYSTEM_ERROR', 1],
    ['401', 401, 'SIGN_ERROR', 0],
    ['403', 403, 'NO_AUTH', 0],
    ['429', 429, 'FREQUENCY_LIMIT_EXCEED', 0],
  ] as const)('%s answers unsigned with %i %s and %i effects', async (kind, status, code, effects) => {
    inject({ kind });
    const answer = await declare();
    expect([answer.status, answer.json.code, answer.verified, declared()]).toEqual([status, code, false, effects]);
    expect(answer.headers.get('request-id')).toBeTruthy();
    expect(answer.headers.get('retry-after')).toBeNull();
  });

  it('names a time to come back', async () => {
    inject({ kind: '429', retryAfter: 7 });
    expect((await declare()).headers.get('retry-after')).toBe('7');
  });

  it('signs a refusal of the tester’s choice', async () => {
    inject({ kind: 'error', status: 403, code: 'NOAUTH', message: 'Self-Clearance is not enabled.' });
    const answer = await declare();
    expect(answer).toMatchObject({ status: 403, verified: true });
    expect(answer.json).toEqual({ code: 'NOAUTH', message: 'Self-Clearance is not enabled.' });
    expect(declared()).toBe(0);
  });

  it('answers 202 with nothing, a page, a redirect: none of them acts', async () => {
    inject({ kind: '202-then-nothing' });
    const accepted = await declare();
    expect([accepted.status, accepted.text]).toEqual([202, '']);
    inject({ kind: 'html-200' });
    const page = await declare();
    expect([page.status, page.text.slice(0, 6), page.verified]).toEqual([200, '<html>', false]);
    inject({ kind: 'redirect', location: 'http://127.0.0.1:1/' });
    const moved = await declare();
    expect([moved.status, moved.headers.get('location')]).toEqual([307, 'http://127.0.0.1:1/']);
    expect(declared()).toBe(0);
  });

  it.each(['bad-signature', 'no-signature', 'stale-signature', 'probe-signature', 'unknown-serial'] as const)(
    '%s acts, but its answer cannot be verified',
    async (kind) => {
      inject({ kind });
      const answer = await declare();
      expect([answer.status, answer.verified, declared()]).toEqual([200, false, 1]);
      const { headers } = answer;
      expect(headers.has('wechatpay-signature')).toBe(kind !== 'no-signature');
      const age = Date.now() / 1000 - Number(headers.get('wechatpay-timestamp'));
      if (kind !== 'no-signature') expect(age > 300).toBe(kind === 'stale-signature');
      expect(/^WECHATPAY\/SIGNTEST\//.test(headers.get('wechatpay-signature') ?? '')).toBe(kind === 'probe-signature');
    },
  );

  it('signs what is not JSON, and states nobody knows', async () => {
    inject({ kind: 'not-json' });
    const cut = await declare();
    expect([cut.status, cut.verified, cut.json]).toEqual([200, true, {}]);
    inject({ kind: 'unknown-state' });
    const strange = await declare();
    expect([strange.json.state, strange.verified]).toEqual(['STATE_OF_TOMORROW', true]);
  });
});

describe('time', () => {
  it('delays an answer', async () => {
    inject({ kind: 'delay', ms: 150 });
    const answer = declare();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(declared()).toBe(0);
    expect((await answer).status).toBe(200);
    expect(declared()).toBe(1);
  });

  it('carries a request out twice and sends the second answer', async () => {
    b.simulator.faults({ kind: 'slow-double', call: 'h5/create', ms: 20 });
    const target = '/v3/global/merchant/h5/permission/applications';
    const body = { sub_mchid: '2491935631', domains: ['qq.com'], website_url: 'https://qq.com' };
    const answer = await b.v3.call('POST', target, body);
    expect([answer.status, answer.json.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(b.simulator.ledger({ effect: 'applied' })).toMatchObject([{ count: 1 }]);
    inject({ kind: 'slow-double', ms: 20 });
    expect((await declare()).status).toBe(200);
    const modification = { ...declaration, duty: 1 };
    b.simulator.faults({ kind: 'slow-double', call: 'customs/modify', ms: 20 });
    await b.v3.call('PATCH', ORDERS, modification);
    expect(b.simulator.ledger({ effect: 'modified' })).toMatchObject([{ count: 2 }]);
  });
});

describe('which calls', () => {
  it('are chosen by name, by key and by number of times', async () => {
    b.simulator.faults([
      { kind: '500', call: 'customs/query', times: 'always' },
      { kind: '502', key: 'other' },
      { kind: '503', key: declaration.transaction_id, times: 2 },
    ]);
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await declare()).status);
    expect(statuses).toEqual([503, 503, 200]);
    expect(b.simulator.listFaults().map(({ left }) => left)).toEqual([null, 1, 0]);
    b.simulator.clearFaults();
    expect(b.simulator.listFaults()).toEqual([]);
    expect(b.simulator.calls({ call: 'customs/declare', key: declaration.out_trade_no })).toMatchObject([{ count: 3 }]);
  });

  it('are chosen by a seeded chance: the same again for the same seed', async () => {
    const run = async (seed: number) => {
      b.simulator.reset();
      inject({ kind: '503', probability: 0.5, seed, times: 'always' });
      const statuses = [];
      for (let i = 0; i < 16; i++) statuses.push((await declare()).status);
      return statuses.join();
    };
    const first = await run(1);
    expect(await run(1)).toBe(first);
    expect(await run(2)).not.toBe(first);
    expect(first).toContain('200');
    expect(first).toContain('503');
  });

  it('are counted even when the merchant’s key is wrong', async () => {
    await b.v3.call('POST', ORDERS, declaration, { Authorization: 'WECHATPAY2-SHA256-RSA2048 x' });
    expect(b.simulator.calls({ call: 'customs/declare' })[0]).toEqual({ call: 'customs/declare', count: 1 });
  });
});

describe('API v2', () => {
  const order = {
    contract_mchid: '1230000109',
    contract_appid: 'wxd678efh567hg6787',
    out_trade_no: 'DW1',
    body: 'x',
    notify_url: 'http://127.0.0.1:1/payment',
    total_fee: '888',
    spbill_create_ip: '1.1.1.1',
    trade_type: 'APP',
    plan_id: '123',
    contract_code: 'C1',
    request_serial: '1',
    contract_display_account: 'x',
    contract_notify_url: 'http://127.0.0.1:1/contract',
  };
  const create = () => b.v2.call('/pay/contractorder', order);
  const ordered = () => b.simulator.ledger({ effect: 'ordered' })[0]?.count ?? 0;

  it.each([
    ['bad-signature', { result_code: 'SUCCESS' }, 1],
    ['probe-signature', { result_code: 'SUCCESS' }, 1],
    ['no-signature', { result_code: 'SUCCESS' }, 1],
    ['401', { return_code: 'FAIL', return_msg: '签名错误' }, 0],
  ] as const)('%s cannot be verified', async (kind, fields, effects) => {
    b.simulator.faults({ kind });
    const answer = await create();
    expect(answer.fields).toMatchObject(fields);
    expect([answer.verified, ordered()]).toEqual([false, effects]);
    expect(answer.fields.sign === undefined).toBe(kind === 'no-signature' || kind === '401');
  });

  it.each([
    ['429', 'FREQUENCY_LIMITED'],
    ['403', 'NOAUTH'],
    ['error', 'SYSTEMERROR'],
  ] as const)('%s is a signed %s', async (kind, code) => {
    b.simulator.faults({ kind });
    const answer = await create();
    expect([answer.fields.err_code, answer.verified, ordered()]).toEqual([code, true, 0]);
  });

  it('breaks, cuts and answers 500 as v3 does, with the same effects', async () => {
    b.simulator.faults({ kind: 'act-and-drop' });
    await expect(create()).rejects.toThrow('fetch failed');
    expect(ordered()).toBe(1);
    b.simulator.faults({ kind: '500' });
    expect((await create()).status).toBe(500);
    b.simulator.faults({ kind: 'not-json' });
    expect((await create()).text).not.toContain('</xml>');
    b.simulator.faults({ kind: 'unknown-state', call: 'pay/orderquery' });
    const strange = await b.v2.call('/pay/orderquery', { out_trade_no: 'DW1' });
    expect([strange.fields.trade_state, strange.verified]).toEqual(['7', true]);
    expect(ordered()).toBe(1);
  });
});
