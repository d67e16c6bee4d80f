import { appid, fen, mchid, oneOf, orderNumber, outTradeNo, parseInput, record, subOrderNo, text } from '../validation';
import { certificateName, idCardNumber, sealedText, sealingKeyId } from '../validation';
import type { Rule } from '../validation';
import type { Problem } from '../errors';
import { CUSTOMS_CODES } from './codes';

/**
 * Identification of a declaration at WeChat Pay: the payment, the customs, and the part of a split order.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration.
 */
export interface CustomsOrderKey {
  /** APPID, 1 to 32 characters; in institutional mode the institution's. */
  readonly appid: string;
  /** Merchant id, 10 digits. */
  readonly mchid: string;
  /** Merchant order number of the payment: 1 to 32 of `0-9 A-Z a-z _ - | * @`. */
  readonly out_trade_no: string;
  /** WeChat Pay order number of the payment, usually 28 digits. */
  readonly transaction_id: string;
  /** Customs code, for example `SHANGHAI_ZS`; the list is open. */
  readonly customs: string;
  /** Its presence makes the order a split order. */
  readonly sub_order_no?: string;
}

/**
 * What is declared. The last four fields belong to split orders: all of them with `sub_order_no`, none without.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Submit a declaration".
 */
export interface CustomsDeclaration extends CustomsOrderKey {
  /** The merchant's registration number at that customs, as filed on the merchant platform. 1 to 32 characters. */
  readonly merchant_customs_no: string;
  /** Tariff in fen; never forwarded to customs. */
  readonly duty?: number;
  /** Always `CNY`. */
  readonly fee_type?: 'CNY';
  /** Amount of this part in fen, `transport_fee + product_fee`. */
  readonly order_fee?: number;
  /** Freight in fen. */
  readonly transport_fee?: number;
  /** Goods in fen. */
  readonly product_fee?: number;
}

/**
 * WeChat Pay's record of a declaration, as the declare, query and re-push calls answer it. The query states no
 * `out_trade_no`; the declare call states no fees.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Query a declaration".
 */
export interface CustomsRecord {
  /** A state of `CUSTOMS_STATES`, or one that is not known yet. */
  readonly state: string;
  readonly transaction_id: string;
  readonly out_trade_no?: string;
  readonly customs?: string;
  /** The query calls it `mch_customs_no`. */
  readonly merchant_customs_no?: string;
  readonly sub_order_no?: string;
  /** WeChat Pay's number of this part: the merchant's own order declaration needs it. */
  readonly sub_order_id?: string;
  /** `UNIONPAY`, `NETSUNION` or `OTHERS`. */
  readonly verify_department?: string;
  readonly verify_department_trade_id?: string;
  readonly fee_type?: string;
  /** Fen. */
  readonly order_fee?: number;
  /** Fen. */
  readonly duty?: number;
  /** Fen. */
  readonly transport_fee?: number;
  /** Fen. */
  readonly product_fee?: number;
  /** Customs' own words about the state, Chinese. */
  readonly explanation?: string;
  /** RFC 3339, as it came. */
  readonly modify_time?: string;
}

/**
 * A re-push of a declaration whose state is `SUCCESS` or `EXCEPT`.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Re-push a declaration".
 */
export interface CustomsRepush extends CustomsOrderKey {
  readonly merchant_customs_no: string;
  readonly sub_order_id?: string;
}

/** A person's identity in plain text. Only for the sealing client; never an input of a workflow. */
export interface PlainIdentity {
  /** Number of the Mainland China identity card, 18 characters. */
  readonly certificate_id: string;
  /** Name on the card. */
  readonly certificate_name: string;
}

/** A person's identity, sealed so that only WeChat Pay can read it. */
export interface SealedIdentity {
  readonly certificate_type: 'IDCARD';
  /** Sealed, Base64. */
  readonly certificate_id: string;
  /** Sealed, Base64. */
  readonly certificate_name: string;
  /** Serial or id of the WeChat Pay key that sealed the two fields. */
  readonly sealed_with: string;
}

/**
 * The question whether a person is the payer of a declared order.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Verify identity".
 */
export interface CertificateVerification extends CustomsOrderKey, SealedIdentity {
  readonly merchant_customs_no: string;
}

/** `warnings` collects what is unusual but not wrong: it is sent, and WeChat Pay decides. */
export interface ParseOptions {
  readonly warnings?: Problem[];
}

const orderKey = {
  appid: appid(),
  mchid: mchid(),
  out_trade_no: outTradeNo(),
  transaction_id: text({ max: 32, pattern: { of: /^[0-9A-Za-z]+$/, expected: 'a number of 1 to 32 digits, as text' } }),
  customs: text({ max: 32, pattern: { of: /^[0-9A-Z_]+$/, expected: 'a customs code such as SHANGHAI_ZS' } }),
  merchant_customs_no: text({ max: 32 }),
  sub_order_no: subOrderNo().optional(),
};

const sealedFields = {
  certificate_type: oneOf(['IDCARD']),
  certificate_id: sealedText(),
  certificate_name: sealedText(),
  sealed_with: sealingKeyId(),
};

const SPLIT_FIELDS = ['fee_type', 'order_fee', 'transport_fee', 'product_fee'] as const;

const splitFieldsTogether: Rule = (value, report) => {
  const split = value['sub_order_no'] !== undefined;
  for (const name of SPLIT_FIELDS) {
    if (split && value[name] === undefined) {
      report([name], {
        code: 'required',
        expected: `${name} together with sub_order_no`,
        remedy: 'A split order states fee_type, order_fee, transport_fee and product_fee.',
      });
    }
    if (!split && value[name] !== undefined) {
      report([name], {
        code: 'conditional',
        expected: `no ${name} without sub_order_no`,
        got: 'a value',
        remedy: 'Add sub_order_no, or leave all four out: WeChat Pay takes the amount of the payment.',
      });
    }
  }
};

const feesAddUp: Rule = ({ order_fee, transport_fee, product_fee }, report) => {
  if (!isAmount(order_fee) || !isAmount(transport_fee) || !isAmount(product_fee)) return;
  const sum = transport_fee + product_fee;
  if (sum === order_fee) return;
  report(['order_fee'], {
    code: 'sum',
    expected: `transport_fee ${transport_fee} + product_fee ${product_fee} = ${sum}`,
    got: String(order_fee),
    remedy: 'Correct one of the three amounts.',
  });
};

function isAmount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

const declaration = record(
  {
    ...orderKey,
    duty: fen().optional(),
    fee_type: oneOf(['CNY']).optional(),
    order_fee: fen({ min: 1 }).optional(),
    transport_fee: fen().optional(),
    product_fee: fen().optional(),
  },
  splitFieldsTogether,
  feesAddUp,
);

/** @throws {InvalidInputError} with every problem of it */
export function parseDeclaration(
  input: unknown,
  path = '$.declaration',
  options: ParseOptions = {},
): CustomsDeclaration {
  const parsed = parseInput<CustomsDeclaration>('customs declaration', path, declaration, input);
  options.warnings?.push(...orderWarnings(parsed, path));
  return parsed;
}

const repush = record({ ...orderKey, sub_order_id: orderNumber().optional() });

/** @throws {InvalidInputError} with every problem of it */
export function parseRepush(input: unknown, path = '$.repush', options: ParseOptions = {}): CustomsRepush {
  const parsed = parseInput<CustomsRepush>('customs re-push', path, repush, input);
  options.warnings?.push(...orderWarnings(parsed, path));
  return parsed;
}

const verification = record({ ...orderKey, ...sealedFields });

/** @throws {InvalidInputError} with every problem of it; never shows the fields of the identity */
export function parseVerification(
  input: unknown,
  path = '$.verification',
  options: ParseOptions = {},
): CertificateVerification {
  const parsed = parseInput<CertificateVerification>('identity verification', path, verification, input);
  options.warnings?.push(...orderWarnings(parsed, path));
  return parsed;
}

const sealedIdentity = record(sealedFields);

/** @throws {InvalidInputError} with every problem of it; never shows the fields */
export function parseSealedIdentity(input: unknown, path = '$.identity'): SealedIdentity {
  return parseInput<SealedIdentity>('sealed identity', path, sealedIdentity, input);
}

const plainIdentity = record({ certificate_id: idCardNumber(), certificate_name: certificateName() });

/** @throws {InvalidInputError} with every problem of it; never shows the fields */
export function parsePlainIdentity(input: unknown, path = '$.identity'): PlainIdentity {
  return parseInput<PlainIdentity>('identity', path, plainIdentity, input);
}

function orderWarnings(key: CustomsOrderKey, path: string): Problem[] {
  const warnings: Problem[] = [];
  const warn = (field: 'transaction_id' | 'customs' | 'appid', expected: string, remedy: string): void => {
    warnings.push({ code: 'unusual', path: `${path}.${field}`, expected, got: JSON.stringify(key[field]), remedy });
  };
  if (!/^[0-9]{28}$/.test(key.transaction_id)) {
    warn('transaction_id', '28 digits', 'Check that it is the number of the payment at WeChat Pay.');
  }
  if (!Object.hasOwn(CUSTOMS_CODES, key.customs)) {
    warn('customs', 'a known customs code', `Known are ${Object.keys(CUSTOMS_CODES).join(', ')}.`);
  }
  if (!key.appid.startsWith('wx')) warn('appid', 'an APPID that begins with wx', 'Check the APPID.');
  return warnings;
}
