import { XMLParser } from 'fast-xml-parser';
import type { Fields } from './fields';

/** Why a document was refused. Closed, so that it can label a metric. */
export type XmlRefusal =
  | 'too-large'
  | 'not-utf8'
  | 'control-character'
  | 'markup'
  | 'instruction'
  | 'element'
  | 'reference'
  | 'not-well-formed'
  | 'root'
  | 'nested'
  | 'duplicate'
  | 'stray-text'
  | 'empty';

const REFUSALS: Readonly<Record<XmlRefusal, string>> = {
  'too-large': 'expected at most 65536 bytes',
  'not-utf8': 'expected UTF-8',
  'control-character': 'expected no control characters besides tab, line feed and carriage return',
  markup: 'expected no DOCTYPE, ENTITY, comment or unclosed CDATA',
  instruction: 'expected no processing instruction besides one XML declaration in UTF-8 at the very start',
  element: 'expected element names of letters, digits and underscores, without attributes and name spaces',
  reference: 'expected only the five predefined entities and numeric references to characters',
  'not-well-formed': 'expected well-formed XML',
  root: 'expected exactly one root element named xml',
  nested: 'expected one level of fields',
  duplicate: 'expected every field once',
  'stray-text': 'expected no text between the fields',
  empty: 'expected at least one field',
};

/** A document that is not one flat message of WeChat Pay. Says nothing of its content. */
export class XmlRefusedError extends Error {
  override readonly name = 'XmlRefusedError';

  constructor(readonly reason: XmlRefusal) {
    super(`XML refused (${reason}): ${REFUSALS[reason]}`);
  }
}

const MAX_BYTES = 64 * 1024;
/** A payment notification has about 30 fields and three more per coupon. */
const MAX_FIELDS = 500;

const DECLARATION = /^<\?xml\s[^<>]{0,100}?\?>/;
const DECLARED_ENCODING = /\sencoding\s*=\s*(["'])(?!utf-8\1)/i;
const TAG = /<\/?([A-Za-z_][A-Za-z0-9_]{0,63})\s*\/?>/y;
/** What XML does not allow, as a character or as a reference. */
const FORBIDDEN_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** @internal Exported so that a test can hold every option against the library's next version. */
export const PARSER_OPTIONS = {
  // The order shows what a plain object would hide: repeated names, and which part of a value was CDATA.
  preserveOrder: true,
  textNodeName: '#text',
  cdataPropName: '#cdata',
  // By default 28-digit payment numbers become floats, and outer blanks, which are signed, disappear.
  parseTagValue: false,
  trimValues: false,
  ignoreAttributes: false,
  ignoreDeclaration: true,
  // References are decoded below in one pass: nothing is decoded twice, and no input reaches an entity engine.
  processEntities: false,
  maxNestedTags: 4,
} as const;

const parser = new XMLParser(PARSER_OPTIONS);

type Node = Readonly<Record<string, unknown>>;

/**
 * Decodes one message of WeChat Pay: at most 64 KiB of UTF-8, the root `xml`, one level of fields, every value a text.
 * The result has no prototype. Values are as they were signed: nothing is trimmed or converted.
 *
 * @throws XmlRefusedError for everything else, before or after parsing.
 */
export function parseXml(raw: Uint8Array): Fields {
  const text = decodeUtf8(raw);
  refuseMarkup(text);
  const root = theRoot(parseDocument(text));
  const fields = Object.create(null) as Record<string, string>;
  for (const node of root) {
    const [name, content] = theEntry(node);
    if (name === '#text') {
      if (typeof content !== 'string' || content.trim() !== '') throw new XmlRefusedError('stray-text');
      continue;
    }
    if (name === '#cdata') throw new XmlRefusedError('stray-text');
    if (name in fields) throw new XmlRefusedError('duplicate');
    fields[name] = textContent(content);
  }
  if (Object.keys(fields).length === 0) throw new XmlRefusedError('empty');
  return fields;
}

function decodeUtf8(raw: Uint8Array): string {
  if (raw.byteLength > MAX_BYTES) throw new XmlRefusedError('too-large');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    throw new XmlRefusedError('not-utf8');
  }
  if (FORBIDDEN_CHARACTER.test(text)) throw new XmlRefusedError('control-character');
  return text;
}

/** One linear pass over the tags before any parser sees them: what a parser never gets, it cannot get wrong. */
function refuseMarkup(text: string): void {
  let at = 0;
  const declaration = DECLARATION.exec(text);
  if (declaration !== null) {
    if (DECLARED_ENCODING.test(declaration[0])) throw new XmlRefusedError('instruction');
    at = declaration[0].length;
  }
  let tags = 0;
  for (at = text.indexOf('<', at); at !== -1; at = text.indexOf('<', at)) {
    if (text.startsWith('<![CDATA[', at)) {
      const end = text.indexOf(']]>', at + 9);
      if (end === -1) throw new XmlRefusedError('markup');
      at = end + 3;
      continue;
    }
    if (text[at + 1] === '!') throw new XmlRefusedError('markup');
    if (text[at + 1] === '?') throw new XmlRefusedError('instruction');
    TAG.lastIndex = at;
    const tag = TAG.exec(text);
    if (tag === null || tag[1]! in Object.prototype) throw new XmlRefusedError('element');
    if ((tags += 1) > 2 * MAX_FIELDS) throw new XmlRefusedError('too-large');
    at = TAG.lastIndex;
  }
}

function parseDocument(text: string): unknown {
  try {
    return parser.parse(text, true);
  } catch {
    // The parser's own message may quote the document.
    throw new XmlRefusedError('not-well-formed');
  }
}

function theRoot(document: unknown): readonly Node[] {
  if (!Array.isArray(document)) throw new XmlRefusedError('root');
  const roots = (document as Node[]).map(theEntry).filter(([name, content]) => !isBlank(name, content));
  const [root, another] = roots;
  if (root === undefined || another !== undefined) throw new XmlRefusedError('root');
  const [name, children] = root;
  if (name !== 'xml' || !Array.isArray(children)) throw new XmlRefusedError('root');
  return children as Node[];
}

function isBlank(name: string, content: unknown): boolean {
  return name === '#text' && typeof content === 'string' && content.trim() === '';
}

function theEntry(node: Node): readonly [string, unknown] {
  const entries = Object.entries(node);
  const [entry] = entries;
  // A second key holds attributes.
  if (entry === undefined || entries.length !== 1) throw new XmlRefusedError('element');
  return entry;
}

function textContent(parts: unknown): string {
  if (!Array.isArray(parts)) throw new XmlRefusedError('not-well-formed');
  return (parts as Node[])
    .map((part) => {
      const [name, content] = theEntry(part);
      if (name === '#text' && typeof content === 'string') return decodeReferences(content);
      if (name === '#cdata' && Array.isArray(content)) return cdataContent(content as Node[]);
      throw new XmlRefusedError('nested');
    })
    .join('');
}

function cdataContent(parts: readonly Node[]): string {
  return parts
    .map((part) => {
      const [name, content] = theEntry(part);
      if (name !== '#text' || typeof content !== 'string') throw new XmlRefusedError('not-well-formed');
      return content;
    })
    .join('');
}

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeReferences(text: string): string {
  return text.replace(/&([^&;]*);?/g, (reference, body: string) => {
    if (reference.endsWith(';')) {
      if (Object.hasOwn(PREDEFINED, body)) return PREDEFINED[body]!;
      const numeric = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(body);
      if (numeric !== null) return character(numeric[1] ? parseInt(numeric[1], 16) : parseInt(numeric[2]!, 10));
    }
    throw new XmlRefusedError('reference');
  });
}

function character(codePoint: number): string {
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  if (codePoint > 0x10ffff || isSurrogate) throw new XmlRefusedError('reference');
  const text = String.fromCodePoint(codePoint);
  if (FORBIDDEN_CHARACTER.test(text)) throw new XmlRefusedError('control-character');
  return text;
}

/**
 * Writes one message: no prolog (`papay/querycontract` was seen to refuse one), every value in CDATA, no element for an
 * empty value. Values go in as they were signed. Names come from our own schemas and are checked nevertheless.
 */
export function buildXml(fields: Readonly<Record<string, string | undefined>>): string {
  const elements = Object.entries(fields).map(([name, value]) => {
    if (value === undefined || value === '') return '';
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new TypeError(`not a field name of WeChat Pay: ${name}`);
    return `<${name}><![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]></${name}>`;
  });
  return `<xml>${elements.join('')}</xml>`;
}
