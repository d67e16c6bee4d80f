import { randomInt } from 'node:crypto';
import { formatBeijingTime } from './times';
import type { ContractOrder, FrozenContractOrder } from './types';

/** Where WeChat Pay is to send the notifications of an order; undefined where no public address is configured. */
export interface OrderAddresses {
  payment(mch_id: string): string | undefined;
  contract(mch_id: string, out_trade_no: string): string | undefined;
}

/** One life of a prepay id: afterwards the order is closed. Milliseconds. */
const ORDER_LIFE = 2 * 60 * 60_000;

/**
 * The order with everything fixed that may be left out. Done once, before anything is sent, because a repeated request has
 * to be identical. Without a configured address `notify_url` stays absent, which validation then names.
 *
 * @param now milliseconds since the epoch.
 */
export function completeContractOrder(
  order: ContractOrder,
  addresses: OrderAddresses,
  now: number,
): FrozenContractOrder {
  const filledIn = {
    contract_mchid: order.mch_id,
    contract_appid: order.appid,
    notify_url: addresses.payment(order.mch_id),
    contract_notify_url: addresses.contract(order.mch_id, order.out_trade_no),
    time_start: formatBeijingTime(now),
    time_expire: formatBeijingTime(now + ORDER_LIFE),
    request_serial: requestSerial(now),
  };
  const complete = Object.entries({ ...filledIn, ...stated(order) }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(complete) as unknown as FrozenContractOrder;
}

function stated(order: ContractOrder): Partial<ContractOrder> {
  return Object.fromEntries(Object.entries(order).filter(([, value]) => value !== undefined));
}

/** Decimal text, unique per merchant: the second it was made, and six random digits. Never a leading zero. */
function requestSerial(now: number): string {
  return `${Math.floor(now / 1_000)}${String(randomInt(1_000_000)).padStart(6, '0')}`;
}
