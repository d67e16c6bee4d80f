import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { createNotificationHandler } from '../../src/webhook/handler';
import type { WebhookRequest } from '../../src/webhook/handler';
import {
  CONTRACT,
  MCHID,
  merchants,
  NOW,
  OTHER_V2_KEY,
  PAYMENT,
  recordingLog,
  recordingSink,
  V2_KEY,
  v2Notification,
} from '../webhook/genuine';
import { proveGroup } from './table';

/*
 * Over the webhook without its server. A refusal is one answer that tells the sender nothing, one log line with the exact
 * reason and nothing of the message, and no delivery.
 */

async function send(request: WebhookRequest) {
  const { sink, deliveries } = recordingSink();
  const { log, lines } = recordingLog();
  const handler = createNotificationHandler({ merchants, deliver: sink, now: () => NOW, log });
  return { response: await handler(request), deliveries, lines };
}

const GENUINE = v2Notification(PAYMENT);
const TEXT = GENUINE.rawBody.toString('utf8');
const SIGN = /<sign><!\[CDATA\[(.*?)\]\]>/.exec(TEXT)![1]!;

/** The genuine request with another body. */
const holding = (body: string | Buffer): WebhookRequest => ({ ...GENUINE, rawBody: Buffer.from(body) });

async function refuses(reason: string, body: string | Buffer, status = 401): Promise<void> {
  const { response, deliveries, lines } = await send(holding(body));
  const message = status === 401 ? 'not verified' : 'too large';
  expect(response).toEqual({
    status,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: `<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[${message}]]></return_msg></xml>`,
  });
  expect(deliveries).toEqual([]);
  const fields = { route: 'payment', mchid: MCHID, reason, status, requestId: '08F78BB6AF0610D302189F9D' };
  expect(lines).toEqual([
    { level: 'warn', fields: { ...fields, errorName: undefined }, message: 'notification refused' },
  ]);
}

/** What is delivered; the class is no reason to refuse a genuine message. */
async function delivers(body: string | Buffer): Promise<Readonly<Record<string, unknown>>> {
  const { response, deliveries } = await send(holding(body));
  expect(response.status).toBe(200);
  expect(deliveries).toMatchObject([{ to: 'payment' }]);
  return (deliveries[0]?.args[1] as { data: Record<string, unknown> }).data;
}

/** The genuine text with one change; what changes nothing proves nothing. */
function changed(from: string | RegExp, to: string, text = TEXT): string {
  const other = text.replace(from, to);
  expect(other).not.toBe(text);
  return other;
}

const withField = (xml: string): string => changed('</xml>', `${xml}</xml>`);
const prolog = (text: string): string => `${text}${TEXT}`;
const doctype = (declarations: string): string => prolog(`<!DOCTYPE xml [${declarations}]>`);
const using = (entity: string, text: string): string => changed('<![CDATA[CFT]]>', entity, text);
const signed = (fields: Readonly<Record<string, string>>, options = {}): string =>
  v2Notification({ ...PAYMENT, ...fields }, options).rawBody.toString('utf8');
const bytesInside = (...bytes: number[]): Buffer => {
  const [before = '', after = ''] = withField('<a>|</a>').split('|');
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
};

proveGroup('v2-notification', {
  B303: async () => {
    for (const word of ['DOCTYPE', 'doctype', 'DocType']) await refuses('markup', prolog(`<!${word} xml>`));
  },
  B304: async () => {
    await refuses('markup', using('&a;', doctype('<!ENTITY a "CFT">')));
    await refuses('reference', using('&a;', TEXT));
  },
  B305: async () => {
    const levels = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`);
    await refuses('markup', using('&l9;', doctype(`<!ENTITY l0 "lol">${levels.join('')}`)));
  },
  B306: async () => {
    const text = doctype(`<!ENTITY a "${'a'.repeat(20_000)}">`);
    await refuses('markup', using('&a;'.repeat(5_000), text));
    await refuses('reference', using('&a;'.repeat(10_000), TEXT));
  },
  B307: async () => {
    await refuses('markup', using('&a;', doctype('<!ENTITY a SYSTEM "file:///etc/hostname">')));
    await refuses('markup', using('&a;', doctype('<!ENTITY a PUBLIC "x" "file:///etc/hostname">')));
  },
  B308: () =>
    unasked(async (url) => {
      await refuses('markup', using('&a;', doctype(`<!ENTITY a SYSTEM "${url}">`)));
    }),
  B309: () =>
    unasked(async (url) => {
      await refuses('markup', doctype(`<!ENTITY % a SYSTEM "${url}"> %a;`));
    }),
  B310: () =>
    unasked(async (url) => {
      await refuses('markup', prolog(`<!DOCTYPE xml SYSTEM "${url}">`));
    }),
  B311: () =>
    unasked(async (url) => {
      const namespace = 'xmlns:xi="http://www.w3.org/2001/XInclude"';
      await refuses('element', withField(`<xi:include ${namespace} href="${url}"/>`));
      await refuses('element', changed('<xml>', `<xml ${namespace}>`));
    }),
  B312: async () => {
    await refuses('not-utf8', Buffer.from(`\uFEFF${TEXT}`, 'utf16le'));
    await refuses('not-utf8', Buffer.from(`\uFEFF${TEXT}`, 'utf16le').swap16());
    await refuses('control-character', Buffer.from(TEXT, 'utf16le'));
    await refuses('not-well-formed', TEXT.replaceAll('<', '+ADw-').replaceAll('>', '+AD4-'));
    await refuses('instruction', prolog('<?xml version="1.0" encoding="UTF-7"?>'));
  },
  B313: async () => {
    for (const encoding of ['GBK', 'gb2312', 'UTF-16', 'ISO-8859-1']) {
      await refuses('instruction', prolog(`<?xml version="1.0" encoding="${encoding}"?>`));
    }
    await delivers(prolog('<?xml version="1.0" encoding="utf-8"?>\n'));
  },
  B314: async () => {
    await refuses('instruction', prolog('<?php echo 1 ?>'));
    await refuses('instruction', withField('<?xml-stylesheet href="x"?>'));
    await refuses('instruction', prolog('<?xml version="1.0"?><?xml version="1.0"?>'));
  },
  B315: async () => {
    await refuses('markup', using('C<!-- -->FT', TEXT));
    await refuses('markup', using('<!--<![CDATA[-->CFT<!--]]>-->', TEXT));
    await refuses('markup', withField('<!-- x -->'));
  },
  B316: async () => {
    await refuses('markup', withField('<a><![CDATA[x</a>'));
    await refuses('markup', using('<![CDATA[CFT]] >', TEXT.slice(0, TEXT.indexOf('CFT') + 20)));
  },
  B317: async () => {
    // One value in two parts is what a writer makes of "]]>" inside it.
    expect((await delivers(using('<![CDATA[C]]><![CDATA[FT]]>', TEXT)))['bank_type']).toBe('CFT');
    await refuses('sign-mismatch', using('<![CDATA[C]]> <![CDATA[FT]]>', TEXT));
    await refuses('nested', using('<a><![CDATA[C]]></a><![CDATA[FT]]>', TEXT));
  },
  B318: async () => {
    const levels = (count: number) => withField('<a>'.repeat(count) + '</a>'.repeat(count));
    await refuses('too-large', levels(20_000), 413);
    await refuses('nested', levels(8_000));
    await refuses('nested', levels(2));
  },
  B319: async () => {
    await refuses('too-large', withField('<a/>'.repeat(100_000)), 413);
    await refuses('too-large', withField(Array.from({ length: 5_000 }, (_, n) => `<a${n}/>`).join('')));
  },
  B320: async () => {
    const attributes = (count: number) =>
      withField(`<a${Array.from({ length: count }, (_, n) => ` b${n}="1"`).join('')}/>`);
    await refuses('too-large', attributes(50_000), 413);
    await refuses('element', attributes(5_000));
  },
  B321: async () => {
    await refuses('too-large', withField(' '.repeat(1_000_000)), 413);
    await delivers(withField(' '.repeat(60_000)));
    await refuses('element', withField(`<${' '.repeat(60_000)}a/>`));
  },
  B322: async () => {
    await refuses('not-well-formed', changed('</xml>', ''));
    await refuses('element', TEXT.slice(0, -4));
  },
  B323: async () => {
    await refuses('not-well-formed', changed('</bank_type>', '</bank_typo>'));
    await refuses('not-well-formed', changed('</bank_type>', '</BANK_TYPE>'));
    await refuses('not-well-formed', withField('</a>'));
  },
  B324: async () => {
    for (const junk of ['junk', '\u00a0', '&amp;']) await refuses('not-well-formed', `${TEXT}${junk}`);
    await refuses('not-well-formed', prolog('junk'));
    await delivers(`${TEXT}\r\n`);
  },
  B325: () => refuses('not-well-formed', `${TEXT}${TEXT}`),
  B326: async () => {
    for (const root of ['root', 'XML', 'xmls', 'x']) {
      await refuses('root', TEXT.replace('<xml>', `<${root}>`).replace('</xml>', `</${root}>`));
    }
  },
  B327: async () => {
    await refuses('element', TEXT.replaceAll('bank_type>', 'p:bank_type>'));
    await refuses('element', changed('<xml>', '<p:xml>'));
  },
  B328: async () => {
    await refuses('nested', withField('<a><b>1</b></a>'));
    await refuses('nested', TEXT.replace('<total_fee>', '<a><total_fee>').replace('</total_fee>', '</total_fee></a>'));
  },
  B329: async () => {
    await refuses('duplicate', withField('<total_fee>888</total_fee>'));
    await refuses('duplicate', changed('<xml>', '<xml><total_fee>1</total_fee>'));
    await refuses('duplicate', withField('<attach/><attach/>'));
  },
  B330: async () => {
    await refuses('element', changed('<total_fee>', '<total_fee value="888">'));
    await refuses('element', withField('<total_fee value="888"/>'));
    await refuses('element', changed('<xml>', '<xml total_fee="1">'));
  },
  B331: async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
      await refuses('element', withField(`<${name}>1</${name}>`));
    }
    // No name of an object, but one of its prototype's.
    expect(await delivers(signed({ prototype: 'x' }))).not.toHaveProperty('prototype');
    expect(({} as Record<string, unknown>)['total_fee']).toBeUndefined();
  },
  B332: async () => {
    expect((await delivers(using('&#67;&#x46;&#x54;', TEXT)))['bank_type']).toBe('CFT');
    const attached = signed({ attach: '支付<&😀' });
    const references = changed('<![CDATA[支付<&😀]]>', '&#25903;&#x4ed8;&#60;&#38;&#x1F600;', attached);
    expect((await delivers(references))['attach']).toBe('支付<&😀');
    for (const reference of ['&#0;', '&#11;', '&#xFFFE;']) {
      await refuses('control-character', withField(`<a>${reference}</a>`));
    }
    for (const reference of ['&#xD800;', '&#x110000;', '&#65', '&#;', '&#x;', '&#-1;', '&#99999999;']) {
      await refuses('reference', withField(`<a>${reference}</a>`));
    }
  },
  B333: async () => {
    const text = changed('<![CDATA[a &amp; b & c]]>', 'a &amp;amp; b &amp; c', signed({ attach: 'a &amp; b & c' }));
    // Decoded once: what was escaped twice is still escaped.
    expect((await delivers(text))['attach']).toBe('a &amp; b & c');
    await refuses('reference', withField('<a>b & c</a>'));
  },
  B334: async () => {
    expect(await delivers(signed({ brand_new: 'x', coupon_fee_0: '1' }))).toMatchObject({ total_fee: 888 });
    await refuses('sign-mismatch', withField('<brand_new>x</brand_new>'));
  },
  B335: () => refuses('sign-missing', changed(/<sign>.*<\/sign>/, '')),
  B336: async () => {
    for (const empty of ['<sign></sign>', '<sign/>', '<sign><![CDATA[]]></sign>']) {
      await refuses('sign-missing', changed(/<sign>.*<\/sign>/, empty));
    }
  },
  B337: () => refuses('sign-malformed', changed(SIGN, SIGN.toLowerCase())),
  B338: async () => {
    // Stated as one, made by the other; stated as one nobody has; and of no length that anybody makes.
    await refuses('sign-malformed', signed({ sign_type: 'MD5' }, { signType: 'HMAC-SHA256' }));
    await refuses('sign-malformed', signed({ sign_type: 'HMAC-SHA256' }));
    for (const sign_type of ['RSA', 'SHA256', 'md5']) await refuses('sign-type', signed({ sign_type }));
    await refuses('sign-malformed', changed(SIGN, 'A'.repeat(40)));
  },
  B339: async () => {
    for (const key of [OTHER_V2_KEY, V2_KEY.toUpperCase(), `${V2_KEY} `, '']) {
      await refuses('sign-mismatch', signed({}, { key }));
      await refuses('sign-mismatch', signed({}, { key, signType: 'HMAC-SHA256' }));
    }
  },
  B340: async () => {
    await refuses('duplicate', withField(`<sign>${SIGN}</sign>`));
    await refuses('duplicate', changed('<xml>', `<xml><sign>${'A'.repeat(32)}</sign>`));
  },
  B341: async () => {
    expect(await delivers(TEXT)).toMatchObject({ total_fee: 888 });
    const total_fee = '<total_fee><![CDATA[888]]>';
    for (const other of ['1', '8880', '0888', ' 888', '888 ']) {
      await refuses('sign-mismatch', changed(total_fee, `<total_fee><![CDATA[${other}]]>`));
    }
    // An empty field is not signed: without its amount a message is another one.
    await refuses('sign-mismatch', changed(`${total_fee}</total_fee>`, '<total_fee/>'));
  },
  B342: async () => {
    for (const return_code of ['FAIL', 'fail', 'OK']) await refuses('return-code', signed({ return_code }));
    await refuses('return-code', '<xml><return_code>FAIL</return_code><return_msg>no</return_msg></xml>');
  },
  B343: async () => {
    // Genuine, so it is not refused; but nothing that failed is ever told to a process as a payment or a contract.
    for (const [fields, kind] of [
      [PAYMENT, 'payment'],
      [CONTRACT, 'contract'],
    ] as const) {
      const path = `/wechatpay/${MCHID}/${kind}`;
      const { response, deliveries } = await send(v2Notification({ ...fields, result_code: 'FAIL' }, { path }));
      expect(response.status).toBe(200);
      expect(deliveries).toMatchObject([
        { to: 'unclaimed', args: [{ reason: expect.stringContaining('result_code') }] },
      ]);
    }
  },
  B344: async () => {
    await refuses('markup', '<!DOCTYPE html><html><body>502</body></html>');
    await refuses('root', '<html><body>502</body></html>');
    await refuses('element', '<html lang="en"><body>502</body></html>');
  },
  B345: async () => {
    for (const json of ['{"return_code":"SUCCESS"}', '[]', '"<xml></xml>"']) await refuses('not-well-formed', json);
  },
  B346: async () => {
    for (const nothing of ['', ' ', '\r\n']) await refuses('not-well-formed', nothing);
    await refuses('empty', '<xml></xml>');
  },
  B347: async () => {
    for (const character of ['\u0000', '\u0007', '\u000b', '\u001f', '\ufffe']) {
      await refuses('control-character', withField(`<a>${character}</a>`));
      await refuses('control-character', signed({ attach: character }));
    }
    expect((await delivers(signed({ attach: 'a\tb\nc' })))['attach']).toBe('a\tb\nc');
  },
  B348: async () => {
    await refuses('not-utf8', bytesInside(0xff));
    await refuses('not-utf8', bytesInside(0xc0, 0xbc)); // overlong
    await refuses('not-utf8', bytesInside(0xed, 0xa0, 0x80)); // half of a pair
    await refuses('not-utf8', Buffer.concat([Buffer.from(TEXT), Buffer.from([0xe6, 0x94])]));
  },
});

/** Nobody asks the server at this address for anything. */
async function unasked(prove: (url: string) => Promise<void>): Promise<void> {
  let asked = 0;
  const server = createServer((_request, response) => response.end(String((asked += 1))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await prove(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x.dtd`);
    expect(asked).toBe(0);
  } finally {
    server.close();
  }
}
