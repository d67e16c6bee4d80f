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
  'too-large': 'expected at most 65536 bytes and 500 fields',
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
/** A payment notification has about 30 fields and three more per coupon. Sorting more than these would cost too much. */
const MAX_FIELDS = 500;

/** What XML does not allow, as a character or as a reference. */
const FORBIDDEN_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const DECLARATION = /^<\?xml[ \t\r\n][^<>]{0,100}?\?>/;
const DECLARED_ENCODING = /[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*(["'])(?!utf-8\1)/i;
const BLANKS = /[ \t\r\n]*/y;
/** `<name>`, `</name>` or `<name/>`; both slashes at once are no tag. */
const TAG = /<(\/?)([A-Za-z_][A-Za-z0-9_]{0,63})[ \t\r\n]*(\/?)>/y;
const CDATA = '<![CDATA[';
const CDATA_END = ']]>';
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));/g;
const OTHER_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)/;
const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Decodes one message of WeChat Pay: at most 64 KiB of UTF-8, the root `xml`, one level of fields, every value a text.
 * The result has no prototype. Values are as they were signed: nothing is trimmed or converted.
 *
 * @throws XmlRefusedError for everything else.
 */
export function parseXml(raw: Uint8Array): Fields {
  return new MessageReader(decodeUtf8(raw)).message();
}

function decodeUtf8(raw: Uint8Array): string {
  if (raw.byteLength > MAX_BYTES) throw new XmlRefusedError('too-large');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw); // without the byte order mark
  } catch {
    throw new XmlRefusedError('not-utf8');
  }
  if (FORBIDDEN_CHARACTER.test(text)) throw new XmlRefusedError('control-character');
  // XML knows one end of a line, whatever the sender's system writes.
  return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}

interface Tag {
  readonly kind: 'open' | 'close' | 'empty';
  readonly name: string;
}

/**
 * The language of v2 messages, a small part of XML, read in one pass. It has no document type, entity, comment,
 * instruction, attribute, name space or nesting, so there is nothing that could be switched on by mistake:
 *
 *     message = [declaration] blanks "<xml>" {blanks field} blanks "</xml>" blanks
 *     field   = "<" name ">" {text | reference | "<![CDATA[" … "]]>"} "</" name ">"  |  "<" name "/>"
 */
class MessageReader {
  private at = 0;

  constructor(private readonly text: string) {}

  message(): Fields {
    this.declaration();
    this.blanks();
    if (this.text[this.at] !== '<') throw new XmlRefusedError('not-well-formed');
    const root = this.tag();
    if (root.name !== 'xml' || root.kind !== 'open') throw new XmlRefusedError('root');
    const fields = this.fields();
    this.blanks();
    if (this.at !== this.text.length) throw new XmlRefusedError('not-well-formed');
    return fields;
  }

  private declaration(): void {
    const declaration = DECLARATION.exec(this.text)?.[0] ?? '';
    if (DECLARED_ENCODING.test(declaration)) throw new XmlRefusedError('instruction');
    this.at = declaration.length;
  }

  /** Everything up to and with the end of the root. */
  private fields(): Fields {
    const fields = Object.create(null) as Record<string, string>;
    for (let count = 0; ; count += 1) {
      this.blanks();
      const { kind, name } = this.tag();
      if (kind === 'close') {
        if (name !== 'xml') throw new XmlRefusedError('not-well-formed');
        if (count === 0) throw new XmlRefusedError('empty');
        return fields;
      }
      if (name in fields) throw new XmlRefusedError('duplicate');
      if (count === MAX_FIELDS) throw new XmlRefusedError('too-large');
      fields[name] = kind === 'open' ? this.value(name) : '';
    }
  }

  /** Everything up to and with the end of the field. */
  private value(name: string): string {
    let value = '';
    for (;;) {
      const markup = this.text.indexOf('<', this.at);
      if (markup === -1) throw new XmlRefusedError('not-well-formed');
      if (markup > this.at) value += decodeText(this.text.slice(this.at, markup));
      this.at = markup;
      if (this.text.startsWith(CDATA, markup)) {
        value += this.cdata();
        continue;
      }
      const tag = this.tag();
      if (tag.kind !== 'close') throw new XmlRefusedError('nested');
      if (tag.name !== name) throw new XmlRefusedError('not-well-formed');
      return value;
    }
  }

  private cdata(): string {
    const start = this.at + CDATA.length;
    const end = this.text.indexOf(CDATA_END, start);
    if (end === -1) throw new XmlRefusedError('markup');
    this.at = end + CDATA_END.length;
    return this.text.slice(start, end);
  }

  private tag(): Tag {
    TAG.lastIndex = this.at;
    const match = TAG.exec(this.text);
    if (match === null) throw this.notATag();
    const [, closes, name = '', isEmpty] = match;
    // `constructor` and the like would be found on any object; no field of WeChat Pay is named so.
    if (name in Object.prototype || (closes && isEmpty)) throw new XmlRefusedError('element');
    this.at = TAG.lastIndex;
    return { kind: closes ? 'close' : isEmpty ? 'empty' : 'open', name };
  }

  private notATag(): XmlRefusedError {
    const is = (start: string): boolean => this.text.startsWith(start, this.at);
    if (this.at === this.text.length) return new XmlRefusedError('not-well-formed');
    if (is(CDATA) || !is('<')) return new XmlRefusedError('stray-text');
    if (is('<!')) return new XmlRefusedError('markup');
    return new XmlRefusedError(is('<?') ? 'instruction' : 'element');
  }

  private blanks(): void {
    BLANKS.lastIndex = this.at;
    BLANKS.test(this.text);
    this.at = BLANKS.lastIndex;
  }
}

/** Text outside CDATA. Each reference is decoded once: `&amp;#65;` is the text `&#65;`. */
function decodeText(text: string): string {
  if (text.includes(CDATA_END)) throw new XmlRefusedError('not-well-formed');
  if (!text.includes('&')) return text;
  // First, because replacing collects every match before it looks at one.
  if (OTHER_AMPERSAND.test(text)) throw new XmlRefusedError('reference');
  return text.replace(REFERENCE, (_, name?: string, decimal?: string, hexadecimal?: string) => {
    if (name !== undefined) return PREDEFINED[name]!;
    return character(decimal === undefined ? parseInt(hexadecimal!, 16) : parseInt(decimal, 10));
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
