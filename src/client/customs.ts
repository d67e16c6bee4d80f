import { identityOf } from '../interface';
import type {
  CustomsDeclarationInput,
  CustomsOptions,
  CustomsResult,
  FirstAnswer,
  IdentityOptions,
  IdentityResult,
} from '../interface';
import { parseDeclaration, parseVerification } from '../wechatpay/customs/schema';
import type {
  CertificateVerification,
  CustomsDeclaration,
  CustomsRecord,
  SealedIdentity,
} from '../wechatpay/customs/schema';
import type { StartedProcess } from './process';
import type { RepeatPolicy } from './start';
import { ONE_AT_A_TIME } from './starter';
import type { Identity, Starter } from './starter';

/** A declaration as an order service gives it. */
export interface DeclarationRequest {
  readonly declaration: CustomsDeclaration;
  /** Ask whether this person is the payer; a plain one is sealed here and goes no further. */
  readonly identity?: Identity;
  readonly options?: CustomsOptions;
}

export async function declare(
  starter: Starter,
  request: DeclarationRequest,
  policy: RepeatPolicy,
): Promise<StartedProcess<CustomsResult, FirstAnswer<CustomsRecord>>> {
  const input = declarationInput(starter, request);
  const { out_trade_no, customs } = input.declaration;
  return starter.submit({
    input,
    identity: identityOf.customsDeclaration(input),
    policy,
    compared: ({ declaration }) => declaration,
    summary: `declare ${out_trade_no} to ${customs}`,
  });
}

function declarationInput(starter: Starter, { declaration: given, identity: payer, options }: DeclarationRequest) {
  const [, declaration, identity] = starter.checked('customs declaration', [
    () => starter.checkOptions('customsDeclaration', options),
    (warnings) => parseDeclaration(given, '$.declaration', { warnings }),
    (warnings) => (payer === undefined ? undefined : starter.sealed(payer, '$.identity', warnings)),
  ]);
  const input: CustomsDeclarationInput = {
    declaration,
    ...(identity === undefined ? {} : { identity }),
    ...(options === undefined ? {} : { options }),
  };
  return input;
}

/** A question about a payer, as an order service gives it. */
export interface VerificationRequest {
  readonly order: Omit<CertificateVerification, keyof SealedIdentity>;
  readonly identity: Identity;
  readonly options?: IdentityOptions;
}

export async function verifyIdentity(
  starter: Starter,
  { order, identity, options }: VerificationRequest,
): Promise<StartedProcess<IdentityResult>> {
  const verification = starter.checked('identity verification', [
    () => starter.checkOptions('identityVerification', options),
    (warnings) => {
      const sealed = starter.sealed(identity, '$.identity', warnings);
      return parseVerification({ ...order, ...sealed }, '$.order', { warnings });
    },
  ])[1];
  return starter.start({
    input: { verification, ...(options === undefined ? {} : { options }) },
    identity: identityOf.identityVerification({ verification, options }),
    policy: ONE_AT_A_TIME,
    // Sealed bytes differ at every sealing: whether it is the same person, nobody can tell.
    compared: (started) => started.verification,
    joins: false,
    summary: `identity of the payer of ${verification.out_trade_no}`,
  });
}
