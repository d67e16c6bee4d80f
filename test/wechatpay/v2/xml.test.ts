import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { buildXml, PARSER_OPTIONS, parseXml, XmlRefusedError } from '../../../src/wechatpay/v2/xml';

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

describe('the parser behind the first pass', () => {
  const raw = (text: string): unknown => new XMLParser(PARSER_OPTIONS).parse(text, true);

  it('shows attributes, so that they could not hide', () => {
    expect(JSON.stringify(raw('<xml><a b="1">x</a></xml>'))).toContain(':@');
  });

  it('expands no entity, not even a declared one', () => {
    expect(JSON.stringify(raw('<!DOCTYPE xml [<!ENTITY a "AAAA">]><xml><b>&a;</b></xml>'))).not.toContain('AAAA');
  });

  it('refuses a sixth level', () => {
    expect(() => raw('<xml><a><b><c><d><e>1</e></d></c></b></a></xml>')).toThrow('nested');
  });

  it('keeps both of two equal names, long digits and outer blanks', () => {
    const text = JSON.stringify(raw('<xml><a> 1004400740201409030005092168 </a><a>1</a></xml>'));
    expect(text).toContain('" 1004400740201409030005092168 "');
    expect(text).toContain('"1"');
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
