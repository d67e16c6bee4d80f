import { oneOf, orderNumber, parseInput, record } from '../validation';
import { orderKey } from './schema';
import { ORDER_TYPES } from './types';
import type { CustomsRecordsQuery } from './types';

const { appid, mchid, customs } = orderKey;

const recordsQuery = record({ appid, mchid, order_type: oneOf(ORDER_TYPES), order_no: orderNumber(), customs });

/** @throws {InvalidInputError} with every problem of it */
export function parseRecordsQuery(input: unknown, path = '$.query'): CustomsRecordsQuery {
  return parseInput<CustomsRecordsQuery>('customs query', path, recordsQuery, input);
}
