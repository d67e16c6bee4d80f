import { CancellationScope } from '@temporalio/workflow';
import { identityOf, parseDuration } from '../interface';
import type { FirstAnswer, IdentityResult, IdentityVerificationInput } from '../interface';
import { askingIdentity } from './api';
import { asRefusal, isTimeUp } from './failures';
import { guard } from './guard';
import { Process } from './process';
import { Submission } from './submission';

/**
 * Asks whether the sealed identity is the payer's of a declared order. It changes nothing at WeChat Pay; the workflow
 * carries cipher text only.
 */
export async function identityVerification(input: IdentityVerificationInput): Promise<IdentityResult> {
  const submission = new Submission<FirstAnswer<IdentityResult>>(comparable(input?.verification));
  return submission.during(async () => {
    const process = new Process<IdentityResult>(
      guard(input, {
        flow: 'identityVerification',
        subject: 'identity verification',
        part: 'verification',
        keys: ['mchid', 'customs', 'transaction_id'],
        identity: identityOf.identityVerification,
      }),
    );
    submission.beforeFailing((failure) => process.failing(failure));
    const { verification, options } = input;
    const result = await CancellationScope.nonCancellable(() => ask(verification, options?.giveUpAfter));
    submission.answer({ ...result, state: result.outcome });
    return process.finish(result.outcome, result, {
      needsOperator: result.outcome === 'SEAL_AGAIN',
      reason: result.remedy,
    });
  });
}

/** Sealed bytes differ at every sealing, so they are never part of a comparison. */
function comparable(verification: IdentityVerificationInput['verification'] | undefined): unknown {
  if (typeof verification !== 'object' || verification === null) return undefined;
  const { certificate_id: _id, certificate_name: _name, sealed_with: _key, ...order } = verification;
  return order;
}

async function ask(
  verification: IdentityVerificationInput['verification'],
  giveUpAfter: string | undefined,
): Promise<IdentityResult> {
  try {
    return await askingIdentity(parseDuration(giveUpAfter) ?? parseDuration('1 day')!).verifyIdentity({ verification });
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal !== undefined) return { outcome: 'REFUSED', ...refusal };
    if (isTimeUp(error)) return { outcome: 'UNCHECKED', message: 'WeChat Pay gave no answer in time.' };
    throw error;
  }
}
