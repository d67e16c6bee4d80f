import { WechatPayError } from '../errors';
import { requireSame } from '../v2/answer-fields';
import type { V2Client } from '../v2/client';
import { answerOrNothing } from '../errors';
import { readAnswer, readContract, readOrder } from './records';
import type { ContractOrder, ContractOrderAnswer, ContractRecord, FrozenContractOrder, OrderRecord } from './types';

/** An order by our own number. */
export interface OrderKey {
  readonly appid: string;
  /** At most 32 characters. */
  readonly out_trade_no: string;
}

/** A paid order by WeChat Pay's number. */
export interface TransactionKey {
  readonly appid: string;
  /** 28 digits. */
  readonly transaction_id: string;
}

/** What names a contract before WeChat Pay's own number is known. */
export interface ContractKey {
  readonly appid: string;
  /** Contract template, decimal text. */
  readonly plan_id: string;
  /** Our contract number, at most 32 characters. */
  readonly contract_code: string;
}

/** A contract by WeChat Pay's own number. */
export interface ContractIdKey {
  readonly appid: string;
  /** At most 32 characters. */
  readonly contract_id: string;
}

export type ContractTermination = (ContractKey | ContractIdKey) & {
  /** Why, at most 256 characters and 512 bytes. */
  readonly contract_termination_remark: string;
};

/** The stop wish of the caller; each call also has its own deadline. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** One attempt of each call around an order with contract signing. Every one throws {@link WechatPayError}. */
export interface ContractOrderCalls {
  /**
   * Makes the order and registers the contract in advance. Repeating the identical order is safe and gives a usable
   * payment session again. Source: WeChat Pay, "pay with contract signing" (`POST /pay/contractorder`).
   *
   * @throws WechatPayError `CONFLICT` when the number is taken by other data, `REFUSED` with `code` ORDERPAID or
   * ORDERCLOSED when the order has ended.
   */
  create(order: FrozenContractOrder, options?: CallOptions): Promise<ContractOrderAnswer>;
  /**
   * The truth about the payment of an order made by {@link create}; `undefined` when there is no such order. Debits have a
   * query of their own. Source: WeChat Pay, "query order" (`POST /pay/orderquery`).
   */
  queryOrder(key: OrderKey | TransactionKey, options?: CallOptions): Promise<OrderRecord | undefined>;
  /**
   * Ends an unpaid order, five minutes after it was made at the earliest. Returning means closed or closed before, to be
   * confirmed by {@link queryOrder}: success was seen for orders that stayed payable. The number can never be used again,
   * and a contract that exists stays. Source: WeChat Pay, "close order" (`POST /pay/closeorder`).
   *
   * @throws WechatPayError `REFUSED` with `code` ORDERPAID when it is paid; `NOT_FOUND` when there is no such order.
   */
  closeOrder(key: OrderKey, options?: CallOptions): Promise<void>;
  /**
   * The truth about the contract; `undefined` when there is none, which before the signing only means "not yet".
   * At most 300 calls a second. Source: WeChat Pay, "query contract" (`POST /papay/querycontract`).
   */
  queryContract(key: ContractKey | ContractIdKey, options?: CallOptions): Promise<ContractRecord | undefined>;
  /**
   * Ends a contract. After any failure ask {@link queryContract}: what a second call answers is not documented. A
   * notification follows, to the address that the template names in the merchant platform.
   * Source: WeChat Pay, "terminate contract" (`POST /papay/deletecontract`).
   */
  deleteContract(termination: ContractTermination, options?: CallOptions): Promise<void>;
}

/** Constant of the papay queries. */
const VERSION = '1.0';

export function contractOrderCalls(client: V2Client): ContractOrderCalls {
  return {
    async create(order, { signal } = {}) {
      const name = 'pay/contractorder';
      const { fields, requestId } = await client.call({
        name,
        path: '/pay/contractorder',
        fields: orderFields(order),
        nonce: true,
        signal,
      });
      return readAnswer(fields, { name, requestId }, order);
    },

    async queryOrder(key, { signal } = {}) {
      const name = 'pay/orderquery';
      const number = orderNumber(key);
      const answer = await answerOrNothing(
        client.call({
          name,
          path: '/pay/orderquery',
          fields: { appid: key.appid, ...number },
          nonce: true,
          signType: client.signType,
          signal,
        }),
      );
      return answer && readOrder(answer.fields, { name, requestId: answer.requestId }, number);
    },

    async closeOrder({ appid, out_trade_no }, { signal } = {}) {
      try {
        await client.call({
          name: 'pay/closeorder',
          path: '/pay/closeorder',
          fields: { appid, out_trade_no },
          nonce: true,
          signType: client.signType,
          signal,
        });
      } catch (error) {
        if (error instanceof WechatPayError && error.errorClass === 'REFUSED' && error.code === 'ORDERCLOSED') return;
        throw error;
      }
    },

    async queryContract(key, { signal } = {}) {
      const name = 'papay/querycontract';
      const fields = { ...contractKey(key), version: VERSION };
      const answer = await answerOrNothing(
        client.call({ name, path: '/papay/querycontract', fields, nonce: false, signal }),
      );
      return answer && readContract(answer.fields, { name, requestId: answer.requestId }, key);
    },

    async deleteContract(termination, { signal } = {}) {
      const name = 'papay/deletecontract';
      const { contract_termination_remark } = termination;
      const key = contractKey(termination);
      const { fields, requestId } = await client.call({
        name,
        path: '/papay/deletecontract',
        fields: { ...key, contract_termination_remark, version: VERSION },
        nonce: false,
        signal,
      });
      for (const [field, ours] of Object.entries(key)) requireSame(fields, { name, requestId }, field, ours);
    },
  };
}

/** The fields of the page, in its order. A list rather than a copy: whatever else an object carries is never signed. */
const ORDER_FIELDS = [
  'appid',
  'contract_mchid',
  'contract_appid',
  'out_trade_no',
  'device_info',
  'body',
  'detail',
  'attach',
  'notify_url',
  'total_fee',
  'spbill_create_ip',
  'time_start',
  'time_expire',
  'goods_tag',
  'trade_type',
  'product_id',
  'limit_pay',
  'openid',
  'plan_id',
  'contract_code',
  'request_serial',
  'contract_display_account',
  'contract_notify_url',
] as const satisfies readonly (keyof ContractOrder)[];

function orderFields(order: FrozenContractOrder): Record<string, string | undefined> {
  return Object.fromEntries(ORDER_FIELDS.map((name) => [name, order[name]?.toString()]));
}

/** The number an order is asked for by; one of the two that the page lists. */
export function orderNumber(key: OrderKey | TransactionKey): { out_trade_no?: string; transaction_id?: string } {
  const { out_trade_no, transaction_id }: Partial<OrderKey & TransactionKey> = key;
  return transaction_id === undefined ? { out_trade_no } : { transaction_id };
}

/** Exactly the fields that the pages list: one more and the call is refused. */
function contractKey(key: ContractKey | ContractIdKey): Record<string, string | undefined> {
  const { appid, plan_id, contract_code, contract_id }: Partial<ContractKey & ContractIdKey> & { appid: string } = key;
  return plan_id !== undefined && contract_code !== undefined
    ? { appid, plan_id, contract_code }
    : { appid, contract_id };
}
