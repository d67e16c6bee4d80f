import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openV2Notification, V2NotificationRefusedError } from '../../../src/wechatpay/v2/notification';
import { sign } from '../../../src/wechatpay/v2/signing';
import { buildXml } from '../../../src/wechatpay/v2/xml';

const KEY = '192006250b4c09247ec02edce69f6a2d';
const FIELDS = { return_code: 'SUCCESS', appid: 'wx1', mch_id: '1200009811', attach: '月卡' };

function refusal(fields: Readonly<Record<string, string>>): V2NotificationRefusedError {
  try {
    openV2Notification({ rawBody: Buffer.from(buildXml(fields)), keys: [KEY] });
  } catch (error) {
    if (error instanceof V2NotificationRefusedError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('a refused notification says what was expected', () => {
  it.each([
    [{ ...FIELDS }, 'sign-missing', 'expected the field sign'],
    [{ ...FIELDS, sign: 'A'.repeat(32), sign_type: 'RSA' }, 'sign-type', 'expected sign_type MD5 or HMAC-SHA256'],
    [{ ...FIELDS, sign: 'a'.repeat(32) }, 'sign-malformed', '32 or 64 upper-case hexadecimal digits'],
    [{ ...FIELDS, sign: 'A'.repeat(32) }, 'sign-mismatch', 'forged, altered, or another APIv2 key'],
    [{ ...FIELDS, return_code: 'FAIL' }, 'return-code', 'expected return_code SUCCESS or none'],
  ])('%j: %s', (fields, reason, words) => {
    const error = refusal(fields);
    expect(error).toMatchObject({ name: 'V2NotificationRefusedError', reason });
    expect(error.message).toContain(`notification refused (${reason}): `);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('月卡');
  });
});

describe('the id of a statement', () => {
  it('is the SHA-256 of its sorted fields in UTF-8, without sign and nonce_str', () => {
    const open = (fields: Readonly<Record<string, string>>): string =>
      openV2Notification({
        rawBody: Buffer.from(buildXml({ ...fields, sign: sign(fields, { key: KEY, signType: 'MD5' }) })),
        keys: [KEY],
      }).id;
    const statement = JSON.stringify(Object.entries(FIELDS).sort(([a], [b]) => (a < b ? -1 : 1)));
    const expected = createHash('sha256').update(Buffer.from(statement)).digest('hex');
    expect(open(FIELDS)).toBe(expected);
    expect(open({ ...FIELDS, nonce_str: 'n' })).toBe(expected);
  });
});
