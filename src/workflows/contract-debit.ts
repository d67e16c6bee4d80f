import { difference } from '../wechatpay/contract-order/compare';
import { debitDifferences } from '../wechatpay/debit/compare';
import type { Debit, DebitNotification, DebitRecord, FrozenDebit } from '../wechatpay/debit/types';
import { fieldsOf, identityOf, namesOf, parseDuration, SIGNALS, UPDATES } from '../interface';
import type { ContractDebitInput, ContractDebitResult, DebitNotified, FirstAnswer } from '../interface';
import { debitAgrees } from './agreement';
import { awaiting, calling, configuration, submitting } from './api';
import { debitAttention, debitOutcome, openAttention } from './debit-outcome';
import type { DebitFacts, NotMade } from './debit-outcome';
import { answered, conflict, unlessUnanswered } from './failures';
import { guard } from './guard';
import { Inbox } from './inbox';
import { keepUnclaimed } from './keep-unclaimed';
import { isDebitResult } from './notifications';
import { Process } from './process';
import { submit, Submission, unanswered } from './submission';
import { waitFor } from './waiting';

/**
 * A debit is made within a day at the latest, its notification repeated for some four hours, and an outage may take
 * another day. WeChat Pay tells about debits for a month, so that one that is resumed is still found.
 */
const GIVE_UP_AFTER = '3 days';

/**
 * A debit on a signed contract, from the request to its result. WeChat Pay debits one `out_trade_no` once.
 *
 * Submits (asking first, for the debit and for its contract); waits through ACCEPT and NOTPAY; a notification that the
 * debit was made is compared and believed, any other only lets the query be asked; ends with SUCCESS or PAY_FAIL, or
 * UNDECIDED when its time is over.
 */
export async function contractDebit(input: ContractDebitInput): Promise<ContractDebitResult> {
  const submission = new Submission<FirstAnswer<DebitRecord>>(input?.debit, ['notify_url']);
  const inbox = new Inbox<DebitNotified>(SIGNALS.debitNotified, isDebitResult);
  return submission.during(async () => {
    const process = new Process<ContractDebitResult>(
      guard(input, {
        flow: 'contractDebit',
        subject: 'debit',
        part: 'debit',
        keys: ['mch_id', 'out_trade_no'],
        identity: identityOf.contractDebit,
      }),
    );
    process.onLeftovers(
      inbox,
      (result, data) => debitAgrees(result, data) && debitDifferences(input.debit, data).length === 0,
    );
    submission.beforeFailing((failure) => process.failing(failure));
    const deadline = Date.now() + parseDuration(input.options?.giveUpAfter ?? GIVE_UP_AFTER)!;
    // Before anything is waited for: an update that comes with the start finds what it asks for.
    const wait = new DebitWait(process, inbox, { debit: input.debit, deadline, options: input.options });
    const debit = hasAddress(input.debit) ? input.debit : await configuration.completeDebit({ debit: input.debit });

    const sent = await submit<DebitRecord>(process, deadline, (earlier, milliseconds) =>
      submitting('debit', milliseconds).submitDebit({ debit, adopt: input.options?.adopt, ...earlier }),
    );
    if (sent.kind === 'answered') {
      submission.answer({ ...sent.answer, state: sent.answer.trade_state });
      wait.found(sent.answer);
    } else {
      // What nobody answered may have been notified meanwhile.
      const told = sent.kind === 'unsettled' ? await wait.told() : undefined;
      if (told === undefined) return unanswered(process, submission, sent);
      const { outcome: state, transaction_id, total_fee, time_end } = told;
      const { out_trade_no } = debit;
      submission.answer({ state, trade_state: state, out_trade_no, transaction_id, total_fee, time_end });
    }
    const result = await wait.decided();
    process.change(result.outcome, debitAttention(result), [result.transaction_id]);
    return process.finish(result.outcome, result, debitAttention(result));
  });
}

function hasAddress(debit: ContractDebitInput['debit']): debit is FrozenDebit {
  return debit.notify_url !== undefined;
}

/** Follows one debit until WeChat Pay has made it or will never make it. */
class DebitWait {
  private record: DebitRecord | undefined;
  private made: DebitFacts | undefined;
  /** The last failure that was notified: its words are shown, and decide nothing. */
  private notMade: NotMade | undefined;
  private refreshed: DebitRecord | undefined;
  /** When it was accepted: the poll schedule counts from here. */
  private since = Date.now();

  constructor(
    private readonly process: Process<ContractDebitResult>,
    private readonly inbox: Inbox<DebitNotified>,
    private readonly plan: {
      /** As it was started: what may have been filled in, its `notify_url`, no question needs. */
      readonly debit: Debit;
      readonly deadline: number;
      readonly options: ContractDebitInput['options'];
    },
  ) {
    process.offer(UPDATES.refresh, { description: 'Asks WeChat Pay for the debit now.' }, async () => {
      const record = await answered(this.query());
      if (record !== null && record.trade_state !== this.record?.trade_state) this.refreshed = record;
      return record;
    });
  }

  /** Takes over what WeChat Pay shows, and shows its state. @throws a conflict when it is not this debit */
  found(record: DebitRecord): void {
    const differences = debitDifferences(this.plan.debit, record);
    if (differences.length > 0) {
      const message = `the debit at WeChat Pay differs from this one in ${namesOf(differences)}`;
      throw conflict(message, fieldsOf(differences));
    }
    this.record = record;
    const outcome = this.outcome();
    if (outcome === undefined) this.process.change(record.trade_state, openAttention(record));
  }

  async decided(): Promise<ContractDebitResult> {
    this.since = Date.now();
    for (;;) {
      await this.take();
      // One asked for while something newer was on its way changes nothing that is decided.
      if (this.refreshed !== undefined && this.outcome() === undefined) this.found(this.refreshed);
      this.refreshed = undefined;
      const outcome = this.outcome();
      if (outcome !== undefined) return outcome;
      if ((await this.wait()) === 'timeUp') return this.lastLook();
    }
  }

  /** The result, if the notifications that came while it was sent have decided it. */
  async told(): Promise<ContractDebitResult | undefined> {
    await this.take();
    return this.outcome();
  }

  private outcome(): ContractDebitResult | undefined {
    return debitOutcome({ made: this.made, record: this.record, notMade: this.notMade });
  }

  private async wait(): Promise<'timeUp' | undefined> {
    const { debit, deadline, options } = this.plan;
    const seen = this.record?.trade_state ?? 'ACCEPT';
    const wait = await waitFor(
      (milliseconds) =>
        awaiting(`wait for the debit, now ${seen}`, milliseconds).awaitDebitResult({
          debit,
          seen,
          waiting: {
            since: this.since,
            pollEvery: parseDuration(options?.pollEvery),
            operatorTold: this.process.operatorTold,
          },
        }),
      deadline,
      () => !this.inbox.isEmpty || this.refreshed !== undefined,
    );
    if (wait.kind === 'timeUp') return 'timeUp';
    if (wait.kind === 'interrupted') return undefined;
    const record = this.process.observed(wait.answer);
    if (record !== undefined) this.found(record);
    return undefined;
  }

  /** Looks at the notifications that came; one that contradicts the debit is kept for a person, and never applied. */
  private take(): Promise<void> {
    return this.inbox.takeAll((notification) => {
      const { data } = notification;
      const differences = [
        ...debitDifferences(this.plan.debit, data),
        // Made twice under one number: the second is a person's to look at.
        ...(data.made ? difference('transaction_id', this.made?.transaction_id, data.transaction_id) : []),
      ];
      if (differences.length > 0) {
        const reason = `its ${namesOf(differences)} differ from the debit's`;
        return keepUnclaimed({ mchid: this.plan.debit.mch_id, notification, reason, ...this.process.callers });
      }
      if (!data.made) return this.ask(data);
      this.made ??= data;
      return undefined;
    });
  }

  /** "Not made" may also mean that nobody can tell by this message. Without an answer the polls go on. */
  private async ask(data: Extract<DebitNotification, { made: false }>): Promise<void> {
    this.notMade = data;
    const record = await this.query().catch(unlessUnanswered);
    if (record !== null) this.found(record);
  }

  private query(): Promise<DebitRecord | null> {
    return calling('ask for the debit').queryDebit({ debit: this.plan.debit });
  }

  /** The limit has passed: asks once more, because the last poll may be an hour old. */
  private async lastLook(): Promise<ContractDebitResult> {
    const record = await calling('ask a last time').queryDebit({ debit: this.plan.debit }).catch(unlessUnanswered);
    if (record !== null) this.found(record);
    await this.take();
    return (
      this.outcome() ?? {
        outcome: 'UNDECIDED',
        contract_id: this.plan.debit.contract_id,
        remedy:
          'The debit may still be made under this number. Look on the merchant platform, then resume; never debit ' +
          'under another number before.',
      }
    );
  }
}
