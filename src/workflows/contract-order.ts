import { FILLED_IN_FIELDS, identityOf, parseDuration, SIGNALS } from '../interface';
import type {
  ContractNotified,
  ContractOrderInput,
  ContractOrderResult,
  ContractOrderSubmission,
  ContractOrderSubmitted,
  FirstAnswer,
  PaymentNotified,
} from '../interface';
import type { ContractOrder, FrozenContractOrder } from '../wechatpay/contract-order/schema';
import { contractDifferences, paymentDifferences } from '../wechatpay/contract-order/compare';
import { orderAgreesWithContract, paymentAgrees } from './agreement';
import { isContractChange, isPayment } from './notifications';
import { configuration, submitting } from './api';
import { ContractFact } from './contract-fact';
import { guard } from './guard';
import { Inbox } from './inbox';
import { PaymentFact } from './payment-fact';
import { Process } from './process';
import { attention, insteadOfAnswer, submit, Submission } from './submission';

/**
 * An order that is paid and signed in one step. Payment and signing are two independent facts: each has its own
 * notification and its own query, and they come in any order.
 *
 * Submits; waits for the payment until the order expires, then closes it; once paid, waits for the signing. What was
 * signed is handed to the workflow `contract`, which outlives the order.
 */
export async function contractOrder(input: ContractOrderInput): Promise<ContractOrderResult> {
  const submission = new Submission<FirstAnswer<ContractOrderSubmission>>(input?.order, FILLED_IN_FIELDS);
  const payments = new Inbox<PaymentNotified>(SIGNALS.paymentNotified, isPayment);
  const contracts = new Inbox<ContractNotified>(SIGNALS.contractNotified, isContractChange);
  return submission.during(async () => {
    const process = new Process<ContractOrderResult>(
      guard(input, {
        flow: 'contractOrder',
        subject: 'contract order',
        part: 'order',
        keys: ['mch_id', 'out_trade_no'],
        identity: identityOf.contractOrder,
      }),
    );
    let ordered: ContractOrder = input.order;
    process.onLeftovers(
      payments,
      (result, data) => paymentAgrees(result, data) && paymentDifferences(ordered, data).length === 0,
    );
    // How its contract ends is no affair of an order's: the contract itself has been told.
    process.onLeftovers(
      contracts,
      (result, data) =>
        data.change_type === 'DELETE' ||
        (orderAgreesWithContract(result, data) && contractDifferences(ordered, data).length === 0),
    );
    submission.beforeFailing((failure) => process.failing(failure));
    const { options } = input;
    // Before anything is waited for: an update that comes with the start finds what it asks for.
    const payment = new PaymentFact(process, payments, input.order, options);
    const order = isComplete(input.order)
      ? input.order
      : await configuration.completeContractOrder({ order: input.order });
    ordered = order;
    payment.completed(order);
    const contract = new ContractFact(process, contracts, order, options);
    submission.beforeFailing(async (failure) => {
      await contract.abandoned();
      return process.failing(failure);
    });

    const sent = await submit(process, payment.deadline, (earlier, milliseconds) =>
      submitting('order', milliseconds).submitContractOrder({ order, adopt: options?.adopt, ...earlier }),
    );
    if (sent.kind === 'answered') {
      const submitted = sent.answer;
      submission.answer(firstAnswer(submitted, order.trade_type));
      contract.presigned(submitted);
      payment.ordered(submitted, { closeAtOnce: contract.presignFailed && options?.presignFailure === 'close' });
    } else if (sent.kind === 'unsettled' && (await payment.told())) {
      // What nobody answered was notified meanwhile.
      submission.answer({ state: payment.known, trade_type: order.trade_type });
    } else {
      const result: ContractOrderResult =
        sent.kind === 'refused'
          ? { payment: 'REFUSED', contract: 'NOT_SIGNED', ...sent.refusal }
          : { payment: 'UNDECIDED', contract: 'UNDECIDED', ...sent.refusal };
      submission.answer(insteadOfAnswer(sent));
      return process.finish(`${result.payment}/${result.contract}`, result, attention(sent));
    }
    const paid = await payment.decided(contract);
    const signed = await contract.decided(paid.payment, parseDuration(options?.contractWait));
    const result = { ...paid, ...signed };
    return process.finish(`${result.payment}/${result.contract}`, result, {
      needsOperator: result.payment === 'UNDECIDED' || result.contract === 'UNDECIDED',
      reason: result.remedy,
    });
  });
}

function isComplete(order: ContractOrder): order is FrozenContractOrder {
  return FILLED_IN_FIELDS.every((field) => order[field] !== undefined);
}

function firstAnswer({ answer, order }: ContractOrderSubmitted, ordered: string): FirstAnswer<ContractOrderSubmission> {
  return {
    state: order?.trade_state ?? 'NOTPAY',
    trade_type: answer?.trade_type ?? ordered,
    ...(answer === undefined ? {} : { prepay_id: answer.prepay_id, presign: answer.presign }),
    ...(answer?.contract_err_code === undefined ? {} : { contract_err_code: answer.contract_err_code }),
    ...(answer?.contract_err_code_des === undefined ? {} : { contract_err_code_des: answer.contract_err_code_des }),
  };
}
