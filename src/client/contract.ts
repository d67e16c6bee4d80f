import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { contractSignalWithStart, FLOWS, identityOf, UPDATES } from '../interface';
import type { ContractHandedOver, ContractInput, ContractOptions, ContractResult } from '../interface';
import { parseSignedContract } from '../wechatpay/contract-order/keys';
import type { SignedContractKey } from '../wechatpay/contract-order/keys';
import type { ContractRecord } from '../wechatpay/contract-order/schema';
import { ConflictError } from './errors';
import { resultOf, statusOf, updateOf } from './process';
import type { ProcessStatus } from './process';
import type { Starter } from './starter';

/** What names a contract. */
export interface ContractKey {
  readonly mch_id: string;
  /** Contract template, decimal text. */
  readonly plan_id: string;
  readonly contract_code: string;
}

/** A signed contract, wherever it was signed, and how it is to be watched. */
export interface WatchRequest {
  readonly contract: SignedContractKey;
  readonly options?: ContractOptions;
}

/** A signed contract, followed until it ends: it may take years, and several runs of its workflow. */
export class ContractProcess {
  readonly workflowId: string;
  /** No run id: there is one life of a contract, and its runs follow each other. */
  private readonly handle: WorkflowHandle;

  constructor(
    private readonly client: Client,
    key: ContractKey,
  ) {
    this.workflowId = identityOf.contract(key).workflowId;
    this.handle = client.workflow.getHandle(this.workflowId);
  }

  /**
   * Ends the contract at WeChat Pay and waits until the query agrees.
   *
   * @throws InvalidInputError, ConflictError when it has ended already, when its `appid` is not known, or when WeChat Pay
   * refuses it.
   */
  terminate(request: { readonly remark: string }): Promise<ContractRecord> {
    return updateOf(this.handle, UPDATES.terminate, request);
  }

  /** Asks WeChat Pay now, and returns the record; null when there is none. */
  refresh(): Promise<ContractRecord | null> {
    return updateOf(this.handle, UPDATES.refresh);
  }

  status(): Promise<ProcessStatus> {
    return statusOf(this.client, this.workflowId);
  }

  /** Waits until the contract has ended, however long it takes. */
  result(): Promise<ContractResult> {
    return resultOf<ContractResult>(this.handle);
  }
}

/** A contract that is being watched. Throws when it is not. */
export async function contractOf({ client }: Starter, key: ContractKey): Promise<ContractProcess> {
  const process = new ContractProcess(client, key);
  await client.workflow.getHandle(process.workflowId).describe();
  return process;
}

/** Starts watching a contract, or tells the one that is watched what it is to be watched with. */
export async function watchContract(starter: Starter, request: WatchRequest): Promise<ContractProcess> {
  const [, contract] = starter.checked('contract', [
    () => starter.checkOptions('contract', request.options),
    () => parseSignedContract(request.contract),
  ]);
  await starter.checkNamespace();
  const { client, taskQueue } = starter;
  const { appid, openid, contract_id } = contract;
  const { options } = request;
  const input: ContractInput = { ...contract, ...(options === undefined ? {} : { options }) };
  const message: ContractHandedOver = {
    id: `watch/${randomUUID()}`,
    receivedAt: new Date().toISOString(),
    kind: 'order',
    data: { appid, openid, contract_id, options },
  };
  const start = contractSignalWithStart(input, message, new Date());
  try {
    await client.workflow.signalWithStart(FLOWS.contract, { taskQueue, ...start });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new ConflictError(`${start.workflowId} has ended. A new contract needs a new contract_code.`, []);
  }
  return new ContractProcess(client, contract);
}
