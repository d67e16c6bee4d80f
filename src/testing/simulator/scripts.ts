import type { NotificationMischief } from './options';

/** One state of a script. */
export interface ScriptedState {
  /** Seconds since the submission; for a record that exists already, since the script was given. */
  readonly after: number;
  readonly state: string;
  /** Customs' own words. */
  readonly explanation?: string;
  /** The reviewer's reason; default the script's. */
  readonly audit_reject_detail?: string;
}

/** Without `transaction_id` it is the default for every declaration. */
export interface CustomsScript {
  readonly transaction_id?: string;
  readonly sub_order_no?: string;
  /** After the declaration. A state with `after: 0` is the first answer. */
  readonly states?: readonly ScriptedState[];
  readonly afterRepush?: readonly ScriptedState[];
  readonly afterModify?: readonly ScriptedState[];
  readonly visibleAfter?: number;
  /** Modifications and re-pushes show up in queries only after so many seconds; until then the record of before does. */
  readonly changesVisibleAfter?: number;
  /** What the identity question answers instead of comparing. */
  readonly identity?: 'SAME' | 'DIFFERENT' | 'UNCHECKED' | 'USER_ACCOUNT_ABNORMAL' | 'PAYER_INVALID';
}

export interface H5Script {
  readonly sub_mchid?: string;
  readonly states?: readonly ScriptedState[];
  /** After a rejected application was modified. Default: the schedule of the options. */
  readonly resubmission?: readonly ScriptedState[];
  /** The automatic second application of NO_LIMIT. */
  readonly limitRemoval?: readonly ScriptedState[];
  readonly audit_reject_detail?: string;
  /** Sets the sub-merchant's permission now. */
  readonly authorization_state?: string;
  /** Refuses every application of this sub-merchant: the name of a documented refusal, such as `parentChild`. */
  readonly refuse?: string;
  readonly visibleAfter?: number;
}

export interface H5DomainScript {
  readonly out_applyment_id?: string;
  readonly states?: readonly ScriptedState[];
  readonly resubmission?: readonly ScriptedState[];
  readonly audit_reject_detail?: string;
}

export interface OrderScript {
  readonly out_trade_no?: string;
  /** `FAIL`: the order can be paid, but not signed. */
  readonly presign?: 'SUCCESS' | 'FAIL';
  readonly contract_err_code?: string;
  readonly contract_err_code_des?: string;
  /** The user pays by themselves. */
  readonly pay?: PayScript;
  /** The user signs, seconds after the order; only if the order is paid. */
  readonly sign?: { readonly after: number };
  /** `ignored`: answered with success, but the order stays open. `paid-meanwhile`: the payment wins the race. */
  readonly close?: 'ignored' | 'paid-meanwhile';
  /** Shown by queries instead of the true state. */
  readonly trade_state?: string;
  readonly visibleAfter?: number;
}

export interface PayScript {
  readonly after: number;
  readonly result?: 'SUCCESS' | 'PAYERROR';
  readonly coupon_fee?: number;
  readonly openid?: string;
  /** The amount the notification and query claim, fen. Default the order's: for testing that it is compared. */
  readonly total_fee?: number;
}

export interface DebitScript {
  readonly out_trade_no?: string;
  readonly result?: 'SUCCESS' | 'PAY_FAIL';
  readonly err_code?: string;
  readonly err_code_des?: string;
  readonly after?: number;
  readonly visibleAfter?: number;
}

export interface PlanScript {
  readonly plan_id: string;
  /** `false`: pre-signing fails. */
  readonly valid?: boolean;
  readonly terminationUrl?: string;
}

/** A payment as WeChat Pay knows it. Payments nobody described are accepted with any amount. */
export interface PaymentScript {
  readonly transaction_id: string;
  readonly out_trade_no?: string;
  /** Fen. */
  readonly amount?: number;
  readonly refunded?: boolean;
  readonly mchid?: string;
}

export interface MerchantScript {
  readonly mchid?: string;
  readonly selfClearance?: boolean;
  /** Customs registrations; without it every documented customs with any number is registered. */
  readonly filings?: readonly { readonly customs: string; readonly merchant_customs_no: string }[];
  /** The letter of commitment for H5 payment. */
  readonly commitmentSigned?: boolean;
  readonly autoDebit?: boolean;
}

/** Changes what the simulated world does. Each part is merged over the earlier one of the same key. */
export interface Script {
  readonly visibleAfter?: number;
  readonly customs?: CustomsScript | readonly CustomsScript[];
  readonly h5?: H5Script | readonly H5Script[];
  readonly h5Domain?: H5DomainScript | readonly H5DomainScript[];
  readonly order?: OrderScript | readonly OrderScript[];
  readonly debit?: DebitScript | readonly DebitScript[];
  readonly plan?: PlanScript | readonly PlanScript[];
  readonly payment?: PaymentScript | readonly PaymentScript[];
  readonly merchant?: MerchantScript;
  readonly notifications?: NotificationMischief;
}

/** Scripts of one kind by their business key; the entry without a key applies to all. */
export class ScriptTable<T extends object> {
  readonly #byKey = new Map<string, T>();

  add(key: string | undefined, script: T): void {
    const id = key ?? '*';
    this.#byKey.set(id, { ...this.#byKey.get(id), ...script });
  }

  /** The special script over the general one. */
  for(...keys: readonly string[]): Partial<T> {
    return Object.assign({}, this.#byKey.get('*'), ...keys.map((key) => this.#byKey.get(key))) as Partial<T>;
  }
}

export class Scripts {
  visibleAfter: number | undefined;
  notifications: NotificationMischief = {};
  readonly customs = new ScriptTable<CustomsScript>();
  readonly h5 = new ScriptTable<H5Script>();
  readonly h5Domain = new ScriptTable<H5DomainScript>();
  readonly orders = new ScriptTable<OrderScript>();
  readonly debits = new ScriptTable<DebitScript>();
  readonly plans = new ScriptTable<PlanScript>();
  readonly payments = new ScriptTable<PaymentScript>();
  readonly merchants = new ScriptTable<MerchantScript>();

  add(script: Script): void {
    this.visibleAfter = script.visibleAfter ?? this.visibleAfter;
    this.notifications = { ...this.notifications, ...script.notifications };
    each(script.customs, (s) =>
      this.customs.add(s.transaction_id && [s.transaction_id, s.sub_order_no].filter(Boolean).join('/'), s),
    );
    each(script.h5, (s) => this.h5.add(s.sub_mchid, s));
    each(script.h5Domain, (s) => this.h5Domain.add(s.out_applyment_id, s));
    each(script.order, (s) => this.orders.add(s.out_trade_no, s));
    each(script.debit, (s) => this.debits.add(s.out_trade_no, s));
    each(script.plan, (s) => this.plans.add(s.plan_id, s));
    each(script.payment, (s) => this.payments.add(s.transaction_id, s));
    if (script.merchant) this.merchants.add(script.merchant.mchid, script.merchant);
  }
}

/** One or many. */
export function each<T extends object>(items: T | readonly T[] | undefined, use: (item: T) => void): void {
  if (items === undefined) return;
  for (const item of Array.isArray(items) ? (items as readonly T[]) : [items as T]) use(item);
}
