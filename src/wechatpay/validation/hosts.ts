import { BlockList, isIP } from 'node:net';
import type { z } from 'zod';
import { isLoopbackHost } from '../http';
import { field } from './parse-input';
import type { Complaint } from './parse-input';

export interface UrlOptions {
  /** Characters. Default 128. */
  readonly maxLength?: number;
  /** Only while gateway and webhook are both on loopback: `http` and loopback hosts are right too. */
  readonly allowLoopback?: boolean;
}

type Verdict = Omit<Complaint, 'expected'> | Complaint | undefined;

/** Where WeChat Pay posts a result: https, a public host, no query, no fragment, no user name. */
export function notifyUrl(options: UrlOptions = {}): z.ZodType<string> {
  const { maxLength = 128 } = options;
  return field<string>(
    `an https URL of at most ${maxLength} characters with a public host and without query`,
    (value) => {
      const verdict = judgeUrl(value, options);
      if (verdict !== undefined || typeof value !== 'string') return verdict;
      if (value.includes('?')) return { code: 'url', remedy: 'WeChat Pay allows no query string here; use the path.' };
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
    if (typeof value !== 'string') return { code: 'type', remedy: 'Send it as text, in quotation marks.' };
    if (value.length > 253) return { code: 'length', got: `${value.length} characters`, remedy: 'Shorten it.' };
    if (/[/:?#@]/.test(value)) return { code: 'domain', remedy: 'Remove scheme, port and path: pay.example.com.' };
    if (value.includes('*')) return { code: 'domain', remedy: 'Wildcards are not accepted; list each domain.' };
    if (/[^\x21-\x7e]/.test(value))
      return { code: 'domain', remedy: 'Write the name in its xn-- form, without blanks.' };
    const labels = value.split('.');
    if (!labels.every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label))) {
      return {
        code: 'domain',
        remedy: 'Each part has 1 to 63 letters, digits and hyphens, with no hyphen at its ends.',
      };
    }
    if (labels.length < 2 || !/[A-Za-z]/.test(labels.at(-1) ?? '') || isPrivateName(value)) {
      return { code: 'domain', remedy: 'Give the full public name of the web site.' };
    }
    return undefined;
  });
}

function judgeUrl(value: unknown, options: UrlOptions, schemes: readonly string[] = ['https:']): Verdict {
  if (typeof value !== 'string') return { code: 'type', remedy: 'Send it as text, in quotation marks.' };
  const { maxLength = 128, allowLoopback = false } = options;
  if (value.length > maxLength) return { code: 'length', got: `${value.length} characters`, remedy: 'Shorten it.' };
  const wrong = (remedy: string): Verdict => ({ code: 'url', got: withoutUserInfo(value), remedy });
  if (/[^\x21-\x7e]/.test(value)) return wrong('Encode blanks and characters outside ASCII, remove line breaks.');
  if (value.includes('\\')) return wrong('Remove the backslash.');
  if (value.includes('#')) return wrong('Remove the fragment.');
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return wrong('Write a whole address: https://host/path.');
  }
  if (!/^[a-z]+:\/\/[^/]/i.test(value)) return wrong('Write a whole address: https://host/path.');
  const loopback = allowLoopback && isLoopbackHost(url.hostname);
  if (!schemes.includes(url.protocol) && !(loopback && url.protocol === 'http:')) return wrong('Use https.');
  if (url.username !== '' || url.password !== '' || authority(value).includes('@')) {
    return wrong('Remove user name and password.');
  }
  if (url.port === '0') return wrong('Port 0 cannot be reached.');
  if (!loopback && isPrivateHost(url.hostname)) return wrong('Use a host that WeChat Pay can reach from the Internet.');
  return undefined;
}

function authority(url: string): string {
  return url.split('/')[2] ?? '';
}

/** A password typed into an address is a secret. */
function withoutUserInfo(url: string): string {
  const shown = url.replace(/\/\/[^/]*@/, '//(hidden)@').split('?')[0] ?? '';
  return JSON.stringify(shown.slice(0, 64));
}

const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
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
