import { fenOf, pick, textOf, type Fields } from './fields';

/**
 * How a payment was made, as order query, debit query and their notifications tell it. Nobody decides by it, so a value
 * that is not what it should be is left out. All amounts in fen.
 *
 * Source: WeChat Pay, "query order", "payment result notification", "query a debit".
 */
export interface PaymentDetails {
  /** Terminal or shop of the order, at most 32 characters. */
  readonly device_info?: string;
  /** Whether the payer follows the official account: `Y` or `N`. Newer accounts always say `N`. */
  readonly is_subscribe?: string;
  /** Bank code such as `CMC`, at most 32 characters; an open list. */
  readonly bank_type?: string;
  /** What is settled: `total_fee` without coupons that are not money. */
  readonly settlement_total_fee?: number;
  /** Currency of the order, `CNY`. */
  readonly fee_type?: string;
  /** Paid in cash, that is without coupons. */
  readonly cash_fee?: number;
  /** Currency of `cash_fee`, `CNY`. */
  readonly cash_fee_type?: string;
  /** Paid with coupons, all together. */
  readonly coupon_fee?: number;
  /** Number of coupons. */
  readonly coupon_count?: number;
  /** `coupon_id_0`, `coupon_type_0`, `coupon_fee_0` and so on. */
  readonly coupons?: readonly Coupon[];
  /** Discounts, JSON text of at most 6000 characters; in the order query only. */
  readonly promotion_detail?: string;
}

export interface Coupon {
  /** At most 20 characters. */
  readonly coupon_id?: string;
  /** `CASH` (the merchant paid for it) or `NO_CASH`. */
  readonly coupon_type?: string;
  readonly coupon_fee?: number;
}

const TEXTS = ['device_info', 'is_subscribe', 'bank_type', 'fee_type', 'cash_fee_type', 'promotion_detail'] as const;
const AMOUNTS = ['settlement_total_fee', 'cash_fee', 'coupon_fee', 'coupon_count'] as const;

export function readPaymentDetails(fields: Fields): PaymentDetails {
  const amounts: { [Name in (typeof AMOUNTS)[number]]?: number } = {};
  for (const name of AMOUNTS) {
    const amount = fenOf(fields, name);
    if (amount !== undefined) amounts[name] = amount;
  }
  const coupons = readCoupons(fields);
  return { ...pick(fields, TEXTS), ...amounts, ...(coupons.length === 0 ? {} : { coupons }) };
}

function readCoupons(fields: Fields): readonly Coupon[] {
  const coupons: Coupon[] = [];
  for (let n = 0; ; n += 1) {
    const coupon_id = textOf(fields, `coupon_id_${n}`);
    const coupon_type = textOf(fields, `coupon_type_${n}`);
    const coupon_fee = fenOf(fields, `coupon_fee_${n}`);
    if (coupon_id === undefined && coupon_type === undefined && coupon_fee === undefined) return coupons;
    coupons.push({
      ...(coupon_id === undefined ? {} : { coupon_id }),
      ...(coupon_type === undefined ? {} : { coupon_type }),
      ...(coupon_fee === undefined ? {} : { coupon_fee }),
    });
  }
}
