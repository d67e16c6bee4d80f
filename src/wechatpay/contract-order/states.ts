/**
 * - `paid` – the payment was made.
 * - `open` – it may still be paid.
 * - `closed` – it will never be paid.
 */
export type TradeStateKind = 'paid' | 'open' | 'closed';

export interface TradeState {
  readonly kind: TradeStateKind;
  readonly meaning: string;
  /** Does not belong to an order of ours: a person should look. */
  readonly unexpected?: true;
}

/** `trade_state` of `/pay/orderquery` for the order made by `/pay/contractorder`. Source: WeChat Pay, "query order". */
export const TRADE_STATES: Readonly<Record<string, TradeState>> = {
  SUCCESS: { kind: 'paid', meaning: 'paid' },
  REFUND: { kind: 'paid', meaning: 'paid, and refunded or being refunded, at least in part' },
  NOTPAY: { kind: 'open', meaning: 'not paid, also after time_expire and after a failed attempt' },
  USERPAYING: { kind: 'open', meaning: 'the payer is entering the password' },
  PAYERROR: { kind: 'open', meaning: 'an attempt to pay failed; the payer may try again' },
  ACCEPT: { kind: 'open', meaning: 'waiting for a debit; does not occur for a first order', unexpected: true },
  CLOSED: { kind: 'closed', meaning: 'closed' },
  REVOKED: { kind: 'closed', meaning: 'reversed; occurs for payment codes only', unexpected: true },
};

/** The table's entry; a state nobody documented is open and for a person. */
export function tradeState(state: string): TradeState {
  return Object.hasOwn(TRADE_STATES, state)
    ? TRADE_STATES[state]!
    : { kind: 'open', meaning: 'not documented', unexpected: true };
}

export type ContractStateKind = 'signed' | 'terminated' | 'pending';

export interface ContractState {
  readonly kind: ContractStateKind;
  readonly meaning: string;
  /** A person should look. */
  readonly unexpected?: true;
}

/** `contract_state` of `/papay/querycontract`. Source: WeChat Pay, "query contract". */
export const CONTRACT_STATES: Readonly<Record<string, ContractState>> = {
  '0': { kind: 'signed', meaning: 'signed and active' },
  '1': { kind: 'terminated', meaning: 'terminated' },
  '9': { kind: 'pending', meaning: 'signing in progress' },
};

/** The table's entry; a state nobody documented is pending and for a person. */
export function contractState(state: string): ContractState {
  return Object.hasOwn(CONTRACT_STATES, state)
    ? CONTRACT_STATES[state]!
    : { kind: 'pending', meaning: 'not documented', unexpected: true };
}

/** `contract_termination_mode`. Source: WeChat Pay, "contract signing and termination notification". */
export const CONTRACT_TERMINATION_MODES: Readonly<Record<string, string>> = {
  '0': 'not terminated',
  '1': 'expired',
  '2': 'ended by the user',
  '3': 'ended by the merchant through the API',
  '4': 'ended in the merchant platform',
  '5': 'account closed',
};

/** Meaning of a termination mode; 6 and 7 exist without a published meaning. */
export function terminationMeaning(mode: string): string {
  return Object.hasOwn(CONTRACT_TERMINATION_MODES, mode)
    ? CONTRACT_TERMINATION_MODES[mode]!
    : 'terminated, reason unknown';
}

const TWO_HOURS = 2 * 60 * 60 * 1000;

/** How long a cashier can be opened with what the order call returned, in milliseconds. Source: WeChat Pay, "pay with contract signing". */
export const PREPAY_LIFETIMES = {
  JSAPI: TWO_HOURS,
  NATIVE: TWO_HOURS,
  APP: TWO_HOURS,
  /** `mweb_url`; the `prepay_id` behind it lives two hours, but the page is what is opened. */
  MWEB: 5 * 60 * 1000,
} as const;

/** `/pay/closeorder` must not come earlier after the order was made. Milliseconds. */
export const EARLIEST_CLOSE = 5 * 60 * 1000;
