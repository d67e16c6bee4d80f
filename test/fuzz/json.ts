import fc from 'fast-check';
import { JsonRefusedError, parseJson } from '../../src/wechatpay/json';
import { mutatedBytes, readable } from './mutated';
import { ensure, ensureSame, resultOrRefusal, target } from './target';

/** What a JSON text says, read by its grammar (RFC 8259) alone; integers of 16 and more digits as text. */
class Reference {
  private at = 0;
  depth = 0;
  /** Some object names a field twice: a reader may refuse that. */
  duplicate = false;

  constructor(private readonly text: string) {}

  document(): unknown {
    const value = this.value(1);
    this.blank();
    if (this.at !== this.text.length) throw new SyntaxError('more than one value');
    return value;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private blank(): void {
    this.match(/[ \t\r\n]*/y);
  }

  private sign(sign: string): boolean {
    this.blank();
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  private value(depth: number): unknown {
    if (depth > 2_000) throw new RangeError('too deep for this reference');
    this.blank();
    if (this.sign('{')) return this.object(depth);
    if (this.sign('[')) return this.array(depth);
    const word = this.match(/null|true|false/y);
    if (word !== undefined) return word === 'null' ? null : word === 'true';
    const number = this.match(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y);
    if (number !== undefined) return /^-?[0-9]{16,}$/.test(number) ? number : Number(number);
    return this.string();
  }

  private object(depth: number): unknown {
    this.depth = Math.max(this.depth, depth);
    const fields: [string, unknown][] = [];
    if (!this.sign('}')) {
      do {
        this.blank();
        const name = this.string();
        if (!this.sign(':')) throw new SyntaxError('expected :');
        fields.push([name, this.value(depth + 1)]);
      } while (this.sign(','));
      if (!this.sign('}')) throw new SyntaxError('expected }');
    }
    if (new Set(fields.map(([name]) => name)).size < fields.length) this.duplicate = true;
    return Object.fromEntries(fields);
  }

  private array(depth: number): unknown {
    this.depth = Math.max(this.depth, depth);
    const items: unknown[] = [];
    if (this.sign(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.sign(','));
    if (!this.sign(']')) throw new SyntaxError('expected ]');
    return items;
  }

  private string(): string {
    const raw = this.match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y);
    if (raw === undefined) throw new SyntaxError('expected text');
    return JSON.parse(raw) as string;
  }
}

const number = fc.oneof(
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
  fc.bigInt({ min: 10n ** 14n, max: 10n ** 17n }).map(String),
  fc.double().map(String),
  fc
    .tuple(fc.bigInt({ min: 10n ** 15n, max: 10n ** 20n }), fc.constantFrom('e2', 'E+2', '.5', 'e-3', '.'))
    .map(([digits, rest]) => `${digits}${rest}`),
  fc.constantFrom('-0', '0', '00', '01', '1e400', '-', '+1', '0x1F', '1_000', 'NaN', '9007199254740993'),
);
const name = fc.oneof(
  fc.constantFrom('"a"', '"b"', '"__proto__"', '"applyment_id"', '"\\u0061"', '1234567890123456'),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => JSON.stringify(text)),
);
const blank = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('', ' ', '\n\t') },
  { weight: 1, arbitrary: fc.constantFrom(' '.repeat(63), ' '.repeat(64), ' '.repeat(65), ' '.repeat(5_000)) },
);

/** Texts that are JSON, or nearly: numbers, names and blanks are sometimes what JSON forbids. */
const { document } = fc.letrec<{ document: string }>((tie) => ({
  document: fc
    .tuple(
      blank,
      fc.oneof(
        { maxDepth: 5, depthSize: 'small' },
        number,
        fc.constantFrom('null', 'true', 'false', '"x"', '"1234567890123456"', '"a\\"1234567890123456"', '"\\\\"', ''),
        fc.array(tie('document'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
        fc
          .array(fc.tuple(name, blank, tie('document')), { maxLength: 4 })
          .map((fields) => `{${fields.map(([key, gap, value]) => `${key}${gap}:${value}`).join(',')}}`),
      ),
      blank,
    )
    .map((parts) => parts.join('')),
}));

const deep = fc
  .tuple(fc.constantFrom('[', '{"a":'), fc.integer({ min: 25, max: 40 }))
  .map(([open, times]) => open.repeat(times) + '1' + (open === '[' ? ']' : '}').repeat(times));

const texts = fc.oneof(document, deep).map((text) => readable(Buffer.from(text)));
const inputs = fc.oneof(
  { weight: 3, arbitrary: texts },
  {
    weight: 3,
    arbitrary: mutatedBytes(texts, ['{', '}', '[', ']', ':', ',', '\\', '\\u00', '1234567890123456', '-', 'e', '.']),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map(readable) },
);

const MAX_DEPTH = 32;

export const json = target(
  { name: 'json', claim: 'JSON is read as its grammar says, long integers digit by digit, or refused', runs: 2_000 },
  inputs,
  async (bytes) => {
    const outcome = await resultOrRefusal(JsonRefusedError, () => parseJson(bytes));
    const reference = new Reference(bytes.toString('utf8'));
    let expected: unknown;
    try {
      expected = reference.document();
    } catch {
      ensure('refused' in outcome, 'what is not JSON is refused');
      return;
    }
    if ('result' in outcome) {
      ensureSame(outcome.result, expected, 'it is read as the grammar says');
    } else {
      const { reason } = outcome.refused;
      const isUtf8 = Buffer.from(bytes.toString('utf8')).equals(bytes);
      ensure(!isUtf8 || reference.duplicate || reference.depth > MAX_DEPTH, `JSON is not refused as ${reason}`);
    }
  },
);
