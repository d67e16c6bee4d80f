import {
  appid,
  describeValue,
  fen,
  mchid,
  oneOf,
  orderNumber,
  outTradeNo,
  parseInput,
  record,
  subOrderNo,
  text,
} from '../validation';
import { appidPrefix, noExponentForm, paymentNumberLength, transactionId, warningsOf } from '../validation';
import { certificateName, idCardNumber, knownRegion, sealedText, sealingKeyId } from '../validation';
import type { Rule } from '../validation';
import type { Problem } from '../errors';
import { CUSTOMS_CODES } from './codes';
import type {
  CertificateVerification,
  CustomsDeclaration,
  CustomsOrderKey,
  CustomsRepush,
  PlainIdentity,
  SealedIdentity,
} from './types';

export * from './types';

/** `warnings` collects what is unusual but not wrong: it is sent, and WeChat Pay decides. */
export interface ParseOptions {
  readonly warnings?: Problem[];
}

/** The fields of every customs call that names an order. */
export const orderKey = {
  appid: appid(),
  mchid: mchid(),
  out_trade_no: outTradeNo(),
  transaction_id: transactionId(),
  customs: text({
    max: 32,
    pattern: { of: /^[0-9A-Z_]+$/, expected: 'a customs code such as SHANGHAI_ZS', each: /[^0-9A-Z_]/ },
  }),
  // The tables say 1 to 32 characters, an error code "6-digit string"; genuine numbers are 440316T004 and the like.
  merchant_customs_no: text({ max: 32 }),
  // The Chinese pages allow it in institutional mode only, the English ones always: WeChat Pay's answer decides.
  sub_order_no: subOrderNo().optional(),
};

const sealedFields = {
  certificate_type: oneOf(['IDCARD']),
  certificate_id: sealedText(),
  certificate_name: sealedText(),
  sealed_with: sealingKeyId(),
};

/** All of these with `sub_order_no`, none without. */
export const splitFieldsTogether =
  (...names: readonly string[]): Rule =>
  (value, report) => {
    const split = value['sub_order_no'] !== undefined;
    for (const name of names) {
      if (split && value[name] === undefined) {
        report([name], {
          code: 'required',
          expected: `${name} together with sub_order_no`,
          remedy: `A split order states all of ${names.join(', ')}.`,
        });
      }
      if (!split && value[name] !== undefined) {
        report([name], {
          code: 'conditional',
          expected: `no ${name} without sub_order_no`,
          got: 'a value',
          remedy: `Add sub_order_no, or leave out ${names.join(', ')}: WeChat Pay takes the amount of the payment.`,
        });
      }
    }
  };

export const feesAddUp: Rule = ({ order_fee, transport_fee, product_fee }, report) => {
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
  splitFieldsTogether('fee_type', 'order_fee', 'transport_fee', 'product_fee'),
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

/** @throws {InvalidInputError} with every problem of it; never shows the fields, nor do the warnings */
export function parsePlainIdentity(input: unknown, path = '$.identity', options: ParseOptions = {}): PlainIdentity {
  const parsed = parseInput<PlainIdentity>('identity', path, plainIdentity, input);
  options.warnings?.push(...warningsOf(path, parsed, [knownRegion('certificate_id')]));
  return parsed;
}

/**
 * WeChat Pay adds customs codes, so another one is unusual and never wrong.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Customs codes".
 */
const knownCustoms: Rule = ({ customs }, report) => {
  if (typeof customs !== 'string' || Object.hasOwn(CUSTOMS_CODES, customs)) return;
  report(['customs'], {
    code: 'unusual',
    expected: 'a known customs code',
    got: describeValue(customs),
    remedy: `Known are ${Object.keys(CUSTOMS_CODES).join(', ')}.`,
  });
};

/** What is unusual about the fields of {@link orderKey}. */
export function orderWarnings(key: CustomsOrderKey, path: string): Problem[] {
  return warningsOf(path, key, [
    paymentNumberLength,
    knownCustoms,
    appidPrefix,
    noExponentForm('out_trade_no'),
    noExponentForm('sub_order_no'),
  ]);
}
