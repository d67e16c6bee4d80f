/** An order workflow of yours that declares its order to customs as a child workflow, which outlives it. */
import { ApplicationFailure, ChildWorkflowFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { ChildWorkflowHandle } from '@temporalio/workflow';
import { FAILURE_TYPES, identityOf, startAttributes, WORKFLOW_TASK_QUEUE } from 'temporal-wechatpay';
import type { CustomsDeclarationInput, CustomsResult } from 'temporal-wechatpay';
import type { customsDeclaration } from 'temporal-wechatpay/workflows';

// #region order
/** A paid order, as your own workflow knows it. */
export interface Order {
  readonly orderNumber: string;
  readonly declaration: CustomsDeclarationInput['declaration'];
  /** `waits`: the parcel leaves once customs has decided. `leaves`: it is on its way already. */
  readonly parcel: 'waits' | 'leaves';
}

export interface Fulfilment {
  /** `DECLARED`: customs decides later. `WRONG`: a person has to correct the order. */
  readonly customs: CustomsResult['outcome'] | 'DECLARED' | 'WRONG';
  /** Where the declaration is found in Temporal. */
  readonly declaration: string;
}

/** Declares a paid order, and sends the parcel when customs allows it. */
export async function fulfilOrder({ orderNumber, declaration, parcel }: Order): Promise<Fulfilment> {
  const input: CustomsDeclarationInput = { declaration, options: { reference: orderNumber } };
  const { workflowId } = identityOf.customsDeclaration(input);
  const child = await declareAsChild(input);
  if (child === undefined || parcel === 'leaves') return { customs: 'DECLARED', declaration: workflowId };
  return { customs: await decision(child), declaration: workflowId };
}
// #endregion

// #region child
type Declaration = ChildWorkflowHandle<typeof customsDeclaration>;

/** Starts the declaration; undefined when it was started before, by whomever: then it goes on as it is. */
export async function declareAsChild(input: CustomsDeclarationInput): Promise<Declaration | undefined> {
  // The id and the search attributes that every declaration has: one order is declared once, and found by its numbers.
  const identity = identityOf.customsDeclaration(input);
  try {
    return await startChild<typeof customsDeclaration>(identity.flow, {
      args: [input],
      workflowId: identity.workflowId,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      typedSearchAttributes: startAttributes(identity, new Date()),
      // The workers of this package poll it, not yours.
      taskQueue: WORKFLOW_TASK_QUEUE,
      // What was declared stays declared, whatever becomes of this workflow.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `declare ${input.declaration.out_trade_no} to ${input.declaration.customs}`,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}
// #endregion

// #region decision
/** Waits for customs, minutes or days. A rejection is a result; a wrong or contradicting input is a failure. */
async function decision(child: Declaration): Promise<Fulfilment['customs']> {
  try {
    return (await child.result()).outcome;
  } catch (error) {
    if (error instanceof ChildWorkflowFailure && isForAPerson(error.cause)) return 'WRONG';
    throw error;
  }
}

function isForAPerson(cause: unknown): boolean {
  const types: readonly unknown[] = [FAILURE_TYPES.invalidInput, FAILURE_TYPES.conflict];
  return cause instanceof ApplicationFailure && types.includes(cause.type);
}
// #endregion
