import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { contractDifferences, signedDifferences } from '../wechatpay/contract-order/compare';
import type { ContractOrderAnswer, FrozenContractOrder } from '../wechatpay/contract-order/schema';
import { contractState } from '../wechatpay/contract-order/states';
import { contractStart, identityOf, namesOf, parseDuration, SIGNALS } from '../interface';
import type {
  ContractHandedOver,
  ContractInput,
  ContractNotified,
  ContractOrderOptions,
  ContractOrderResult,
  ContractOrderSubmitted,
  Signing,
} from '../interface';
import { awaiting, calling } from './api';
import { conflictMessage, unlessUnanswered } from './failures';
import { contract } from './contract';
import type { Inbox } from './inbox';
import type { Process } from './process';
import { keepUnclaimed } from './keep-unclaimed';
import { waitFor } from './waiting';

type ContractOutcome = Pick<
  ContractOrderResult,
  | 'contract'
  | 'contract_id'
  | 'contract_code'
  | 'plan_id'
  | 'contract_err_code'
  | 'contract_err_code_des'
  | 'message'
  | 'remedy'
>;

/** A contract that is not the ordered one fails no payment that was made: it is told, and left to a person. */
function contradiction(error: unknown): { readonly contradiction: string } {
  const message = conflictMessage(error);
  if (message === undefined) throw error;
  return { contradiction: message };
}

/** Whether the contract is signed: by notification or query. WeChat Pay never says that it was *not* signed. */
export class ContractFact {
  private signed: Signing | undefined;
  private notified = false;
  private answer: ContractOrderAnswer | undefined;
  /** The answer is one to a repeated order, whose contract half is not documented. */
  private repeated = false;
  private contradiction: string | undefined;
  private handingOver: Promise<void> | undefined;

  constructor(
    private readonly process: Process<ContractOrderResult>,
    private readonly inbox: Inbox<ContractNotified>,
    private readonly order: FrozenContractOrder,
    private readonly options: ContractOrderOptions = {},
  ) {}

  presigned({ answer, order }: ContractOrderSubmitted): void {
    this.answer = answer;
    this.repeated = order !== undefined;
  }

  /** The order can be paid, but no contract will come of it. */
  get presignFailed(): boolean {
    return this.answer?.presign === 'FAIL' && !this.repeated;
  }

  /** Looks at the notifications that came; one that contradicts the order is kept for a person, and never applied. */
  take(): Promise<void> {
    return this.inbox.takeAll((notification) => {
      const { contract_id } = this.signed ?? {};
      const differences = signedDifferences({ ...this.order, contract_id }, notification.data);
      if (differences.length > 0) {
        const reason = `its ${namesOf(differences)} differ from the order's`;
        return keepUnclaimed({ mchid: this.order.mch_id, notification, reason, ...this.process.callers });
      }
      if (notification.data.change_type === 'ADD') {
        this.signed ??= notification.data;
        this.notified = true;
      }
      return undefined;
    });
  }

  async decided(
    payment: ContractOrderResult['payment'],
    contractWait = parseDuration('2 hours')!,
  ): Promise<ContractOutcome> {
    const { contract_code, plan_id } = this.order;
    const named = { contract_code, plan_id };
    if (this.signed === undefined && payment === 'PAID' && !this.presignFailed)
      await this.wait(Date.now() + contractWait);
    if (this.signed !== undefined) {
      await this.handOver(this.signed);
      return { contract: 'SIGNED', contract_id: this.signed.contract_id, ...named };
    }
    if (this.contradiction !== undefined) {
      return {
        contract: 'UNDECIDED',
        message: this.contradiction,
        remedy: 'Compare the contract on the platform.',
        ...named,
      };
    }
    // An order that may still be paid may still be signed with it.
    if (!this.presignFailed) return { contract: payment === 'UNDECIDED' ? 'UNDECIDED' : 'NOT_SIGNED', ...named };
    const { contract_err_code, contract_err_code_des } = this.answer ?? {};
    return {
      contract: 'PRESIGN_FAILED',
      ...(contract_err_code === undefined ? {} : { contract_err_code }),
      ...(contract_err_code_des === undefined ? {} : { contract_err_code_des }),
      ...named,
    };
  }

  /** Its order fails or is cancelled: a contract that was signed lives on, and gets what only the order knows. */
  async abandoned(): Promise<void> {
    if (this.signed !== undefined) await this.handOver(this.signed);
  }

  private async wait(deadline: number): Promise<void> {
    const since = Date.now();
    while (this.signed === undefined && this.contradiction === undefined) {
      let asking: Promise<unknown> | undefined;
      const wait = await waitFor(
        (milliseconds) => {
          const answer = awaiting('wait for the signing', milliseconds)
            .awaitContract({
              order: this.order,
              waiting: {
                since,
                pollEvery: parseDuration(this.options.pollEvery),
                operatorTold: this.process.operatorTold,
              },
            })
            .catch(contradiction);
          asking = answer;
          return Promise.race([answer, this.handedOverWhenNotified()]);
        },
        deadline,
        () => !this.inbox.isEmpty && !this.isNotified,
      );
      if (wait.kind === 'timeUp') return this.lastLook();
      if (wait.kind === 'interrupted') {
        await asking?.catch(() => undefined); // its id is used again
        await this.take();
      } else if ('notified' in wait.answer) await this.take();
      else if ('contradiction' in wait.answer) this.contradiction = wait.answer.contradiction;
      else this.signed = this.process.observed(wait.answer);
    }
  }

  /** Whether a notification came that contradicts the order: a person should know at once. */
  get isContradicted(): boolean {
    return this.inbox.peek((data) => contractDifferences(this.order, data).length > 0);
  }

  /** Whether a notification that came says all there is to know. */
  private get isNotified(): boolean {
    return this.inbox.peek((data) => this.isOurs(data));
  }

  private isOurs(data: ContractNotified['data']): boolean {
    return data.change_type === 'ADD' && contractDifferences(this.order, data).length === 0;
  }

  /**
   * Hands over before the query is given up: it is not asked again, so nobody has to wait for its end, and the order ends
   * in the very next step.
   */
  private async handedOverWhenNotified(): Promise<{ readonly notified: true }> {
    await condition(() => this.isNotified);
    await this.take();
    if (this.signed !== undefined) await this.handOver(this.signed);
    return { notified: true };
  }

  private async lastLook(): Promise<void> {
    const { mch_id, appid, plan_id, contract_code } = this.order;
    const record = await calling('ask a last time')
      .queryContract({ mch_id, appid, plan_id, contract_code })
      .catch(unlessUnanswered);
    if (record === null || contractState(record.contract_state).kind !== 'signed') return;
    const differences = contractDifferences(this.order, record);
    if (differences.length === 0) this.signed = record;
    else this.contradiction = `the contract differs from the order in ${namesOf(differences)}`;
  }

  /** The contract lives for years; it gets what only the order knows, and learns its ending from notifications. */
  private handOver(signing: Signing): Promise<void> {
    // Once begun it is not given up: neither because the query answers as well, nor because the order is cancelled.
    return (this.handingOver ??= CancellationScope.nonCancellable(() => this.tellOrStart(signing)));
  }

  private async tellOrStart({ contract_id, contract_expired_time }: Signing): Promise<void> {
    const { mch_id, plan_id, contract_code, appid, out_trade_no, openid } = this.order;
    const input: ContractInput = {
      ...{ mch_id, plan_id, contract_code, appid, out_trade_no, openid, contract_id },
      ...(contract_expired_time === undefined ? {} : { contract_expired_time }),
      ...this.process.callers,
    };
    // Its own notification mostly has started it already; a contract learnt by query mostly has not.
    const ways = [() => this.startContract(input), () => this.tellContract(input)];
    if (this.notified) ways.reverse();
    for (const way of ways) if (await way()) return;
    // Neither open nor startable: it is signed and terminated already, and knows more than we do.
  }

  private async startContract(input: ContractInput): Promise<boolean> {
    try {
      await startChild(contract, {
        ...contractStart(input, new Date()),
        parentClosePolicy: ParentClosePolicy.ABANDON,
      });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  private async tellContract(input: ContractInput): Promise<boolean> {
    const { appid, out_trade_no, openid, contract_id, options } = input;
    if (appid === undefined || out_trade_no === undefined) return false;
    const handedOver: ContractHandedOver = {
      id: `order/${out_trade_no}`,
      receivedAt: workflowInfo().startTime.toISOString(),
      kind: 'order',
      data: { appid, out_trade_no, openid, contract_id, options },
    };
    try {
      await getExternalWorkflowHandle(identityOf.contract(input).workflowId).signal(
        SIGNALS.contractNotified,
        handedOver,
      );
      return true;
    } catch {
      return false;
    }
  }
}
