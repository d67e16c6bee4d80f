import { defineUpdate, setHandler } from '@temporalio/workflow';
import { applicationDifferences } from '../wechatpay/h5/compare';
import type { H5Application, H5ApplicationRecord } from '../wechatpay/h5/schema';
import { h5StateKind } from '../wechatpay/h5/states';
import { identityOf, parseDuration, SIGNALS, UPDATES } from '../interface';
import type {
  FirstAnswer,
  H5ApplicationInput,
  H5Result,
  H5Review,
  H5Reviewed,
  H5Submission,
  Observation,
} from '../interface';
import { h5Agrees } from './agreement';
import { awaiting, calling, configuration, submitting } from './api';
import { answered, conflict, invalidInput, unlessTimeUp } from './failures';
import { guard, needsText } from './guard';
import { Inbox } from './inbox';
import { Process } from './process';
import { attention, submit, Submission } from './submission';
import { keepUnclaimed } from './keep-unclaimed';
import { waitFor } from './waiting';

const refreshUpdate = defineUpdate<H5ApplicationRecord | null>(UPDATES.refresh);
const attachApplicationUpdate = defineUpdate<H5ApplicationRecord, [{ applyment_id: string }]>(
  UPDATES.attachApplication,
);

const ID_UNKNOWN = 'SUBMITTED_ID_UNKNOWN';

type H5FirstAnswer = FirstAnswer<Partial<H5ApplicationRecord>>;

/**
 * An application for H5 payment permission, from submission to the reviewer's decision.
 *
 * Submits (asking for the permission first); waits through PENDING and UNDER_REVIEW; a notification cuts the wait short,
 * and the query decides. When the answer to the submission was lost, the application's number is unknown: it is learnt from the
 * verified notification, from an operator, or the permission itself shows that it was granted.
 */
export async function h5Application(input: H5ApplicationInput): Promise<H5Result> {
  const submission = new Submission<H5FirstAnswer>(input?.application, ['notify_url']);
  const inbox = new Inbox<H5Reviewed>(SIGNALS.h5Reviewed, () => true);
  return submission.during(async () => {
    const process = new Process<H5Result>(
      guard(input, {
        flow: 'h5Application',
        subject: 'H5 application',
        part: 'application',
        keys: ['sub_mchid'],
        beside: { mchid: needsText },
        identity: identityOf.h5Application,
      }),
    );
    process.onLeftovers(inbox, h5Agrees);
    submission.beforeFailing(() => process.keepLeftovers());
    const { mchid, options } = input;
    const deadline = Date.now() + (parseDuration(options?.giveUpAfter) ?? parseDuration('30 days')!);
    const application =
      input.application.notify_url === undefined
        ? await configuration.completeH5Application({ mchid, application: input.application })
        : input.application;

    const review = new Review(process, inbox, {
      mchid,
      application,
      deadline,
      pollEvery: parseDuration(options?.pollEvery),
    });
    const sent = await submit<H5Submission>(process, deadline, (operatorTold, milliseconds) =>
      submitting('apply for H5 payment', milliseconds).submitH5Application({
        mchid,
        application,
        adopt: options?.adopt,
        operatorTold,
      }),
    );
    if (sent.kind !== 'answered') {
      const outcome = sent.kind === 'refused' ? 'REFUSED' : 'UNDECIDED';
      submission.answer({ state: outcome, ...sent.refusal });
      return process.finish(outcome, { outcome, ...sent.refusal }, attention(sent));
    }
    const submitted = sent.answer;

    if (submitted.kind === 'ALREADY_AUTHORIZED') {
      const { authorization_state, message } = submitted;
      submission.answer({ state: 'ALREADY_AUTHORIZED' });
      return process.finish('ALREADY_AUTHORIZED', {
        outcome: 'ALREADY_AUTHORIZED',
        domainsApplied: false,
        ...(authorization_state === undefined ? {} : { authorization_state }),
        ...(message === undefined ? {} : { message }),
      });
    }
    if (submitted.kind === 'APPLIED') {
      submission.answer({ ...submitted.record, state: submitted.record.applyment_state });
      review.found({ record: submitted.record });
    } else {
      submission.answer({ state: ID_UNKNOWN });
      process.change(ID_UNKNOWN, { needsOperator: true, reason: submitted.reason });
    }
    const result = await review.decided();
    return process.finish(result.outcome, result, {
      needsOperator: result.outcome === 'UNDECIDED',
      reason: result.remedy,
    });
  });
}

/** An application of which only the number is known: its state is what the next query says. */
function pendingRecord({ sub_mchid, domains, website_url }: H5Application, applyment_id: string): H5ApplicationRecord {
  return { sub_mchid, domains, website_url, applyment_id, applyment_state: 'PENDING' };
}

/** Follows one application until a reviewer has decided. */
class Review {
  private review: H5Review | undefined;
  /** What an update learnt while the process was waiting. */
  private news: H5Review | undefined;
  private granted: string | undefined;
  private readonly since = Date.now();

  constructor(
    private readonly process: Process<H5Result>,
    private readonly inbox: Inbox<H5Reviewed>,
    private readonly plan: {
      readonly mchid: string;
      readonly application: H5Application;
      readonly deadline: number;
      readonly pollEvery?: number;
    },
  ) {
    setHandler(refreshUpdate, async () => {
      if (this.review === undefined) return null;
      const review = await answered(this.query(this.review.record.applyment_id));
      if (review !== null && review.record.applyment_state !== this.review.record.applyment_state) this.news = review;
      return review?.record ?? null;
    });
    setHandler(attachApplicationUpdate, ({ applyment_id }) => this.attach(applyment_id), {
      description: 'Gives the number of an application whose answer was lost.',
      validator: (attachment?: Partial<{ applyment_id: string }>) => {
        if (typeof attachment?.applyment_id !== 'string' || !/^[0-9]{1,20}$/.test(attachment.applyment_id)) {
          throw invalidInput('attachment', [
            { code: 'digits', path: '$.applyment_id', expected: 'decimal text', remedy: 'Copy it from the platform.' },
          ]);
        }
        if (this.process.state !== ID_UNKNOWN) {
          throw conflict(
            `attachApplication is allowed in ${ID_UNKNOWN} only; this application is in ${this.process.state}.`,
          );
        }
      },
    });
  }

  found(review: H5Review): void {
    this.review = review;
    const { applyment_state } = review.record;
    const { kind, known } = h5StateKind(applyment_state);
    if (kind === 'approved' || kind === 'rejected') return; // recorded as the outcome
    this.process.change(
      applyment_state,
      known
        ? undefined
        : { needsOperator: true, reason: `WeChat Pay states ${applyment_state}, which is not documented.` },
    );
  }

  async decided(): Promise<H5Result> {
    for (;;) {
      const result = this.result();
      if (result !== undefined) return result;
      const wait = await this.wait();
      if (wait === 'timeUp') return this.lastLook();
      for (let notification = this.inbox.take(); notification !== undefined; notification = this.inbox.take()) {
        await this.take(notification);
      }
      if (this.news !== undefined) this.found(this.news);
      this.news = undefined;
    }
  }

  private async wait(): Promise<'timeUp' | undefined> {
    const wait = await waitFor<Observation<H5Review | { readonly authorization_state: string }>>(
      (milliseconds) => this.ask(milliseconds),
      this.plan.deadline,
      () => !this.inbox.isEmpty || this.news !== undefined,
    );
    if (wait.kind === 'timeUp') return 'timeUp';
    if (wait.kind === 'interrupted') return undefined;
    const { answer } = wait;
    if ('needsOperator' in answer) {
      this.process.change(this.process.state, { needsOperator: true, reason: answer.needsOperator });
    } else if ('record' in answer.record) {
      this.found(answer.record);
    } else {
      this.granted = answer.record.authorization_state;
    }
    return undefined;
  }

  private ask(milliseconds: number): Promise<Observation<H5Review | { readonly authorization_state: string }>> {
    const { mchid, application, pollEvery } = this.plan;
    const waiting = { since: this.since, pollEvery, operatorTold: this.process.needsOperator };
    if (this.review === undefined) {
      return awaiting('wait for the permission', milliseconds).awaitH5Permission({ mchid, application, waiting });
    }
    const { applyment_id, applyment_state } = this.review.record;
    return awaiting(`wait for the review, now ${applyment_state}`, milliseconds).awaitH5Result({
      mchid,
      applyment_id,
      seen: applyment_state,
      waiting,
    });
  }

  /** A notification is a hint with a proof: the query decides, because an old one may be delivered late. */
  private async take(notification: H5Reviewed): Promise<void> {
    const { applyment_id } = notification.data;
    const known = this.review?.record.applyment_id;
    if (applyment_id !== undefined && (known === undefined ? this.isOurs(notification.data) : applyment_id === known)) {
      // Without an answer the polls go on; an application whose number was unknown has it now.
      const review = await this.query(applyment_id).catch(unlessTimeUp);
      if (review !== null && known === undefined && !this.isOurs(review.record)) {
        await this.keep(notification, 'the application it names differs from the one submitted here');
        return;
      }
      if (review !== null) this.found(review);
      else if (known === undefined && notification.data.domains !== undefined)
        this.found({ record: pendingRecord(this.plan.application, applyment_id) });
      return;
    }
    await this.keep(
      notification,
      known === undefined
        ? 'it is about an application that differs from the one submitted here'
        : `it is about application ${applyment_id ?? 'without a number'}, this one is ${known}`,
    );
  }

  private isOurs(record: Partial<H5ApplicationRecord>): boolean {
    return applicationDifferences(this.plan.application, record).length === 0;
  }

  private keep(notification: H5Reviewed, reason: string): Promise<void> {
    return keepUnclaimed({ mchid: this.plan.mchid, notification, reason });
  }

  private async attach(applyment_id: string): Promise<H5ApplicationRecord> {
    const review = await answered(this.query(applyment_id));
    if (review === null) throw conflict(`WeChat Pay knows no application ${applyment_id}.`);
    const differences = applicationDifferences(this.plan.application, review.record);
    if (differences.length > 0) {
      const fields = differences.map(({ field }) => field).join(', ');
      throw conflict(`application ${applyment_id} is another one: ${fields} differ.`);
    }
    this.news = review;
    return review.record;
  }

  private query(applyment_id: string): Promise<H5Review | null> {
    return calling('ask for the application').queryH5Application({ mchid: this.plan.mchid, applyment_id });
  }

  private result(): H5Result | undefined {
    if (this.review === undefined) {
      return this.granted === undefined
        ? undefined
        : {
            outcome: 'APPROVED',
            authorization_state: this.granted,
            remedy: 'Its number never became known: check on the platform that the domains are the ones applied for.',
          };
    }
    const { record, authorization_state } = this.review;
    const { kind } = h5StateKind(record.applyment_state);
    const { applyment_id, audit_reject_detail } = record;
    if (kind === 'approved') {
      return {
        outcome: 'APPROVED',
        applyment_id,
        domainsApplied: true,
        ...(authorization_state === undefined ? {} : { authorization_state }),
      };
    }
    if (kind !== 'rejected') return undefined;
    return {
      outcome: 'REJECTED',
      applyment_id,
      ...(audit_reject_detail === undefined ? {} : { audit_reject_detail }),
      remedy: 'Correct what the reviewer names and amend this application.',
    };
  }

  private async lastLook(): Promise<H5Result> {
    if (this.review !== undefined) {
      const review = await this.query(this.review.record.applyment_id).catch(unlessTimeUp);
      this.review = review ?? this.review;
    }
    return (
      this.result() ?? {
        outcome: 'UNDECIDED',
        ...(this.review === undefined ? {} : { applyment_id: this.review.record.applyment_id }),
        remedy: 'WeChat Pay has not decided in time. Look at the application on the platform, then resume.',
      }
    );
  }
}
