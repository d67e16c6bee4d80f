import type { TestCredentials } from '../../credentials';
import type { World } from '../world';
import { rfc3339 } from '../times';
import { ApiError } from './api-error';
import { encryptResource } from './signing';

/** `GET /v3/global/certificates`, `/v3/certificates`; NOT_FOUND for a merchant moved to public key mode. */
export function listCertificates(world: World, merchant: TestCredentials) {
  const certificates = world.platform.certificates();
  if (certificates.length === 0) {
    throw new ApiError(404, 'NOT_FOUND', { en: 'No available platform certificate', zh: '无可用的平台证书' });
  }
  return {
    data: certificates.map(({ serial, certificate, effectiveTime, expireTime }) => ({
      serial_no: serial,
      effective_time: rfc3339(Date.parse(effectiveTime)),
      expire_time: rfc3339(Date.parse(expireTime)),
      encrypt_certificate: encryptResource(merchant.apiV3Key, certificate, 'certificate'),
    })),
  };
}
