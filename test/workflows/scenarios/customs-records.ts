import { workflowIds } from '../../../src/interface';
import type { CustomsDeclaration, CustomsModification, CustomsRepush } from '../../../src/wechatpay/customs/schema';
import type { CustomsScript } from '../../../src/testing/simulator/scripts';
import type { RunId } from '../histories';
import { callsOf } from '../outside-calls';
import { newSamples } from '../samples';
import type { SkippingRig } from '../time-skipping';

/*
 * Records that were declared past this system, by hand or years ago: what a modification and a re-push start from.
 */

export interface Declared {
  readonly declaration: CustomsDeclaration;
  /** The same, with another duty. */
  readonly modification: CustomsModification;
  readonly repush: CustomsRepush;
}

/** A record in `state`; `then`: what follows a modification or a re-push. */
export async function declaredIn(
  rig: SkippingRig,
  state: string,
  { explanation, ...then }: Omit<CustomsScript, 'states'> & { readonly explanation?: string } = {},
): Promise<Declared> {
  const known = notDeclared(rig);
  const { transaction_id } = known.declaration;
  const first = { after: 0, state, ...(explanation === undefined ? {} : { explanation }) };
  rig.simulator.script({ customs: { transaction_id, states: [first], ...then } });
  await callsOf(rig).customs.declare(known.declaration);
  return known;
}

export function notDeclared(rig: SkippingRig): Declared {
  const { declared } = newSamples(rig.credentials);
  const { fee_type: _fee_type, ...modifiable } = declared;
  const { appid, mchid, out_trade_no, transaction_id, sub_order_no, customs, merchant_customs_no } = declared;
  return {
    declaration: declared,
    modification: { ...modifiable, duty: 99 },
    repush: { appid, mchid, out_trade_no, transaction_id, sub_order_no, customs, merchant_customs_no },
  };
}

export function moveTo(rig: SkippingRig, { declaration: { transaction_id } }: Declared, state: string): void {
  rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state }] } });
}

export const idOf = ({ declaration }: Declared): string => workflowIds.customs(declaration);

/** How often a call came for this declaration. */
export function callsFor(
  rig: SkippingRig,
  call: 'customs/modify' | 'customs/redeclare',
  { declaration }: Declared,
): number {
  return rig.simulator.calls({ call, key: declaration.transaction_id })[0]?.count ?? 0;
}

/** The newest run of a declaration, for a process that failed before its client had a handle of it. */
export async function newestRun(rig: SkippingRig, declared: Declared): Promise<RunId> {
  const workflowId = idOf(declared);
  const { runId } = await rig.environment.client.workflow.getHandle(workflowId).describe();
  return { workflowId, runId };
}
