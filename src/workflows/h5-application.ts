import { applicationDifferences } from '../wechatpay/h5/compare';
import type { H5Application, H5ApplicationRecord } from '../wechatpay/h5/schema';
import { identityOf, parseDuration, SIGNALS } from '../interface';
import type { H5ApplicationInput, H5Result, H5Reviewed, H5Submission } from '../interface';
import { h5Agrees } from './agreement';
import { awaiting, configuration, submitting } from './api';
import { ApplicationReview, deadlineOf, finish } from './h5-follow';
import type { H5FirstAnswer } from './h5-follow';
import { ID_UNKNOWN } from './h5-review';
import { guard, needsText } from './guard';
import { Inbox } from './inbox';
import { Process } from './process';
import { submit, Submission, unanswered } from './submission';

/**
 * An application for H5 payment permission, from submission to the reviewer's decision.
 *
 * Submits (asking for the permission first); waits through PENDING and UNDER_REVIEW; a notification cuts the wait short,
 * and the query decides. When the answer to the submission was lost, the application's number is unknown: it is learnt from the
 * verified notification, from an operator, or the permission itself shows that it was granted. NO_LIMIT brings a second
 * application by WeChat Pay itself, which is followed as well.
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
    submission.beforeFailing((failure) => process.failing(failure));
    const { mchid, options } = input;
    const deadline = deadlineOf(options);
    let { application } = input;

    // Before anything is waited for: what is asked of it too early is refused in words that say so.
    const review = new ApplicationReview(process, inbox, {
      mchid,
      deadline,
      pollEvery: parseDuration(options?.pollEvery),
      waitForPermission: (waiting, milliseconds) =>
        awaiting('wait for the permission', milliseconds).awaitH5Permission({ mchid, application, waiting }),
      differences: (record) => applicationDifferences(application, record),
      believed: (data) => believedRecord(application, data),
      approved: () => application,
    });
    if (application.notify_url === undefined) {
      application = await configuration.completeH5Application({ mchid, application });
    }
    const sent = await submit<H5Submission>(process, deadline, (earlier, milliseconds) =>
      submitting('apply for H5 payment', milliseconds).submitH5Application({
        mchid,
        application,
        adopt: options?.adopt,
        ...earlier,
      }),
    );
    if (sent.kind !== 'answered') return unanswered(process, submission, sent);
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
      review.main.found({ record: submitted.record });
    } else {
      submission.answer({ state: ID_UNKNOWN });
      review.main.numberUnknown(submitted);
      process.change(ID_UNKNOWN, { needsOperator: true, reason: submitted.reason });
    }
    return finish(process, await review.result());
  });
}

/** Only the number is known: its state is what the next query says. A notification that names no domains says too little. */
function believedRecord(
  { sub_mchid, domains, website_url }: H5Application,
  data: Partial<H5ApplicationRecord>,
): H5ApplicationRecord | undefined {
  const { applyment_id } = data;
  if (applyment_id === undefined || data.domains === undefined) return undefined;
  return { sub_mchid, domains, website_url, applyment_id, applyment_state: 'PENDING' };
}
