import type { CustomsOptions, CustomsResult, FirstAnswer } from '../interface';
import type { CustomsDeclaration, CustomsRecord } from '../wechatpay/customs/schema';
import { parseSplitOrder } from '../wechatpay/customs/split-order';
import type { SplitPayment } from '../wechatpay/customs/split-order';
import { InvalidInputError } from '../wechatpay/errors';
import { declare } from './customs';
import type { StartedProcess } from './process';
import { ONE_EFFECT } from './starter';
import type { Identity, Starter } from './starter';

/** The parts of one payment that are declared together, as an order service gives them. */
export interface SplitOrderRequest {
  /** Each with its own `sub_order_no`; all of one payment. */
  readonly declarations: readonly CustomsDeclaration[];
  /** What was paid and given back; with it the sum of the parts is checked before the first is declared. */
  readonly payment?: SplitPayment;
  /** Ask, for each part, whether this person is the payer. */
  readonly identity?: Identity;
  /** For each part. */
  readonly options?: CustomsOptions;
}

export type DeclarationProcess = StartedProcess<CustomsResult, FirstAnswer<CustomsRecord>>;

/** A part that was not started, and why. */
export interface FailedPart {
  /** Its place in `declarations`. */
  readonly index: number;
  readonly sub_order_no: string | undefined;
  readonly error: unknown;
}

/** Some parts of a split order were not started. Each part is a process of its own, so the same request may be repeated. */
export class PartlyStartedError extends Error {
  override readonly name = 'PartlyStartedError';

  constructor(
    /** Processes of the parts that were started, or had been before. */
    readonly started: readonly DeclarationProcess[],
    readonly failed: readonly FailedPart[],
  ) {
    const parts = failed.map(({ sub_order_no, error }) => `${sub_order_no}: ${messageOf(error)}`).join('\n');
    super(
      `${started.length} of ${started.length + failed.length} parts of the split order are started. Not started:\n` +
        `${parts}\nCorrect what is wrong and repeat the request: parts that are started are not declared twice.`,
    );
  }
}

/** @throws {InvalidInputError} when there are none: somebody would wait for nothing */
function partsOf(declarations: unknown): readonly unknown[] {
  if (Array.isArray(declarations) && declarations.length > 0) return declarations;
  const problem = {
    path: '$.declarations',
    expected: 'an array of at least one declaration',
    remedy: 'Give the parts.',
  };
  throw new InvalidInputError('split order', [{ code: 'required', ...problem }]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'an error of another kind';
}

export async function declareSplit(
  starter: Starter,
  { declarations, payment, identity, options }: SplitOrderRequest,
): Promise<DeclarationProcess[]> {
  const [, parts, payer] = starter.checked('split order', [
    () => starter.checkOptions('customsDeclaration', options),
    () => parseSplitOrder(partsOf(declarations), payment),
    // Sealed once: each part asks about the same person.
    (warnings) => (identity === undefined ? undefined : starter.sealed(identity, '$.identity', warnings)),
  ]);
  const outcomes = await Promise.allSettled(
    parts.map((declaration) => declare(starter, { declaration, identity: payer, options }, ONE_EFFECT)),
  );
  const started: DeclarationProcess[] = [];
  const failed: FailedPart[] = [];
  outcomes.forEach((outcome, index) => {
    if (outcome.status === 'fulfilled') started.push(outcome.value);
    else failed.push({ index, sub_order_no: parts[index]?.sub_order_no, error: outcome.reason as unknown });
  });
  if (failed.length > 0) throw new PartlyStartedError(started, failed);
  return started;
}
