import type { Rig } from '../../src/testing';
import { completeContractOrder } from '../../src/wechatpay/contract-order/complete';
import type { Debit } from '../../src/wechatpay/debit/schema';
import { v2CallsOf } from './outside-calls';
import { newSamples } from './samples';

/** Nobody listens there: what signed the contract is no part of these tests. */
const NOWHERE = { payment: () => 'http://127.0.0.1:1/payment', contract: () => 'http://127.0.0.1:1/contract' };

/** A contract that a payer has just signed, past Temporal, and a debit on it. `now`: the server's clock. */
export async function debitOnNewContract(rig: Rig, now = Date.now()): Promise<Debit> {
  const { signed } = newSamples(rig.credentials);
  const order = completeContractOrder(signed, NOWHERE, now);
  const { out_trade_no, appid, mch_id } = order;
  await v2CallsOf(rig).contractOrder.create(order);
  rig.simulator.pay({ out_trade_no });
  const { contract_id } = rig.simulator.sign({ out_trade_no });
  if (contract_id === undefined) throw new Error('the contract was not signed');
  return {
    appid,
    mch_id,
    contract_id,
    out_trade_no: out_trade_no.replace('DW', 'DD'),
    body: '水电代扣',
    total_fee: 888,
    spbill_create_ip: '8.8.8.8',
  };
}

/** How often the money was taken. */
export function debited(rig: Rig, { out_trade_no }: Debit): number {
  return rig.simulator.ledger({ effect: 'debited', key: out_trade_no })[0]?.count ?? 0;
}

/** How often a call was made for this debit. */
export function asked(rig: Rig, call: string, { out_trade_no }: Debit): number {
  return rig.simulator.calls({ call, key: out_trade_no })[0]?.count ?? 0;
}
