import type {
  ContractNotified,
  DebitNotified,
  H5DomainReviewed,
  H5Reviewed,
  PaymentNotified,
  UnclaimedNotificationInput,
} from '../interface';

/** What became of a verified notification; each of them may be acknowledged. */
export type DeliveryOutcome =
  /** An open workflow has it. */
  | 'delivered'
  /** A closed workflow knows it already. */
  | 'duplicate'
  /** Nobody waits for it, or it contradicts what is known: a workflow of its own keeps it for a person. */
  | 'unclaimed';

/**
 * Where verified notifications go. A promise that resolves means: it is durable, acknowledge it. One that rejects means:
 * WeChat Pay has to send it again.
 */
export interface NotificationSink {
  h5(target: { readonly mchid: string; readonly sub_mchid: string }, message: H5Reviewed): Promise<DeliveryOutcome>;
  h5Domain(
    target: { readonly mchid: string; readonly out_applyment_id: string },
    message: H5DomainReviewed,
  ): Promise<DeliveryOutcome>;
  payment(
    target: { readonly mch_id: string; readonly out_trade_no: string },
    message: PaymentNotified,
  ): Promise<DeliveryOutcome>;
  contract(
    /** `out_trade_no`: the order that the route names. */
    target: { readonly mch_id: string; readonly out_trade_no?: string },
    message: ContractNotified,
  ): Promise<DeliveryOutcome>;
  debit(
    target: { readonly mch_id: string; readonly out_trade_no: string },
    message: DebitNotified,
  ): Promise<DeliveryOutcome>;
  unclaimed(input: UnclaimedNotificationInput): Promise<DeliveryOutcome>;
}
