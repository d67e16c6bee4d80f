import { condition } from '@temporalio/workflow';
import { isEarlierRejection } from '../wechatpay/h5/compare';
import type { Rejection } from '../wechatpay/h5/compare';
import { h5StateKind } from '../wechatpay/h5/states';
import { namesOf, UPDATES } from '../interface';
import type { AnyNotification, H5NumberUnknown, H5Result, Observation, ReviewOf, Waiting } from '../interface';
import { answered, conflict, invalidInput, unlessUnanswered } from './failures';
import { decisionOf, foreignRefusal } from './h5-decision';
import type { Decision, Reviewable } from './h5-decision';
import type { Inbox } from './inbox';
import { keepUnclaimed } from './keep-unclaimed';
import type { Process } from './process';
import { remaining, waitFor } from './waiting';

/** The state while an application exists whose number nobody has told yet. */
export const ID_UNKNOWN = 'SUBMITTED_ID_UNKNOWN';

type Permission = { readonly authorization_state: string };

/** What is followed, and how it is asked for. */
export interface Followed<Record_ extends Reviewable> {
  readonly mchid: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  /** Milliseconds. */
  readonly pollEvery?: number;
  /** The waiting query: until the state is another one than `seen`. */
  readonly wait: (
    known: {
      readonly applyment_id: string;
      readonly seen: string;
      readonly amendedFrom?: Rejection;
      readonly waiting: Waiting;
    },
    milliseconds: number,
  ) => Promise<Observation<ReviewOf<Record_>>>;
  /** The same while the number is unknown. Left out: nothing but a notification or an operator can tell. */
  readonly waitForPermission?: (waiting: Waiting, milliseconds: number) => Promise<Observation<Permission>>;
  readonly query: (applyment_id: string) => Promise<ReviewOf<Record_> | null>;
  /** In what a record or notification is not the one followed; empty when it is as far as it says. */
  readonly differences: (record: Partial<Record_>) => readonly { readonly field: string }[];
  /** A record made of a notification that could not be confirmed yet; undefined when it says too little. */
  readonly believed: (data: Partial<Record_>) => Record_ | undefined;
  /** `known`: a notification that says nothing new here. `hint`: it is kept elsewhere, and ours should be asked for. */
  readonly elsewhere?: (notification: AnyNotification) => 'known' | 'hint' | undefined;
  /** How a state of it is shown. Default: as the state of the process. */
  readonly show?: (state: string) => { readonly state: string; readonly reason?: string };
}

/**
 * Follows one application, whichever it is, until a reviewer has decided. A notification cuts the wait short, and the
 * query decides. While the number is unknown it is learnt from the verified notification or from an operator, or the
 * permission itself shows that it was granted.
 */
export class Review<Record_ extends Reviewable> {
  private review: ReviewOf<Record_> | undefined;
  /** The record was made of a notification only: the first answer has to show that it is the one followed. */
  private believed = false;
  /** What an update learnt while the process was waiting. */
  private news: ReviewOf<Record_> | undefined;
  private granted: string | undefined;
  private unknown: H5NumberUnknown | undefined;
  private foreign: Decision | undefined;
  private amendedFrom: Rejection | undefined;
  /** When the state that is waited on was first seen. */
  private since = Date.now();

  constructor(
    private readonly process: Process<H5Result>,
    private readonly inbox: Inbox<AnyNotification & { readonly data: Partial<Record_> }>,
    private readonly followed: Followed<Record_>,
  ) {
    process.offer(
      UPDATES.refresh,
      {
        description: 'Asks WeChat Pay for the application now.',
        isPossible: () => this.latest !== undefined,
        when: "once the application's number is known",
      },
      () => this.refresh(),
    );
    process.offer<[{ applyment_id: string }], Record_>(
      UPDATES.attachApplication,
      {
        description: 'Gives the number of an application whose answer was lost.',
        isPossible: () => this.unknown !== undefined && this.latest === undefined,
        when: "while the application's number is unknown",
        check: checkAttachment,
      },
      ({ applyment_id }) => this.attach(applyment_id),
    );
  }

  /** `amendedFrom`: the rejection that an amendment has just corrected. It may be shown for a while after it. */
  found(review: ReviewOf<Record_>, amendedFrom?: Rejection): void {
    if (isEarlierRejection(review.record, this.amendedFrom, this.since, Date.now())) return;
    const { applyment_state } = review.record;
    if (applyment_state !== this.review?.record.applyment_state) this.since = Date.now();
    this.review = review;
    this.amendedFrom = amendedFrom;
    const { kind, known } = h5StateKind(applyment_state);
    if (kind === 'approved' || kind === 'rejected') return; // recorded as the outcome
    const { state, reason } = this.followed.show?.(applyment_state) ?? { state: applyment_state };
    this.process.change(
      state,
      known
        ? { needsOperator: false, ...(reason === undefined ? {} : { reason }) }
        : { needsOperator: true, reason: `WeChat Pay states ${applyment_state}, which is not documented.` },
    );
  }

  /** What an update has just learnt counts at once: whoever got its answer may ask the next thing right after it. */
  private get latest(): ReviewOf<Record_> | undefined {
    return this.news ?? this.review;
  }

  /** The number is not known: notifications are compared by what they say, until one shows it. */
  numberUnknown(unknown: H5NumberUnknown): void {
    this.unknown = unknown;
    this.since = Date.now();
  }

  async decided(): Promise<Decision> {
    for (;;) {
      const decision = this.decision();
      if (decision !== undefined) return decision;
      const wait = await this.wait();
      if (wait === 'timeUp') return this.lastLook();
      await this.inbox.takeAll((notification) => this.take(notification));
      if (this.news !== undefined) this.found(this.news);
      this.news = undefined;
    }
  }

  private decision(): Decision | undefined {
    if (this.foreign !== undefined) return this.foreign;
    if (this.review !== undefined) return decisionOf(this.review);
    return this.granted === undefined ? undefined : { kind: 'granted', authorization_state: this.granted };
  }

  private async wait(): Promise<'timeUp' | undefined> {
    const { deadline, waitForPermission } = this.followed;
    const interrupted = (): boolean => !this.inbox.isEmpty || this.news !== undefined;
    if (this.review === undefined && waitForPermission === undefined) {
      const left = remaining(deadline);
      if (left === undefined) return interrupted() ? undefined : 'timeUp';
      return (await condition(interrupted, left, { summary: 'wait for a notification or an operator' }))
        ? undefined
        : 'timeUp';
    }
    const wait = await waitFor<Observation<ReviewOf<Record_> | Permission>>(
      (milliseconds) => this.ask(milliseconds),
      deadline,
      interrupted,
    );
    if (wait.kind !== 'answer') return wait.kind === 'timeUp' ? 'timeUp' : undefined;
    const answer = this.process.observed(wait.answer);
    if (answer === undefined) return undefined;
    if ('record' in answer) this.confirmed(answer);
    else this.granted = answer.authorization_state;
    return undefined;
  }

  private ask(milliseconds: number): Promise<Observation<ReviewOf<Record_> | Permission>> {
    const { pollEvery, wait, waitForPermission } = this.followed;
    const waiting: Waiting = {
      since: this.since,
      ...(pollEvery === undefined ? {} : { pollEvery }),
      ...(this.process.operatorTold === undefined ? {} : { operatorTold: this.process.operatorTold }),
    };
    if (this.review === undefined) {
      if (waitForPermission === undefined) throw new TypeError('there is no permission to wait for');
      return waitForPermission(waiting, milliseconds);
    }
    const { applyment_id, applyment_state: seen } = this.review.record;
    const { amendedFrom } = this;
    return wait({ applyment_id, seen, ...(amendedFrom === undefined ? {} : { amendedFrom }), waiting }, milliseconds);
  }

  /** A notification is a hint with a proof: the query decides, because an old one may be delivered late. */
  private async take(notification: AnyNotification & { readonly data: Partial<Record_> }): Promise<void> {
    const elsewhere = this.followed.elsewhere?.(notification);
    if (elsewhere === 'known') return;
    const { applyment_id } = notification.data;
    const known = this.review?.record.applyment_id;
    if (known === undefined) {
      if (elsewhere === undefined) await this.learn(notification);
    } else if (elsewhere === 'hint' || applyment_id === known || this.isOurs(notification, known)) {
      // Without an answer the polls go on.
      const review = await this.followed.query(known).catch(unlessUnanswered);
      if (review !== null) this.confirmed(review);
    } else {
      await this.keep(
        notification,
        `it is about application ${applyment_id ?? 'without a number'}, this one is ${known}`,
      );
    }
  }

  /** A notification without WeChat Pay's number may still name the request by the caller's own. */
  private isOurs({ kind, data }: AnyNotification & { readonly data: Partial<Record_> }, known: string): boolean {
    const { applyment_id = known } = data;
    return kind === 'h5-domain' && applyment_id === known && this.followed.differences(data).length === 0;
  }

  private async learn(notification: AnyNotification & { readonly data: Partial<Record_> }): Promise<void> {
    const { applyment_id } = notification.data;
    if (applyment_id === undefined) return this.keep(notification, 'it is about an application without a number');
    const differences = this.followed.differences(notification.data);
    if (differences.length > 0) {
      if (this.unknown?.nothingSent === true) {
        this.foreign = { kind: 'foreign', refusal: foreignRefusal(applyment_id, differences) };
      }
      return this.keep(notification, 'it is about an application that differs from the one submitted here');
    }
    const review = await this.followed.query(applyment_id).catch(unlessUnanswered);
    if (review !== null) {
      if (this.followed.differences(review.record).length === 0) return this.found(review);
      return this.keep(notification, 'the application it names differs from the one submitted here');
    }
    const believed = this.followed.believed(notification.data);
    if (believed === undefined) return this.keep(notification, 'WeChat Pay did not confirm the application it names');
    this.found({ record: believed });
    this.believed = true;
  }

  /** A record that an answer showed. One that was only believed before has to be the one followed. */
  private confirmed(review: ReviewOf<Record_>): void {
    const differences = this.believed ? this.followed.differences(review.record) : [];
    this.believed = false;
    if (differences.length === 0) return this.found(review);
    this.review = undefined;
    const reason = `Application ${review.record.applyment_id} is another one: its ${namesOf(differences)} differ. ${this.unknown?.reason ?? ''}`;
    this.process.change(ID_UNKNOWN, { needsOperator: true, reason });
  }

  private keep(notification: AnyNotification, reason: string): Promise<void> {
    return keepUnclaimed({ mchid: this.followed.mchid, notification, reason, ...this.process.callers });
  }

  private async refresh(): Promise<Record_ | null> {
    if (this.latest === undefined) return null;
    const review = await answered(this.followed.query(this.latest.record.applyment_id));
    if (review !== null && review.record.applyment_state !== this.latest?.record.applyment_state) this.news = review;
    return review?.record ?? null;
  }

  private async attach(applyment_id: string): Promise<Record_> {
    const review = await answered(this.followed.query(applyment_id));
    if (review === null) throw conflict(`WeChat Pay knows no application ${applyment_id}.`);
    const differences = this.followed.differences(review.record);
    if (differences.length > 0) {
      throw conflict(`application ${applyment_id} is another one: ${namesOf(differences)} differ.`);
    }
    if (this.review === undefined) this.news = review;
    return review.record;
  }

  /** The limit has passed: asks once more, because the last poll may be an hour old. */
  private async lastLook(): Promise<Decision> {
    if (this.review === undefined) return { kind: 'undecided' };
    const { applyment_id } = this.review.record;
    const review = await this.followed.query(applyment_id).catch(unlessUnanswered);
    if (review !== null) this.confirmed(review);
    // One that was only believed may just have turned out to be another.
    return this.decision() ?? { kind: 'undecided', ...(this.review === undefined ? {} : { applyment_id }) };
  }
}

function checkAttachment(attachment?: Partial<{ applyment_id: string }>): void {
  if (typeof attachment?.applyment_id === 'string' && /^[0-9]{1,20}$/.test(attachment.applyment_id)) return;
  throw invalidInput('attachment', [
    { code: 'digits', path: '$.applyment_id', expected: 'decimal text', remedy: 'Copy it from the platform.' },
  ]);
}
