import type { Client } from '@temporalio/client';
import { identityOf } from '../interface';
import type {
  ContractDebitResult,
  ContractOrderResult,
  ContractOrderSubmission,
  CorrectedRecord,
  CustomsResult,
  FirstAnswer,
  H5Result,
  IdentityResult,
} from '../interface';
import type { ContractOrder } from '../wechatpay/contract-order/schema';
import type { CustomsRecord } from '../wechatpay/customs/schema';
import type { DebitRecord } from '../wechatpay/debit/schema';
import type { H5DomainRecord } from '../wechatpay/h5-domain/schema';
import { contractOf, watchContract } from './contract';
import type { ContractKey, ContractProcess, WatchRequest } from './contract';
import { orderWithContract } from './contract-order';
import type { ContractOrderRequest } from './contract-order';
import { declare, verifyIdentity } from './customs';
import type { DeclarationRequest, VerificationRequest } from './customs';
import { modifyDeclaration, repushDeclaration } from './customs-correction';
import type { ModificationRequest, RepushRequest } from './customs-correction';
import { debit } from './debit';
import type { DebitRequest } from './debit';
import { amendH5, applyForH5, modifyH5Domains } from './h5';
import type { H5AmendmentRequest, H5ApplicationRequest, H5DomainModificationRequest, H5Process } from './h5';
import { ContractOrderProcess, StartedProcess, statusOf } from './process';
import type { ProcessStatus } from './process';
import { declareSplit } from './split-order';
import type { DeclarationProcess, SplitOrderRequest } from './split-order';
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

  /**
   * Declares the parts of a split order, each as a process of its own. All parts are checked together before the first
   * is declared, also against the payment if it is given: WeChat Pay refuses the part that exceeds it only when the
   * others are at customs already.
   *
   * @throws InvalidInputError. Nothing was started then. PartlyStartedError names the parts that are; repeat the request.
   */
  async declareSplit(request: SplitOrderRequest): Promise<DeclarationProcess[]> {
    return declareSplit(this.starter, request);
  }

  /**
   * Corrects a declared order, wherever it was declared, and waits for WeChat Pay's first answer. It is sent only while
   * the record has the values it was found with, and not at all where it is as wanted already: `request` tells.
   *
   * @throws InvalidInputError also when there is no record, ConflictError also when somebody else changes the record or
   * another process of this declaration is open, which is named.
   */
  async modifyDeclaration(
    request: ModificationRequest,
  ): Promise<StartedProcess<CustomsResult, FirstAnswer<CorrectedRecord>>> {
    return modifyDeclaration(this.starter, request);
  }

  /**
   * Pushes a declared order to customs again, once, because customs has lost it or was unreachable; wherever it was
   * declared. Possible from SUCCESS and EXCEPT only.
   *
   * @throws InvalidInputError also when there is no record, ConflictError also when its state does not allow it or another
   * process of this declaration is open, which is named. Nothing was sent then.
   */
  async repushDeclaration(
    request: RepushRequest,
  ): Promise<StartedProcess<CustomsResult, FirstAnswer<CorrectedRecord>>> {
    return repushDeclaration(this.starter, request);
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
  async applyForH5(request: H5ApplicationRequest): Promise<H5Process> {
    return applyForH5(this.starter, request);
  }

  /**
   * Corrects an application that a reviewer rejected, and waits for WeChat Pay's first answer. The application keeps its
   * number. One that is not rejected is REFUSED in the result, which names its state; nothing was sent then.
   *
   * @throws InvalidInputError, ConflictError, also when another process of this sub-merchant is open, which is named.
   */
  async amendH5(request: H5AmendmentRequest): Promise<H5Process> {
    return amendH5(this.starter, request);
  }

  /**
   * Asks for other domains that may start H5 payments, once per `out_applyment_id`, and waits for WeChat Pay's first
   * answer.
   *
   * @throws InvalidInputError, ConflictError. Nothing was sent then.
   */
  async modifyH5Domains(request: H5DomainModificationRequest): Promise<H5Process<H5DomainRecord>> {
    return modifyH5Domains(this.starter, request, ONE_EFFECT);
  }

  /**
   * Watches a domain modification again whose earlier process ended UNDECIDED; never sends. WeChat Pay has no search by
   * `out_applyment_id`: give its number to the process by `attachApplication`.
   */
  async resumeH5Domains(request: H5DomainModificationRequest): Promise<H5Process<H5DomainRecord>> {
    return modifyH5Domains(this.starter, { ...request, options: { ...request.options, adopt: true } }, WATCH_AGAIN);
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

  /** Watches an order again whose earlier process ended UNDECIDED. Adopts what WeChat Pay has; sends only `closeOrder`. */
  async resumeOrder(
    request: ContractOrderRequest,
  ): Promise<ContractOrderProcess<FirstAnswer<ContractOrderSubmission>>> {
    return orderWithContract(this.starter, { ...request, options: { ...request.options, adopt: true } }, WATCH_AGAIN);
  }

  /**
   * Debits a signed contract and waits for WeChat Pay's first answer, which is not the debit yet: within twelve hours
   * after the signing it follows at once, later after a day. One `out_trade_no` is debited once.
   *
   * @throws InvalidInputError, ConflictError. Nothing was sent then.
   */
  async debit(request: DebitRequest): Promise<StartedProcess<ContractDebitResult, FirstAnswer<DebitRecord>>> {
    return debit(this.starter, request, ONE_EFFECT);
  }

  /** Watches a debit again whose earlier process ended UNDECIDED. Adopts what WeChat Pay has; never sends. */
  async resumeDebit(request: DebitRequest): Promise<StartedProcess<ContractDebitResult, FirstAnswer<DebitRecord>>> {
    return debit(this.starter, { ...request, options: { ...request.options, adopt: true } }, WATCH_AGAIN);
  }

  /** A contract that is being watched, to end it, to ask for it, or to await its end. */
  async contract(key: ContractKey): Promise<ContractProcess> {
    return contractOf(this.starter, key);
  }

  /**
   * Watches a signed contract, wherever it was signed; one that is watched already is told the new options. Contracts of
   * our own orders are watched without this. `options.pollEvery` asks WeChat Pay at that interval, `7 days` for instance.
   *
   * @throws InvalidInputError, ConflictError when its watching has ended.
   */
  async watchContract(request: WatchRequest): Promise<ContractProcess> {
    return watchContract(this.starter, request);
  }

  /** A process that was started before; without a run id, its newest run. */
  async process<Result extends CustomsResult | H5Result | IdentityResult | ContractOrderResult | ContractDebitResult>(
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
