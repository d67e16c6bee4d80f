import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openV2Notification, V2NotificationRefusedError } from '../../../src/wechatpay/v2/notification';
import { sign, type SignType } from '../../../src/wechatpay/v2/signing';
import { buildXml } from '../../../src/wechatpay/v2/xml';
import { present, vector } from '../../fixtures/v2-vectors';

const { key: KEY, params, sign: T8_SIGN } = vector('T8');
const PAYMENT = present(params);

/** The genuine body, written by hand so that a fault of the builder cannot hide one of the parser. */
function body(fields: Record<string, string>, { wrap = (xml: string) => xml, inner = '' } = {}): Buffer {
  const elements = Object.entries(fields).map(([name, value]) => `  <${name}><![CDATA[${value}]]></${name}>\n`);
  return Buffer.from(wrap(`<xml>\n${elements.join('')}${inner}</xml>`), 'utf8');
}

function signed(fields: Record<string, string>, key = KEY, signType: SignType = 'MD5'): Record<string, string> {
  return { ...fields, sign: sign(fields, { key, signType }) };
}

const GENUINE = { ...PAYMENT, sign: T8_SIGN };
const TEXT = body(GENUINE).toString('utf8');
const replaced = (from: string | RegExp, to: string): Buffer => {
  const changed = TEXT.replace(from, to);
  if (changed === TEXT) throw new Error('the mutation changed nothing');
  return Buffer.from(changed, 'utf8');
};

function outcome(rawBody: Buffer, keys: readonly string[] = [KEY]): string {
  try {
    openV2Notification({ rawBody, keys });
    return 'passes';
  } catch (error) {
    if (error instanceof V2NotificationRefusedError) return error.reason;
    throw error;
  }
}

const field = (xml: string): Buffer => body(GENUINE, { inner: xml });
const prolog = (text: string): Buffer => body(GENUINE, { wrap: (xml) => `${text}${xml}` });
const nested = (levels: number): Buffer => field(`${'<a>'.repeat(levels)}${'</a>'.repeat(levels)}`);

const MATRIX: readonly (readonly [string, Buffer, string])[] = [
  ['B303 DOCTYPE', prolog('<!DOCTYPE xml>'), 'markup'],
  ['B303 DOCTYPE in lower case', prolog('<!doctype xml>'), 'markup'],
  ['B304 internal entity', prolog('<!DOCTYPE xml [<!ENTITY a "SUCCESS">]>'), 'markup'],
  ['B304 entity used without a declaration', replaced('<![CDATA[CFT]]>', '&a;'), 'reference'],
  [
    'B305 nested entity bomb',
    prolog('<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'),
    'markup',
  ],
  ['B306 flat entity bomb', prolog(`<!DOCTYPE x [<!ENTITY a "${'a'.repeat(30_000)}">]>`), 'markup'],
  ['B307 external entity: file', prolog('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), 'markup'],
  ['B308 external entity: http', prolog('<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1/">]>'), 'markup'],
  ['B309 parameter entity', prolog('<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1/"> %a;]>'), 'markup'],
  ['B310 external DTD', prolog('<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd">'), 'markup'],
  ['B311 XInclude', field('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'), 'element'],
  ['B312 UTF-16', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), 'not-utf8'],
  ['B312 UTF-16 without a byte order mark', Buffer.from('<xml><a>1</a></xml>', 'utf16le'), 'control-character'],
  ['B312 UTF-7', Buffer.from('+ADw-xml+AD4-+ADw-/xml+AD4-', 'ascii'), 'not-well-formed'],
  ['B313 declared encoding GBK', prolog('<?xml version="1.0" encoding="GBK"?>'), 'instruction'],
  ['B314 processing instruction before the root', prolog('<?php echo 1 ?>'), 'instruction'],
  ['B314 processing instruction as a field', field('<?php echo 1 ?>'), 'instruction'],
  ['B314 a second declaration', prolog('<?xml version="1.0"?><?xml version="1.0"?>'), 'instruction'],
  ['a declaration of 60 KB', prolog(`<?xml ${'x '.repeat(30_000)}?>`), 'instruction'],
  ['an element name of 65 characters', field(`<${'a'.repeat(65)}/>`), 'element'],
  ['B315 comment inside a value', replaced('<![CDATA[CFT]]>', 'C<!-- -->FT'), 'markup'],
  ['B315 comment between fields', field('<!-- x -->'), 'markup'],
  ['B316 CDATA unclosed', field('<a><![CDATA[x</a>'), 'markup'],
  [
    'B317 CDATA split: the same value in two parts',
    replaced('<![CDATA[CFT]]>', '<![CDATA[C]]><![CDATA[FT]]>'),
    'passes',
  ],
  ['B318 levels up to the limit of size', nested(450), 'nested'],
  ['B318 20,000 levels', nested(20_000), 'too-large'],
  ['B319 100,000 siblings', field('<a/>'.repeat(100_000)), 'too-large'],
  ['B319 siblings up to the limit of size', field('<a/>'.repeat(14_000)), 'duplicate'],
  ['B319 siblings of 1,000 names', field(Array.from({ length: 1_000 }, (_, n) => `<a${n}/>`).join('')), 'too-large'],
  ['B320 attributes up to the limit of size', field(`<a ${'b="" '.repeat(10_000)}/>`), 'element'],
  ['B320 50,000 attributes', field(`<a ${'b="" '.repeat(50_000)}/>`), 'too-large'],
  ['B321 1 MB of white space', field(' '.repeat(1_000_000)), 'too-large'],
  ['B322 unclosed root', Buffer.from(TEXT.replace('</xml>', ''), 'utf8'), 'not-well-formed'],
  ['B323 mismatched tag', replaced('</bank_type>', '</bank_typo>'), 'not-well-formed'],
  ['B324 junk after the root', body(GENUINE, { wrap: (xml) => `${xml}junk` }), 'not-well-formed'],
  ['B324 junk before the root', prolog('junk'), 'not-well-formed'],
  ['B325 two roots', body(GENUINE, { wrap: (xml) => `${xml}${xml}` }), 'not-well-formed'],
  ['B326 other root name', body(GENUINE, { wrap: (xml) => xml.replace(/xml>/g, 'root>') }), 'root'],
  ['B326 a root without an end of its own', Buffer.from('<xml/>'), 'root'],
  ['B326 the end of a root alone', Buffer.from('</xml>'), 'root'],
  ['B326 root in upper case', body(GENUINE, { wrap: (xml) => xml.replace(/xml>/g, 'XML>') }), 'root'],
  ['B327 name space prefix', replaced(/bank_type>/g, 'p:bank_type>'), 'element'],
  ['B328 nested field', field('<a><b>1</b></a>'), 'nested'],
  ['B329 duplicate field', field('<total_fee>888</total_fee>'), 'duplicate'],
  ['B330 attribute instead of element', field('<a value="1"/>'), 'element'],
  ['B330 attribute on the root', body(GENUINE, { wrap: (xml) => xml.replace('<xml>', '<xml a="1">') }), 'element'],
  ['B331 __proto__', field('<__proto__>1</__proto__>'), 'element'],
  ['B331 constructor', field('<constructor>1</constructor>'), 'element'],
  ['B331 toString', field('<toString>1</toString>'), 'element'],
  ['B332 numeric references', replaced('<![CDATA[CFT]]>', '&#67;&#x46;&#x54;'), 'passes'],
  ['B332 numeric reference to a Chinese character', replaced('<![CDATA[支付测试]]>', '支&#20184;测试'), 'passes'],
  ['B332 numeric reference to NUL', field('<a>&#0;</a>'), 'control-character'],
  ['B332 numeric reference to half a character', field('<a>&#xD800;</a>'), 'reference'],
  ['B332 numeric reference beyond Unicode', field('<a>&#x110000;</a>'), 'reference'],
  ['B332 numeric reference that is unfinished', field('<a>&#65</a>'), 'reference'],
  ['B334 new extra field', body(signed({ ...PAYMENT, brand_new: 'x' })), 'passes'],
  ['B334 new extra field that was not signed', field('<brand_new>x</brand_new>'), 'sign-mismatch'],
  ['B335 sign missing', body(PAYMENT), 'sign-missing'],
  ['B336 sign empty', body({ ...PAYMENT, sign: '' }), 'sign-missing'],
  ['B337 sign in lower case', body({ ...PAYMENT, sign: T8_SIGN.toLowerCase() }), 'sign-malformed'],
  ['B338 sign of another algorithm', body({ ...PAYMENT, sign_type: 'MD5', sign: 'A'.repeat(64) }), 'sign-malformed'],
  ['B338 sign type nobody knows', body({ ...GENUINE, sign_type: 'RSA' }), 'sign-type'],
  ['B339 sign with another key', body(signed(PAYMENT, '1'.repeat(32))), 'sign-mismatch'],
  ['B340 sign repeated', field(`<sign>${T8_SIGN}</sign>`), 'duplicate'],
  [
    'B341 amount changed after signing',
    replaced('<total_fee><![CDATA[888]]>', '<total_fee><![CDATA[1]]>'),
    'sign-mismatch',
  ],
  ['B342 return_code FAIL', body(signed({ ...PAYMENT, return_code: 'FAIL' })), 'return-code'],
  ['B344 HTML page', Buffer.from('<html><body>502</body></html>'), 'root'],
  ['B344 HTML page with a document type', Buffer.from('<!DOCTYPE html><html></html>'), 'markup'],
  ['B345 JSON body', Buffer.from('{"return_code":"SUCCESS"}'), 'not-well-formed'],
  ['B346 empty body', Buffer.alloc(0), 'not-well-formed'],
  ['B346 empty root', Buffer.from('<xml></xml>'), 'empty'],
  ['B347 control character', field('<a>\u0007</a>'), 'control-character'],
  ['B347 NUL inside CDATA', field('<a><![CDATA[\u0000]]></a>'), 'control-character'],
  [
    'B348 invalid UTF-8 byte',
    Buffer.concat([Buffer.from('<xml><a>'), Buffer.from([0xff]), Buffer.from('</a></xml>')]),
    'not-utf8',
  ],
  [
    'B348 overlong UTF-8',
    Buffer.concat([Buffer.from('<xml><a>'), Buffer.from([0xc0, 0xbc]), Buffer.from('</a></xml>')]),
    'not-utf8',
  ],
  ['text between the fields', field('text'), 'stray-text'],
  ['CDATA between the fields', field('<![CDATA[text]]>'), 'stray-text'],
  ['a byte order mark and a declaration', prolog('\ufeff<?xml version="1.0" encoding="UTF-8"?>\n'), 'passes'],
  ['the genuine message', body(GENUINE), 'passes'],
];

describe('openV2Notification', () => {
  it.each(MATRIX)('%s', (_name, rawBody, expected) => {
    expect(outcome(rawBody)).toBe(expected);
  });

  it('B333 takes &amp; outside CDATA for the sign it stands for, once', () => {
    const fields = signed({ ...PAYMENT, attach: 'a &amp; b & c' });
    const text = body(fields).toString('utf8').replace('<![CDATA[a &amp; b & c]]>', 'a &amp;amp; b &amp; c');
    const opened = openV2Notification({ rawBody: Buffer.from(text, 'utf8'), keys: [KEY] });
    expect(opened.fields.attach).toBe('a &amp; b & c');
  });

  it('opens every signed message of the specification', () => {
    for (const id of ['T8', 'T9', 'T10', 'T11']) {
      const { key, params: own, sign: digest, algorithm } = vector(id);
      const opened = openV2Notification({ rawBody: body({ ...present(own), sign: digest }), keys: [key] });
      expect(opened.fields).toEqual({ ...present(own), sign: digest });
      expect(opened.signType).toBe(algorithm);
    }
  });

  it('accepts either of two keys', () => {
    expect(outcome(body(GENUINE), ['9'.repeat(32), KEY])).toBe('passes');
  });

  it('needs no return_code: contract notifications may come without', () => {
    const { return_code: _, ...rest } = present(vector('T10').params);
    expect(outcome(body(signed(rest)))).toBe('passes');
  });

  it('gives one id to every delivery of one statement, and another to another statement', () => {
    const id = (fields: Record<string, string>): string =>
      openV2Notification({ rawBody: Buffer.from(buildXml(fields)), keys: [KEY] }).id;
    const first = id(GENUINE);
    const reversed = Object.fromEntries(Object.entries(GENUINE).reverse());
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(id(reversed)).toBe(first);
    expect(id(signed({ ...PAYMENT, nonce_str: 'another' }))).toBe(first);
    expect(id(signed({ ...PAYMENT, total_fee: '889' }))).not.toBe(first);
    // The same signed text from two fields and from one: the id keeps them apart.
    expect(id(signed({ a: '1', b: '2' }))).not.toBe(id(signed({ a: '1&b=2' })));
  });

  it('says nothing of the message it refuses', () => {
    for (const [, rawBody, expected] of MATRIX.filter(([, , reason]) => reason !== 'passes')) {
      try {
        openV2Notification({ rawBody, keys: [KEY] });
        expect.unreachable(expected);
      } catch (error) {
        const shown = inspect(error, { depth: 9 }).replace(/^\s+at .*$/gm, '');
        for (const secret of [KEY, PAYMENT.openid!, PAYMENT.transaction_id!, '支付测试'])
          expect(shown).not.toContain(secret);
      }
    }
  });
});
