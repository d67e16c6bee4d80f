import { seal } from '../v3/sealing';
import type { SealingKey } from '../v3/sealing';
import { parsePlainIdentity } from './schema';
import type { ParseOptions, PlainIdentity, SealedIdentity } from './schema';

/**
 * Seals an ID number and a name for WeChat Pay alone, so that neither goes any further in clear.
 *
 * @param key WeChat Pay's, for example of `keyRing.sealingKey()`; never the merchant's own
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
