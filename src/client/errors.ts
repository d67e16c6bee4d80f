import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { FAILURE_TYPES, fieldsOf, namesOf } from '../interface';
import type { FieldDifference, Refusal } from '../interface';
import { InvalidInputError, WechatPayError } from '../wechatpay/errors';
import type { Problem } from '../wechatpay/errors';

/** The business key is taken: by an open or closed process with other data, or by a process of another kind. */
export class ConflictError extends WechatPayError {
  override readonly name = 'ConflictError';

  constructor(
    message: string,
    /** Names of the fields that differ; empty when another kind of process is open. */
    readonly fields: readonly string[],
  ) {
    super('CONFLICT', message, { remedy: 'Correct the input, or change the existing record.' });
  }
}

export function dataConflict(run: string, differences: readonly FieldDifference[]): ConflictError {
  return new ConflictError(
    `${run} was started with other data: ${namesOf(differences)} differ. Nothing was sent.`,
    fieldsOf(differences),
  );
}

/** A failed workflow or update in the package's own errors; anything else comes back as it is. */
export function fromFailure(error: unknown): unknown {
  const failure =
    error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(failure instanceof ApplicationFailure)) return error;
  const [detail] = failure.details ?? [];
  if (failure.type === FAILURE_TYPES.invalidInput && Array.isArray(detail)) {
    const subject = /^invalid ([^:]{1,64}):/.exec(failure.message)?.[1] ?? 'input';
    return new InvalidInputError(subject, detail as Problem[]);
  }
  if (failure.type === FAILURE_TYPES.invalidInput) {
    const { code, remedy } = (detail ?? {}) as Refusal;
    return new WechatPayError('INPUT', failure.message, { code, remedy });
  }
  if (failure.type === FAILURE_TYPES.conflict) {
    const fields = Array.isArray(detail) ? detail.filter((field) => typeof field === 'string') : [];
    return new ConflictError(failure.message, fields);
  }
  return error;
}
