import { orderNumber, type CallOptions, type OrderKey, type TransactionKey } from '../contract-order/calls';
import { readOrder } from '../contract-order/records';
import type { V2Client } from '../v2/client';
import { answerOrNothing } from '../errors';
import { pick } from '../v2/fields';
import type { DebitRecord, FrozenDebit } from './types';

/** One attempt of each call around a debit. Every one throws WechatPayError. */
export interface DebitCalls {
  /**
   * Asks for a debit. Returning means accepted, not made: the result comes by notification or by {@link query}. Within
   * twelve hours after the signing it is made at once, later after the payer was told, up to a day. At most 150 calls a
   * second. Source: WeChat Pay, "apply for a debit" (`POST /pay/pappayapply`).
   *
   * @throws WechatPayError `OUTCOME_UNKNOWN` with `code` ORDER_ACCEPTED when it was accepted before, `REFUSED` with
   * `code` ORDERPAID when it was made before: {@link query} tells, and the number stays the same.
   */
  apply(debit: FrozenDebit, options?: CallOptions): Promise<void>;
  /**
   * The truth about a debit of the last month; `undefined` when there is none. Orders made in another way are refused
   * with `INVALID_REQUEST`. Source: WeChat Pay, "query a debit" (`POST /pay/paporderquery`).
   */
  query(key: OrderKey | TransactionKey, options?: CallOptions): Promise<DebitRecord | undefined>;
}

/** The fields of the page, in its order. A list rather than a copy: whatever else an object carries is never signed. */
const DEBIT_FIELDS = [
  'appid',
  'body',
  'detail',
  'attach',
  'out_trade_no',
  'total_fee',
  'fee_type',
  'spbill_create_ip',
  'goods_tag',
  'notify_url',
  'contract_id',
  'receipt',
] as const satisfies readonly (keyof FrozenDebit)[];

export function debitCalls(client: V2Client): DebitCalls {
  return {
    async apply(debit, { signal } = {}) {
      const fields = Object.fromEntries(DEBIT_FIELDS.map((name) => [name, debit[name]?.toString()]));
      await client.call({
        name: 'pay/pappayapply',
        path: '/pay/pappayapply',
        fields: { ...fields, trade_type: 'PAP' },
        nonce: true,
        signal,
      });
    },

    async query(key, { signal } = {}) {
      const name = 'pay/paporderquery';
      const number = orderNumber(key);
      const answer = await answerOrNothing(
        client.call({ name, path: '/pay/paporderquery', fields: { appid: key.appid, ...number }, nonce: true, signal }),
      );
      if (answer === undefined) return undefined;
      const { fields, requestId } = answer;
      return { ...readOrder(fields, { name, requestId }, number), ...pick(fields, ['contract_id']) };
    },
  };
}
