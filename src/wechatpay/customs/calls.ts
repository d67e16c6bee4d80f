import { answerOrNothing, WechatPayError } from '../errors';
import { AnswerFields, fieldMissing, present, requireSame } from '../v3/answer-fields';
import type { V3Answer, V3Client } from '../v3/client';
import type {
  CertificateCheck,
  CertificateVerification,
  CustomsDeclaration,
  CustomsModification,
  CustomsOrderKey,
  CustomsRecord,
  CustomsRecordsQuery,
  CustomsRepush,
} from './types';

/** One attempt of each customs call. All of them throw WechatPayError; none of them retries. */
export interface CustomsCalls {
  /** Queues a declaration. WeChat Pay tolerates a repeat with identical data; other data is a `CONFLICT`. */
  declare(declaration: CustomsDeclaration): Promise<CustomsRecord>;
  /** The newest record of exactly this order, or this part of a split order; `undefined` when there is none. */
  query(key: CustomsOrderKey): Promise<CustomsRecord | undefined>;
  /**
   * All records under one number at one customs, as they come: the parts of a split order, and beside the record in
   * force those that modifications voided. All pages are read.
   */
  records(query: CustomsRecordsQuery): Promise<readonly CustomsRecord[]>;
  /** Makes a new declaration of a declared order and voids the old one. Every call makes one and pushes it. */
  modify(modification: CustomsModification): Promise<CustomsRecord>;
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
/** A split order has a handful of parts; a thousand records are no answer that anybody could use. */
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
      const { appid, mchid, customs, sub_order_no } = key;
      const question =
        sub_order_no === undefined
          ? ({ order_type: 'out_trade_no', order_no: key.out_trade_no } as const)
          : ({ order_type: 'sub_order_no', order_no: sub_order_no } as const);
      const found = await allRecords(client, prefix, { appid, mchid, customs, ...question }, key.transaction_id);
      return newestOf(found.filter((record) => record.sub_order_no === sub_order_no));
    },

    records(query) {
      return allRecords(client, prefix, query, query.order_type === 'transaction_id' ? query.order_no : undefined);
    },

    async modify(modification) {
      const name = 'customs modify';
      const { duty, order_fee, transport_fee, product_fee } = modification;
      const body = { ...orderFields(modification), ...present({ duty, order_fee, transport_fee, product_fee }) };
      const answer = await client.call({ name, method: 'PATCH', path: `${prefix}/orders`, body });
      return readRecord(name, answer, modification);
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
      const fields = new AnswerFields(answer.body);
      for (const field of ['out_trade_no', 'transaction_id'] as const) {
        requireSame(name, field, verification[field], fields.text(field), answer.requestId);
      }
      return { certificate_check_result: readCheck(name, fields, answer.requestId) };
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

/**
 * @param transaction_id what the answers' own says when they leave it out
 * @throws {WechatPayError} `OUTCOME_UNKNOWN` when there seems to be no last page
 */
async function allRecords(
  client: V3Client,
  prefix: string,
  query: CustomsRecordsQuery,
  transaction_id: string | undefined,
): Promise<CustomsRecord[]> {
  const name = 'customs query';
  const { appid, mchid, order_type, order_no, customs } = query;
  const records: CustomsRecord[] = [];
  let before = '';
  for (let page = 0; page < MAX_PAGES; page += 1) {
    // "No such record" comes as an empty list or as an error, also for a page behind the last.
    const answer = await answerOrNothing(
      client.call({
        name,
        method: 'GET',
        path: `${prefix}/orders`,
        query: { appid, mchid, order_type, order_no, customs, offset: records.length, limit: PAGE },
      }),
    );
    if (answer === undefined) return records;
    const fields = new AnswerFields(answer.body);
    const items = fields.list('data');
    // Full pages never repeat each other: this server takes no notice of the offset, and has shown all that it shows.
    const shown = JSON.stringify(items);
    if (items.length === 0 || shown === before) return records;
    before = shown;
    records.push(...items.map((item) => readItem(name, answer, fields, new AnswerFields(item), { transaction_id })));
    // Without a total only a page that is not full is the last.
    const total = fields.integer('total_count') ?? (items.length < PAGE ? records.length : Infinity);
    if (records.length >= total) return records;
  }
  throw new WechatPayError('OUTCOME_UNKNOWN', `more than ${MAX_PAGES} pages of records`, {
    call: name,
    remedy: 'Ask by sub_order_no for one part of the order.',
  });
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
  asked: { readonly transaction_id?: string | undefined },
): CustomsRecord {
  const state = item.text('state');
  if (state === undefined) throw fieldMissing(call, 'state', answer.requestId);
  const transaction_id = shared.text('transaction_id') ?? asked.transaction_id;
  if (transaction_id === undefined) throw fieldMissing(call, 'transaction_id', answer.requestId);
  return present<CustomsRecord>({
    state,
    transaction_id,
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
function readCheck(call: string, fields: AnswerFields, requestId: string | undefined): string {
  const misnamed = fields.text('verify_department_trade_id');
  const result =
    fields.text('certificate_check_result') ??
    (misnamed !== undefined && CHECK_RESULTS.includes(misnamed) ? misnamed : undefined);
  if (result === undefined) throw fieldMissing(call, 'certificate_check_result', requestId);
  return result;
}
