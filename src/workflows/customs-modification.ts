import { openChanges } from '../wechatpay/customs/compare';
import { identityOf } from '../interface';
import type { CorrectedRecord, CustomsModificationInput, CustomsResult, FirstAnswer } from '../interface';
import { calling, submitting } from './api';
import { attentionOf, customsDeadline, Following, orderOf } from './customs-following';
import { conflict } from './failures';
import { guard } from './guard';
import { Process } from './process';
import { look, submit, Submission, unanswered } from './submission';

const NOT_NEEDED = 'The record has these values already, so nothing was sent.';

/**
 * A correction of a declaration that exists, wherever it was made: new data, which WeChat Pay declares and for which it
 * voids the old.
 *
 * Looks at the record first; sends nothing where it is as wanted already; else modifies it, as long as nobody else does.
 * From there on it is followed like a declaration.
 */
export async function customsModification(input: CustomsModificationInput): Promise<CustomsResult> {
  const submission = new Submission<FirstAnswer<CorrectedRecord>>(input?.modification);
  return submission.during(async () => {
    const process = new Process<CustomsResult>(
      guard(input, {
        flow: 'customsModification',
        subject: 'customs modification',
        part: 'modification',
        keys: ['mchid', 'customs', 'transaction_id'],
        identity: identityOf.customsModification,
      }),
    );
    submission.beforeFailing((failure) => process.failing(failure));
    const { modification, options } = input;
    const deadline = customsDeadline(options);
    const following = new Following(process, orderOf(modification), options, deadline);
    const finish = (result: CustomsResult) => process.finish(result.outcome, result, attentionOf(result));

    const looked = await look(process, deadline, (earlier, milliseconds) =>
      calling('look at the record', milliseconds).snapshotDeclaration({ modification, ...earlier }),
    );
    if (looked.kind !== 'answered') return unanswered(process, submission, looked);
    const snapshot = looked.answer;
    const changes = openChanges(modification, snapshot);
    if (changes.length === 0) {
      submission.answer({ ...snapshot, request: 'NOT_NEEDED' });
      return finish({ message: NOT_NEEDED, ...(await following.decided({ record: snapshot })), request: 'NOT_NEEDED' });
    }
    if (options?.adopt === true) {
      throw conflict(
        `\`adopt\` never sends, and the record differs in ${changes.join(', ')}. Start it without \`adopt\`.`,
        changes,
      );
    }

    const sent = await submit(process, deadline, (earlier, milliseconds) =>
      submitting('modify', milliseconds).submitModification({ modification, snapshot, ...earlier }),
    );
    if (sent.kind !== 'answered') return unanswered(process, submission, sent, { record: snapshot });
    const { record, before, request } = sent.answer;
    submission.answer({ ...record, request });
    if (request === 'UNKNOWN') {
      return finish({
        outcome: 'UNDECIDED',
        request,
        record,
        message: 'It was sent as often as is safe, without an answer, and the record is still the one of before.',
        remedy: 'Look at the record in an hour; if it is still the old one, modify it again.',
      });
    }
    return finish({ ...(await following.decided({ record, before })), request });
  });
}
