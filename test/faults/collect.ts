import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { FLOWS, workflowIds } from '../../src/interface';
import type { Simulator } from '../../src/testing';
import type { NotificationRecord } from '../../src/testing';
import { FAULT_KINDS } from '../../src/testing/simulator/faults';
import { limitGone } from './checker';
import type { AcknowledgedDelivery } from './checker';
import { isDeclaration, keyOfNotification, numbersOf } from './plan';
import type { KeyPlan } from './plan';

/** What a notification tells, in the numbers that make it one of a kind. */
function factOf(kind: string, number: string | undefined): string {
  return `${kind} ${number ?? ''}`;
}

/** A contract's own number comes second among its notification's keys, as a payment's and an application's do. */
const NUMBER_AT: Readonly<Record<NotificationRecord['kind'], number>> = {
  h5: 1,
  'h5-domain': 1,
  payment: 1,
  contract: 1,
  debit: 0,
};

/** Every delivery of WeChat Pay's own that was acknowledged. */
export function acknowledgedDeliveries(
  simulator: Simulator,
  isForged: (id: string) => boolean,
  mchid: string,
): { readonly acknowledged: AcknowledgedDelivery[]; readonly forgedAccepted: string[] } {
  const acknowledged: AcknowledgedDelivery[] = [];
  const forgedAccepted: string[] = [];
  for (const { id, kind, keys, url, deliveries } of simulator.notifications()) {
    const taken = deliveries.filter((delivery) => delivery.acknowledged);
    if (isForged(id)) {
      // One that was sent to us, to be changed, was genuine.
      if (url.includes('/wechatpay/')) forgedAccepted.push(...taken.map(() => `forged notification ${kind} to ${url}`));
      continue;
    }
    const key = keyOfNotification(keys) ?? -1;
    const fact = factOf(kind, keys[NUMBER_AT[kind]]);
    const workflowId = workflowOf(kind, mchid, key);
    const orElse = kind === 'contract' ? [contractOf(mchid, key)] : [];
    acknowledged.push(...taken.map(({ at }) => ({ fact, key, workflowId, orElse, at: Date.parse(at) })));
  }
  return { acknowledged, forgedAccepted };
}

/** The process a notification is for. */
function workflowOf(kind: string, mchid: string, index: number): string {
  const { out_trade_no, debit_no, sub_mchid } = numbersOf(index);
  if (kind === 'h5') return workflowIds.h5({ mchid, sub_mchid });
  if (kind === 'debit') return workflowIds.debit({ mch_id: mchid, out_trade_no: debit_no });
  return workflowIds.contractOrder({ mch_id: mchid, out_trade_no });
}

/** A contract's own process is told of its signing too. */
function contractOf(mch_id: string, index: number): string {
  return workflowIds.contract({ mch_id, plan_id: '123', contract_code: numbersOf(index).contract_code });
}

/**
 * Transactions whose declaration was sent again after WeChat Pay had carried it out, once for each time. The same data
 * are one declaration there, so no ledger shows it; yet whoever asks first has no need of it.
 */
export function sentAgain(simulator: Simulator, plans: readonly KeyPlan[]): string[] {
  const calls = new Map(
    simulator.calls({ call: 'customs/declare' }).map(({ key, count }): [string, number] => [key ?? '', count]),
  );
  const notCarriedOut = new Map<string, number>();
  for (const { fault, injected } of simulator.listFaults()) {
    if (fault.call !== 'customs/declare' || fault.key === undefined || FAULT_KINDS[fault.kind]) continue;
    notCarriedOut.set(fault.key, (notCarriedOut.get(fault.key) ?? 0) + injected);
  }
  return plans
    .filter(({ story }) => isDeclaration(story))
    .map(({ index }) => numbersOf(index).transaction_id)
    .flatMap((key) => {
      const again = (calls.get(key) ?? 0) - (notCarriedOut.get(key) ?? 0) - 1;
      return Array.from({ length: Math.max(0, again) }, () => key);
    });
}

/** What processes were told, and what closed ones know, as their histories have it. */
export interface Knowledge {
  readonly told: Map<string, Set<string>>;
  readonly closedKnowing: Map<string, number>;
}

/** Reads the histories of every process that notifications go to. */
export async function knowledge(client: Client): Promise<Knowledge> {
  const told = new Map<string, Set<string>>();
  const closedKnowing = new Map<string, number>();
  const flows = [FLOWS.h5Application, FLOWS.contractOrder, FLOWS.contract, FLOWS.contractDebit];
  const query = [...flows, FLOWS.unclaimedNotification].map((flow) => `WorkflowType = '${flow}'`).join(' OR ');
  const runs: { workflowId: string; runId: string; closeTime?: Date }[] = [];
  for await (const run of client.workflow.list({ query })) runs.push(run);
  const next = async (): Promise<void> => {
    for (let run = runs.pop(); run !== undefined; run = runs.pop()) {
      const history = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
      const facts = factsOfHistory(run.workflowId, history);
      for (const fact of facts.told) told.set(fact, (told.get(fact) ?? new Set()).add(run.workflowId));
      if (run.closeTime === undefined) continue;
      for (const fact of facts.known) closedKnowing.set(fact, run.closeTime.getTime());
    }
  };
  await Promise.all(Array.from({ length: 8 }, next));
  return { told, closedKnowing };
}

/** What a process was told by signal or with its start, and what its result shows that it knows. */
export function factsOfHistory(
  workflowId: string,
  { events }: History,
): { readonly told: readonly string[]; readonly known: readonly string[] } {
  const given = (events ?? []).flatMap((event) => {
    const signal = event.workflowExecutionSignaledEventAttributes ?? event.workflowExecutionStartedEventAttributes;
    return signal?.input?.payloads?.slice(0, 1) ?? [];
  });
  const results = (events ?? []).flatMap(
    (event) => event.workflowExecutionCompletedEventAttributes?.result?.payloads?.slice(0, 1) ?? [],
  );
  return {
    told: given.flatMap(factsIn),
    known: results.flatMap((result) => factsOfResult(workflowId, decoded(result))),
  };
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

function decoded(payload: unknown): Record<string, unknown> {
  const value: unknown = defaultPayloadConverter.fromPayload(payload as Payload);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Facts of a signal, or of the notification that an unclaimed one was started with. */
function factsIn(payload: unknown): string[] {
  const given = decoded(payload);
  const { kind, data } = (given['notification'] ?? given) as { kind?: string; data?: Record<string, unknown> };
  switch (kind) {
    case 'payment':
      return [factOf(kind, text(data?.['transaction_id']))];
    case 'contract':
      return [factOf(kind, text(data?.['contract_id']))];
    case 'debit':
      return [factOf(kind, text(data?.['out_trade_no']))];
    case 'h5':
      return [factOf(kind, text(data?.['applyment_id']))];
    default:
      return [];
  }
}

/** What the result of a closed process shows that it knows. */
function factsOfResult(workflowId: string, result: Record<string, unknown>): string[] {
  const { payment, contract, outcome, transaction_id, contract_id, applyment_id, limitRemoval } = result;
  const removal = limitRemoval as { applyment_id?: unknown; outcome?: unknown } | undefined;
  const removed = removal?.applyment_id;
  return [
    ...(payment === 'PAID' ? [factOf('payment', text(transaction_id))] : []),
    ...(contract === 'SIGNED' ? [factOf('contract', text(contract_id))] : []),
    ...(applyment_id === undefined ? [] : [factOf('h5', text(applyment_id))]),
    ...(removed === undefined ? [] : [factOf('h5', text(removed))]),
    ...(removed === undefined && removal?.outcome === 'APPROVED' ? [limitGone(workflowId)] : []),
    ...(workflowId.startsWith('debit/') && outcome !== 'UNDECIDED'
      ? [factOf('debit', workflowId.split('/').at(-1))]
      : []),
  ];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
