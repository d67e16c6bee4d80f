import type { Client } from '@temporalio/client';
import { identityOf } from '../interface';
import type {
  ContractOrderResult,
  ContractOrderSubmission,
  CustomsResult,
  FirstAnswer,
  H5Result,
  IdentityResult,
} from '../interface';
import type { ContractOrder } from '../wechatpay/contract-order/schema';
import type { CustomsRecord } from '../wechatpay/customs/schema';
import type { H5ApplicationRecord } from '../wechatpay/h5/schema';
import { orderWithContract } from './contract-order';
import type { ContractOrderRequest } from './contract-order';
import { declare, verifyIdentity } from './customs';
import type { DeclarationRequest, VerificationRequest } from './customs';
import { applyForH5 } from './h5';
import type { H5ApplicationRequest } from './h5';
import { ContractOrderProcess, StartedProcess, statusOf } from './process';
import type { ProcessStatus } from './process';
import { ONE_EFFECT, Starter, WATCH_AGAIN } from './starter';
import type { WechatPayClientOptions } from './starter';

/**
 * Starts processes and asks for them. Every input is validated completely before anything starts; a second start of the
 * same key with the same data gets the same process, with other data a {@link ConflictError}.
 */
export class WechatPayClient {
  private readonly starter: Starter;

  constructor(
    private readonly client: Client,
    options: WechatPayClientOptions = {},
  ) {
    this.starter = new Starter(client, options);
  }

  /**
   * Declares an order to customs and waits for WeChat Pay's first answer. `identity` asks whether this person is the
   * payer; a plain one is sealed here and goes no further.
   *
   * @throws InvalidInputError, ConflictError. Nothing was sent then.
   */
  async declare(request: DeclarationRequest): Promise<StartedProcess<CustomsResult, FirstAnswer<CustomsRecord>>> {
    return declare(this.starter, request, ONE_EFFECT);
  }

  /** Watches a declaration again whose earlier process ended UNDECIDED. Adopts the record; never sends. */
  async resumeDeclaration(
    request: Omit<DeclarationRequest, 'identity'>,
  ): Promise<StartedProcess<CustomsResult, FirstAnswer<CustomsRecord>>> {
    return declare(this.starter, { ...request, options: { ...request.options, adopt: true } }, WATCH_AGAIN);
  }

  /** Asks whether a person is the payer of an order that was declared before. A plain identity is sealed here. */
  async verifyIdentity(request: VerificationRequest): Promise<StartedProcess<IdentityResult>> {
    return verifyIdentity(this.starter, request);
  }

  /**
   * Applies for H5 payment permission of a sub-merchant and waits for WeChat Pay's first answer.
   *
   * @throws InvalidInputError, ConflictError. Nothing was sent then.
   */
  async applyForH5(
    request: H5ApplicationRequest,
  ): Promise<StartedProcess<H5Result, FirstAnswer<Partial<H5ApplicationRecord>>>> {
    return applyForH5(this.starter, request);
  }

  /**
   * Makes an order that is paid and signed in one step, and waits for WeChat Pay's first answer.
   *
   * @throws InvalidInputError, ConflictError. Nothing was sent then.
   */
  async orderWithContract(
    request: ContractOrderRequest,
  ): Promise<ContractOrderProcess<FirstAnswer<ContractOrderSubmission>>> {
    return orderWithContract(this.starter, request, ONE_EFFECT);
  }

  /** Watches an order again whose earlier process ended UNDECIDED. Adopts what WeChat Pay has; never sends. */
  async resumeOrder(
    request: ContractOrderRequest,
  ): Promise<ContractOrderProcess<FirstAnswer<ContractOrderSubmission>>> {
    return orderWithContract(this.starter, { ...request, options: { ...request.options, adopt: true } }, WATCH_AGAIN);
  }

  /** A process that was started before; without a run id, its newest run. */
  async process<Result extends CustomsResult | H5Result | IdentityResult | ContractOrderResult>(
    workflowId: string,
    runId?: string,
  ): Promise<StartedProcess<Result>> {
    const run = runId ?? (await this.client.workflow.getHandle(workflowId).describe()).runId;
    return new StartedProcess<Result>(this.client, { workflowId, runId: run });
  }

  /** An order that was started before, for its cashier. */
  async contractOrder(key: { readonly mch_id: string; readonly out_trade_no: string }): Promise<ContractOrderProcess> {
    const { workflowId } = identityOf.contractOrder({ order: { ...key, contract_code: '' } as ContractOrder });
    const { runId } = await this.client.workflow.getHandle(workflowId).describe();
    return new ContractOrderProcess(this.client, { workflowId, runId });
  }

  /** State of a process and of its waiting query. */
  status(workflowId: string): Promise<ProcessStatus> {
    return statusOf(this.client, workflowId);
  }
}
