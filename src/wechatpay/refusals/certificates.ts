import type { RefusalTable } from './table';

/** Source: WeChat Pay Global APIv3, "Download platform certificates", and the official Java client. */
export const certificatesRefusals: RefusalTable = {
  calls: /^certificates\b/,
  rows: [
    {
      code: ['NOT_FOUND', 'RESOURCE_NOT_EXISTS'],
      errorClass: 'NOT_FOUND',
      meaning: 'the merchant has no certificates: it was moved to public key mode',
      remedy: 'Download the WeChat Pay public key from the merchant platform and configure it with its id.',
    },
  ],
};
