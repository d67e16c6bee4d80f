import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { CertificateVerification, CustomsRecord } from '../wechatpay/customs/types';
import { identityOf } from '../interface';
import type { CustomsDeclarationInput, CustomsResult, FirstAnswer, IdentityResult } from '../interface';
import { askingIdentity, submitting } from './api';
import { attentionOf, customsDeadline, Following, orderOf } from './customs-following';
import { asRefusal } from './failures';
import { guard } from './guard';
import { Process } from './process';
import { sealedIdentityProblems } from './sealed-identity';
import { submit, Submission, unanswered } from './submission';
import { remaining } from './waiting';

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
    submission.beforeFailing((failure) => process.failing(failure));
    const { declaration, options } = input;
    const deadline = customsDeadline(options);
    const following = new Following(process, orderOf(declaration), options, deadline);

    const submitted = await submit(process, deadline, (earlier, milliseconds) =>
      submitting('declare', milliseconds).submitDeclaration({ declaration, adopt: options?.adopt, ...earlier }),
    );
    if (submitted.kind !== 'answered') return unanswered(process, submission, submitted);
    submission.answer(submitted.answer);

    const question =
      input.identity === undefined
        ? undefined
        : new PayerQuestion({ ...orderOf(declaration), ...input.identity }, remaining(deadline) ?? 1, (concern) =>
            following.concerns(concern),
          );
    const decision = await following.decided({ record: submitted.answer });
    if (question?.isOpen) process.change(decision.outcome, attentionOf(decision));
    const payer = question === undefined ? undefined : await question.answer();
    return process.finish(
      decision.outcome,
      payer === undefined ? decision : { ...decision, identity: { outcome: payer.outcome, code: payer.code } },
      attentionOf(decision, concernAbout(payer)),
    );
  });
}

/** How long the result of a declaration waits for an identity question that nobody answers. */
const AFTER_DECISION = '10 minutes';

/**
 * The identity question beside a declaration. It never fails the declaration, nor keeps its result back
 * for long: without an answer it is UNCHECKED.
 */
class PayerQuestion {
  private payer: IdentityResult | undefined;
  private readonly scope = new CancellationScope();
  private readonly asked: Promise<void>;

  constructor(verification: CertificateVerification, milliseconds: number, concerns: (reason: string) => void) {
    this.asked = this.scope.run(async () => {
      this.payer = await ask(verification, milliseconds);
      const concern = concernAbout(this.payer);
      if (concern !== undefined) concerns(concern);
    });
    this.asked.catch(() => undefined); // awaited below; a cancellation may end the wait before that
  }

  get isOpen(): boolean {
    return this.payer === undefined;
  }

  /** Once customs has decided. */
  async answer(): Promise<IdentityResult | undefined> {
    if (this.isOpen) {
      const summary = 'wait for the answer about the payer';
      if (!(await condition(() => !this.isOpen, AFTER_DECISION, { summary }))) this.scope.cancel();
    }
    await this.asked.catch((error: unknown) => {
      if (!isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
      this.payer = { outcome: 'UNCHECKED' };
    });
    return this.payer;
  }
}

async function ask(verification: CertificateVerification, milliseconds: number): Promise<IdentityResult> {
  try {
    return await askingIdentity(milliseconds).verifyIdentity({ verification });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { outcome: 'UNCHECKED', ...asRefusal(error) };
  }
}

/** Only a person with the plain identity can seal it again, and the declaration does not wait for that. */
function concernAbout(payer: IdentityResult | undefined): string | undefined {
  return payer?.outcome === 'SEAL_AGAIN' ? `Identity: ${payer.remedy ?? 'seal it again.'}` : undefined;
}
