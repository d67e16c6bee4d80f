import fc from 'fast-check';
import { buildXml, parseXml, XmlRefusedError } from '../../src/wechatpay/v2/xml';
import { mutatedBytes, readable } from './mutated';
import { ensure, ensureSame, resultOrRefusal, target } from './target';

const CDATA = /<!\[CDATA\[([\s\S]*?)\]\]>/;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What a flat message says, read piece by piece with regular expressions; throws when it is something else. */
function reference(document: string): Record<string, string> {
  const inside = /^\s*(?:<\?xml\s[^<>]*\?>)?\s*<xml\s*>([\s\S]*)<\/xml\s*>\s*$/.exec(document)?.[1];
  if (inside === undefined) throw new SyntaxError('no root');
  const element = new RegExp(`\\s*<(\\w+)\\s*(?:/>|>((?:[^<]|${CDATA.source})*)</\\1\\s*>)`, 'y');
  const fields: [string, string][] = [];
  let at = 0;
  for (let found = element.exec(inside); found !== null; found = element.exec(inside)) {
    fields.push([found[1]!, valueOf(found[2] ?? '')]);
    at = element.lastIndex;
  }
  if (inside.slice(at).trim() !== '') throw new SyntaxError('more than fields');
  if (new Set(fields.map(([name]) => name)).size < fields.length) throw new SyntaxError('a name twice');
  return Object.fromEntries(fields);
}

function valueOf(content: string): string {
  // split() keeps what the group caught: text and the content of CDATA take turns.
  return content
    .split(CDATA)
    .map((part, index) => (index % 2 === 1 ? part : decoded(part)))
    .join('');
}

function decoded(text: string): string {
  return text.replace(/&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(\w+));|&/g, (_, hex?: string, dec?: string, name?: string) => {
    const code = hex !== undefined ? parseInt(hex, 16) : dec !== undefined ? parseInt(dec, 10) : undefined;
    const character = code === undefined ? ENTITIES[name ?? ''] : String.fromCodePoint(code);
    if (character === undefined) throw new SyntaxError('an unknown reference');
    return character;
  });
}

const pieces = fc.constantFrom(
  ...[
    '<xml>',
    '</xml>',
    '<a>',
    '</a>',
    '<a/>',
    '<b>',
    '</b>',
    '<b />',
    '</b >',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    ']]',
  ],
  ...[
    '<!DOCTYPE',
    '<!ENTITY',
    '<?xml version="1.0"?>',
    '<?x',
    '?>',
    '<__proto__>',
    '</__proto__>',
    '<a b="1">',
    '<a:b>',
  ],
  ...[
    '&',
    '&amp;',
    '&#65;',
    '&#x4e2d;',
    '&#0;',
    '&#xD800;',
    '&#1114112;',
    '&nbsp;',
    ';',
    '<',
    '>',
    '/',
    ' ',
    '\n',
    '\r\n',
  ],
  ...['x', '中', '😀', '\0', '\uFEFF', '\uFFFF', '1', '='],
);
const soup = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));

const name = fc.oneof(
  fc.constantFrom('return_code', 'sign', 'a', 'A', '_x', 'total_fee'),
  fc.stringMatching(/^[a-z_]\w{0,8}$/),
);
const content = fc.oneof(
  soup.map((text) => text.replaceAll('<', '')),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `<![CDATA[${text}]]>`),
  fc.constantFrom(
    '1',
    ' 1 ',
    '<![CDATA[1]]>x<![CDATA[2]]>',
    '&lt;&amp;amp;',
    '<![CDATA[]]>',
    '<![CDATA[]]]]><![CDATA[>]]>',
    '',
  ),
);
const flat = fc
  .tuple(
    fc.constantFrom(
      '',
      '',
      '\uFEFF',
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<?xml version="1.0" encoding="GBK"?>\n',
    ),
    fc.array(fc.tuple(fc.constantFrom('', '\n', '\r\n  '), name, content), { minLength: 1, maxLength: 6 }),
    fc.constantFrom('', '\n'),
  )
  .map(([head, fields, gap]) => {
    const elements = fields.map(([before, field, inside]) => `${before}<${field}>${inside}</${field}>`);
    return `${head}<xml>${elements.join('')}${gap}</xml>${gap}`;
  });

const documents = fc.oneof(
  { weight: 2, arbitrary: flat.map((text) => readable(Buffer.from(text))) },
  { weight: 2, arbitrary: soup.map((text) => readable(Buffer.from(text))) },
  {
    weight: 3,
    arbitrary: mutatedBytes(
      flat.map((text) => readable(Buffer.from(text))),
      ['<a>', '</a>', '<![CDATA[', ']]>', '&', '&#', '&amp;', '<', '>', ']', '<a', '/'],
    ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map(readable) },
);

/** A reader of XML makes a line feed of every line break. */
const lineFeeds = (text: string): string => text.replace(/\r\n?/g, '\n');

export const xmlRead = target(
  { name: 'xml', claim: 'XML is read as one flat message, the same by another reader, or refused', runs: 2_000 },
  documents,
  async (bytes) => {
    const outcome = await resultOrRefusal(XmlRefusedError, () => parseXml(bytes));
    if ('refused' in outcome) return;
    const fields = outcome.result;
    ensure(Object.getPrototypeOf(fields) === null, 'the fields have no prototype');
    const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
    ensure(Buffer.byteLength(text) + (bytes[0] === 0xef ? 3 : 0) >= bytes.length, 'it was UTF-8');
    const names = Object.keys(fields);
    const expected = reference(text);
    const alike = (all: Readonly<Record<string, string>>) =>
      names.map((key) => [key, lineFeeds(all[key] ?? '(absent)')]);
    ensureSame(names.slice().sort(), Object.keys(expected).sort(), 'another reader finds the same fields');
    ensureSame(alike(fields), alike(expected), 'another reader finds the same values');
  },
);

const values = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  soup,
  fc.constantFrom('', ']]>', ']]>]]>', ']]', '&amp;', ' x ', '\t\n'),
);
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

export const xmlWritten = target(
  { name: 'xml-written', claim: 'a message we write is read back as it went in', runs: 1_000 },
  fc.dictionary(name, values, { minKeys: 1, maxKeys: 8 }),
  async (fields) => {
    fc.pre(!Object.keys(fields).some((key) => key in Object.prototype));
    const kept = Object.entries(fields).filter(([, value]) => value !== '');
    // A carriage return is no value of ours: every reader of XML may turn it into a line feed.
    fc.pre(kept.length > 0 && !kept.some(([, value]) => FORBIDDEN.test(value) || value.includes('\r')));
    const outcome = await resultOrRefusal(XmlRefusedError, () => parseXml(Buffer.from(buildXml(fields))));
    ensure('result' in outcome, 'what we write is read');
    ensureSame(Object.entries(outcome.result), kept, 'values come back as they went in');
  },
);
