// The files in which a mistake costs money or trust, by what they do: every branch of them is executed by the unit tests
// (`npm run coverage`), and nearly every change of them is noticed (`npm run mutation`).
export const AREAS = {
  signing: ['src/wechatpay/v2/signing.ts', 'src/wechatpay/v3/signing.ts'],
  verification: ['src/wechatpay/v3/verification.ts', 'src/wechatpay/v3/key-ring.ts'],
  opening: ['src/wechatpay/v3/aead.ts', 'src/wechatpay/v3/notification.ts', 'src/wechatpay/v2/notification.ts'],
  'XML, JSON and fields': [
    'src/wechatpay/v2/xml.ts',
    'src/wechatpay/v2/fields.ts',
    'src/wechatpay/json.ts',
    'src/wechatpay/v3/answer-fields.ts',
  ],
  validation: [
    'src/wechatpay/validation/*.ts',
    'src/wechatpay/*/schema.ts',
    'src/wechatpay/contract-order/order-rules.ts',
    'src/wechatpay/contract-order/order-warnings.ts',
    'src/wechatpay/customs/modification.ts',
    'src/wechatpay/customs/records-query.ts',
    'src/wechatpay/customs/split-order.ts',
    'src/wechatpay/h5/amendment.ts',
  ],
  classification: [
    'src/wechatpay/refusals/*.ts',
    'src/wechatpay/v3/classify.ts',
    'src/wechatpay/answer-text.ts',
    'src/wechatpay/retry-after.ts',
  ],
};

export const protocolCore = Object.values(AREAS).flat();
