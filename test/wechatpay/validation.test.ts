import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { InvalidInputError } from '../../src/wechatpay/errors';
import type { Problem } from '../../src/wechatpay/errors';
import {
  appid,
  certificateName,
  domainName,
  fen,
  idCardNumber,
  list,
  longNumber,
  mchid,
  notifyUrl,
  oneOf,
  outTradeNo,
  parseInput,
  record,
  sealedText,
  sealingKeyId,
  text,
  webUrl,
} from '../../src/wechatpay/validation';

function problemsOf(schema: z.ZodType, input: unknown): readonly Problem[] {
  try {
    parseInput('test', '$.x', schema, input);
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems;
    throw error;
  }
}

const codeOf = (schema: z.ZodType, input: unknown): string => problemsOf(schema, input)[0]?.code ?? 'right';

const order = record({
  out_trade_no: outTradeNo(),
  transaction_id: text({ max: 32 }),
  order_fee: fen({ min: 1 }).optional(),
  payer: record({ certificate_id: idCardNumber() }).optional(),
  domains: list(domainName(), { min: 1, max: 2 }).optional(),
});

describe('an input', () => {
  it.each([
    ['null', null],
    ['undefined', undefined],
    ['an array', []],
    ['text of JSON', '{"out_trade_no":"1"}'],
    ['a number', 1],
    ['a Date', new Date()],
    ['a Map', new Map()],
    ['an instance of a class', new (class Order {})()],
  ])('that is %s has one clear problem', (_, input) => {
    const problems = problemsOf(order, input);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toBe('$.x');
    expect(problems[0]?.expected).toMatch(/object/);
  });

  it('gets all its problems at once, each with its path', () => {
    const input = {
      out_trade_no: 'a.b',
      transation_id: '1',
      order_fee: 17.76,
      payer: { certificate_id: '330821198809085211' },
      domains: ['ok.example.com', 'https://x', 'ok.example.com'],
    };
    expect(problemsOf(order, input).map(({ path, code }) => `${path} ${code}`)).toEqual([
      '$.x.out_trade_no characters',
      '$.x.transaction_id required',
      '$.x.order_fee integer',
      '$.x.payer.certificate_id check-digit',
      '$.x.domains[1] domain',
      '$.x.domains length',
      '$.x.domains[2] duplicate',
      '$.x.transation_id unknown-field',
    ]);
  });

  it.each([
    ['transation_id', 'Did you mean transaction_id?'],
    ['transactionId', 'Did you mean transaction_id?'],
    ['outTradeNo', 'Remove the field; out_trade_no is there already.'],
    ['colour', 'Remove the field; WeChat Pay does not know it here.'],
  ])('with the unknown field %s: %s', (name, remedy) => {
    const problem = problemsOf(order, { out_trade_no: '1', [name]: 'x' }).find(({ code }) => code === 'unknown-field');
    expect(problem).toMatchObject({ path: `$.x.${name}`, remedy });
  });

  it('names the likely field of a nested record too', () => {
    const problem = problemsOf(order, { payer: { certificateID: 'x' } }).find(({ code }) => code === 'unknown-field');
    expect(problem).toMatchObject({ path: '$.x.payer.certificateID', remedy: 'Did you mean certificate_id?' });
  });

  it.each(['{"__proto__":{"out_trade_no":"1"}}', '{"constructor":1}', '{"payer":{"prototype":1}}'])(
    'with the poisoned key of %s is refused for it',
    (json) => {
      expect(codeOf(order, JSON.parse(json))).toBe('unknown-field');
      expect(({} as Record<string, unknown>)['out_trade_no']).toBeUndefined();
    },
  );

  it('with fields of its prototype only does not have them', () => {
    const inherited = Object.create({ out_trade_no: '1', transaction_id: '2' }) as object;
    expect(codeOf(order, inherited)).toBe('type');
    expect(codeOf(order, Object.create(null))).toBe('required');
  });

  it('with a getter that throws is refused, and a getter is read once', () => {
    const throwing = {
      get out_trade_no(): string {
        throw new Error('no');
      },
      transaction_id: '1',
    };
    expect(problemsOf(order, throwing)).toMatchObject([{ path: '$.x.out_trade_no', code: 'unreadable' }]);
    let reads = 0;
    const changing = {
      get out_trade_no(): string {
        reads += 1;
        return reads === 1 ? 'a' : 'evil/..';
      },
      transaction_id: '1',
    };
    expect(parseInput('test', '$', order, changing).out_trade_no).toBe('a');
  });

  it('that refers to itself or is very deep is refused', () => {
    const endless: Record<string, unknown> = {};
    endless['payer'] = endless;
    expect(problemsOf(order, endless).map(({ code }) => code)).toContain('depth');
    const nested = (levels: number): unknown => (levels === 0 ? 'x' : { colour: nested(levels - 1) });
    expect(codeOf(order, nested(17))).toBe('required');
    expect(codeOf(order, nested(18))).toBe('depth');
  });

  it('that is right comes back as a copy without undefined fields', () => {
    const input = { out_trade_no: '1', transaction_id: '2', order_fee: undefined };
    const parsed = parseInput('test', '$', order, input);
    expect(parsed).not.toBe(input);
    expect(Object.keys(parsed)).toEqual(['out_trade_no', 'transaction_id']);
  });

  it('null is not absence: it says to leave the field out', () => {
    const problem = problemsOf(order, { out_trade_no: '1', transaction_id: '2', order_fee: null })[0];
    expect(problem).toMatchObject({ path: '$.x.order_fee', code: 'required', got: 'null' });
    expect(problem?.remedy).toContain('left out');
  });

  it('shows at most 64 characters of a value', () => {
    const shown = (value: unknown): string => problemsOf(oneOf(['A']), value)[0]?.got ?? '';
    expect(shown('b'.repeat(62))).toBe(`"${'b'.repeat(62)}"`);
    expect(shown('b'.repeat(63))).toBe(`"${'b'.repeat(45)}"… (63 characters)`);
    expect(shown('b'.repeat(100_000))).toMatch(/^"b{30,60}"… \(100000 characters\)$/);
    class A {}
    Object.defineProperty(A, 'name', { value: 'x'.repeat(1_000) });
    for (const value of ['\u0000'.repeat(64), '😀'.repeat(40), 10n ** 500n, 1e308, new A()]) {
      expect(shown(value).length).toBeLessThanOrEqual(64);
      expect(shown(value)).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
    }
  });

  it('shows no character that cannot be seen', () => {
    expect(problemsOf(oneOf(['A']), 'a\u202eb\u200bc\u0085\n')[0]?.got).toBe('"a\\u{202e}b\\u{200b}c\\u{85}\\n"');
    expect(problemsOf(outTradeNo(), 'a\u202e')[0]?.got).toBe('U+202E at position 1');
    expect(problemsOf(order, { out_trade_no: '1', transaction_id: '2', 'a\u202e\nb': 1 })[0]?.path).toBe(
      '$.x["a\\u{202e}\\nb"]',
    );
  });

  it('never ends in anything but a value or problems, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (input) => {
          expect(Array.isArray(problemsOf(order, input))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('text', () => {
  const five = text({ max: 5 });
  it.each([
    ['12345', 'right'],
    ['张三', 'right'],
    ['5️⃣', 'right'],
    ['e\u0301', 'right'],
    ["';--", 'right'],
    ['123456', 'length'],
    ['', 'empty'],
    ['   ', 'empty'],
    ['\u3000', 'empty'],
    ['\u200b', 'empty'],
    [' a', 'characters'],
    ['a ', 'characters'],
    ['a\u0000', 'characters'],
    ['a\nb', 'characters'],
    ['a\tb', 'characters'],
    ['a\u0085', 'characters'],
    ['a\u007f', 'characters'],
    ['😀', 'characters'],
    ['𠮷', 'characters'],
    ['a\ud83d', 'characters'],
    ['\ude00a', 'characters'],
    ['a\ufffd', 'characters'],
    ['\ufeffa', 'characters'],
    ['a\u202eb', 'characters'],
    ['a\u2028', 'characters'],
    [1, 'type'],
    [{}, 'type'],
    [null, 'required'],
    [undefined, 'required'],
  ])('%j: %s', (value, expected) => {
    expect(codeOf(five, value)).toBe(expected);
  });

  it('of a megabyte is refused as fast as a short one', () => {
    expect(codeOf(five, 'x'.repeat(1_000_000))).toBe('length');
    expect(codeOf(outTradeNo(), 'x'.repeat(1_000_000))).toBe('length');
    expect(codeOf(longNumber(), '9'.repeat(1_000_000))).toBe('length');
    expect(codeOf(domainName(), `${'a.'.repeat(500_000)}com`)).toBe('length');
    expect(codeOf(notifyUrl(), `https://a.com/${'a'.repeat(1_000_000)}`)).toBe('length');
    expect(codeOf(sealedText(), 'A'.repeat(1_000_000))).toBe('sealed');
  });

  it('names the character and its place', () => {
    expect(problemsOf(five, 'ab😀')[0]).toMatchObject({ got: 'U+1F600 at position 2' });
    expect(problemsOf(text({ max: 5, hidden: true }), 'ab😀')[0]?.got).not.toContain('1F600');
  });

  it('counts bytes where bytes count', () => {
    expect(codeOf(text({ max: 5, maxBytes: 6 }), '张三')).toBe('right');
    expect(codeOf(text({ max: 5, maxBytes: 5 }), '张三')).toBe('length');
  });

  it('that passes never holds what WeChat Pay cannot store', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 8 }), (value) => {
        if (codeOf(text({ max: 8 }), value) !== 'right') return;
        expect(value).toBe(value.trim());
        expect(value).not.toMatch(/[\p{Cc}\ud800-\udfff]/u);
        expect([...value].every((c) => (c.codePointAt(0) ?? 0) <= 0xffff)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('numbers of an order', () => {
  it.each(['1', 'a_-|*@Z9', 'x'.repeat(32)])('%s is right', (value) => {
    expect(codeOf(outTradeNo(), value)).toBe('right');
  });

  it.each([
    '',
    'a.b',
    'a/b',
    'a#',
    'a+',
    'a,',
    'a:',
    'a b',
    '１２',
    '١٢',
    'а',
    'ſ',
    '\u212a',
    'a\n',
    'x'.repeat(33),
    5,
    'undefined',
    'null',
    'NaN',
    '[object Object]',
  ])('%j is refused', (value) => {
    expect(codeOf(outTradeNo(), value)).not.toBe('right');
  });

  it('name the character that is wrong and its place', () => {
    expect(problemsOf(outTradeNo(), 'order.1')[0]?.got).toBe('"." at position 5');
  });

  it.each([
    ['1230000109', 'right'],
    ['123000010', 'length'],
    ['12300001090', 'length'],
    ['123000010O', 'characters'],
    [' 1230000109', 'characters'],
    ['1230000109\n', 'characters'],
    [1_230_000_109, 'type'],
  ])('mchid %j: %s', (value, expected) => {
    expect(codeOf(mchid(), value)).toBe(expected);
  });

  it('appid has no blanks', () => {
    expect(codeOf(appid(), 'wxd678efh567hg6787')).toBe('right');
    expect(codeOf(appid(), 'wx d67')).toBe('pattern');
  });

  it.each([
    ['0', 'right'],
    ['9223372036854775807', 'right'],
    ['9007199254740993', 'right'],
    ['9223372036854775808', 'range'],
    ['18446744073709551615', 'range'],
    ['9'.repeat(20), 'range'],
    ['-1', 'characters'],
    ['-0', 'characters'],
    ['+1', 'characters'],
    ['0x1F', 'characters'],
    ['007', 'characters'],
    ['1.0', 'characters'],
    ['1e5', 'characters'],
    ['1,000', 'characters'],
    ['1 0', 'characters'],
    ['', 'characters'],
    [9_007_199_254_740_992, 'type'],
  ])('a long number %j: %s', (value, expected) => {
    expect(codeOf(longNumber(), value)).toBe(expected);
  });
});

describe('amounts in fen', () => {
  it.each([
    [0, 'right'],
    [888, 'right'],
    [2_147_483_647, 'right'],
    [2_147_483_648, 'range'],
    [-1, 'range'],
    [6.5, 'integer'],
    [Number.NaN, 'integer'],
    [Number.POSITIVE_INFINITY, 'integer'],
    [1e21, 'range'],
    [2 ** 53, 'range'],
    ['888', 'type'],

    [true, 'type'],
  ])('%s: %s', (value, expected) => {
    expect(codeOf(fen(), value)).toBe(expected);
  });

  it('are never a BigInt, and long numbers neither', () => {
    expect(codeOf(fen(), 888n)).toBe('type');
    expect(codeOf(longNumber(), 888n)).toBe('type');
  });

  it('have a smallest one', () => {
    expect(codeOf(fen({ min: 1 }), 0)).toBe('range');
  });
});

describe('enumerations', () => {
  it.each(['jsapi', 'JSAPI ', '支付', 1, 'OTHER'])('%j is refused', (value) => {
    expect(codeOf(oneOf(['JSAPI', 'NATIVE']), value)).toBe('enum');
  });

  it('say which one was meant', () => {
    expect(problemsOf(oneOf(['JSAPI', 'NATIVE']), 'jsapi ')[0]?.remedy).toBe('Did you mean JSAPI?');
  });
});

describe('addresses', () => {
  it.each([
    'https://pay.weixin.qq.com/wxpay/pay.action',
    'https://shop.example.com',
    'https://shop.example.com:8443/a/b-c_d~e',
    'https://93.184.216.34/x',
    'https://xn--fiq228c.example.com/',
  ])('%s can be notified', (url) => {
    expect(codeOf(notifyUrl(), url)).toBe('right');
  });

  it.each([
    'http://shop.example.com/x',
    'shop.example.com/x',
    '//shop.example.com/x',
    'https:shop.example.com',
    'ftp://shop.example.com/x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://shop.example.com/x?a=1',
    'https://shop.example.com/x?',
    'https://shop.example.com/x#a',
    'https://user:pass@shop.example.com/x',
    'https://shop.example.com@evil.example.com/x',
    'https://@shop.example.com/x',
    'https://shop.example.com\\@evil.example.com',
    'https://shop.example.com\\x',
    'https://shop.example.com/x\n',
    ' https://shop.example.com/x',
    `https://shop.example.com/${'x'.repeat(104)}`,
    'https://127.0.0.1/x',
    'https://2130706433/x',
    'https://0177.0.0.1/x',
    'https://0x7f000001/x',
    'https://127.1/x',
    'https://0.0.0.0/x',
    'https://[::1]/x',
    'https://[::]/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://[::ffff:10.0.0.1]/x',
    'https://[fe80::1]/x',
    'https://[fd00::1]/x',
    'https://10.1.2.3/x',
    'https://172.16.0.1/x',
    'https://192.168.1.1/x',
    'https://100.64.0.1/x',
    'https://169.254.169.254/latest',
    'https://localhost/x',
    'https://shop.local/x',
    'https://db.internal/x',
    'https://shop/x',
    'https://shop.example.com./x',
    'https://shop.example.com:0/x',
    'https://shop.example.com:99999/x',
    'https://商店.example.com/x',
    '',
    5,
  ])('%j cannot', (url) => {
    expect(codeOf(notifyUrl(), url)).not.toBe('right');
  });

  it('on loopback only when that is allowed', () => {
    const local = notifyUrl({ allowLoopback: true });
    for (const url of ['http://127.0.0.1:8080/x', 'http://localhost:8080/x', 'http://[::1]/x', 'https://localhost/x']) {
      expect(codeOf(local, url)).toBe('right');
      expect(codeOf(notifyUrl(), url)).toBe('url');
    }
    for (const url of ['http://10.0.0.1/x', 'http://shop.example.com/x', 'http://localhost.evil.example.com/x']) {
      expect(codeOf(local, url)).toBe('url');
    }
  });

  it('have the limit of the call', () => {
    const url = `https://shop.example.com/${'x'.repeat(200)}`;
    expect(codeOf(notifyUrl(), url)).toBe('length');
    expect(codeOf(notifyUrl({ maxLength: 256 }), url)).toBe('right');
  });

  it('never show a password', () => {
    expect(problemsOf(notifyUrl(), 'https://user:hunter2@shop.example.com/x')[0]?.got).not.toContain('hunter2');
  });

  it('of a web site may be http and have a query', () => {
    expect(codeOf(webUrl(), 'http://shop.example.com/?id=1')).toBe('right');
    expect(codeOf(webUrl(), 'javascript:alert(1)')).toBe('url');
    expect(codeOf(webUrl(), 'http://10.0.0.1/')).toBe('url');
  });

  it.each(['qq.com', 'pay.shop.example.com', 'xn--fiq228c.com', 'a-b.example.com', `${'a'.repeat(63)}.com`])(
    '%s is a domain',
    (domain) => {
      expect(codeOf(domainName(), domain)).toBe('right');
    },
  );

  it.each([
    'https://qq.com',
    'qq.com/x',
    'qq.com:443',
    '*.qq.com',
    '.qq.com',
    'qq.com.',
    'qq..com',
    '-qq.com',
    'a_b.qq.com',
    `${'a'.repeat(64)}.com`,
    'localhost',
    'shop.local',
    '127.0.0.1',
    '[::1]',
    'qq com',
    '商店.com',
    'user@qq.com',
    '',
    5,
  ])('%j is none', (domain) => {
    expect(codeOf(domainName(), domain)).not.toBe('right');
  });
});

describe('identity data', () => {
  const today = (): number => Date.UTC(2026, 10, 22);
  const checked = (first17: string): string => {
    const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    return first17 + '10X98765432'[weights.reduce((sum, weight, i) => sum + weight * Number(first17[i]), 0) % 11];
  };

  it.each(['330821198809085212', '11010519491231002X', '440524188001010014', checked('11010120000229001')])(
    '%s is an ID number',
    (value) => {
      expect(codeOf(idCardNumber(today), value)).toBe('right');
    },
  );

  it.each([
    ['330821198809085211', 'check-digit'],
    ['330812198809085212', 'check-digit'],
    ['11010519491231002x', 'characters'],
    ['11010519491231002Ｘ', 'characters'],
    ['1101051949123X0021', 'characters'],
    ['110105491231002', 'length'],
    ['33082119880908521', 'length'],
    ['3308211988090852110', 'length'],
    [checked('11010120230230001'), 'date'],
    [checked('11010119000229001'), 'date'],
    [checked('11010120261123001'), 'date'],
    [checked('11010118700101001'), 'date'],
    ['A30821198809085211', 'characters'],
    [' 33082119880908521', 'characters'],
    ['3308 1198809085211', 'characters'],
    ['E12345678', 'length'],
    [330821198809085, 'type'],
  ])('%j: %s, and no digit of it is shown', (value, expected) => {
    const [problem] = problemsOf(idCardNumber(today), value);
    expect(problem?.code).toBe(expected);
    expect(JSON.stringify(problem)).not.toMatch(/[0-9]{4}|E123/);
  });

  it.each([
    ['张三', 'right'],
    ['欧阳·娜娜', 'right'],
    ['Zhang San', 'right'],
    ['', 'empty'],
    ['  ', 'empty'],
    ['张'.repeat(71), 'right'],
    ['张'.repeat(72), 'length'],
    ['𠮷田', 'characters'],
    ['张\ud83d', 'characters'],
    ['330821198809085211', 'swapped'],
  ])('name %j: %s, and it is not shown', (value, expected) => {
    const [problem] = problemsOf(certificateName(), value);
    expect(problem?.code ?? 'right').toBe(expected);
    if (problem !== undefined && value.trim() !== '') expect(JSON.stringify(problem)).not.toContain(value);
  });

  it('sealed is 256 bytes of Base64, so that plain data is refused', () => {
    expect(codeOf(sealedText(), Buffer.alloc(256, 7).toString('base64'))).toBe('right');
    for (const value of [
      '330821198809085211',
      Buffer.alloc(255).toString('base64'),
      `${Buffer.alloc(256).toString('base64')}\n`,
      '',
      5,
    ]) {
      expect(codeOf(sealedText(), value)).not.toBe('right');
      expect(JSON.stringify(problemsOf(sealedText(), value))).not.toContain('330821');
    }
  });

  it('names the key that sealed it', () => {
    for (const id of ['PUB_KEY_ID_0114232134912410000000000000', '5157F09EFDC096DE15EBE81A47057A7232F1B8E1']) {
      expect(codeOf(sealingKeyId(), id)).toBe('right');
    }
    for (const id of ['', 'PUB_KEY_ID_', '5157f09e', 'key 1', 5]) expect(codeOf(sealingKeyId(), id)).not.toBe('right');
  });
});
