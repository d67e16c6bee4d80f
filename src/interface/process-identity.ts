import type { SearchAttributePair } from '@temporalio/common';
import type { CustomsOrderKey } from '../wechatpay/customs/types';
import type { Flow } from './flows';
import { workflowIds } from './ids';
import type {
  ContractDebitInput,
  ContractInput,
  ContractOrderInput,
  CustomsDeclarationInput,
  CustomsModificationInput,
  CustomsRepushInput,
  H5AmendmentInput,
  H5ApplicationInput,
  H5DomainModificationInput,
  IdentityVerificationInput,
  OnResult,
  UnclaimedNotificationInput,
} from './inputs';
import { SEARCH_ATTRIBUTES } from './search-attributes';

/** What names a process and makes it findable in the Temporal UI. */
export interface ProcessIdentity {
  /** The workflow id its input demands. */
  readonly workflowId: string;
  readonly flow: Flow;
  readonly mchid: string;
  readonly customs?: string;
  /** Business numbers for the search attribute `WxKeys`; nothing personal. */
  readonly keys: readonly (string | undefined)[];
  readonly reference?: string;
  readonly onResult?: OnResult;
}

/** The search attributes a process starts with, whoever starts it. */
export function startAttributes(identity: ProcessIdentity, now: Date, state = 'SUBMITTING'): SearchAttributePair[] {
  // An input typed by hand may hold anything; what is not text, the validation of the first activity names.
  const keys = keysOf(identity);
  return [
    { key: SEARCH_ATTRIBUTES.WxFlow, value: identity.flow },
    { key: SEARCH_ATTRIBUTES.WxState, value: state },
    { key: SEARCH_ATTRIBUTES.WxMchId, value: identity.mchid.slice(0, 128) },
    ...(identity.customs === undefined ? [] : [{ key: SEARCH_ATTRIBUTES.WxCustoms, value: identity.customs }]),
    { key: SEARCH_ATTRIBUTES.WxKeys, value: keys },
    { key: SEARCH_ATTRIBUTES.WxNeedsOperator, value: false },
    { key: SEARCH_ATTRIBUTES.WxLastChange, value: now },
  ];
}

/** Business numbers have 64 characters at most; a server refuses long values, again and again. */
function isShortText(key: unknown): key is string {
  return typeof key === 'string' && key !== '' && key.length <= 128;
}

/** Values of `WxKeys`: text, each once. `more`: numbers that became known later. */
export function keysOf({ keys, reference }: ProcessIdentity, more: readonly (string | undefined)[] = []): string[] {
  return [...new Set([...keys, ...more, reference])].filter(isShortText);
}

/** The identity each workflow's input demands; client, webhook and the workflow's own guard use this one place. */
export const identityOf = {
  customsDeclaration: ({ declaration, options }: CustomsDeclarationInput) =>
    ofDeclaredOrder('customsDeclaration', workflowIds.customs(declaration), declaration, options),
  customsModification: ({ modification, options }: CustomsModificationInput) =>
    ofDeclaredOrder('customsModification', workflowIds.customs(modification), modification, options),
  customsRepush: ({ repush, options }: CustomsRepushInput) =>
    ofDeclaredOrder('customsRepush', workflowIds.customs(repush), repush, options),
  identityVerification: ({ verification, options }: IdentityVerificationInput) =>
    ofDeclaredOrder('identityVerification', workflowIds.identity(verification), verification, options),
  h5Application: ({ mchid, application, options }: H5ApplicationInput): ProcessIdentity => ({
    workflowId: workflowIds.h5({ mchid, sub_mchid: application.sub_mchid }),
    flow: 'h5Application',
    mchid,
    keys: [application.sub_mchid],
    ...callers(options),
  }),
  h5Amendment: ({ mchid, sub_mchid, options }: H5AmendmentInput): ProcessIdentity => ({
    workflowId: workflowIds.h5({ mchid, sub_mchid }),
    flow: 'h5Amendment',
    mchid,
    keys: [sub_mchid],
    ...callers(options),
  }),
  h5DomainModification: ({ mchid, modification, options }: H5DomainModificationInput): ProcessIdentity => ({
    workflowId: workflowIds.h5Domain({ mchid, out_applyment_id: modification.out_applyment_id }),
    flow: 'h5DomainModification',
    mchid,
    keys: [modification.out_applyment_id, modification.sub_mchid],
    ...callers(options),
  }),
  contractDebit: ({ debit, options }: ContractDebitInput): ProcessIdentity => ({
    workflowId: workflowIds.debit(debit),
    flow: 'contractDebit',
    mchid: debit.mch_id,
    keys: [debit.out_trade_no],
    ...callers(options),
  }),
  contractOrder: ({ order, options }: ContractOrderInput): ProcessIdentity => ({
    workflowId: workflowIds.contractOrder(order),
    flow: 'contractOrder',
    mchid: order.mch_id,
    keys: [order.out_trade_no, order.contract_code],
    ...callers(options),
  }),
  contract: (input: ContractInput): ProcessIdentity => ({
    workflowId: workflowIds.contract(input),
    flow: 'contract',
    mchid: input.mch_id,
    keys: [input.contract_code, input.out_trade_no],
    ...callers(input.options),
  }),
  unclaimedNotification: ({ mchid, notification, options }: UnclaimedNotificationInput): ProcessIdentity => ({
    workflowId: workflowIds.unclaimed({ kind: notification.kind, mchid, id: notification.id }),
    flow: 'unclaimedNotification',
    mchid,
    keys: unclaimedKeys(notification.data),
    ...callers(options),
  }),
} as const;

function ofDeclaredOrder(
  flow: Flow,
  workflowId: string,
  { mchid, customs, out_trade_no, transaction_id, sub_order_no }: CustomsOrderKey,
  options: Parameters<typeof callers>[0],
): ProcessIdentity {
  const keys = [out_trade_no, transaction_id, sub_order_no];
  return { workflowId, flow, mchid, customs, keys, ...callers(options) };
}

function callers(options: { reference?: string; onResult?: OnResult } | undefined) {
  return { reference: options?.reference, onResult: options?.onResult };
}

function unclaimedKeys(data: object | undefined): (string | undefined)[] {
  const facts = (data ?? {}) as Readonly<Record<string, unknown>>;
  return ['out_trade_no', 'transaction_id', 'sub_mchid', 'contract_code'].map((name) =>
    typeof facts[name] === 'string' ? facts[name] : undefined,
  );
}
