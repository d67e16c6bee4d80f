import { oneOf, orderNumber, parseInput, record } from '../validation';
import { orderKey } from './schema';
import { ORDER_TYPES } from './types';
import type { CustomsOrderKey, CustomsRecordsQuery } from './types';

const { merchant_customs_no: _, ...key } = orderKey;
const { appid, mchid, customs } = key;

const recordsQuery = record({ appid, mchid, order_type: oneOf(ORDER_TYPES), order_no: orderNumber(), customs });

/** @throws {InvalidInputError} with every problem of it */
export function parseRecordsQuery(input: unknown, path = '$.query'): CustomsRecordsQuery {
  return parseInput<CustomsRecordsQuery>('customs query', path, recordsQuery, input);
}

const customsOrderKey = record(key).strip();

/**
 * Whoever has more at hand, such as the whole declaration, may give that: other fields are not looked at.
 *
 * @throws {InvalidInputError} with every problem of it
 */
export function parseCustomsOrderKey(input: unknown, path = '$.key'): CustomsOrderKey {
  return parseInput<CustomsOrderKey>('key of a declaration', path, customsOrderKey, input);
}
