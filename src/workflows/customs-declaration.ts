import { defineUpdate, isCancellation, setHandler } from '@temporalio/workflow';
import { CUSTOMS_STATES, customsStateKind } from '../wechatpay/customs/states';
import type { CustomsStateMeaning } from '../wechatpay/customs/states';
import type { CustomsRecord } from '../wechatpay/customs/schema';
import { identityOf, parseDuration, UPDATES } from '../interface';
import type { CustomsDeclarationInput, CustomsResult, FirstAnswer, IdentityResult } from '../interface';
import { askingIdentity, awaiting, calling, submitting } from './api';
import { answered, asRefusal, unlessTimeUp } from './failures';
import { guard } from './guard';
import { Process } from './process';
import { sealedIdentityProblems } from './sealed-identity';
import { attention, submit, Submission } from './submission';
import { remaining, waitFor } from './waiting';

const STATES: Readonly<Record<string, CustomsStateMeaning>> = CUSTOMS_STATES;

const refreshUpdate = defineUpdate<CustomsRecord | null>(UPDATES.refresh);

/**
 * A customs declaration, from submission to the customs' decision.
 *
 * Submits (asking first); asks, beside it, whether the payer is who the merchant believes; waits through UNDECLARED,
 * PROCESSING and SUBMITTED; pushes again from EXCEPT; ends with SUCCESS or FAIL, or UNDECIDED when its time is over.
 */
export async function customsDeclaration(input: CustomsDeclarationInput): Promise<CustomsResult> {
  const submission = new Submission<FirstAnswer<CustomsRecord>>(input?.declaration);
  return submission.during(async () => {
    const process = new Process<CustomsResult>(
      guard(input, {
        flow: 'customsDeclaration',
        subject: 'customs declaration',
        part: 'declaration',
        keys: ['mchid', 'customs', 'transaction_id'],
        beside: { identity: sealedIdentityProblems },
        identity: identityOf.customsDeclaration,
      }),
    );
    const { declaration, options } = input;
    const deadline = Date.now() + (parseDuration(options?.giveUpAfter) ?? parseDuration('7 days')!);

    const submitted = await submit(process, deadline, (operatorTold, milliseconds) =>
      submitting('declare', milliseconds).submitDeclaration({ declaration, adopt: options?.adopt, operatorTold }),
    );
    if (submitted.kind !== 'answered') {
      const outcome = submitted.kind === 'refused' ? 'REFUSED' : 'UNDECIDED';
      submission.answer({ state: outcome, ...submitted.refusal });
      return process.finish(outcome, { outcome, ...submitted.refusal }, attention(submitted));
    }
    const first = submitted.answer;
    submission.answer(first);

    const identity = askIdentity(input, remaining(deadline) ?? 1);
    identity.catch(() => undefined); // awaited below; a cancellation may end the wait before that
    const decision = await new Declaration(process, input, deadline, first).decided();
    const payer = await identity;
    return process.finish(
      decision.outcome,
      payer === undefined ? decision : { ...decision, identity: { outcome: payer.outcome, code: payer.code } },
      { needsOperator: decision.outcome === 'UNDECIDED' || decision.outcome === 'EXCEPT', reason: decision.remedy },
    );
  });
}

/** Follows one declaration from its first record to a decision. */
class Declaration {
  private refreshed: CustomsRecord | undefined;
  private pushes = 0;
  /** The record the last push started from: it may be shown for a while after the push was answered. */
  private pushedFrom: CustomsRecord | undefined;
  /** When the poll schedule began: at the first record, and again at each push. */
  private since = Date.now();

  constructor(
    private readonly process: Process<CustomsResult>,
    private readonly input: CustomsDeclarationInput,
    private readonly deadline: number,
    private record: CustomsRecord,
  ) {
    setHandler(refreshUpdate, async () => {
      const record = await answered(calling('ask now').queryDeclaration({ declaration: input.declaration }));
      if (record !== null && record.state !== this.record.state) this.refreshed = record;
      return record;
    });
  }

  async decided(): Promise<CustomsResult> {
    for (;;) {
      const { state } = this.record;
      const { kind, known } = customsStateKind(state);
      if (kind === 'success' || kind === 'failed') return this.outcome(kind === 'success' ? 'SUCCESS' : 'FAIL');
      this.process.change(
        state,
        known ? undefined : { needsOperator: true, reason: `WeChat Pay states ${state}, which is not documented.` },
      );
      if (kind === 'exceptional') {
        const { adopt, repushes = adopt === true ? 0 : 1 } = this.input.options ?? {};
        if (this.pushes >= repushes) return this.outcome('EXCEPT');
        if (await this.changed(this.repushAt())) continue;
        if (remaining(this.deadline) === undefined) return this.lastLook();
        const refused = await this.push();
        if (refused !== undefined) return { ...this.outcome('EXCEPT'), ...refused };
      } else if (!(await this.changed(this.deadline))) {
        return this.lastLook();
      }
    }
  }

  /** Waits until the record's state is another one; false when `until` passed before. */
  private async changed(until: number): Promise<boolean> {
    for (let operatorTold = this.process.needsOperator; ;) {
      const { declaration, options } = this.input;
      const wait = await waitFor(
        (milliseconds) =>
          awaiting(`wait for customs, now ${this.record.state}`, milliseconds).awaitDeclarationResult({
            declaration,
            seen: this.record.state,
            ...(this.pushedFrom === undefined ? {} : { pushedFrom: this.pushedFrom }),
            waiting: { since: this.since, pollEvery: parseDuration(options?.pollEvery), operatorTold },
          }),
        Math.min(until, this.deadline),
        () => this.refreshed !== undefined,
      );
      if (wait.kind === 'timeUp') return false;
      if (wait.kind === 'interrupted') {
        this.record = this.refreshed ?? this.record;
        this.refreshed = undefined;
        return true;
      }
      if ('record' in wait.answer) {
        this.record = wait.answer.record;
        return true;
      }
      operatorTold = true;
      this.process.change(this.record.state, { needsOperator: true, reason: wait.answer.needsOperator });
    }
  }

  private repushAt(): number {
    const after = parseDuration(this.input.options?.repushAfter) ?? parseDuration('10 minutes')!;
    return Date.now() + after * 2 ** this.pushes;
  }

  /** Pushes again; what comes back is a refusal, if it was one. */
  private async push() {
    const { sub_order_id } = this.record;
    this.pushes += 1;
    const snapshot = this.record;
    try {
      this.record = await calling('push again', '1 hour').repushDeclaration({
        repush: { ...orderOf(this.input.declaration), ...(sub_order_id === undefined ? {} : { sub_order_id }) },
        snapshot,
      });
      this.pushedFrom = snapshot;
      this.since = Date.now();
      return undefined;
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal !== undefined) return refusal;
      unlessTimeUp(error); // it stays EXCEPT then, and counts as pushed: whether it was, nobody knows
      return undefined;
    }
  }

  /** The limit has passed: asks once more, because the last poll may be two hours old. */
  private async lastLook(): Promise<CustomsResult> {
    const { declaration } = this.input;
    const record = await calling('ask a last time').queryDeclaration({ declaration }).catch(unlessTimeUp);
    this.record = record ?? this.record;
    const { kind } = customsStateKind(this.record.state);
    if (kind === 'success') return this.outcome('SUCCESS');
    if (kind === 'failed') return this.outcome('FAIL');
    return {
      ...this.outcome('UNDECIDED'),
      remedy: 'Customs has not decided in time. Look at the record on the merchant platform, then resume.',
    };
  }

  private outcome(outcome: CustomsResult['outcome']): CustomsResult {
    const { explanation, state } = this.record;
    const remedy = outcome === 'SUCCESS' ? undefined : STATES[state]?.remedy;
    return {
      outcome,
      record: this.record,
      ...(explanation === undefined ? {} : { explanation }),
      ...(remedy === undefined ? {} : { remedy }),
    };
  }
}

/** The identity question, if one was asked. Its failure never fails the declaration: the answer is UNCHECKED then. */
async function askIdentity(
  { declaration, identity }: CustomsDeclarationInput,
  milliseconds: number,
): Promise<IdentityResult | undefined> {
  if (identity === undefined) return undefined;
  try {
    return await askingIdentity(milliseconds).verifyIdentity({
      verification: { ...orderOf(declaration), ...identity },
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { outcome: 'UNCHECKED', ...asRefusal(error) };
  }
}

/** What names the declaration in every call that follows it. */
function orderOf(declaration: CustomsDeclarationInput['declaration']) {
  const { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no, sub_order_no } = declaration;
  const order = { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no };
  return sub_order_no === undefined ? order : { ...order, sub_order_no };
}
