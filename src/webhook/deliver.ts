import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import {
  contractSignalWithStart,
  FLOWS,
  identityOf,
  SEARCH_ATTRIBUTES,
  SIGNALS,
  startAttributes,
  workflowIds,
} from '../interface';
import type {
  AnyNotification,
  ContractInput,
  ContractNotified,
  OnResult,
  UnclaimedNotificationInput,
} from '../interface';
import {
  contractAgrees,
  debitAgrees,
  domainAgrees,
  h5Agrees,
  orderAgreesWithContract,
  paymentAgrees,
} from '../workflows/agreement';
import type { DeliveryOutcome, NotificationSink } from './sink';

export interface TemporalSinkOptions {
  readonly client: Client;
  /** Queue of the workflows that the webhook starts. */
  readonly taskQueue: string;
  /** Who is told of what the webhook itself starts: the ends of contracts, and notifications that nobody waits for. */
  readonly onResult?: OnResult;
  /** For everything one notification needs. Default 3,000 ms. */
  readonly deadlineMs?: number;
}

export interface TemporalSink extends NotificationSink {
  /**
   * Resolves once no call is under way. An abandoned call still retries for some seconds, and the SDK throws where nobody
   * can catch it if its connection is closed before.
   */
  idle(): Promise<void>;
}

type SignalName = (typeof SIGNALS)[keyof typeof SIGNALS];

/** A workflow the notification is for, and how its result would show that it has it already. */
interface Addressee<Data, Result> {
  readonly workflowId: string;
  readonly mchid: string;
  readonly signal: SignalName;
  readonly agrees: (result: Partial<Result>, data: Data) => boolean;
}

/**
 * Delivers to Temporal. Every method resolves only after the server has accepted a signal or a start, or has shown that
 * a closed workflow holds the same fact. An error, whichever, means: send it again.
 */
export function createTemporalSink(options: TemporalSinkOptions): TemporalSink {
  const { client, taskQueue, onResult, deadlineMs = 3_000 } = options;
  const { workflow } = client;
  const running = new Set<Promise<unknown>>();

  function inTime<R>(work: () => Promise<R>): Promise<R> {
    const call = client.withDeadline(Date.now() + deadlineMs, work);
    running.add(call);
    const forget = () => void running.delete(call);
    call.then(forget, forget);
    return call;
  }

  async function signal(workflowId: string, name: SignalName, message: AnyNotification): Promise<boolean> {
    try {
      await workflow.getHandle(workflowId).signal(name, message);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  async function deliver<Data, Result>(
    to: Addressee<Data, Result>,
    message: AnyNotification & { readonly data: Data },
  ): Promise<DeliveryOutcome> {
    if (await signal(to.workflowId, to.signal, message)) return 'delivered';
    return compareWithClosed(to, message);
  }

  async function compareWithClosed<Data, Result>(
    to: Addressee<Data, Result>,
    message: AnyNotification & { readonly data: Data },
  ): Promise<DeliveryOutcome> {
    const { workflowId, mchid } = to;
    const keep = (reason: string) => keepUnclaimed({ mchid, notification: message, reason });
    const handle = workflow.getHandle(workflowId);
    let status: string;
    let runId: string;
    try {
      const description = await handle.describe();
      status = description.status.name;
      runId = description.runId;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return keep(`no workflow ${workflowId} is known`);
    }
    if (status === 'RUNNING' || status === 'PAUSED') {
      // A new run began between the two calls.
      if (await signal(workflowId, to.signal, message)) return 'delivered';
      throw new Error('the workflow opened and closed while its notification was delivered');
    }
    if (status !== 'COMPLETED') return keep(`workflow ${workflowId} is closed as ${status}`);
    const result: unknown = await workflow.getHandle(workflowId, runId).result();
    const facts = typeof result === 'object' && result !== null ? (result as Partial<Result>) : {};
    if (to.agrees(facts, message.data)) return 'duplicate';
    return keep(`workflow ${workflowId} is closed, and its result does not say the same`);
  }

  async function keepUnclaimed(kept: UnclaimedNotificationInput): Promise<DeliveryOutcome> {
    const input: UnclaimedNotificationInput = { ...kept, ...(onResult !== undefined && { options: { onResult } }) };
    const identity = identityOf.unclaimedNotification(input);
    try {
      await workflow.start(FLOWS.unclaimedNotification, {
        taskQueue,
        workflowId: identity.workflowId,
        args: [input],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        // Findable as work for a person before any worker has seen it.
        typedSearchAttributes: startAttributes(identity, new Date(), 'UNCLAIMED').map((pair) =>
          pair.key.name === SEARCH_ATTRIBUTES.WxNeedsOperator.name
            ? { key: SEARCH_ATTRIBUTES.WxNeedsOperator, value: true }
            : pair,
        ),
        staticSummary: `unclaimed ${input.notification.kind} notification`,
      });
      return 'unclaimed';
    } catch (error) {
      // A person has dealt with it already.
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'duplicate';
      throw error;
    }
  }

  /** Starts the contract if nobody has, and tells it; one that is over is compared instead of revived. */
  async function deliverToContract(mchid: string, out_trade_no: string | undefined, message: ContractNotified) {
    const { mch_id, plan_id, contract_code, contract_id, openid, appid } = message.data;
    const input: ContractInput = {
      mch_id,
      plan_id,
      contract_code,
      contract_id,
      openid,
      ...(appid !== undefined && { appid }),
      ...(out_trade_no !== undefined && { out_trade_no }),
      ...(onResult !== undefined && { options: { onResult } }),
    };
    const start = contractSignalWithStart(input, message, new Date());
    try {
      await workflow.signalWithStart(FLOWS.contract, { taskQueue, ...start });
      return 'delivered';
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const { workflowId } = start;
      return compareWithClosed(
        { workflowId, mchid, signal: SIGNALS.contractNotified, agrees: contractAgrees },
        message,
      );
    }
  }

  return {
    h5: ({ mchid, sub_mchid }, message) => {
      const workflowId = workflowIds.h5({ mchid, sub_mchid });
      return inTime(() => deliver({ workflowId, mchid, signal: SIGNALS.h5Reviewed, agrees: h5Agrees }, message));
    },

    h5Domain: ({ mchid, out_applyment_id }, message) => {
      const workflowId = workflowIds.h5Domain({ mchid, out_applyment_id });
      return inTime(() => deliver({ workflowId, mchid, signal: SIGNALS.h5Reviewed, agrees: domainAgrees }, message));
    },

    payment: ({ mch_id, out_trade_no }, message) => {
      const workflowId = workflowIds.contractOrder({ mch_id, out_trade_no });
      const to = { workflowId, mchid: mch_id, signal: SIGNALS.paymentNotified, agrees: paymentAgrees };
      return inTime(() => deliver(to, message));
    },

    contract: ({ mch_id, out_trade_no }, message) =>
      inTime(async () => {
        const toContract = await deliverToContract(mch_id, out_trade_no, message);
        if (out_trade_no === undefined) return toContract;
        const workflowId = workflowIds.contractOrder({ mch_id, out_trade_no });
        if (await signal(workflowId, SIGNALS.contractNotified, message)) return 'delivered';
        // An order that is over does not care how its contract ends; the contract itself has been told.
        if (message.data.change_type === 'DELETE') return toContract;
        const agrees = orderAgreesWithContract;
        return compareWithClosed({ workflowId, mchid: mch_id, signal: SIGNALS.contractNotified, agrees }, message);
      }),

    debit: ({ mch_id, out_trade_no }, message) => {
      const workflowId = workflowIds.debit({ mch_id, out_trade_no });
      const to = { workflowId, mchid: mch_id, signal: SIGNALS.debitNotified, agrees: debitAgrees };
      return inTime(() => deliver(to, message));
    },

    unclaimed: (input) => inTime(() => keepUnclaimed(input)),

    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
