import { isCancellation } from '@temporalio/workflow';
import type { CustomsRecord } from '../wechatpay/customs/types';
import { identityOf } from '../interface';
import type { CustomsDeclarationInput, CustomsResult, FirstAnswer, IdentityResult } from '../interface';
import { askingIdentity, submitting } from './api';
import { attentionOf, customsDeadline, Following, orderOf, unsent } from './customs-following';
import { asRefusal } from './failures';
import { guard } from './guard';
import { Process } from './process';
import { sealedIdentityProblems } from './sealed-identity';
import { attention, submit, Submission } from './submission';
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

    const submitted = await submit(process, deadline, (operatorTold, milliseconds) =>
      submitting('declare', milliseconds).submitDeclaration({ declaration, adopt: options?.adopt, operatorTold }),
    );
    if (submitted.kind !== 'answered') {
      const { outcome, ...refusal } = unsent(submitted);
      submission.answer({ state: outcome, ...refusal });
      return process.finish(outcome, { outcome, ...refusal }, attention(submitted));
    }
    submission.answer(submitted.answer);

    const asked = askIdentity(input, remaining(deadline) ?? 1).then((payer) => {
      const concern = concernAbout(payer);
      if (concern !== undefined) following.concerns(concern);
      return payer;
    });
    asked.catch(() => undefined); // awaited below; a cancellation may end the wait before that
    const decision = await following.decided({ record: submitted.answer });
    const payer = await asked;
    return process.finish(
      decision.outcome,
      payer === undefined ? decision : { ...decision, identity: { outcome: payer.outcome, code: payer.code } },
      attentionOf(decision, concernAbout(payer)),
    );
  });
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

/** Only a person with the plain identity can seal it again, and the declaration does not wait for that. */
function concernAbout(payer: IdentityResult | undefined): string | undefined {
  return payer?.outcome === 'SEAL_AGAIN' ? `Identity: ${payer.remedy ?? 'seal it again.'}` : undefined;
}
