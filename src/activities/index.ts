import type { ContractOrderActivities, CustomsActivities, DebitActivities, H5Activities } from '../interface';
import { DEFAULT_TIMING } from './attempted';
import type { Timing } from './attempted';
import { contractOrderActivities } from './contract-order';
import { customsActivities } from './customs';
import { debitActivities } from './debit';
import { h5Activities } from './h5';
import type { Merchants } from './merchants';

export { localActivities } from './configuration';
export type { NotificationAddresses } from './configuration';
export type { Timing } from './attempted';
export type { Merchants } from './merchants';

export interface ActivitiesOptions {
  /** The merchants this worker has keys for. */
  readonly merchants: Merchants;
  /** Waits before something lost is sent again. The defaults are right for WeChat Pay; tests shorten them. */
  readonly timing?: Partial<Timing>;
  /** Only while gateway and webhook are both on loopback: notification URLs may be `http` there. Default `false`. */
  readonly allowLoopback?: boolean;
}

export type ApiActivities = CustomsActivities & H5Activities & ContractOrderActivities & DebitActivities;

/** The activities that call WeChat Pay, for the API task queue. Each is one attempt of one call, safe to repeat. */
export function createActivities({ merchants, timing, allowLoopback = false }: ActivitiesOptions): ApiActivities {
  const waits: Timing = { ...DEFAULT_TIMING, ...timing };
  return {
    ...customsActivities(merchants, waits),
    ...h5Activities(merchants, waits, allowLoopback),
    ...contractOrderActivities(merchants, waits, allowLoopback),
    ...debitActivities(merchants, waits, allowLoopback),
  };
}
