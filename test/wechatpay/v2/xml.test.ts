import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { buildXml, parseXml, XmlRefusedError } from '../../../src/wechatpay/v2/xml';

const parse = (text: string): Record<string, string> => ({ ...parseXml(Buffer.from(text, 'utf8')) });

describe('parseXml', () => {
  it('keeps every value as the text it was: no number, no boolean, no date', () => {
    const values = {
      transaction_id: '1004400740201409030005092168',
      contract_code: '00123',
      request_serial: '9223372036854775807',
      float: '1e5',
      hexadecimal: '0x1F',
      decimal: '1.0',
      boolean: 'true',
    };
    const plain = Object.entries(values).map(([name, value]) => `<${name}>${value}</${name}>`);
    expect(parse(`<xml>${plain.join('')}</xml>`)).toEqual(values);
    expect(parse(buildXml(values))).toEqual(values);
  });

  it('trims nothing, neither in text nor in CDATA', () => {
    expect(parse('<xml><a> 1 </a><b><![CDATA[ 2 ]]></b><c> </c><d> <![CDATA[3]]> </d></xml>')).toEqual({
      a: ' 1 ',
      b: ' 2 ',
      c: ' ',
      d: ' 3 ',
    });
  });

  it('takes empty elements in all three spellings as empty text', () => {
    expect(parse('<xml><a></a><b/><c><![CDATA[]]></c></xml>')).toEqual({ a: '', b: '', c: '' });
  });

  it('decodes the five entities and numeric references outside CDATA, each once', () => {
    expect(parse('<xml><a>&lt;&gt;&amp;&quot;&apos;&#20013;&#x6587;</a></xml>')).toEqual({ a: '<>&"\'中文' });
    expect(parse('<xml><a>&amp;lt; &amp;#65; &amp;amp;</a></xml>')).toEqual({ a: '&lt; &#65; &amp;' });
  });

  it('leaves CDATA alone', () => {
    const value = '&amp; &#65; &nbsp; <b> <!-- --> <?x?> <!DOCTYPE a>';
    expect(parse(`<xml><a><![CDATA[${value}]]></a></xml>`)).toEqual({ a: value });
  });

  it('ignores white space between the fields and around the root', () => {
    expect(parse('\n<xml>\r\n\t<a>1</a>\n</xml>\n')).toEqual({ a: '1' });
  });

  it('gives an object without prototype', () => {
    expect(Object.getPrototypeOf(parseXml(Buffer.from('<xml><a>1</a></xml>')))).toBeNull();
  });

  it('refuses entities of HTML, which a sender of XML does not use', () => {
    expect(() => parse('<xml><a>&nbsp;</a></xml>')).toThrow(XmlRefusedError);
  });

  const name = 'n'.repeat(64);
  it.each([
    ['<xml><a>1', 'not-well-formed'],
    ['<xml><a>1</a>', 'not-well-formed'],
    ['<xml><a>]]></a></xml>', 'not-well-formed'],
    ['<xml><a>1</a></xml></xml>', 'not-well-formed'],
    ['<xml></a></xml>', 'not-well-formed'],
    ['<xml/>', 'root'],
    ['</xml>', 'root'],
    ['<xml></xml>', 'empty'],
    ['<xml></a/></xml>', 'element'],
    [`<xml><${name}n/></xml>`, 'element'],
    ['<xml><a>1</a>\u00a0</xml>', 'stray-text'],
    ['<xml><a>&#X41;</a></xml>', 'reference'],
    ['<xml><a>&#x110000;</a></xml>', 'reference'],
    ['<xml><a>&#xDFFF;</a></xml>', 'reference'],
    [' <?xml version="1.0"?><xml><a>1</a></xml>', 'instruction'],
    [`<?xml${' '.repeat(101)}version="1.0"?><xml><a>1</a></xml>`, 'instruction'],
    ["<?xml version='1.0' encoding = 'utf-16'?><xml><a>1</a></xml>", 'instruction'],
  ])('refuses %j: %s', (text, reason) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ reason }));
  });

  it('takes what is only just right', () => {
    expect(parse(`<xml><${name}>1</${name}></xml>`)).toEqual({ [name]: '1' });
    expect(parse('<xml ><a >1</a\n></xml\t>')).toEqual({ a: '1' });
    expect(parse('<xml><a>]]&gt;</a><b>&#x10FFFF;&#xE000;&#1114111;</b></xml>')).toEqual({
      a: ']]>',
      b: '\u{10ffff}\ue000\u{10ffff}',
    });
    expect(parse("<?xml version='1.0' encoding='UTF-8' ?><xml><a>1</a></xml>")).toEqual({ a: '1' });
    const fields = Array.from({ length: 500 }, (_, n) => `<a${n}/>`).join('');
    expect(Object.keys(parse(`<xml>${fields}</xml>`))).toHaveLength(500);
    expect(() => parse(`<xml>${fields}<a/></xml>`)).toThrow('too-large');
  });

  it('reads every end of a line as a line feed, but leaves a reference to a carriage return', () => {
    expect(parse('<xml><a>1\r\n2\r3\n4</a><b><![CDATA[\r\r\n]]></b><c>&#13;</c></xml>')).toEqual({
      a: '1\n2\n3\n4',
      b: '\n\n',
      c: '\r',
    });
  });

  it('takes 65536 bytes and refuses one more', () => {
    const frame = '<xml><a></a></xml>'.length;
    expect(parse(`<xml><a>${'x'.repeat(65_536 - frame)}</a></xml>`).a).toHaveLength(65_536 - frame);
    expect(() => parse(`<xml><a>${'x'.repeat(65_537 - frame)}</a></xml>`)).toThrow('too-large');
  });

  it('never fails in another way, whatever comes', () => {
    const pieces = fc.constantFrom(
      ...['<xml>', '</xml>', '<a>', '</a>', '<a/>', '<b>', '</b>', '<![CDATA[', ']]>', '<!DOCTYPE', '<?xml ', '?>'],
      ...[
        '&',
        '&amp;',
        '&#1;',
        '&#65;',
        ';',
        '"',
        "'",
        '<',
        '>',
        '<!--',
        '-->',
        ' ',
        '\n',
        'x',
        '中',
        '=',
        ':',
        '\u0000',
      ],
    );
    const documents = fc.array(pieces, { maxLength: 40 }).map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(fc.oneof(documents, fc.uint8Array({ maxLength: 200 })), (raw) => {
        try {
          return Object.values(parseXml(raw)).every((value) => typeof value === 'string');
        } catch (error) {
          return error instanceof XmlRefusedError;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Documents of the grammar, some of which leave it somewhere. */
const often = <T>(right: readonly T[], wrong: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });
const blank = often(['', ' ', '\n', '\t\r\n'], ['x', '\u00a0', '<![CDATA[]]>', '<!-- -->', '<?x?>']);
const piece = often(
  [
    ...['1', ' ', '中', '\n', '\r', '>', '"', ']]', '&amp;', '&lt;', '&gt;', '&quot;', '&apos;', '&#65;', '&#x4e2d;'],
    ...['<![CDATA[]]>', '<![CDATA[ a & <b> ]]>', '<![CDATA[&amp;]]>', '<![CDATA[\r\n]]>'],
  ],
  [
    ...[
      '&',
      '<',
      ']]>',
      '&#0;',
      '&#xD800;',
      '&nbsp;',
      '&amp',
      '<b>',
      '</b>',
      '<b/>',
      '<!-- -->',
      '<![CDATA[x',
      '<?x?>',
    ],
    '<!DOCTYPE a>',
  ],
);
const element = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'total_fee', 'Z9', '_x'),
    pieces: fc.array(piece, { maxLength: 3 }),
    end: often(['>', ' >', '\n>'], ['', '/>', ' x="1">', 's>']),
  })
  .map(({ name, pieces, end }) => `<${name}>${pieces.join('')}</${name}${end}`);
const document = fc
  .record({
    head: often(['', '\ufeff', '<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-8"?>\n'], ['x', '<y/>']),
    elements: fc.array(fc.tuple(blank, element), { maxLength: 4 }),
    tail: often(['</xml>', '</xml >\n'], ['', '</XML>', '</xml>x', '<y/></xml>', 'x</xml>', '</xml><xml/>']),
  })
  .map(({ head, elements, tail }) => `${head}<xml>${elements.flat().join('')}${tail}`);

describe('next to fast-xml-parser', () => {
  const other = new XMLParser({
    parseTagValue: false,
    trimValues: false,
    ignoreAttributes: false,
    ignoreDeclaration: true,
    processEntities: true,
    htmlEntities: true, // for numeric references
  });

  /** What it reads: one level of texts, or nothing that a message could be. */
  function read(text: string): Record<string, string> | undefined {
    let root: unknown;
    try {
      root = (other.parse(text, true) as { xml?: unknown }).xml;
    } catch {
      return undefined;
    }
    if (typeof root !== 'object' || root === null) return undefined;
    const { '#text': between = '', ...fields } = root as Record<string, unknown>;
    const isFlat = String(between).trim() === '' && Object.values(fields).every((value) => typeof value === 'string');
    return isFlat ? (fields as Record<string, string>) : undefined;
  }

  it('reads the same fields from every document that we accept', () => {
    let accepted = 0;
    fc.assert(
      fc.property(document, (text) => {
        let ours: Record<string, string>;
        try {
          ours = parse(text);
        } catch (error) {
          if (error instanceof XmlRefusedError) return;
          throw error;
        }
        accepted += 1;
        expect(read(text)).toEqual(ours);
      }),
      { numRuns: 3_000 },
    );
    expect(accepted, 'the generator makes too few messages').toBeGreaterThan(500);
  });

  it('refuses nothing that we accept', () => {
    fc.assert(
      fc.property(document, (text) => {
        fc.pre(read(text) === undefined);
        expect(() => parse(text)).toThrow(XmlRefusedError);
      }),
      { numRuns: 1_000 },
    );
  });

  it('would have accepted what we refuse: entities of a document type, comments, junk, control characters', () => {
    for (const text of [
      '<!DOCTYPE xml [<!ENTITY a "SUCCESS">]><xml><result_code>&a;</result_code></xml>',
      '<xml><result_code>SUC<!-- -->CESS</result_code></xml>',
      '<xml><a>\u0007</a></xml>',
    ]) {
      expect(read(text), text).toBeDefined();
      expect(() => parse(text), text).toThrow(XmlRefusedError);
    }
  });
});

const names = fc.stringMatching(/^[a-z][a-z0-9_]{0,15}$/).filter((name) => !(name in Object.prototype));
// A carriage return is a line feed to every reader of XML; the rest of the forbidden characters never enter a request.
const values = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter((value) => !/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(value));

describe('buildXml', () => {
  it('writes no prolog and no element for an empty value', () => {
    expect(buildXml({ a: '1', b: '', c: undefined })).toBe('<xml><a><![CDATA[1]]></a></xml>');
  });

  it('splits the end of a CDATA section', () => {
    expect(buildXml({ a: 'x]]>y' })).toBe('<xml><a><![CDATA[x]]]]><![CDATA[>y]]></a></xml>');
    expect(parse(buildXml({ a: ']]>]]>' }))).toEqual({ a: ']]>]]>' });
  });

  it('refuses a name that is no field name', () => {
    for (const name of ['a b', 'a>', '', '1a', 'a:b', 'a\n'])
      expect(() => buildXml({ [name]: '1' })).toThrow(TypeError);
  });

  it('comes back from parseXml as it went in', () => {
    fc.assert(
      fc.property(fc.dictionary(names, values, { minKeys: 1, maxKeys: 8 }), (fields) => {
        expect(parse(buildXml(fields))).toEqual({ ...fields });
      }),
      { numRuns: 500 },
    );
  });
});
