import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractOrderCalls } from '../../../src/wechatpay/contract-order/calls';
import { readContractNotification, readPaymentNotification } from '../../../src/wechatpay/contract-order/notifications';
import { debitCalls } from '../../../src/wechatpay/debit/calls';
import { readDebitNotification } from '../../../src/wechatpay/debit/notifications';
import { createV2Client } from '../../../src/wechatpay/v2/client';
import { openV2Notification, type VerifiedFields } from '../../../src/wechatpay/v2/notification';
import { sign, verifySign, type SignType } from '../../../src/wechatpay/v2/signing';
import { buildXml, parseXml } from '../../../src/wechatpay/v2/xml';
import { ORDER } from '../contract-order/orders';
import { DEBIT } from '../debit/debits';
import { APPID, KEY, MCH_ID, plain, startGateway, type Gateway } from './gateway';

/*
 * A message of each kind. Those of the specification are there with their published signatures; where it prints none, the
 * message is made of the example values in the tables of its page, and signed with WeChat Pay's public sample key.
 */

const FOLDER = join(__dirname, '..', 'samples');
const NONCE = '5K8264ILTKCH16CQ2502SI8ZNMTM67VS';
/** The appid and merchant of some published signatures. */
const OTHER = { appid: 'wx2421b1c4370ec43b', mch_id: '10000100' };

interface Calls {
  readonly orders: ReturnType<typeof contractOrderCalls>;
  readonly debits: ReturnType<typeof debitCalls>;
}

interface Sample {
  readonly file: string;
  readonly signed: SignType | 'not';
  /** A request: the call that sends exactly this. An answer: the call that reads it. */
  readonly call?: (calls: Calls) => Promise<unknown>;
  readonly notification?: (fields: VerifiedFields) => object;
  /** What of it our type does not tell. */
  readonly leftOut?: readonly string[];
  /** What our type tells in names of our own. */
  readonly ours?: object;
  readonly fails?: object;
  readonly finds?: 'nothing';
  readonly merchant?: typeof OTHER;
  readonly nonce?: string;
  readonly signType?: SignType;
}

const order = { appid: APPID, out_trade_no: '20150806125346' };
const debit = { appid: APPID, out_trade_no: DEBIT.out_trade_no };
const contract = { plan_id: '123', contract_code: '1023658866' };
const CONTRACT_ORDER_ECHOES = ['plan_id', 'request_serial', 'contract_code', 'contract_display_account'];

const REQUESTS: readonly Sample[] = [
  { file: 'contractorder-request', signed: 'MD5', call: ({ orders }) => orders.create(ORDER) },
  {
    file: 'orderquery-request-hmac',
    signed: 'HMAC-SHA256',
    signType: 'HMAC-SHA256',
    nonce: 'ec2316275641faa3aacf3cc599e8730f',
    call: ({ orders }) => orders.queryOrder({ appid: APPID, out_trade_no: 'DW202601020001' }),
  },
  { file: 'closeorder-request', signed: 'MD5', call: ({ orders }) => orders.closeOrder(order) },
  {
    file: 'querycontract-request-by-id',
    signed: 'MD5',
    merchant: OTHER,
    call: ({ orders }) => orders.queryContract({ appid: OTHER.appid, contract_id: '201509160000028648' }),
  },
  {
    file: 'querycontract-request-by-code',
    signed: 'MD5',
    merchant: OTHER,
    call: ({ orders }) => orders.queryContract({ appid: OTHER.appid, ...contract }),
  },
  {
    file: 'deletecontract-request',
    signed: 'MD5',
    merchant: OTHER,
    call: ({ orders }) =>
      orders.deleteContract({ appid: OTHER.appid, contract_id: '100005698', contract_termination_remark: '原因' }),
  },
  { file: 'pappayapply-request', signed: 'MD5', call: ({ debits }) => debits.apply(DEBIT) },
  { file: 'paporderquery-request', signed: 'MD5', call: ({ debits }) => debits.query(debit) },
];

const ANSWERS: readonly Sample[] = [
  {
    file: 'contractorder-answer',
    signed: 'MD5',
    call: ({ orders }) => orders.create(ORDER),
    ours: { presign: 'SUCCESS' },
    leftOut: [...CONTRACT_ORDER_ECHOES, 'contract_result_code', 'appid', 'mch_id'],
  },
  {
    file: 'contractorder-answer-presign-failed',
    signed: 'MD5',
    call: ({ orders }) => orders.create({ ...ORDER, trade_type: 'NATIVE', product_id: 'P1' }),
    ours: { presign: 'FAIL' },
    leftOut: ['contract_result_code', 'new_field_from_wechat', 'appid', 'mch_id'],
  },
  {
    file: 'communication-failure',
    signed: 'not',
    call: ({ orders }) => orders.create(ORDER),
    fails: { errorClass: 'CONFIGURATION' },
  },
  { file: 'orderquery-answer-paid', signed: 'MD5', call: ({ orders }) => orders.queryOrder(order) },
  { file: 'orderquery-answer-not-paid', signed: 'MD5', call: ({ orders }) => orders.queryOrder(order) },
  {
    file: 'orderquery-answer-not-found',
    signed: 'MD5',
    call: ({ orders }) => orders.queryOrder(order),
    finds: 'nothing',
  },
  { file: 'closeorder-answer', signed: 'MD5', call: ({ orders }) => orders.closeOrder(order), finds: 'nothing' },
  {
    file: 'querycontract-answer-signed',
    signed: 'MD5',
    call: ({ orders }) => orders.queryContract({ appid: APPID, ...contract }),
    leftOut: ['err_code', 'err_code_des', 'contract_display_account'],
  },
  {
    file: 'querycontract-answer-terminated',
    signed: 'MD5',
    call: ({ orders }) => orders.queryContract({ appid: APPID, contract_id: '100005698' }),
    leftOut: ['err_code', 'err_code_des', 'contract_display_account'],
  },
  {
    file: 'querycontract-answer-not-found',
    signed: 'not',
    call: ({ orders }) => orders.queryContract({ appid: APPID, ...contract }),
    finds: 'nothing',
  },
  {
    file: 'deletecontract-answer',
    signed: 'MD5',
    call: ({ orders }) =>
      orders.deleteContract({ appid: APPID, contract_id: '100005698', contract_termination_remark: '原因' }),
    finds: 'nothing',
  },
  { file: 'pappayapply-answer', signed: 'MD5', call: ({ debits }) => debits.apply(DEBIT), finds: 'nothing' },
  {
    file: 'pappayapply-answer-accepted-before',
    signed: 'MD5',
    call: ({ debits }) => debits.apply(DEBIT),
    fails: { errorClass: 'OUTCOME_UNKNOWN', code: 'ORDER_ACCEPTED' },
  },
  { file: 'paporderquery-answer-made', signed: 'MD5', call: ({ debits }) => debits.query(debit) },
  { file: 'paporderquery-answer-accepted', signed: 'MD5', call: ({ debits }) => debits.query(debit) },
];

const NOTIFICATIONS: readonly Sample[] = [
  { file: 'payment-notification', signed: 'MD5', notification: readPaymentNotification },
  { file: 'payment-notification-hmac', signed: 'HMAC-SHA256', notification: readPaymentNotification },
  { file: 'contract-signed-notification', signed: 'MD5', notification: readContractNotification },
  { file: 'contract-terminated-notification', signed: 'MD5', notification: readContractNotification },
  { file: 'debit-notification-made', signed: 'MD5', notification: readDebitNotification, ours: { made: true } },
  { file: 'debit-notification-failed', signed: 'MD5', notification: readDebitNotification, ours: { made: false } },
];

/** What we answer to notifications. */
const ACKNOWLEDGEMENTS: readonly Sample[] = [
  { file: 'acknowledgement-success', signed: 'not' },
  { file: 'acknowledgement-fail', signed: 'not' },
];

const SAMPLES = [...REQUESTS, ...ANSWERS, ...NOTIFICATIONS, ...ACKNOWLEDGEMENTS];

const bytes = (file: string): Buffer => readFileSync(join(FOLDER, `${file}.xml`));

/** Read by another implementation; without empty fields, which v2 does not tell from absent ones. */
function otherwise(file: string): Record<string, string> {
  const parser = new XMLParser({ parseTagValue: false, processEntities: false });
  return filled((parser.parse(bytes(file)) as { xml: Record<string, string> }).xml);
}

function filled(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

/** A typed message in the names and texts of the wire. */
function onTheWire(message: object): Record<string, string> {
  const { coupons = [], ...rest } = message as { coupons?: readonly object[] };
  const numbered = coupons.flatMap((coupon, n) =>
    Object.entries(coupon).map(([name, value]) => [`${name}_${n}`, value]),
  );
  return Object.fromEntries([...Object.entries(rest), ...numbered].map(([name, value]) => [name, String(value)]));
}

const HEAD = ['return_code', 'return_msg', 'nonce_str', 'sign', 'sign_type', 'result_code'];

/** Nothing of the sample is lost but what the table names, and nothing is added. */
function expectWhole(message: object, { file, leftOut = [], ours = {} }: Sample): void {
  expect(message).toMatchObject(ours);
  const told = onTheWire(message);
  for (const name of Object.keys(ours)) delete told[name];
  const sample = otherwise(file);
  for (const name of [...HEAD, ...leftOut]) delete sample[name];
  expect(told).toEqual(sample);
}

describe('a sample of each v2 message', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.close());

  function calls({ merchant, nonce = NONCE, signType = 'MD5' }: Sample): Calls {
    const client = createV2Client({
      mch_id: merchant?.mch_id ?? MCH_ID,
      keys: { current: KEY },
      signType,
      transport: gateway.transport,
      nonce: () => nonce,
    });
    return { orders: contractOrderCalls(client), debits: debitCalls(client) };
  }

  it('is in the table', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.xml'));
    expect(SAMPLES.map(({ file }) => `${file}.xml`).sort()).toEqual(files.sort());
  });

  it.each(SAMPLES)('$file: read, written and read again, it has the same fields', ({ file }) => {
    const read = parseXml(bytes(file));
    expect(filled(read)).toEqual(otherwise(file));
    expect({ ...parseXml(Buffer.from(buildXml(read))) }).toEqual(filled(read));
  });

  it.each(SAMPLES)('$file: its signature is the one we make', ({ file, signed }) => {
    const fields = parseXml(bytes(file));
    if (signed === 'not') {
      expect(fields).not.toHaveProperty('sign');
      return;
    }
    expect(sign(fields, { key: KEY, signType: signed })).toBe(fields.sign);
    expect(verifySign(fields, { keys: [KEY] })).toEqual({ ok: true, signType: signed });
  });

  it.each(REQUESTS)('$file: the call sends exactly this', async (sample) => {
    gateway.respond(plain('', 500));
    await expect(sample.call!(calls(sample))).rejects.toMatchObject({ httpStatus: 500 });
    expect(gateway.last().fields).toEqual(otherwise(sample.file));
    expect(gateway.last().path).toMatch(new RegExp(`/${sample.file.split('-')[0]}$`));
  });

  it.each(ANSWERS)('$file: the call reads it', async (sample) => {
    gateway.respond(plain(bytes(sample.file)));
    const asked = sample.call!(calls(sample));
    if (sample.fails !== undefined) await expect(asked).rejects.toMatchObject(sample.fails);
    else if (sample.finds === 'nothing') expect(await asked).toBeUndefined();
    else expectWhole((await asked) as object, sample);
  });

  it.each(NOTIFICATIONS)('$file: it is opened and read', (sample) => {
    const { fields, signType } = openV2Notification({ rawBody: bytes(sample.file), keys: [KEY] });
    expect(signType).toBe(sample.signed);
    expectWhole(sample.notification!(fields), sample);
  });
});
