import type { LocalActivities } from '../interface';
import { completeContractOrder } from '../wechatpay/contract-order/complete';
import type { FrozenDebit } from '../wechatpay/debit/schema';
import type { OrderAddresses } from '../wechatpay/contract-order/complete';

/** Where WeChat Pay is to send notifications; undefined where no public address is configured. */
export interface NotificationAddresses extends OrderAddresses {
  h5(mchid: string, sub_mchid: string): string | undefined;
  h5Domain(mchid: string, out_applyment_id: string): string | undefined;
  debit(mch_id: string): string | undefined;
}

/**
 * Fills in what an input typed by hand left out. Nothing here fails: what is still missing, the validation of the first
 * call names.
 */
export function localActivities(addresses: NotificationAddresses): LocalActivities {
  return {
    completeDebit: ({ debit }) => {
      const notify_url = debit.notify_url ?? addresses.debit(debit.mch_id);
      // Without an address it stays absent, and the first call names that.
      return Promise.resolve({ ...debit, ...(notify_url === undefined ? {} : { notify_url }) } as FrozenDebit);
    },
    completeContractOrder: ({ order }) => Promise.resolve(completeContractOrder(order, addresses, Date.now())),
    completeH5Application: ({ mchid, application }) => {
      const notify_url = application.notify_url ?? addresses.h5(mchid, application.sub_mchid);
      return Promise.resolve(notify_url === undefined ? application : { ...application, notify_url });
    },
    completeH5DomainModification: ({ mchid, modification }) => {
      const notify_url = modification.notify_url ?? addresses.h5Domain(mchid, modification.out_applyment_id);
      return Promise.resolve(notify_url === undefined ? modification : { ...modification, notify_url });
    },
  };
}
