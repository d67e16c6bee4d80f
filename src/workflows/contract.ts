import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ContractVerdict } from '../wechatpay/contract-order/compare';
import type { ContractNotification, ContractRecord } from '../wechatpay/contract-order/schema';
import { identityOf, keysOf, parseDuration, SEARCH_ATTRIBUTES, SIGNALS, UPDATES } from '../interface';
import type { ContractHandedOver, ContractInput, ContractNotified, ContractResult, KnownContract } from '../interface';
import { contractAgrees } from './agreement';
import { awaiting, calling } from './api';
import { asked, endedBy, expiryLook, handedOver, notified, withAttention } from './contract-life';
import type { Learnt } from './contract-life';
import { answered, conflict, invalidInput, isTimeUp, lastWords } from './failures';
import { guard } from './guard';
import { Inbox } from './inbox';
import { keepUnclaimed } from './keep-unclaimed';
import { isContractChange } from './notifications';
import { Process } from './process';
import { waitFor } from './waiting';

/** A contract lives for years; its history starts anew well before it grows old. */
const RENEW_AFTER = parseDuration('30 days')!;

/** The longest wait of one timer, milliseconds: a day nobody knows is no reason to wake up. */
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * A signed contract, from signing to termination: by the payer, by us, by expiry. It outlives the order that brought it
 * about, and ends with the verified DELETE notification, with our own `terminate`, or with a query that finds it ended:
 * at the day it would have expired, and at every `pollEvery` if that was asked for.
 */
export async function contract(input: ContractInput): Promise<ContractResult> {
  const inbox = new Inbox<ContractNotified | ContractHandedOver>(
    SIGNALS.contractNotified,
    (data) => isContractChange(data) || isHandOver(data),
    input?.seen,
  );
  const process = new Process<ContractResult>(
    guard(input, {
      flow: 'contract',
      subject: 'contract',
      keys: ['mch_id', 'plan_id', 'contract_code'],
      identity: identityOf.contract,
    }),
    'SIGNED',
  );
  process.onLeftovers(
    inbox as Inbox<ContractNotified>,
    (result, data) => !isNotification(data) || contractAgrees(result, data),
  );
  const life = new Life(process, inbox, input);
  try {
    const result = await life.lived();
    // Here as well: a cancellation at the last moment must not leave a caller of `terminate` without an answer.
    if (result !== undefined) return await process.finish(result.outcome, result);
  } catch (error) {
    await life.abandoned();
    await process.failing(error);
    throw error;
  }
  return continueAsNew<typeof contract>({ ...life.known, seen: inbox.seen });
}

class Life {
  private ended: ContractResult | undefined;
  private terminating: Promise<ContractRecord | null> | undefined;
  /** How it looked when it was asked for last. */
  private verdict: ContractVerdict = 'signed';
  /** An answer of an update that the wait does not know of yet. */
  private refreshed = false;
  /** Why asking is pointless until more is known. */
  private unaskable: string | undefined;
  private readonly since = Date.now();
  private expiryLookAt: number;

  constructor(
    private readonly process: Process<ContractResult>,
    private readonly inbox: Inbox<ContractNotified | ContractHandedOver>,
    public known: ContractInput,
  ) {
    this.expiryLookAt = expiryLook(known) ?? NEVER;
    this.show();
    const possible = {
      isPossible: () => this.isAskable && this.ended === undefined,
      when: 'until it has ended, where its `appid` is known: start it with one, or terminate it on the platform',
    };
    process.offer<[{ remark: string }], ContractRecord | null>(
      UPDATES.terminate,
      { ...possible, description: 'Ends the contract at WeChat Pay.', check: checkTermination },
      // Two who ask at once get the same answer: it ends once.
      ({ remark }) => (this.terminating ??= this.terminate(remark).finally(() => (this.terminating = undefined))),
    );
    process.offer(UPDATES.refresh, { ...possible, description: 'Asks WeChat Pay for the contract now.' }, async () => {
      await this.take();
      const record = await answered(calling('ask now').queryContract(this.name()));
      this.found(record);
      this.refreshed = true;
      return record;
    });
  }

  /** Without the appid nothing can be asked; it may have come just now. */
  private get isAskable(): boolean {
    return this.known.appid !== undefined || this.inbox.peek(({ appid }) => typeof appid === 'string');
  }

  /** Lives until it has ended; undefined: until its history is to start anew. */
  async lived(): Promise<ContractResult | undefined> {
    const renewAt = this.since + RENEW_AFTER;
    for (;;) {
      await this.take();
      if (this.ended !== undefined) return this.ended;
      if (Date.now() >= renewAt || workflowInfo().continueAsNewSuggested) {
        await condition(allHandlersFinished);
        if (this.inbox.isEmpty && this.ended === undefined) return undefined;
      } else if (Date.now() >= this.expiryLookAt) await this.lookAtExpiry();
      else await this.wait(Math.min(renewAt, this.expiryLookAt));
    }
  }

  /** It fails, or nobody wants to watch it any more: what was acknowledged and not read is kept for a person. */
  async abandoned(): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      do {
        await condition(allHandlersFinished);
        await this.inbox.takeAll((message) =>
          isNotification(message.data) ? this.keep(message, 'nobody watches this contract any more') : undefined,
        );
      } while (!this.inbox.isEmpty);
    });
  }

  private async wait(until: number): Promise<void> {
    this.refreshed = false;
    const interrupted = () => !this.inbox.isEmpty || this.refreshed || this.ended !== undefined;
    const pollEvery = parseDuration(this.known.options?.pollEvery);
    if (pollEvery === undefined || this.known.appid === undefined || this.unaskable !== undefined) {
      await condition(interrupted, Math.max(1, until - Date.now()), { summary: 'the contract stands' });
      return;
    }
    try {
      const wait = await waitFor(
        (milliseconds) =>
          awaiting('ask whether the contract still stands', milliseconds).awaitContractEnd({
            contract: this.name(),
            seen: this.verdict,
            waiting: { since: this.since, pollEvery, operatorTold: this.process.operatorTold },
          }),
        until,
        interrupted,
      );
      if (wait.kind !== 'answer') return;
      const record = this.process.observed(wait.answer);
      if (record !== undefined) this.found(record);
    } catch (error) {
      this.cannotAsk(error);
    }
  }

  /** Its time is over: it was renewed, or it has ended and the notification got lost. */
  private async lookAtExpiry(): Promise<void> {
    this.expiryLookAt = NEVER; // this run asks again only if it learns of a later day; the next one does in a month
    if (this.known.appid === undefined) {
      return this.unaskableBecause('its time is over, and without its `appid` nobody knows whether it was renewed.');
    }
    try {
      this.found(await calling('ask whether the contract was renewed', '1 day').queryContract(this.name()));
    } catch (error) {
      if (!isTimeUp(error)) this.cannotAsk(error);
    }
  }

  /** Looks at everything that came; what contradicts the contract is kept for a person, and never applied. */
  private take(): Promise<void> {
    return this.inbox.takeAll((message) => {
      if (!isNotification(message.data)) {
        this.askAgain();
        this.learn(handedOver(this.known, message.data));
      } else if (this.ended === undefined) {
        const learnt = notified(this.known, message.data);
        if (learnt.kind === 'contradicted') return this.keep(message, learnt.reason);
        this.learn(learnt);
      } else if (!contractAgrees(this.ended, message.data)) {
        return this.keep(message, 'the contract has ended otherwise');
      }
      return undefined;
    });
  }

  private found(record: ContractRecord | null): void {
    const learnt = asked(this.known, record);
    this.verdict = learnt.verdict;
    this.learn(learnt);
  }

  private learn(learnt: Learnt): void {
    if (learnt.kind === 'ended') {
      this.ended ??= learnt.result;
      return;
    }
    const { appid, out_trade_no, options } = this.known;
    this.known = learnt.kind === 'known' ? learnt.known : withAttention(this.known, learnt.reason);
    if (this.known.appid !== appid) this.askAgain();
    const later = expiryLook(this.known);
    if (later !== undefined && later > Date.now()) this.expiryLookAt = later;
    if (this.known.out_trade_no !== out_trade_no || this.known.options?.reference !== options?.reference) {
      upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.WxKeys, value: keysOf(identityOf.contract(this.known)) }]);
    }
    this.show();
  }

  private show(): void {
    const { attention } = this.known;
    const { onResult, reference } = this.known.options ?? {};
    this.process.answersTo({ onResult, reference });
    this.process.change('SIGNED', { needsOperator: attention !== undefined, reason: attention });
  }

  /** A wrong answer to a question ends no contract; a person is told, and it goes on living by its notifications. */
  private cannotAsk(error: unknown): void {
    const words = lastWords(error);
    if (words === undefined) throw error;
    this.unaskableBecause(words);
  }

  private unaskableBecause(words: string): void {
    this.unaskable = words;
    this.known = withAttention(this.known, `WeChat Pay cannot be asked for this contract: ${words}`);
    this.show();
  }

  /** More is known of it: what could not be asked is asked again. */
  private askAgain(): void {
    if (this.unaskable === undefined) return;
    this.unaskable = undefined;
    this.known = withAttention(this.known);
    this.expiryLookAt = expiryLook(this.known) ?? NEVER;
  }

  private keep(message: ContractNotified | ContractHandedOver, reason: string): Promise<void> {
    const notification = message as ContractNotified;
    return keepUnclaimed({ mchid: this.known.mch_id, notification, reason, ...this.process.callers });
  }

  /** Ends it; not let go of before its outcome is known. */
  private async terminate(remark: string): Promise<ContractRecord | null> {
    await this.take();
    const send = () => calling('terminate the contract', '1 day').terminateContract({ ...this.name(), remark });
    const record = await answered(CancellationScope.nonCancellable(send)).catch((error: unknown) => {
      if (isTimeUp(error)) throw this.unknownEnd();
      throw error;
    });
    if (record === null) {
      const { plan_id, contract_code, appid } = this.name();
      throw conflict(
        `WeChat Pay knows no contract ${contract_code} of plan ${plan_id} under ${appid}. It stays open here.`,
      );
    }
    this.ended ??= endedBy(record, '3');
    return record;
  }

  private unknownEnd(): Error {
    const reason = 'A termination was sent, and nobody knows whether it was done. Ask with `refresh`.';
    this.known = withAttention(this.known, reason);
    this.show();
    return conflict(reason);
  }

  private name(): KnownContract {
    const { mch_id, appid = '', plan_id, contract_code, contract_id, openid } = this.known;
    return {
      ...{ mch_id, appid, plan_id, contract_code },
      ...(contract_id === undefined ? {} : { contract_id }),
      ...(openid === undefined ? {} : { openid }),
    };
  }
}

/** What an order hands over through the same signal is no notification. */
function isNotification(data: ContractNotification | ContractHandedOver['data']): data is ContractNotification {
  return 'change_type' in data;
}

function isHandOver(data: object): boolean {
  const { appid, change_type } = data as Partial<ContractHandedOver['data'] & ContractNotification>;
  return typeof appid === 'string' && change_type === undefined;
}

function checkTermination(request?: Partial<{ remark: string }>): void {
  if (typeof request?.remark === 'string' && request.remark !== '' && request.remark.length <= 256) return;
  throw invalidInput('termination', [
    { code: 'length', path: '$.remark', expected: 'text of 1 to 256 characters', remedy: 'Say why.' },
  ]);
}
