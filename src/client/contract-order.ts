import { FILLED_IN_FIELDS, identityOf } from '../interface';
import type { ContractOrderInput, ContractOrderOptions, ContractOrderSubmission, FirstAnswer } from '../interface';
import { completeContractOrder } from '../wechatpay/contract-order/complete';
import { parseContractOrder, parseFrozenContractOrder } from '../wechatpay/contract-order/schema';
import type { ContractOrder } from '../wechatpay/contract-order/schema';
import { ContractOrderProcess } from './process';
import { newestRun } from './start';
import type { RepeatPolicy } from './start';
import type { Starter } from './starter';
import { storedInput } from './stored-input';

/** An order as an order service gives it. */
export interface ContractOrderRequest {
  readonly order: ContractOrder;
  readonly options?: ContractOrderOptions;
}

export async function orderWithContract(
  starter: Starter,
  { order: made, options }: ContractOrderRequest,
  policy: RepeatPolicy,
): Promise<ContractOrderProcess<FirstAnswer<ContractOrderSubmission>>> {
  // An order that was made before does not become wrong by growing old.
  const rules = { allowLoopback: starter.allowLoopback, ...(options?.adopt === true ? {} : { now: Date.now() }) };
  const [, given] = starter.checked('contract order', [
    () => starter.checkOptions('contractOrder', options),
    (warnings) => parseContractOrder(made, '$.order', { ...rules, warnings }),
  ]);
  const urls = starter.notificationUrls();
  const addresses = {
    payment: (mch_id: string) => urls?.payment(mch_id),
    contract: (mch_id: string, out_trade_no: string) => urls?.contract(mch_id, out_trade_no),
  };
  const order = parseFrozenContractOrder(
    completeContractOrder({ ...(await filledInBefore(starter, given)), ...given }, addresses, Date.now()),
    '$.order',
    rules,
  );
  const started = await starter.submitted<FirstAnswer<ContractOrderSubmission>, ContractOrderInput>({
    input: { order, ...(options === undefined ? {} : { options }) },
    identity: identityOf.contractOrder({ order, options }),
    policy,
    // What was left out is filled in anew at each call, so only what the caller states is compared.
    compared: (input) => (input.order === order ? given : input.order),
    filledIn: FILLED_IN_FIELDS,
    summary: `order ${order.out_trade_no}, ${order.total_fee} fen, with contract ${order.contract_code}`,
  });
  return new ContractOrderProcess(starter.client, started, started.first);
}

/** What an earlier run of the same order had filled in: a repeated request has to be identical. */
async function filledInBefore({ client }: Starter, given: ContractOrder): Promise<Partial<ContractOrder>> {
  const { workflowId } = identityOf.contractOrder({ order: given });
  const earlier = await newestRun(client, workflowId);
  if (earlier === undefined) return {};
  const stored = (await storedInput(client, workflowId, earlier.runId)) as { order?: Partial<ContractOrder> } | null;
  const order = stored?.order ?? {};
  return Object.fromEntries(
    FILLED_IN_FIELDS.flatMap((name) => (order[name] === undefined ? [] : [[name, order[name]]])),
  );
}
