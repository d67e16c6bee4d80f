import type { Cashier, ContractOrderActivities, ContractOrderSubmitted, Observation } from '../interface';
import type { ContractOrderCalls } from '../wechatpay/contract-order/calls';
import {
  contractDifferences,
  contractVerdict,
  paymentDifferences,
  signedDifferences,
} from '../wechatpay/contract-order/compare';
import { parseFrozenContractOrder } from '../wechatpay/contract-order/schema';
import type {
  ContractOrderAnswer,
  ContractRecord,
  FrozenContractOrder,
  OrderRecord,
} from '../wechatpay/contract-order/schema';
import { contractState, PREPAY_LIFETIMES, tradeState } from '../wechatpay/contract-order/states';
import { WechatPayError } from '../wechatpay/errors';
import type { Attempt } from './attempt';
import { askUntilChanged, attempted, send, submitOnce } from './attempted';
import type { Pending, Timing } from './attempted';
import { differs, stillPending } from './failures';
import type { Merchants } from './merchants';
import { v2Of } from './merchants';
import { SCHEDULES, transportDelay } from './schedule';

/** A front end needs some time to open what it was given. */
const OPENING_TIME = 60_000;

export function contractOrderActivities(
  merchants: Merchants,
  timing: Timing,
  allowLoopback: boolean,
): ContractOrderActivities {
  const parse = (input: unknown) => parseFrozenContractOrder(input, '$.order', { allowLoopback });
  const callsOf = async (mch_id: string): Promise<ContractOrderCalls> => (await v2Of(merchants, mch_id)).contractOrder;

  return {
    submitContractOrder: ({ order: input, adopt, ...earlier }) =>
      submitOnce<ContractOrderSubmitted>({
        what: `order ${String(input.out_trade_no)}`,
        adopt,
        earlier,
        timing,
        query: async () => {
          const order = parse(input);
          const calls = await callsOf(order.mch_id);
          const record = await calls.queryOrder(order);
          if (record === undefined) return undefined;
          const open = tradeState(record.trade_state).kind === 'open' && paymentDifferences(order, record).length === 0;
          // The same order may be sent as often as it stays identical, so an unpaid one is sent again for its prepay id.
          return open && adopt !== true
            ? { order: record, ...(await orderOrFind(calls, order)) }
            : { answeredAt: Date.now(), order: record };
        },
        differences: ({ order: record }) => (record === undefined ? [] : paymentDifferences(input, record)),
        create: async () => {
          const order = parse(input);
          return orderOrFind(await callsOf(order.mch_id), order);
        },
      }),

    awaitPayment: ({ order, seen, waiting }) =>
      askUntilChanged<OrderRecord>({
        schedule: SCHEDULES.payment,
        waiting,
        ask: async (): Promise<Observation<OrderRecord> | Pending> => {
          const record = await (await callsOf(order.mch_id)).queryOrder(order);
          if (record === undefined) return { pending: 'no such order yet' };
          return record.trade_state === seen ? { pending: `still ${seen}` } : { record };
        },
      }),

    queryOrder: ({ order }) => attempted(async () => (await (await callsOf(order.mch_id)).queryOrder(order)) ?? null),

    closeOrder: ({ order }) => attempted(async (attempt) => close(attempt, await callsOf(order.mch_id), order, timing)),

    awaitContract: ({ order, waiting }) =>
      askUntilChanged<ContractRecord>({
        schedule: SCHEDULES.contract,
        waiting,
        ask: async (): Promise<Observation<ContractRecord> | Pending> => {
          const { appid, plan_id, contract_code } = order;
          const record = await (await callsOf(order.mch_id)).queryContract({ appid, plan_id, contract_code });
          if (record === undefined) return { pending: 'not signed yet' };
          const { kind, meaning } = contractState(record.contract_state);
          if (kind !== 'signed') return { pending: `contract is ${meaning}` };
          const differences = contractDifferences(order, record);
          if (differences.length > 0) throw differs(`contract ${contract_code}`, differences);
          return { record };
        },
      }),

    queryContract: ({ mch_id, appid, plan_id, contract_code }) =>
      attempted(async () => (await (await callsOf(mch_id)).queryContract({ appid, plan_id, contract_code })) ?? null),

    awaitContractEnd: ({ contract, seen, waiting }) =>
      askUntilChanged<ContractRecord | null>({
        schedule: SCHEDULES.signedContract,
        waiting,
        ask: async (): Promise<Observation<ContractRecord | null> | Pending> => {
          const { mch_id, appid, plan_id, contract_code } = contract;
          const record = await (await callsOf(mch_id)).queryContract({ appid, plan_id, contract_code });
          const verdict = contractVerdict(contract, record);
          return verdict === seen ? { pending: `still ${verdict}` } : { record: record ?? null };
        },
      }),

    openCashier: ({ order, submitted, spbill_create_ip }) =>
      attempted(async (attempt) => {
        const v2 = await v2Of(merchants, order.mch_id);
        const usable = await usableAnswer(attempt, v2.contractOrder, order, submitted, spbill_create_ip);
        const parameters = v2.cashierParameters(usable.answer, order, Date.now);
        return { cashier: cashier(usable, parameters), submitted: usable };
      }),

    terminateContract: ({ remark, ...contract }) =>
      attempted(async (attempt) => {
        const { mch_id, appid, plan_id, contract_code } = contract;
        const calls = await callsOf(mch_id);
        const key = { appid, plan_id, contract_code };
        const before = await calls.queryContract(key);
        const differences = before === undefined ? [] : signedDifferences(contract, before);
        if (differences.length > 0) throw differs(`contract ${contract_code}`, differences);
        if (before === undefined || contractState(before.contract_state).kind === 'terminated') return before ?? null;
        // What a repeated call answers is not documented, so the query decides whether it has ended.
        let refused: WechatPayError | undefined;
        try {
          await send(attempt, () => calls.deleteContract({ ...key, contract_termination_remark: remark }));
        } catch (error) {
          if (!(error instanceof WechatPayError && isRefusal(error))) throw error;
          refused = error;
        }
        const after = await calls.queryContract(key);
        if (after !== undefined && contractState(after.contract_state).kind !== 'terminated') {
          if (refused !== undefined) throw refused;
          throw stillPending('terminated, not visible yet', transportDelay(attempt.elapsed(), Math.random()));
        }
        return after ?? null;
      }),
  };
}

/** Sends the order; one that was paid or closed in the meantime is shown as it is, if it is the order that was meant. */
async function orderOrFind(calls: ContractOrderCalls, order: FrozenContractOrder): Promise<ContractOrderSubmitted> {
  try {
    return { answer: await calls.create(order), answeredAt: Date.now() };
  } catch (error) {
    const ended = error instanceof WechatPayError && (error.code === 'ORDERPAID' || error.code === 'ORDERCLOSED');
    const record = ended ? await calls.queryOrder(order) : undefined;
    if (record === undefined || tradeState(record.trade_state).kind === 'open') throw error;
    const differences = paymentDifferences(order, record);
    if (differences.length > 0) throw differs(`order ${order.out_trade_no}`, differences);
    return { answeredAt: Date.now(), order: record };
  }
}

function isRefusal({ errorClass }: WechatPayError): boolean {
  return errorClass === 'REFUSED' || errorClass === 'NOT_FOUND' || errorClass === 'UNDOCUMENTED';
}

/** Closes, then asks: what the query says decides, because a payment can overtake the close. */
async function close(
  attempt: Attempt,
  calls: ContractOrderCalls,
  order: FrozenContractOrder,
  timing: Timing,
): Promise<OrderRecord> {
  const before = await found(attempt, calls, order, timing);
  if (before === undefined) return { trade_state: 'CLOSED', out_trade_no: order.out_trade_no };
  if (tradeState(before.trade_state).kind !== 'open') return before;
  try {
    await send(attempt, () => calls.closeOrder(order));
  } catch (error) {
    const overtaken =
      error instanceof WechatPayError && (error.code === 'ORDERPAID' || error.errorClass === 'NOT_FOUND');
    if (!overtaken) throw error;
  }
  const after = await calls.queryOrder(order);
  if (after !== undefined && tradeState(after.trade_state).kind !== 'open') return after;
  throw stillPending(
    `closed, ${after === undefined ? 'not found any more' : `still ${after.trade_state}`}`,
    transportDelay(attempt.elapsed(), Math.random()),
  );
}

/** Looks for an order that may show up late: one that is believed never made counts as closed, so it is asked for often. */
async function found(
  attempt: Attempt,
  calls: ContractOrderCalls,
  order: FrozenContractOrder,
  { settling }: Timing,
): Promise<OrderRecord | undefined> {
  for (const wait of [0, ...settling]) {
    if (wait > 0) await attempt.sleep(wait);
    const record = await calls.queryOrder(order);
    if (record !== undefined) return record;
  }
  return undefined;
}

type Usable = ContractOrderSubmitted & { readonly answer: ContractOrderAnswer };

/** An answer that can still be opened; an old one is fetched again with the identical request. */
async function usableAnswer(
  attempt: Attempt,
  calls: ContractOrderCalls,
  order: FrozenContractOrder,
  submitted: ContractOrderSubmitted,
  spbill_create_ip: string | undefined,
): Promise<Usable> {
  const { answer, answeredAt } = submitted;
  const sameAddress = spbill_create_ip === undefined || spbill_create_ip === order.spbill_create_ip;
  if (answer !== undefined && sameAddress && Date.now() < expiresAt(order, answeredAt) - OPENING_TIME) {
    return { ...submitted, answer };
  }
  const again = spbill_create_ip === undefined ? order : { ...order, spbill_create_ip };
  const fetched = await send(attempt, () => calls.create(again));
  // The contract half of a repeated order is not documented: what the first answer said about it stays.
  const presigned = answer ?? fetched;
  return {
    answeredAt: Date.now(),
    answer: {
      ...fetched,
      presign: presigned.presign,
      contract_err_code: presigned.contract_err_code,
      contract_err_code_des: presigned.contract_err_code_des,
    },
  };
}

function expiresAt(order: FrozenContractOrder, answeredAt: number): number {
  return answeredAt + PREPAY_LIFETIMES[order.trade_type];
}

function cashier({ answer, answeredAt }: Usable, parameters: Readonly<Record<string, string>> | undefined): Cashier {
  const { trade_type, prepay_id, code_url, mweb_url, presign, contract_err_code, contract_err_code_des } = answer;
  const lifetime = trade_type === 'MWEB' ? PREPAY_LIFETIMES.MWEB : PREPAY_LIFETIMES.JSAPI;
  return {
    trade_type,
    prepay_id,
    expiresAt: new Date(answeredAt + lifetime).toISOString(),
    presign,
    ...(parameters === undefined ? {} : { parameters }),
    ...(code_url === undefined ? {} : { code_url }),
    ...(mweb_url === undefined ? {} : { mweb_url }),
    ...(contract_err_code === undefined ? {} : { contract_err_code }),
    ...(contract_err_code_des === undefined ? {} : { contract_err_code_des }),
  };
}
