import { WechatPayError } from '../errors';
import { AnswerFields, fieldMissing, present } from '../v3/answer-fields';
import type { V3Answer, V3Client } from '../v3/client';
import type {
  CertificateVerification,
  CustomsDeclaration,
  CustomsOrderKey,
  CustomsRecord,
  CustomsRepush,
} from './schema';

/** `SAME`, `DIFFERENT`, `UNCHECKED`, or a word that is not known yet. */
export interface CertificateCheck {
  readonly certificate_check_result: string;
}

/** One attempt of each customs call. All of them throw WechatPayError; none of them retries. */
export interface CustomsCalls {
  /** Queues a declaration. WeChat Pay tolerates a repeat with identical data; other data is a `CONFLICT`. */
  declare(declaration: CustomsDeclaration): Promise<CustomsRecord>;
  /** The newest record of exactly this order, or this part of a split order; `undefined` when there is none. */
  query(key: CustomsOrderKey): Promise<CustomsRecord | undefined>;
  /** Pushes a record in `SUCCESS` or `EXCEPT` again. Every call pushes. */
  repush(repush: CustomsRepush): Promise<CustomsRecord>;
  /** Asks whether the sealed identity is the payer's. Changes nothing. */
  verifyCertificate(verification: CertificateVerification): Promise<CertificateCheck>;
}

export interface CustomsCallsOptions {
  /** `/v3/global/customs` (default) or the older `/global/v3/customs`. */
  readonly prefix?: string;
}

const PAGE = 20;
/** A split order has a handful of parts; more pages than this are a server that repeats itself. */
const MAX_PAGES = 50;

export function customsCalls(
  client: V3Client,
  { prefix = '/v3/global/customs' }: CustomsCallsOptions = {},
): CustomsCalls {
  return {
    async declare(declaration) {
      const name = 'customs declare';
      const answer = await client.call({
        name,
        method: 'POST',
        path: `${prefix}/orders`,
        body: declareBody(declaration),
      });
      return readRecord(name, answer, declaration);
    },

    async query(key) {
      const records: CustomsRecord[] = [];
      try {
        for (let page = 0, offset = 0; page < MAX_PAGES; page += 1) {
          const found = await queryPage(client, prefix, key, offset);
          records.push(...found.records);
          offset += found.records.length;
          if (found.records.length === 0 || offset >= found.total) break;
        }
      } catch (error) {
        if (error instanceof WechatPayError && error.errorClass === 'NOT_FOUND') return undefined;
        throw error;
      }
      return newestOf(records.filter(({ sub_order_no }) => sub_order_no === key.sub_order_no));
    },

    async repush(repush) {
      const name = 'customs re-push';
      const body = { ...orderFields(repush), ...present({ sub_order_id: repush.sub_order_id }) };
      const answer = await client.call({ name, method: 'POST', path: `${prefix}/redeclare`, body });
      return readRecord(name, answer, repush);
    },

    async verifyCertificate(verification) {
      const name = 'customs verify-certificate';
      const { certificate_type, certificate_id, certificate_name, sealed_with } = verification;
      const body = { ...orderFields(verification), certificate_type, certificate_id, certificate_name };
      const path = `${prefix}/verify-certificate`;
      const answer = await client.call({ name, method: 'POST', path, body, serial: sealed_with });
      return { certificate_check_result: readCheck(name, answer) };
    },
  };
}

function orderFields(key: CustomsOrderKey & { readonly merchant_customs_no: string }): object {
  const { appid, mchid, out_trade_no, transaction_id, sub_order_no, customs, merchant_customs_no } = key;
  return present({ appid, mchid, out_trade_no, transaction_id, sub_order_no, customs, merchant_customs_no });
}

function declareBody(declaration: CustomsDeclaration): object {
  const { duty, fee_type, order_fee, transport_fee, product_fee } = declaration;
  return { ...orderFields(declaration), ...present({ duty, fee_type, order_fee, transport_fee, product_fee }) };
}

async function queryPage(
  client: V3Client,
  prefix: string,
  key: CustomsOrderKey,
  offset: number,
): Promise<{ readonly records: readonly CustomsRecord[]; readonly total: number }> {
  const name = 'customs query';
  const { appid, mchid, customs, sub_order_no } = key;
  const order =
    sub_order_no === undefined
      ? { order_type: 'out_trade_no', order_no: key.out_trade_no }
      : { order_type: 'sub_order_no', order_no: sub_order_no };
  const query = { appid, mchid, ...order, customs, offset, limit: PAGE };
  const answer = await client.call({ name, method: 'GET', path: `${prefix}/orders`, query });
  const fields = new AnswerFields(answer.body);
  const records = fields.list('data').map((item) => readItem(name, answer, fields, new AnswerFields(item), key));
  return { records, total: fields.integer('total_count') ?? records.length };
}

/** Record of an answer that holds one. */
function readRecord(call: string, answer: V3Answer, key: CustomsOrderKey): CustomsRecord {
  const fields = new AnswerFields(answer.body);
  return readItem(call, answer, fields, fields, key);
}

/** `answer` states what all its records share, `item` one of them. */
function readItem(
  call: string,
  answer: V3Answer,
  shared: AnswerFields,
  item: AnswerFields,
  key: CustomsOrderKey,
): CustomsRecord {
  const state = item.text('state');
  if (state === undefined) throw fieldMissing(call, 'state', answer.requestId);
  return present<CustomsRecord>({
    state,
    transaction_id: shared.text('transaction_id') ?? key.transaction_id,
    out_trade_no: shared.text('out_trade_no'),
    customs: item.text('customs'),
    merchant_customs_no: item.text('mch_customs_no', 'merchant_customs_no'),
    sub_order_no: item.text('sub_order_no'),
    sub_order_id: item.text('sub_order_id'),
    verify_department: item.text('verify_department') ?? shared.text('verify_department'),
    verify_department_trade_id: item.text('verify_department_trade_id') ?? shared.text('verify_department_trade_id'),
    fee_type: item.text('fee_type'),
    order_fee: item.integer('order_fee'),
    duty: item.integer('duty'),
    transport_fee: item.integer('transport_fee'),
    product_fee: item.integer('product_fee'),
    explanation: item.text('explanation'),
    modify_time: item.text('modify_time'),
  });
}

/** A modification makes a second record; the newest is in force. */
function newestOf(records: readonly CustomsRecord[]): CustomsRecord | undefined {
  let newest: CustomsRecord | undefined;
  for (const candidate of records) {
    if (newest === undefined || modifiedAt(candidate) > modifiedAt(newest)) newest = candidate;
  }
  return newest;
}

function modifiedAt({ modify_time }: CustomsRecord): number {
  const time = modify_time === undefined ? Number.NaN : Date.parse(modify_time);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

const CHECK_RESULTS = ['SAME', 'DIFFERENT', 'UNCHECKED'];

/** The page's table calls this field `Verify_department_trade_id`, its sample `certificate_check_result`. */
function readCheck(call: string, answer: V3Answer): string {
  const fields = new AnswerFields(answer.body);
  const misnamed = fields.text('verify_department_trade_id');
  const result =
    fields.text('certificate_check_result') ??
    (misnamed !== undefined && CHECK_RESULTS.includes(misnamed) ? misnamed : undefined);
  if (result === undefined) throw fieldMissing(call, 'certificate_check_result', answer.requestId);
  return result;
}
