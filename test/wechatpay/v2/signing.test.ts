import { describe, expect, it } from 'vitest';
import { sign, stringToSign, verifySign } from '../../../src/wechatpay/v2/signing';
import { present, vector, VECTORS } from '../../fixtures/v2-vectors';

describe('the published signatures', () => {
  it('are all eighteen there', () => {
    expect(VECTORS).toHaveLength(18);
  });

  it.each(VECTORS)(
    '$id: text, digest and verification agree',
    ({ algorithm, key, params, stringToSign: text, sign: digest }) => {
      const fields = present(params);
      expect(stringToSign(fields, key)).toBe(text);
      expect(sign(fields, { key, signType: algorithm })).toBe(digest);
      expect(verifySign({ ...fields, sign: digest }, { keys: [key] })).toEqual({ ok: true, signType: algorithm });
    },
  );

  it.each(VECTORS)('$id: one changed character of any value breaks the signature', ({ key, params, sign: digest }) => {
    const fields = present(params);
    for (const [name, value] of Object.entries(fields).filter(([, v]) => v !== '')) {
      const altered = { ...fields, [name]: `${value.slice(0, -1)}${value.endsWith('~') ? '!' : '~'}`, sign: digest };
      expect(verifySign(altered, { keys: [key] }).ok, name).toBe(false);
    }
  });

  it.each(VECTORS)('$id: another key does not verify it', ({ key, params, sign: digest }) => {
    const other = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
    const verdict = verifySign({ ...present(params), sign: digest }, { keys: [other] });
    expect(verdict).toEqual({ ok: false, reason: 'sign-mismatch' });
  });
});

describe('verifySign', () => {
  const t7 = vector('T7');
  const t8 = vector('T8');
  const t9 = vector('T9');
  const signed = { ...present(t8.params), sign: t8.sign };

  it('counts a field nobody documented', () => {
    const fields: Record<string, string> = { ...present(t7.params), sign: t7.sign };
    expect(verifySign(fields, { keys: [t7.key] }).ok).toBe(true);
    delete fields.new_field_from_wechat;
    expect(verifySign(fields, { keys: [t7.key] }).ok).toBe(false);
  });

  it('takes empty fields as absent ones', () => {
    expect(verifySign({ ...signed, err_code: '' }, { keys: [t8.key] }).ok).toBe(true);
  });

  it('accepts either key while a key is replaced', () => {
    const fresh = 'f'.repeat(32);
    expect(verifySign(signed, { keys: [fresh, t8.key] }).ok).toBe(true);
    expect(verifySign(signed, { keys: [t8.key, fresh] }).ok).toBe(true);
    expect(verifySign(signed, { keys: [] })).toEqual({ ok: false, reason: 'sign-mismatch' });
  });

  it('refuses a missing and an empty sign', () => {
    expect(verifySign(present(t8.params), { keys: [t8.key] })).toEqual({ ok: false, reason: 'sign-missing' });
    expect(verifySign({ ...signed, sign: '' }, { keys: [t8.key] })).toEqual({ ok: false, reason: 'sign-missing' });
  });

  it('refuses a lower-case sign', () => {
    const lower = { ...signed, sign: t8.sign.toLowerCase() };
    expect(verifySign(lower, { keys: [t8.key] })).toEqual({ ok: false, reason: 'sign-malformed' });
  });

  it('refuses a sign of another length and one with a blank', () => {
    for (const wrong of [t8.sign.slice(1), `${t8.sign}0`, `${t8.sign.slice(1)} `, `${t8.sign.slice(1)}中`]) {
      expect(verifySign({ ...signed, sign: wrong }, { keys: [t8.key] }).ok, wrong).toBe(false);
    }
  });

  it('chooses HMAC-SHA256 by length when sign_type is missing', () => {
    const fields = present(t8.params);
    const hmac = { ...fields, sign: sign(fields, { key: t8.key, signType: 'HMAC-SHA256' }) };
    expect(verifySign(hmac, { keys: [t8.key] })).toEqual({ ok: true, signType: 'HMAC-SHA256' });
  });

  it('refuses a sign whose length contradicts sign_type', () => {
    const fields = present(t9.params);
    const md5 = { ...fields, sign: sign(fields, { key: t9.key, signType: 'MD5' }) };
    expect(verifySign(md5, { keys: [t9.key] })).toEqual({ ok: false, reason: 'sign-malformed' });
  });

  it('refuses an unknown sign_type, and a type that is not allowed', () => {
    const fields = { ...present(t8.params), sign_type: 'SHA1' };
    const forged = { ...fields, sign: sign(fields, { key: t8.key, signType: 'MD5' }) };
    expect(verifySign(forged, { keys: [t8.key] })).toEqual({ ok: false, reason: 'sign-type' });
    expect(verifySign(signed, { keys: [t8.key], allowed: ['HMAC-SHA256'] })).toEqual({
      ok: false,
      reason: 'sign-type',
    });
  });

  it('would not verify the trap vector in the order of localeCompare', () => {
    const { params, key, sign: digest, stringToSign: text } = vector('T18');
    const names = Object.keys(present(params)).sort((a, b) => a.localeCompare(b, 'en'));
    const pairs = names.filter((name) => params[name] !== '').map((name) => `${name}=${params[name]}`);
    expect([...pairs, `key=${key}`].join('&')).not.toBe(text);
    expect(digest).toHaveLength(32);
  });
});
