import { expect } from 'vitest';
import { domainName, notifyUrl } from '../../src/wechatpay/validation';
import { changed, onlyProblem, passesAt, refusedAt, warnedAt } from './inputs';
import type { InputName, Refusal } from './inputs';
import { proveGroup } from './table';

/** Where WeChat Pay posts results, and how long such an address may be. */
const NOTIFIED: readonly (readonly [InputName, string, number])[] = [
  ['application', 'notify_url', 128],
  ['domainModification', 'notify_url', 128],
  ['order', 'notify_url', 256],
  ['order', 'contract_notify_url', 256],
  ['debit', 'notify_url', 256],
];
/** Web sites of merchants: they may be http, and may have a query. */
const SITES: readonly (readonly [InputName, string, number])[] = [
  ['application', 'website_url', 128],
  ['domainModification', 'website_url', 128],
  ['amendment', 'website_url', 128],
  ['domainAmendment', 'website_url', 128],
];
const DOMAINS = ['application', 'amendment', 'domainModification', 'domainAmendment'] as const satisfies InputName[];

function everyNotified(url: unknown, refusal: Partial<Refusal> = {}): void {
  for (const [input, field, max] of NOTIFIED) {
    const expected = `an https URL of at most ${max} characters with a public host and without query`;
    refusedAt(input, field, url, { code: 'url', expected, ...refusal });
  }
}

function everySite(url: unknown, refusal: Partial<Refusal> = {}): void {
  for (const [input, field, max] of SITES) {
    const expected = `a web address of at most ${max} characters with a public host`;
    refusedAt(input, field, url, { code: 'url', expected, ...refusal });
  }
}

function everyAddress(url: unknown, refusal: Partial<Refusal> = {}): void {
  everyNotified(url, refusal);
  everySite(url, refusal);
}

/** A host that WeChat Pay cannot reach. */
function unreachable(...hosts: readonly string[]): void {
  for (const host of hosts) everyAddress(`https://${host}/x`, { remedy: /reach from the Internet/ });
}

function everyDomain(domain: string, remedy: RegExp, got: string | RegExp = JSON.stringify(domain)): void {
  for (const input of DOMAINS) {
    onlyProblem(changed(input, { domains: ['ok.example.com', domain] }), '$.domains[1]', {
      code: 'domain',
      expected: 'a domain name without scheme, port or path',
      got,
      remedy,
    });
  }
}

proveGroup('urls', {
  B148: () => {
    everyNotified('http://shop.example.com/x', { got: '"http://shop.example.com/x"', remedy: 'Use https.' });
    for (const [input, field] of SITES) expect(changed(input, { [field]: 'http://shop.example.com/' })).toEqual([]);
  },
  B149: () => {
    for (const url of ['shop.example.com/x', '//shop.example.com/x', 'https:shop.example.com/x', 'https:///x']) {
      everyAddress(url, { remedy: /Write a whole address/ });
    }
  },
  B150: () => {
    for (const url of ['ftp://a.example.com/x', 'file:///etc/passwd', 'javascript:alert(1)', 'data:text/html,x']) {
      everyNotified(url, { remedy: 'Use https.' });
      everySite(url, { remedy: 'Use http or https.' });
    }
  },
  B151: () => {
    // What is in a query may be secret, so it is not shown.
    const got = '"https://shop.example.com/x?…"';
    everyNotified('https://shop.example.com/x?token=hunter2', { got, remedy: /no query string/ });
    expect(changed('application', { website_url: 'https://shop.example.com/?id=1' })).toEqual([]);
  },
  B152: () => everyNotified('https://shop.example.com/x?', { remedy: /not even an empty one/ }),
  B153: () => {
    everyAddress('https://shop.example.com/x#top', { remedy: 'Remove the fragment.' });
    everyAddress('https://shop.example.com/x#', { remedy: 'Remove the fragment.' });
  },
  B154: () => {
    const got = '"(hidden)@shop.example.com/x"';
    for (const user of ['user:hunter2', 'user', ':hunter2', '']) {
      everyAddress(`https://${user}@shop.example.com/x`, { got, remedy: 'Remove user name and password.' });
    }
    everyAddress('user:hunter2@shop.example.com/x', { got });
  },
  B155: () => {
    const got = '"(hidden)@evil.example.com/x"';
    everyAddress('https://shop.example.com@evil.example.com/x', { got, remedy: 'Remove user name and password.' });
    everyAddress('https://shop.example.com%40@evil.example.com/x', { got });
  },
  B156: () => {
    everyAddress('https://shop.example.com\\@evil.example.com', { remedy: 'Remove the backslash.' });
    everyAddress('https:\\\\shop.example.com/x', { remedy: 'Remove the backslash.' });
  },
  B157: () => {
    for (const inside of ['\n', '\t', '\r\nX-Header: 1', ' ']) {
      everyAddress(`https://shop.exam${inside}ple.com/x`, { remedy: /remove line breaks/ });
    }
  },
  B158: () => {
    everyAddress(' https://shop.example.com/x', { remedy: /Encode blanks/ });
    everyAddress('https://shop.example.com/x ', { remedy: /Encode blanks/ });
  },
  B159: () => {
    for (const [input, field, max] of [...NOTIFIED, ...SITES]) {
      const url = `https://a.example.com/${'x'.repeat(max - 22)}`;
      passesAt(input, field, url);
      const refusal = { code: 'length', expected: `at most ${max} characters`, remedy: 'Shorten it.' };
      refusedAt(input, field, `${url}x`, { ...refusal, got: `${max + 1} characters` });
      refusedAt(input, field, `${url}${'x'.repeat(1e6)}`, { ...refusal, got: `${max + 1e6} characters` });
    }
  },
  B160: () => unreachable('127.0.0.1', '127.1.2.3', '0.0.0.0'),
  B161: () => unreachable('2130706433', '0177.0.0.1', '0x7f000001', '0x7f.1', '127.1', '017700000001'),
  B162: () => unreachable('[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[0000::0001]'),
  B163: () =>
    unreachable('[::ffff:127.0.0.1]', '[::ffff:10.0.0.1]', '[::127.0.0.1]', '[64:ff9b::10.0.0.1]', '[2002:7f00:1::]'),
  B164: () => {
    unreachable('10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '198.18.0.1');
    unreachable('192.0.2.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '255.255.255.255', '[fd00::1]', '[fc00::1]');
    for (const host of ['172.32.0.1', '11.0.0.1', '100.128.0.1', '[2400:3200::1]']) {
      expect(changed('order', { notify_url: `https://${host}/x` })).toEqual([]);
    }
  },
  B165: () => unreachable('169.254.169.254', '[fe80::1]', '[fec0::1]'),
  B166: () => unreachable('localhost', 'LOCALHOST', 'a.localhost', 'shop.local', 'db.internal', 'shop', 'nas.lan'),
  B167: () => unreachable('shop.example.com.', 'localhost.', '127.0.0.1.'),
  B168: () => {
    // A name is judged by its text and never looked up: where it leads may change after any look, and a check that asks
    // the network is none that a client may make. The judgement is there at once, so nobody was asked.
    for (const name of ['127.0.0.1.nip.example.com', 'private.example.com', 'a.invalid']) {
      expect(notifyUrl().safeParse(`https://${name}/x`).success).toBe(true);
    }
  },
  B169: () => {
    everyAddress('https://shop.example.com:0/x', { remedy: 'Port 0 cannot be reached.' });
    for (const port of ['99999', '65536', '-1', 'http']) everyAddress(`https://shop.example.com:${port}/x`);
    everyAddress('https://shop.example.com:99999/x', { remedy: /a port is 1 to 65535/ });
  },
  B170: () => {
    const warning = { expected: /443/, got: 'port 8443', remedy: /reach this port/ };
    for (const [input, field] of [...NOTIFIED, ...SITES]) {
      warnedAt(input, field, 'https://shop.example.com:8443/x', warning);
      passesAt(input, field, 'https://shop.example.com:443/x');
    }
  },
  B171: () => {
    const warning = { expected: 'a domain in Latin letters', remedy: /can look alike/ };
    for (const [input, field] of [...NOTIFIED, ...SITES]) {
      warnedAt(input, field, 'https://shop.xn--pple-43d.com/x', { ...warning, got: '"shop.xn--pple-43d.com"' });
    }
    for (const [input, field] of NOTIFIED) {
      refusedAt(input, field, 'https://shop.аpple.com/x', { code: 'url', remedy: /outside ASCII/ });
    }
    everyDomain('аpple.com', /xn-- form/);
    for (const input of DOMAINS) passesAt(input, 'domains', ['pple.com', 'xn.com']);
  },
  B172: () => {
    everyDomain('https://qq.com', /Remove scheme/);
    everyDomain('qq.com:443', /Remove scheme, port/);
    everyDomain('//qq.com', /Remove scheme/);
    everyDomain('https://user:hunter2@qq.com', /Remove scheme/, '"(hidden)@qq.com"');
  },
  B173: () => {
    everyDomain('qq.com/pay', /Remove scheme, port and path/);
    everyDomain('qq.com/', /Remove scheme, port and path/);
    everyDomain('qq.com?a=1', /Remove scheme, port and path/, '"qq.com?…"');
  },
  B174: () => everyDomain('qq.com:8080', /Remove scheme, port and path/),
  B175: () => {
    everyDomain('*.qq.com', /Wildcards/);
    everyDomain('pay.*.com', /Wildcards/);
  },
  B176: () => {
    for (const input of DOMAINS) {
      refusedAt(input, 'domains', [], { code: 'length', expected: 'a list of 1 to 5', got: '0', remedy: /Add/ });
    }
  },
  B177: () => {
    for (const input of DOMAINS) {
      const refusal = { code: 'type', expected: 'an array', got: 'text of 6 characters (hidden)' };
      refusedAt(input, 'domains', 'qq.com', { ...refusal, remedy: /square brackets/ });
    }
  },
  B178: () => {
    const six = ['a.com', 'b.com', 'c.com', 'd.com', 'e.com', 'f.com'];
    for (const input of DOMAINS) {
      refusedAt(input, 'domains', six, { code: 'length', expected: 'a list of 1 to 5', got: '6', remedy: /Shorten/ });
      passesAt(input, 'domains', six.slice(1));
    }
  },
  B179: () => {
    everyDomain(`${'a'.repeat(64)}.com`, /1 to 63 letters/, /^"a{30,60}"… \(68 characters\)$/);
    expect(domainName().safeParse(`${'a'.repeat(63)}.com`).success).toBe(true);
    everyDomain('a..com', /1 to 63 letters/);
    everyDomain('-a.com', /no hyphen at its ends/);
  },
  B180: () => everyDomain('a_b.com', /letters, digits and hyphens/),
  B181: () => {
    for (const input of DOMAINS) {
      for (const again of ['qq.com', 'QQ.com']) {
        onlyProblem(changed(input, { domains: ['a.com', 'qq.com', again] }), '$.domains[2]', {
          code: 'duplicate',
          expected: 'each value once',
          remedy: 'Remove it: item 1 is the same.',
        });
      }
    }
  },
});
