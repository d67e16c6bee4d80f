import { expect } from 'vitest';
import { EARLIEST_CLOSE } from '../../src/wechatpay/contract-order/states';
import { parseContractOrder, parseFrozenContractOrder } from '../../src/wechatpay/contract-order/order-rules';
import { customsStateKind } from '../../src/wechatpay/customs/states';
import { repushRefusal } from '../../src/workflows/customs-rules';
import { seal } from '../../src/wechatpay/v3/sealing';
import { ORDER } from '../wechatpay/contract-order/orders';
import { plain } from '../wechatpay/customs/declarations';
import { changed, INPUTS, onlyProblem, refusalOf, refusedAt, warnedAt } from './inputs';
import { connected } from './merchant';
import { proveGroup, provenIn } from './table';

const unlimited = {
  transaction_limit_type: 'NO_LIMIT',
  business_description: 'A shop for tea',
  company_register_cert: '6uqyGjvHzOhsLleGFQVRF',
};
const unlaunched = {
  website_state: 'UN_LAUNCHED',
  transaction_limit_type: 'UN_LAUNCHED_WEBSITE_LIMIT',
  website_business_page_pics: ['6uqyGjvHzOhsLleGFQVRF'],
  website_homepage_pics: ['6uqyGjvHzOhsLleGFQVRF'],
};
const lifting = { ...unlimited, applyment_type: 'APPLY_FOR_RELIEVE_LIMITED' };

/** A field that another one makes necessary: both are named. */
function needed(base: object, field: string, because: string): void {
  expect(changed('application', base)).toEqual([]);
  const problems = changed('application', { ...base, [field]: undefined });
  const refusal = { code: 'required', expected: `${field}, because ${because}`, remedy: 'Add the field.' };
  expect(onlyProblem(problems, `$.${field}`, refusal).got).toBeUndefined();
}

/** A value that another one rules out: both are named. */
function ruledOut(change: object, field: string, expected: string, got: string): void {
  const problems = changed('application', change);
  onlyProblem(problems, `$.${field}`, { code: 'conditional', expected, got, remedy: /^(Apply|Set|A limit)/ });
}

const NOT_LAUNCHED = 'UN_LAUNCHED_WEBSITE_LIMIT, because website_state is UN_LAUNCHED';
const LIFTS = 'NO_LIMIT, because applyment_type is APPLY_FOR_RELIEVE_LIMITED';

/** time_expire of the order, 04:04:05 in Beijing on 2 January 2026. */
const EXPIRY = Date.UTC(2026, 0, 1, 20, 4, 5);
const at = (now: number) => refusalOf(() => parseContractOrder(ORDER, '$', { now }));

proveGroup('conditional', {
  B182: () => {
    needed(unlimited, 'business_description', 'transaction_limit_type is NO_LIMIT');
    needed(lifting, 'business_description', 'transaction_limit_type is NO_LIMIT');
  },
  B183: () => needed(unlimited, 'company_register_cert', 'transaction_limit_type is NO_LIMIT'),
  B184: () => needed(unlaunched, 'website_business_page_pics', 'website_state is UN_LAUNCHED'),
  B185: () => needed(unlaunched, 'website_homepage_pics', 'website_state is UN_LAUNCHED'),
  B186: () => {
    for (const field of ['website_business_page_pics', 'website_homepage_pics']) {
      const empty = changed('application', { ...unlaunched, [field]: [] });
      onlyProblem(empty, `$.${field}`, { code: 'length', expected: 'a list of 1 to 20', got: '0', remedy: /Add/ });
      const blank = changed('application', { ...unlaunched, [field]: [''] });
      onlyProblem(blank, `$.${field}[0]`, { code: 'empty' });
    }
  },
  B187: () => {
    const change = { ...unlaunched, transaction_limit_type: undefined };
    ruledOut(change, 'transaction_limit_type', NOT_LAUNCHED, 'NORMAL_LIMIT (the default)');
  },
  B188: () => {
    ruledOut({ ...unlaunched, ...unlimited }, 'transaction_limit_type', NOT_LAUNCHED, '"NO_LIMIT"');
    // The sample of the page gives the lowest limit to a web site that is launched: that way round it is a warning.
    warnedAt('application', 'transaction_limit_type', 'UN_LAUNCHED_WEBSITE_LIMIT', {
      expected: /for a web site that is launched/,
      got: '"UN_LAUNCHED_WEBSITE_LIMIT"',
      remedy: /lowest limit/,
    });
  },
  B189: () => {
    const change = { ...lifting, transaction_limit_type: 'NORMAL_LIMIT' };
    ruledOut(change, 'transaction_limit_type', LIFTS, '"NORMAL_LIMIT"');
  },
  B190: () => {
    const change = { ...lifting, transaction_limit_type: undefined };
    ruledOut(change, 'transaction_limit_type', LIFTS, 'NORMAL_LIMIT (the default)');
  },
  B191: () => {
    const problems = changed('application', { ...unlaunched, ...lifting });
    expect(problems.map(({ path, expected, got }) => `${path}: ${expected}, got ${got}`)).toEqual([
      `$.transaction_limit_type: ${NOT_LAUNCHED}, got "NO_LIMIT"`,
      '$.website_state: HAS_LAUNCHED, because applyment_type is APPLY_FOR_RELIEVE_LIMITED, got "UN_LAUNCHED"',
    ]);
  },
  B192: () => {
    const expected = 'openid, because trade_type is JSAPI';
    refusedAt('order', 'openid', undefined, { code: 'required', expected, remedy: /payer as known to this appid/ });
    for (const trade_type of ['APP', 'MWEB', 'NATIVE']) {
      expect(changed('order', { trade_type, openid: undefined })).toEqual([]);
    }
  },
  B193: () => {
    const problems = changed('order', { trade_type: 'NATIVE', product_id: undefined });
    const expected = 'product_id, because trade_type is NATIVE';
    onlyProblem(problems, '$.product_id', { code: 'required', expected, remedy: /product behind the QR code/ });
    expect(changed('order', { product_id: undefined })).toEqual([]);
  },
  B194: () => {
    const refusal = { code: 'time-order', expected: 'more than a minute after time_start', remedy: /six minutes/ };
    refusedAt('order', 'time_expire', '20260102030404', { ...refusal, got: '-1 s after it' });
    refusedAt('order', 'time_expire', '20260102030505', { ...refusal, got: '60 s after it' });
    // One minute on the newer page, five on the older one: between them it is sent, and warned of.
    const warning = { expected: /more than five minutes and at most seven days/, remedy: /two hours at most/ };
    warnedAt('order', 'time_expire', '20260102030506', { ...warning, got: '61 s after it' });
    warnedAt('order', 'time_expire', '20260109030406', { ...warning, got: '604801 s after it' });
    expect(changed('order', { time_expire: '20260102030906' })).toEqual([]);
    // The page of this call has room for IPv4 only, the page of the unified order for IPv6 too.
    const address = { expected: /at most 16 characters/, got: '18 characters', remedy: /IPv4/ };
    warnedAt('order', 'spbill_create_ip', '2400:3200:baba::11', address);
  },
  B195: () => {
    const refusal = {
      code: 'time-ahead',
      expected: 'more than a minute ahead, Beijing time',
      remedy: /check the clock/,
    };
    onlyProblem(at(EXPIRY + 3_600_000), '$.time_expire', { ...refusal, got: '-3600 s ahead' });
    // An order does not become wrong by growing old: frozen, it is repeated as it is.
    expect(refusalOf(() => parseFrozenContractOrder(ORDER, '$'))).toEqual([]);
  },
  B196: () => {
    onlyProblem(at(EXPIRY - 60_000), '$.time_expire', { code: 'time-ahead', got: '60 s ahead' });
    onlyProblem(at(EXPIRY - 1_000), '$.time_expire', { code: 'time-ahead', got: '1 s ahead' });
    expect(at(EXPIRY - 60_001)).toEqual([]);
  },
  B197: async () => {
    // A workflow refuses it before anything is sent. Whoever pushes without asking is told by WeChat Pay.
    expect(customsStateKind('PROCESSING').kind).toBe('pending');
    expect(repushRefusal('PROCESSING')).toContain('Nothing was sent.');
    const { customs, simulator } = await connected();
    simulator.script({
      customs: { transaction_id: plain.transaction_id, states: [{ after: 0, state: 'PROCESSING' }] },
    });
    await customs.declare(plain);
    await expect(customs.repush(plain)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(simulator.ledger({ effect: 'pushed' })).toMatchObject([{ count: 1 }]);
  },
  B198: () => {
    for (const field of ['fee_type', 'sub_order_id', 'certificate_type', 'certificate_id', 'certificate_name']) {
      const problem = refusedAt('modification', field, '330821198809085212', {
        code: 'not-modifiable',
        expected: 'only merchant_customs_no, duty, order_fee, transport_fee and product_fee to change',
        remedy: /^Leave it out/,
      });
      expect(JSON.stringify(problem)).not.toContain('330821');
    }
    for (const field of ['state', 'modify_time', 'verify_department']) {
      refusedAt('modification', field, 'x', { code: 'unknown-field' });
    }
  },
  B199: async () => {
    const { h5, simulator } = await connected();
    const { sub_mchid, domains, website_url } = INPUTS.application.right;
    const { applyment_id } = await h5.create({ sub_mchid, domains, website_url });
    const amended = h5.amend(applyment_id, { domains: ['a.com'], transaction_limit_type: 'NORMAL_LIMIT' });
    await expect(amended).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await h5.query(applyment_id)).toMatchObject({ domains: ['qq.com'] });
    simulator.decideH5({ sub_mchid, state: 'REJECTED', audit_reject_detail: 'blank page' });
    const again = await h5.amend(applyment_id, { domains: ['a.com'], transaction_limit_type: 'NORMAL_LIMIT' });
    expect(again).toMatchObject({ domains: ['a.com'] });
  },
  B200: async () => {
    await provenIn('test/workflows/scenarios/identity-verification.ts', 'refused-because-not-declared')();
    const { customs, keyRing } = await connected();
    const key = await keyRing.sealingKey();
    const asked = customs.verifyCertificate({
      ...plain,
      certificate_type: 'IDCARD',
      certificate_id: seal('11010519491231002X', key),
      certificate_name: seal('张三', key),
      sealed_with: key.id,
    });
    await expect(asked).rejects.toMatchObject({ errorClass: 'REFUSED', code: 'INVALID_REQUEST' });
  },
  B201: async () => {
    // A workflow waits with the close; whoever does not is refused, and the order can still be paid.
    expect(EARLIEST_CLOSE).toBe(300_000);
    await provenIn(
      'test/workflows/contract-close.test.ts',
      'whose pre-signing failed',
      'is closed in time, by one request',
    )();
    const { orders, simulator, appid, mchid } = await connected();
    const order = { ...ORDER, appid, mch_id: mchid, contract_appid: appid, contract_mchid: mchid };
    const now = new Date(Date.now() + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);
    await orders.create({ ...order, time_start: now, time_expire: `${Number(now.slice(0, 4)) + 1}${now.slice(4)}` });
    await expect(orders.closeOrder(order)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await orders.queryOrder(order)).toMatchObject({ trade_state: 'NOTPAY' });
    expect(simulator.ledger({ effect: 'closed' })).toEqual([]);
  },
});
