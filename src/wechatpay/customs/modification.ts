import type { z } from 'zod';
import { fen, field, parseInput, record } from '../validation';
import { feesAddUp, orderKey, orderWarnings, splitFieldsTogether } from './schema';
import type { ParseOptions } from './schema';
import type { CustomsModification } from './types';

/** A field that other customs calls have, and this one not: whoever gives it expects something that does not happen. */
function notModifiable(remedy: string): z.ZodOptional<z.ZodType<never>> {
  const expected = 'only merchant_customs_no, duty, order_fee, transport_fee and product_fee to change';
  return field<never>(expected, () => ({ code: 'not-modifiable', remedy }), { hidden: true }).optional();
}

const ASK_FOR_IDENTITY = 'Leave it out: a modification carries no identity; ask verify-certificate.';

const modification = record(
  {
    ...orderKey,
    duty: fen().optional(),
    order_fee: fen({ min: 1 }).optional(),
    transport_fee: fen().optional(),
    product_fee: fen().optional(),
    fee_type: notModifiable('Leave it out: the declared currency stays.'),
    sub_order_id: notModifiable('Leave it out: sub_order_no names the part.'),
    certificate_type: notModifiable(ASK_FOR_IDENTITY),
    certificate_id: notModifiable(ASK_FOR_IDENTITY),
    certificate_name: notModifiable(ASK_FOR_IDENTITY),
  },
  splitFieldsTogether('order_fee', 'transport_fee', 'product_fee'),
  feesAddUp,
);

/** @throws {InvalidInputError} with every problem of it */
export function parseModification(
  input: unknown,
  path = '$.modification',
  options: ParseOptions = {},
): CustomsModification {
  const parsed = parseInput<CustomsModification>('customs modification', path, modification, input);
  options.warnings?.push(...orderWarnings(parsed, path));
  return parsed;
}
