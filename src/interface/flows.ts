/** Workflow types, and the values of the search attribute `WxFlow`. */
export const FLOWS = {
  customsDeclaration: 'customsDeclaration',
  customsModification: 'customsModification',
  customsRepush: 'customsRepush',
  identityVerification: 'identityVerification',
  h5Application: 'h5Application',
  h5Amendment: 'h5Amendment',
  h5DomainModification: 'h5DomainModification',
  contractOrder: 'contractOrder',
  contract: 'contract',
  contractDebit: 'contractDebit',
  unclaimedNotification: 'unclaimedNotification',
} as const;

export type Flow = keyof typeof FLOWS;

/** Activity ids that an operator's command may name; the same in every workflow. */
export const ACTIVITY_IDS = {
  /** The create-like call. */
  submit: 'submit',
  /** The waiting query: `temporal activity reset --activity-id await-result -w ID` asks now. */
  awaitResult: 'await-result',
  /** The identity question beside a declaration. */
  awaitIdentity: 'await-identity',
} as const;
