import { domainDifferences } from '../wechatpay/h5-domain/compare';
import type { H5DomainModification, H5DomainRecord } from '../wechatpay/h5-domain/types';
import { identityOf, parseDuration, SIGNALS } from '../interface';
import type {
  FirstAnswer,
  H5DomainModificationInput,
  H5DomainReviewed,
  H5DomainSubmission,
  H5Result,
} from '../interface';
import { domainAgrees } from './agreement';
import { awaiting, calling, configuration, submitting } from './api';
import { AFTER_REJECTION, resultOf } from './h5-decision';
import { deadlineOf, finish } from './h5-follow';
import { ID_UNKNOWN, Review } from './h5-review';
import { guard, needsText } from './guard';
import { Inbox } from './inbox';
import { Process } from './process';
import { submit, Submission, unanswered } from './submission';

/**
 * A change of the domains that may start H5 payments, from submission to the reviewer's decision. The caller's own
 * `out_applyment_id` names it, and keeps a repeat from being a second one.
 */
export async function h5DomainModification(input: H5DomainModificationInput): Promise<H5Result> {
  const submission = new Submission<FirstAnswer<Partial<H5DomainRecord>>>(input?.modification, ['notify_url']);
  const inbox = new Inbox<H5DomainReviewed>(SIGNALS.h5Reviewed, () => true);
  return submission.during(async () => {
    const process = new Process<H5Result>(
      guard(input, {
        flow: 'h5DomainModification',
        subject: 'H5 domain modification',
        part: 'modification',
        keys: ['out_applyment_id'],
        beside: { mchid: needsText },
        identity: identityOf.h5DomainModification,
      }),
    );
    process.onLeftovers(inbox, domainAgrees);
    submission.beforeFailing((failure) => process.failing(failure));
    const { mchid, options } = input;
    const deadline = deadlineOf(options);
    let { modification } = input;

    // Before anything is waited for: what is asked of it too early is refused in words that say so.
    const review = new Review<H5DomainRecord>(process, inbox, {
      mchid,
      deadline,
      pollEvery: parseDuration(options?.pollEvery),
      wait: ({ applyment_id, seen, waiting }, milliseconds) =>
        awaiting(`wait for the review, now ${seen}`, milliseconds).awaitH5DomainResult({
          mchid,
          applyment_id,
          seen,
          waiting,
        }),
      query: (applyment_id) => calling('ask for the modification').queryH5DomainModification({ mchid, applyment_id }),
      differences: (record) => domainDifferences(modification, record),
      believed: (data) => believedRecord(modification, data),
    });
    if (modification.notify_url === undefined) {
      modification = await configuration.completeH5DomainModification({ mchid, modification });
    }
    const sent = await submit<H5DomainSubmission>(process, deadline, (earlier, milliseconds) =>
      submitting('ask for other domains', milliseconds).submitH5DomainModification({
        mchid,
        modification,
        adopt: options?.adopt,
        ...earlier,
      }),
    );
    if (sent.kind !== 'answered') return unanswered(process, submission, sent);
    const submitted = sent.answer;
    if (submitted.kind === 'APPLIED') {
      submission.answer({ ...submitted.record, state: submitted.record.applyment_state });
      review.found({ record: submitted.record });
    } else {
      submission.answer({ state: ID_UNKNOWN });
      review.numberUnknown(submitted);
      process.change(ID_UNKNOWN, { needsOperator: true, reason: submitted.reason });
    }
    return finish(process, resultOf(await review.decided(), AFTER_REJECTION.domains));
  });
}

/** The number of the request is the caller's own: a notification that names it is about this modification. */
function believedRecord(
  { out_applyment_id, domains, website_url }: H5DomainModification,
  data: Partial<H5DomainRecord>,
): H5DomainRecord | undefined {
  const { applyment_id } = data;
  if (applyment_id === undefined || data.out_applyment_id !== out_applyment_id) return undefined;
  return { out_applyment_id, domains, website_url, applyment_id, applyment_state: 'PENDING' };
}
