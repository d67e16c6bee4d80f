import type { Problem } from '../wechatpay/errors';

/** Cipher text of an RSA key of 2048 bits or more, in Base64. */
const CIPHER_TEXT = /^[A-Za-z0-9+/]{342,1366}={0,2}$/;

const FIELDS = {
  certificate_type: { expected: '`IDCARD`', holds: (value: unknown) => value === 'IDCARD' },
  certificate_id: { expected: 'cipher text', holds: isCipherText },
  certificate_name: { expected: 'cipher text', holds: isCipherText },
  sealed_with: {
    expected: 'the id of the key it was sealed with',
    holds: (value: unknown) => typeof value === 'string',
  },
} as const;

/** What is wrong with `identity` beside a declaration, before anything is sent. What came is never shown. */
export function sealedIdentityProblems(identity: unknown, path: string): readonly Problem[] {
  if (identity === undefined) return [];
  const remedy = 'Let the client seal it; never type an ID number or a name into Temporal.';
  if (typeof identity !== 'object' || identity === null || Array.isArray(identity)) {
    return [{ code: 'shape', path, expected: 'an object with the two fields sealed', remedy }];
  }
  const given: Readonly<Record<string, unknown>> = { ...identity };
  return Object.entries(FIELDS).flatMap(([name, { expected, holds }]) =>
    holds(given[name]) ? [] : [{ code: 'sealed', path: `${path}.${name}`, expected, remedy }],
  );
}

function isCipherText(value: unknown): boolean {
  return typeof value === 'string' && CIPHER_TEXT.test(value);
}
