import { identityOf } from '../interface';
import type { CorrectedRecord, CustomsRepushInput, CustomsResult, FirstAnswer } from '../interface';
import { calling, submitting } from './api';
import { attentionOf, customsDeadline, Following, orderOf } from './customs-following';
import { repushRefusal } from './customs-rules';
import { conflict } from './failures';
import { guard } from './guard';
import { Process } from './process';
import { look, submit, Submission, unanswered } from './submission';

/**
 * A new push of a declaration that customs has lost, or whose interface failed; wherever the declaration was made.
 *
 * Looks at the record first; pushes once, from SUCCESS or EXCEPT only; then follows it like a declaration. One push cannot
 * be told from another, so a lost answer is never followed by a second request: the record tells whether it arrived, or
 * the result says that nobody knows.
 */
export async function customsRepush(input: CustomsRepushInput): Promise<CustomsResult> {
  const submission = new Submission<FirstAnswer<CorrectedRecord>>(input?.repush);
  return submission.during(async () => {
    const process = new Process<CustomsResult>(
      guard(input, {
        flow: 'customsRepush',
        subject: 'customs re-push',
        part: 'repush',
        keys: ['mchid', 'customs', 'transaction_id'],
        identity: identityOf.customsRepush,
      }),
    );
    submission.beforeFailing((failure) => process.failing(failure));
    const { options } = input;
    const deadline = customsDeadline(options);
    const following = new Following(process, orderOf(input.repush), options, deadline);
    const finish = (result: CustomsResult) => process.finish(result.outcome, result, attentionOf(result));

    const looked = await look(process, deadline, (earlier, milliseconds) =>
      calling('look at the record', milliseconds).snapshotDeclaration({ repush: input.repush, ...earlier }),
    );
    if (looked.kind !== 'answered') return unanswered(process, submission, looked);
    const { answer: snapshot, afterReset } = looked;
    const refused = repushRefusal(snapshot.state);
    if (refused !== undefined) {
      if (!afterReset) throw conflict(refused, ['state']);
      // It may be the push of before the reset that has moved the record. So it is followed, and nothing is sent.
      const request = 'UNKNOWN';
      submission.answer({ ...snapshot, request });
      return finish({ ...(await following.decided({ record: snapshot })), request });
    }

    const { sub_order_id } = snapshot;
    const repush = { ...input.repush, ...(sub_order_id === undefined ? {} : { sub_order_id }) };
    const sent = await submit(process, deadline, (earlier, milliseconds) =>
      submitting('push again', milliseconds).submitRepush({ repush, snapshot, ...earlier }),
    );
    if (sent.kind !== 'answered') return unanswered(process, submission, sent, { record: snapshot });
    const { record, before, request } = sent.answer;
    submission.answer({ ...record, request });
    if (request === 'UNKNOWN' && record.state === 'SUCCESS') {
      const remedy = 'It is harmless to repeat: start the re-push again if customs still misses the payment.';
      const message = 'It was sent without an answer, and the record does not tell whether it arrived.';
      const result: CustomsResult = { outcome: 'SUCCESS', request, record, message, remedy };
      return process.finish(result.outcome, result, { needsOperator: true, reason: `${message} ${remedy}` });
    }
    const began = request === 'NOT_NEEDED' ? { record } : { record, before, sent: 1 };
    return finish({ ...(await following.decided(began)), request });
  });
}
