import { CancellationScope } from '@temporalio/workflow';
import { difference, paymentDifferences } from '../wechatpay/contract-order/compare';
import type { ContractOrder, FrozenContractOrder, OrderRecord } from '../wechatpay/contract-order/schema';
import { EARLIEST_CLOSE, tradeState } from '../wechatpay/contract-order/states';
import { parseBeijingTime } from '../wechatpay/contract-order/times';
import { fieldsOf, namesOf, parseDuration, UPDATES } from '../interface';
import type {
  Cashier,
  ContractOrderOptions,
  ContractOrderResult,
  ContractOrderSubmitted,
  Payment,
  PaymentNotified,
} from '../interface';
import { awaiting, calling } from './api';
import { answered, asRefusal, conflict, isTimeUp } from './failures';
import type { ContractFact } from './contract-fact';
import type { Inbox } from './inbox';
import type { Process } from './process';
import { keepUnclaimed } from './keep-unclaimed';
import { waitFor } from './waiting';

/** Our clock and WeChat Pay's differ a little, and a close that comes too early is refused. */
const CLOCKS_DIFFER = 10_000;
/** A payment made in the last second may become visible later. */
const AFTER_EXPIRY = 60_000;

type PaymentOutcome = Pick<
  ContractOrderResult,
  'payment' | 'transaction_id' | 'total_fee' | 'time_end' | 'code' | 'message' | 'remedy'
>;

const UNDECIDED: PaymentOutcome = {
  payment: 'UNDECIDED',
  remedy: 'The order was not closed, and may still be paid. Look on the merchant platform.',
};

/** Whether the order is paid: by notification or query, and closed when nobody pays in time. */
export class PaymentFact {
  private paid: Payment | undefined;
  private submitted: ContractOrderSubmitted | undefined;
  private state = 'NOTPAY';
  private closed = false;
  private orderedAt = Date.now();
  private closesAt = Date.now();
  /** A person or a caller wants it closed; also one that is only watched. */
  private closeAsked = false;
  private refreshed: OrderRecord | undefined;
  private rescheduled = false;
  private order: FrozenContractOrder;

  /** `given`: as it was started; what it leaves out comes with {@link completed}, before anything is sent. */
  constructor(
    private readonly process: Process<ContractOrderResult>,
    private readonly inbox: Inbox<PaymentNotified>,
    given: ContractOrder,
    private readonly options: ContractOrderOptions = {},
  ) {
    this.order = given as FrozenContractOrder; // its number is all that is asked with until it is complete
    process.offer(UPDATES.refresh, { description: 'Asks WeChat Pay for the order now.' }, async () => {
      const record = await answered(calling('ask now').queryOrder({ order: this.order }));
      if (record !== null && record.trade_state !== this.state) this.refreshed = record;
      return record;
    });
    process.offer(
      UPDATES.cashier,
      {
        description: 'What a front end needs to open WeChat Pay; may be called again.',
        isPossible: () => this.submitted?.answer !== undefined && !this.isDecided,
        when: 'while the order can be paid',
      },
      (request?: { spbill_create_ip?: string }) => this.openCashier(request?.spbill_create_ip),
    );
    process.offer(
      UPDATES.closeOrder,
      {
        description: 'Closes the unpaid order, not before five minutes after it was made.',
        isPossible: () => this.submitted !== undefined && !this.isDecided,
        when: 'while the order is unpaid',
      },
      () => {
        this.closeAsked = true;
        return { accepted: true as const, closesAt: new Date(this.closeSoon()).toISOString() };
      },
    );
  }

  completed(order: FrozenContractOrder): void {
    this.order = order;
    const limit = parseDuration(this.options.giveUpAfter);
    const expires = parseBeijingTime(order.time_expire) ?? Date.now();
    this.closesAt = (limit === undefined ? expires : Math.min(expires, Date.now() + limit)) + AFTER_EXPIRY;
  }

  /** When the order can no longer be paid, milliseconds since the epoch. */
  get deadline(): number {
    return this.closesAt;
  }

  ordered(submitted: ContractOrderSubmitted, { closeAtOnce }: { closeAtOnce: boolean }): void {
    this.submitted = submitted;
    this.orderedAt = Date.now();
    this.closesAt = Math.max(this.closesAt, this.closableAt);
    if (submitted.order !== undefined) this.found(submitted.order);
    if (!this.isDecided) this.process.change(this.state);
    if (closeAtOnce) this.closeSoon();
  }

  /** Whether what came while it was sent has decided it. */
  async told(): Promise<boolean> {
    await this.takeAll();
    if (this.refreshed !== undefined) this.found(this.refreshed);
    this.refreshed = undefined;
    return this.isDecided;
  }

  /** Its `trade_state` as it is known here. */
  get known(): string {
    return this.paid === undefined ? this.state : 'SUCCESS';
  }

  /** Waits until the order is paid or closed, and looks at contract notifications, which may come first. */
  async decided(contract: Pick<ContractFact, 'take' | 'isContradicted'>): Promise<PaymentOutcome> {
    for (;;) {
      await contract.take();
      await this.takeAll();
      if (this.refreshed !== undefined) this.found(this.refreshed);
      this.refreshed = undefined;
      if (this.paid !== undefined) {
        this.process.change('SUCCESS', undefined, [this.paid.transaction_id]);
        return { payment: 'PAID', ...facts(this.paid) };
      }
      if (this.closed) return { payment: 'NOT_PAID' };
      if ((await this.wait(() => contract.isContradicted)) !== 'timeUp' || this.isDecided) continue;
      const ended = await this.close();
      if ('undecided' in ended) {
        // The payment may have been notified meanwhile, or somebody wants it closed after all.
        if (!this.inbox.isEmpty) await this.takeAll();
        if (!this.isDecided && !this.rescheduled) return ended.undecided;
      } else this.found(ended);
    }
  }

  private get closableAt(): number {
    return this.orderedAt + EARLIEST_CLOSE + CLOCKS_DIFFER;
  }

  private get isDecided(): boolean {
    return this.paid !== undefined || this.closed;
  }

  private async wait(interrupted: () => boolean): Promise<'timeUp' | undefined> {
    this.rescheduled = false;
    const wait = await waitFor(
      (milliseconds) =>
        awaiting('wait for the payment', milliseconds).awaitPayment({
          order: this.order,
          seen: this.state,
          waiting: {
            since: this.orderedAt,
            pollEvery: parseDuration(this.options.pollEvery),
            operatorTold: this.process.operatorTold,
          },
        }),
      this.closesAt,
      () => !this.inbox.isEmpty || this.refreshed !== undefined || this.rescheduled || interrupted(),
    );
    if (wait.kind === 'timeUp') return 'timeUp';
    if (wait.kind === 'interrupted') return undefined;
    const record = this.process.observed(wait.answer);
    if (record !== undefined) this.found(record);
    return undefined;
  }

  private found(record: OrderRecord): void {
    this.state = record.trade_state;
    const { kind, unexpected } = tradeState(record.trade_state);
    if (kind === 'closed') this.closed = true;
    else if (kind === 'open') {
      this.process.change(
        this.state,
        unexpected
          ? { needsOperator: true, reason: `WeChat Pay states ${this.state}, which is not expected.` }
          : undefined,
      );
    } else {
      const differences = paymentDifferences(this.order, record);
      if (differences.length > 0) {
        const message = `the payment differs from the order in ${namesOf(differences)}`;
        throw conflict(message, fieldsOf(differences));
      }
      this.paid = record;
    }
  }

  /** Looks at the notifications that came; one that contradicts the order is kept for a person, and never applied. */
  private takeAll(): Promise<void> {
    return this.inbox.takeAll((notification) => this.take(notification));
  }

  private take(notification: PaymentNotified): Promise<void> | undefined {
    const { data } = notification;
    const differences = [
      ...paymentDifferences(this.order, data),
      // Paid twice: the second payment is a person's to look at.
      ...difference('transaction_id', this.paid?.transaction_id, data.transaction_id),
    ];
    if (differences.length === 0) {
      this.paid ??= data;
      return undefined;
    }
    const reason = `its ${namesOf(differences)} differ from the order's`;
    return keepUnclaimed({ mchid: this.order.mch_id, notification, reason, ...this.process.callers });
  }

  /** Close, then ask: a payment can overtake the close, and then the order is paid. */
  private async close(): Promise<OrderRecord | { readonly undecided: PaymentOutcome }> {
    const { order } = this;
    try {
      if (this.options.adopt !== true || this.closeAsked) {
        // Also while the process is being cancelled: what was sent is waited for.
        return await CancellationScope.nonCancellable(() => calling('close the order', '1 day').closeOrder({ order }));
      }
      const record = await calling('ask a last time').queryOrder({ order });
      return record === null || tradeState(record.trade_state).kind === 'open' ? { undecided: UNDECIDED } : record;
    } catch (error) {
      if (isTimeUp(error)) return { undecided: UNDECIDED };
      const refusal = asRefusal(error);
      if (refusal === undefined) throw error;
      return { undecided: { ...refusal, ...UNDECIDED } }; // a refused close leaves it open
    }
  }

  private closeSoon(): number {
    this.closesAt = Math.min(this.closesAt, Math.max(Date.now(), this.closableAt));
    this.rescheduled = true;
    return this.closesAt;
  }

  private async openCashier(spbill_create_ip: string | undefined): Promise<Cashier> {
    if (this.submitted === undefined) throw conflict('the order was not submitted yet.');
    const opened = await answered(
      calling('open the cashier').openCashier({
        order: this.order,
        submitted: this.submitted,
        ...(spbill_create_ip === undefined ? {} : { spbill_create_ip }),
      }),
    );
    this.submitted = opened.submitted;
    return opened.cashier;
  }
}

function facts({ transaction_id, total_fee, time_end }: Payment) {
  return { transaction_id, total_fee, time_end };
}
