import { BlockList, isIP } from 'node:net';
import type { z } from 'zod';
import { isLoopbackHost } from '../http';
import { field } from './parse-input';
import type { Rule, Verdict } from './parse-input';
import { quoted } from './shown';
import { notText, tooLong } from './text';

export interface UrlOptions {
  /** Characters. Default 128. */
  readonly maxLength?: number;
  /** Only while gateway and webhook are both on loopback: `http` and loopback hosts are right too. */
  readonly allowLoopback?: boolean;
}

/** Where WeChat Pay posts a result: https, a public host, no query, no fragment, no user name. */
export function notifyUrl(options: UrlOptions = {}): z.ZodType<string> {
  const { maxLength = 128 } = options;
  return field<string>(
    `an https URL of at most ${maxLength} characters with a public host and without query`,
    (value) => {
      const verdict = judgeUrl(value, options);
      if (verdict !== undefined || typeof value !== 'string') return verdict;
      if (value.includes('?')) {
        const remedy = 'WeChat Pay allows no query string here, not even an empty one; use the path.';
        return { code: 'url', got: shownAddress(value), remedy };
      }
      return undefined;
    },
  );
}

/** A page on the merchant's web site: http or https, a public host, no user name. */
export function webUrl(options: UrlOptions = {}): z.ZodType<string> {
  const { maxLength = 128 } = options;
  return field<string>(`a web address of at most ${maxLength} characters with a public host`, (value) =>
    judgeUrl(value, options, ['https:', 'http:']),
  );
}

/** A domain without scheme, port or path: `pay.example.com`. Names in other scripts in their `xn--` form. */
export function domainName(): z.ZodType<string> {
  return field<string>('a domain name without scheme, port or path', (value) => {
    if (typeof value !== 'string') return notText(value);
    if (value.length > 253) return tooLong(value, 253);
    const wrong = (remedy: string): Verdict => ({ code: 'domain', got: shownAddress(value), remedy });
    if (/[/:?#@\\]/.test(value)) return wrong('Remove scheme, port and path: pay.example.com.');
    if (value.includes('*')) return wrong('Wildcards are not accepted; list each domain.');
    if (/[^\x21-\x7e]/.test(value)) return wrong('Write the name in its xn-- form, without blanks.');
    const labels = value.split('.');
    if (!labels.every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label))) {
      return wrong('Each part has 1 to 63 letters, digits and hyphens, with no hyphen at its ends.');
    }
    if (labels.length < 2 || !/[A-Za-z]/.test(labels.at(-1)!) || isPrivateName(value)) {
      return wrong('Give the full public name of the web site.');
    }
    return undefined;
  });
}

/** Ports other than the scheme's own are often closed to WeChat Pay. */
export function usualPort(name: string): Rule {
  return (value, report) => {
    const url = addressOf(value[name]);
    if (url === undefined || url.port === '' || isLoopbackHost(url.hostname)) return;
    report([name], {
      code: 'unusual',
      expected: 'the port of the scheme: 443 for https',
      got: `port ${url.port}`,
      remedy: 'Check that WeChat Pay can reach this port from the Internet.',
    });
  };
}

/** Letters of other scripts can look like Latin ones, so a name in its `xn--` form may not be the one that is meant. */
export function latinHost(name: string): Rule {
  return (value, report) => {
    const listed: readonly unknown[] = Array.isArray(value[name]) ? value[name] : [value[name]];
    listed.forEach((given, index) => {
      const host = addressOf(given)?.hostname ?? given;
      if (typeof host !== 'string' || !/(^|\.)xn--/i.test(host)) return;
      report(Array.isArray(value[name]) ? [name, index] : [name], {
        code: 'unusual',
        expected: 'a domain in Latin letters',
        got: quoted(host),
        remedy: 'Check that it is the domain that is meant: letters of other scripts can look alike.',
      });
    });
  };
}

function addressOf(value: unknown): URL | undefined {
  return typeof value === 'string' && value.includes('://') && URL.canParse(value) ? new URL(value) : undefined;
}

function judgeUrl(value: unknown, options: UrlOptions, schemes: readonly string[] = ['https:']): Verdict {
  if (typeof value !== 'string') return notText(value);
  const { maxLength = 128, allowLoopback = false } = options;
  if (value.length > maxLength) return tooLong(value, maxLength);
  const wrong = (remedy: string): Verdict => ({ code: 'url', got: shownAddress(value), remedy });
  if (/[^\x21-\x7e]/.test(value)) return wrong('Encode blanks and characters outside ASCII, remove line breaks.');
  if (value.includes('\\')) return wrong('Remove the backslash.');
  if (value.includes('#')) return wrong('Remove the fragment.');
  if (!/^[a-z][a-z0-9+.-]*:/i.test(value) || !URL.canParse(value)) {
    return wrong(/:[0-9]+(\/|$)/.test(value) ? WHOLE_WITH_PORT : WHOLE);
  }
  const url = new URL(value);
  const loopback = allowLoopback && isLoopbackHost(url.hostname);
  if (!schemes.includes(url.protocol) && !(loopback && url.protocol === 'http:')) {
    return wrong(schemes.length === 1 ? 'Use https.' : 'Use http or https.');
  }
  if (!/^[a-z]+:\/\/[^/]/i.test(value)) return wrong(WHOLE);
  if (url.username !== '' || url.password !== '' || authority(value).includes('@')) {
    return wrong('Remove user name and password.');
  }
  if (url.port === '0') return wrong('Port 0 cannot be reached.');
  if (!loopback && isPrivateHost(url.hostname)) return wrong('Use a host that WeChat Pay can reach from the Internet.');
  return undefined;
}

const WHOLE = 'Write a whole address: https://host/path.';
const WHOLE_WITH_PORT = 'Write a whole address, https://host/path; a port is 1 to 65535.';

function authority(url: string): string {
  return url.split('/')[2]!;
}

/** Without what may be secret: whatever stands before an @ (a password), and a query. */
function shownAddress(url: string): string {
  const beginning = url.slice(0, 300);
  const shown = beginning.includes('@') ? `(hidden)${beginning.slice(beginning.lastIndexOf('@'))}` : beginning;
  const query = shown.indexOf('?');
  return quoted(query === -1 ? shown : `${shown.slice(0, query)}?…`);
}

/**
 * Addresses that nobody can reach from the Internet: loopback, private, link-local, shared, documentation, multicast, and
 * forms of IPv6 that carry an IPv4 address. By their text alone: a name is never looked up, so one that leads to a private
 * address is not found out here.
 */
const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(net, prefix, 'ipv6');
}

/** `hostname` as `URL` normalises it: decimal, octal and hexadecimal spellings of an address are dotted by now. */
function isPrivateHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(bare);
  if (family !== 0) return PRIVATE.check(bare, family === 6 ? 'ipv6' : 'ipv4');
  return !bare.includes('.') || bare.endsWith('.') || isPrivateName(bare);
}

function isPrivateName(name: string): boolean {
  return /(^|\.)(localhost|local|localdomain|internal|intranet|lan)$/i.test(name);
}
