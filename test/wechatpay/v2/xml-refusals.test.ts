import { describe, expect, it } from 'vitest';
import { parseXml, XmlRefusedError } from '../../../src/wechatpay/v2/xml';
import type { XmlRefusal } from '../../../src/wechatpay/v2/xml';

/** A document of each kind that is refused, and what a person is told to expect instead. */
const REFUSED: Readonly<Record<XmlRefusal, readonly [document: string | Buffer, words: RegExp]>> = {
  'too-large': [`<xml><a>${'x'.repeat(65_536)}</a></xml>`, /at most 65536 bytes and 500 fields/],
  'not-utf8': [Buffer.from([0x3c, 0xff]), /expected UTF-8/],
  'control-character': ['<xml><a>\u0001secret</a></xml>', /no control characters besides tab/],
  markup: ['<!DOCTYPE xml><xml><a>secret</a></xml>', /no DOCTYPE, ENTITY, comment or unclosed CDATA/],
  instruction: ['<xml><?php secret ?></xml>', /one XML declaration in UTF-8 at the very start/],
  element: ['<xml><a secret="1">1</a></xml>', /letters, digits and underscores, without attributes/],
  reference: ['<xml><a>&secret;</a></xml>', /five predefined entities and numeric references/],
  'not-well-formed': ['<xml><secret>1</a></xml>', /expected well-formed XML/],
  root: ['<secret><a>1</a></secret>', /exactly one root element named xml/],
  nested: ['<xml><a><secret>1</secret></a></xml>', /one level of fields/],
  duplicate: ['<xml><secret>1</secret><secret>2</secret></xml>', /every field once/],
  'stray-text': ['<xml>secret<a>1</a></xml>', /no text between the fields/],
  empty: ['<xml></xml>', /at least one field/],
};

describe('a refused document', () => {
  it.each(Object.entries(REFUSED))(
    '(%s) says what was expected, and nothing of its content',
    (reason, [raw, words]) => {
      let refusal: unknown;
      try {
        parseXml(Buffer.from(raw));
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(XmlRefusedError);
      const { name, message } = refusal as XmlRefusedError;
      expect(refusal).toMatchObject({ reason });
      expect(name).toBe('XmlRefusedError');
      expect(message).toMatch(new RegExp(`^XML refused \\(${reason}\\): expected `));
      expect(message).toMatch(words);
      expect(message).not.toContain('secret');
    },
  );
});

describe('CDATA outside a field', () => {
  it.each(['<![CDATA[x]]><xml><a>1</a></xml>', '<xml><![CDATA[x]]><a>1</a></xml>', '<xml><a>1</a><![CDATA[x]]></xml>'])(
    'is text that belongs to none: %s',
    (document) => {
      expect(() => parseXml(Buffer.from(document))).toThrow(expect.objectContaining({ reason: 'stray-text' }));
    },
  );
});

describe('references to characters', () => {
  it.each([
    ['&#xD7FF;', '\ud7ff'],
    ['&#xE000;', '\ue000'],
    ['&#x10FFFF;', '\u{10ffff}'],
    ['&#1114111;', '\u{10ffff}'],
    ['&#9;', '\t'],
  ])('%s is one', (reference, character) => {
    expect(parseXml(Buffer.from(`<xml><a>${reference}</a></xml>`)).a).toBe(character);
  });

  it.each([
    ['&#xD800;', 'reference'],
    ['&#xDFFF;', 'reference'],
    ['&#x110000;', 'reference'],
    ['&#1114112;', 'reference'],
    ['&#0;', 'control-character'],
    ['&#xFFFE;', 'control-character'],
  ])('%s is none', (reference, reason) => {
    expect(() => parseXml(Buffer.from(`<xml><a>${reference}</a></xml>`))).toThrow(expect.objectContaining({ reason }));
  });
});
