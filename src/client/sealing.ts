import type { KeyObject } from 'node:crypto';
import { parsePlainIdentity } from '../wechatpay/customs/schema';
import type { ParseOptions, PlainIdentity, SealedIdentity } from '../wechatpay/customs/schema';
import { seal } from '../wechatpay/v3/sealing';

/** A public key of WeChat Pay, and the name it goes by: a certificate's serial or a `PUB_KEY_ID_...`. */
export interface SealingKey {
  readonly id: string;
  readonly publicKey: KeyObject;
}

/**
 * Seals an ID number and a name for WeChat Pay alone, so that neither enters a workflow.
 *
 * @throws InvalidInputError when one of them is wrong; its text never shows them.
 */
export function sealIdentity(
  identity: PlainIdentity,
  key: SealingKey,
  path = '$.identity',
  options: ParseOptions = {},
): SealedIdentity {
  const { certificate_id, certificate_name } = parsePlainIdentity(identity, path, options);
  return {
    certificate_type: 'IDCARD',
    certificate_id: seal(certificate_id, key),
    certificate_name: seal(certificate_name, key),
    sealed_with: key.id,
  };
}
