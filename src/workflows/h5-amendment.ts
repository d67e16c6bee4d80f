import { amendmentDifferences } from '../wechatpay/h5/compare';
import type { H5Amendment, H5ApplicationRecord } from '../wechatpay/h5/schema';
import { identityOf, parseDuration, SIGNALS } from '../interface';
import type { H5AmendmentInput, H5AmendmentSubmission, H5Result, H5Reviewed } from '../interface';
import { h5Agrees } from './agreement';
import { submitting } from './api';
import { amendmentStart } from './h5-decision';
import { ApplicationReview, deadlineOf, finish } from './h5-follow';
import type { H5FirstAnswer } from './h5-follow';
import { guard, needsText } from './guard';
import { Inbox } from './inbox';
import { Process } from './process';
import { submit, Submission, unanswered } from './submission';

/**
 * A correction of an application that a reviewer rejected: the same application goes back to review.
 *
 * Looks at the rejected record first, so that every attempt can tell whether it has been amended since; sends; then waits
 * for the decision like an application. A rejection of before the amendment, shown or notified late, does not end it.
 */
export async function h5Amendment(input: H5AmendmentInput): Promise<H5Result> {
  const submission = new Submission<H5FirstAnswer>(compared(input));
  const inbox = new Inbox<H5Reviewed>(SIGNALS.h5Reviewed, () => true);
  return submission.during(async () => {
    const process = new Process<H5Result>(
      guard(input, {
        flow: 'h5Amendment',
        subject: 'H5 amendment',
        part: 'amendment',
        keys: [],
        beside: { mchid: needsText, sub_mchid: needsText, applyment_id: needsText },
        identity: identityOf.h5Amendment,
      }),
    );
    process.onLeftovers(inbox, h5Agrees);
    submission.beforeFailing((failure) => process.failing(failure));
    const { mchid, sub_mchid, applyment_id, amendment, options } = input;
    const deadline = deadlineOf(options);
    const ended = (result: H5Result, needsOperator = false): Promise<H5Result> => {
      const { outcome, code, message, remedy } = result;
      if (outcome === 'REFUSED' || outcome === 'UNDECIDED') {
        submission.answer({ state: outcome, ...(code === undefined ? {} : { code }), message, remedy });
      }
      return process.finish(outcome, result, { needsOperator, reason: remedy });
    };

    let known: H5ApplicationRecord | null = null;
    // Before anything is waited for: what is asked of it too early is refused in words that say so.
    const review = new ApplicationReview(process, inbox, {
      mchid,
      deadline,
      pollEvery: parseDuration(options?.pollEvery),
      differences: (record) => amendmentDifferences(amendment, record),
      believed: () => undefined,
      approved: (record) => ({
        ...known,
        ...amendment,
        ...record,
        sub_mchid,
        domains: domainsOf(amendment, record),
      }),
    });

    const looked = await submit<H5ApplicationRecord | null>(process, deadline, (earlier, milliseconds) =>
      submitting('look at the rejected application', milliseconds).snapshotH5Application({
        mchid,
        sub_mchid,
        applyment_id,
        amendment,
        ...earlier,
      }),
    );
    if (looked.kind === 'refused') return ended({ outcome: 'REFUSED', applyment_id, ...looked.refusal });
    if (looked.kind === 'unsettled') {
      const remedy = 'Nothing was sent: WeChat Pay did not show the application. Amend it again.';
      return ended({ outcome: 'UNDECIDED', applyment_id, ...looked.refusal, remedy }, true);
    }
    const snapshot = looked.answer;
    const start = amendmentStart({ applyment_id, amendment, adopt: options?.adopt }, snapshot);
    if (start.kind === 'refused' || snapshot === null) {
      return ended({ outcome: 'REFUSED', applyment_id, ...(start.kind === 'refused' ? start.refusal : {}) });
    }
    known = snapshot;
    if (start.kind === 'follow') {
      submission.answer({ ...snapshot, state: snapshot.applyment_state });
      review.main.found({ record: snapshot });
      return finish(process, await review.result());
    }

    const sent = await submit<H5AmendmentSubmission>(process, deadline, (earlier, milliseconds) =>
      submitting('amend the application', milliseconds).amendH5Application({
        mchid,
        sub_mchid,
        applyment_id,
        amendment,
        snapshot,
        ...earlier,
      }),
    );
    if (sent.kind !== 'answered') return unanswered(process, submission, sent, { applyment_id });
    const amended = sent.answer;
    if (amended.kind === 'UNSETTLED') {
      const remedy = 'Look at the application on the platform, then amend it again.';
      return ended({ outcome: 'UNDECIDED', applyment_id, message: amended.reason, remedy }, true);
    }
    const { record } = amended;
    submission.answer({ ...record, state: record.applyment_state });
    review.main.found({ record }, amended.kind === 'AMENDED' ? snapshot : undefined);
    return finish(process, await review.result());
  });
}

/** What two starts have to agree in, and what a second one is compared by. */
function compared(input: Partial<H5AmendmentInput> | undefined): object | undefined {
  const { applyment_id, amendment } = input ?? {};
  return typeof amendment === 'object' && amendment !== null ? { applyment_id, ...amendment } : undefined;
}

function domainsOf(amendment: H5Amendment, record: H5ApplicationRecord | undefined): readonly string[] {
  return record?.domains ?? amendment.domains;
}
