import { certificatesRefusals } from './certificates';
import { contractRefusals } from './contract';
import { customsRefusals } from './customs';
import { debitRefusals } from './debit';
import { h5Refusals } from './h5';
import { mediaRefusals } from './media';
import { closeRefusals, orderRefusals } from './orders';
import type { RefusalTable } from './table';
import { v2Common, v2Communication, v2Statuses } from './v2-common';
import { v3Common, v3Decisive } from './v3-common';

/** Answers of APIv3 that are not a success, in the order in which they are judged. */
export const V3_REFUSALS: readonly RefusalTable[] = [
  v3Decisive,
  customsRefusals,
  h5Refusals,
  mediaRefusals,
  certificatesRefusals,
  v3Common,
];

/** The layers of a v2 answer, each judged by tables of its own. */
export const V2_REFUSALS: Readonly<Record<'status' | 'return_code' | 'result_code', readonly RefusalTable[]>> = {
  status: [v2Statuses],
  return_code: [v2Communication],
  result_code: [closeRefusals, orderRefusals, contractRefusals, debitRefusals, v2Common],
};

export { classify, spelled, UNDOCUMENTED } from './table';
export type { Meaning, RefusalRow, RefusalTable, Refused } from './table';
