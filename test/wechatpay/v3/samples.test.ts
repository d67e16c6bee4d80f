import { constants, privateDecrypt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { customsCalls } from '../../../src/wechatpay/customs/calls';
import type { CustomsCalls } from '../../../src/wechatpay/customs/calls';
import { parseModification } from '../../../src/wechatpay/customs/modification';
import { parseRecordsQuery } from '../../../src/wechatpay/customs/records-query';
import { parseDeclaration, parseRepush, parseVerification } from '../../../src/wechatpay/customs/schema';
import { parseH5Amendment } from '../../../src/wechatpay/h5/amendment';
import { h5Calls } from '../../../src/wechatpay/h5/calls';
import type { H5Calls } from '../../../src/wechatpay/h5/calls';
import { parseH5ReviewNotification } from '../../../src/wechatpay/h5/notifications';
import { parseH5Application } from '../../../src/wechatpay/h5/schema';
import { h5DomainCalls } from '../../../src/wechatpay/h5-domain/calls';
import type { H5DomainCalls } from '../../../src/wechatpay/h5-domain/calls';
import { parseH5DomainReviewNotification } from '../../../src/wechatpay/h5-domain/notifications';
import { parseH5DomainAmendment, parseH5DomainModification } from '../../../src/wechatpay/h5-domain/schema';
import { mediaCalls } from '../../../src/wechatpay/media/calls';
import type { MediaCalls } from '../../../src/wechatpay/media/calls';
import { seal } from '../../../src/wechatpay/v3/sealing';
import { plain } from '../customs/declarations';
import { modification } from '../h5-domain/modifications';
import { png } from '../media/pictures';
import { codesOf } from '../problems';
import { platformA, publicKeyA } from './platform';
import { scriptedClient } from './scripted-client';

/*
 * Every model of APIv3 with the sample of its page. Where no sample could be read the message is put together from the
 * examples in the page's table of fields. Notification URLs of the pages' samples are replaced by the table's example.
 */

type Sample = Readonly<Record<string, unknown>>;
type Origin = 'page' | 'fields';

interface Calls {
  readonly customs: CustomsCalls;
  readonly h5: H5Calls;
  readonly h5Domain: H5DomainCalls;
  readonly media: MediaCalls;
}

const FOLDER = join(__dirname, '..', 'samples');
const read = (file: string): Sample => JSON.parse(readFileSync(join(FOLDER, `${file}.json`), 'utf8')) as Sample;

async function callsOf(answer: object): Promise<Calls & { seen: Awaited<ReturnType<typeof scriptedClient>>['seen'] }> {
  const { client, seen } = await scriptedClient(answer);
  return {
    customs: customsCalls(client),
    h5: h5Calls(client),
    h5Domain: h5DomainCalls(client),
    media: mediaCalls(client),
    seen,
  };
}

/** A request sample passes its validator unchanged, and the body that is sent is the sample. */
interface RequestSample<T> {
  readonly file: string;
  readonly origin: Origin;
  readonly parse: (input: unknown) => T;
  readonly send: (calls: Calls, input: T) => Promise<unknown>;
}

const request = <T>(file: string, origin: Origin, parse: (input: unknown) => T, send: RequestSample<T>['send']) => ({
  file,
  origin,
  roundTrip: async (sample: Sample): Promise<unknown> => {
    const calls = await callsOf(read('h5-domain-answer'));
    const parsed = parse(sample);
    expect(parsed).toEqual(sample);
    // The answer of another call: only what was sent matters here.
    await send(calls, parsed).catch(() => undefined);
    return JSON.parse(calls.seen[0]?.body.toString() ?? '') as unknown;
  },
});

const REQUESTS = [
  // The page's own sample breaks the page's rule: order_fee is the sum of the other two. This one has the right sum.
  request('customs-declare-request-with-right-sum', 'page', parseDeclaration, ({ customs }, input) =>
    customs.declare(input),
  ),
  request('customs-modify-request', 'fields', parseModification, ({ customs }, input) => customs.modify(input)),
  request('customs-repush-request', 'fields', parseRepush, ({ customs }, input) => customs.repush(input)),
  request('h5-create-request', 'page', parseH5Application, ({ h5 }, input) => h5.create(input)),
  request('h5-amend-request', 'fields', parseH5Amendment, ({ h5 }, input) => h5.amend('100000', input)),
  request('h5-domain-create-request', 'fields', parseH5DomainModification, ({ h5Domain }, input) =>
    h5Domain.create(input),
  ),
  request('h5-domain-amend-request', 'fields', parseH5DomainAmendment, ({ h5Domain }, input) =>
    h5Domain.amend('1000000', input),
  ),
];

/** A record has the fields of its sample, but for these: `undefined` for what a record does not state. */
interface AnswerSample {
  readonly file: string;
  readonly origin: Origin;
  readonly read: (answer: Sample) => unknown;
  readonly departures: Sample;
}

const called =
  (call: (calls: Calls) => Promise<unknown>): AnswerSample['read'] =>
  async (answer) =>
    call(await callsOf(answer));

/** The caller knows who it is. */
const ECHOES = { appid: undefined, mchid: undefined };
/** Only a rejection has a reason, although samples show one beside other states. */
const NO_REASON = { audit_reject_detail: undefined };
/** Either spelling is read; the empty media ids of the samples are none. */
const DOMAIN = {
  applyment_id: '1000000',
  webiste_url: undefined,
  website_url: 'https://qq.com',
  website_business_page_pics: undefined,
  website_homepage_pics: undefined,
};

const { appid, mchid, transaction_id } = plain;
const key = { ...plain, sub_order_no: '20150806125346' };

const ANSWERS: readonly AnswerSample[] = [
  {
    file: 'customs-declare-answer',
    origin: 'page',
    read: called(({ customs }) => customs.declare(plain)),
    departures: ECHOES,
  },
  {
    file: 'customs-modify-answer',
    origin: 'fields',
    read: called(({ customs }) => customs.modify(plain)),
    departures: ECHOES,
  },
  {
    file: 'customs-repush-answer',
    origin: 'fields',
    read: called(({ customs }) => customs.repush(plain)),
    departures: ECHOES,
  },
  {
    file: 'customs-verify-certificate-answer',
    origin: 'page',
    read: called(({ customs }) => customs.verifyCertificate({ ...plain, ...sealed('x', 'y') })),
    departures: { ...ECHOES, out_trade_no: undefined, transaction_id: undefined },
  },
  {
    // The page's sample is no JSON: the quotation marks in business_description are not escaped. Here they are.
    file: 'h5-application-answer',
    origin: 'page',
    read: called(({ h5 }) => h5.query('100000')),
    departures: { ...NO_REASON, applyment_id: '100000' },
  },
  {
    file: 'h5-permission-answer',
    origin: 'fields',
    read: called(({ h5 }) => h5.permission('2491935631')),
    departures: {},
  },
  {
    file: 'h5-domain-answer',
    origin: 'fields',
    read: called(({ h5Domain }) => h5Domain.create(modification)),
    departures: { ...NO_REASON, ...DOMAIN },
  },
  {
    file: 'media-upload-answer',
    origin: 'page',
    read: called(({ media }) => media.upload({ filename: 'filea.png', content: png })),
    departures: {},
  },
  {
    file: 'h5-review-notification',
    origin: 'fields',
    read: parseH5ReviewNotification,
    departures: { applyment_id: '100000' },
  },
  {
    file: 'h5-domain-review-notification',
    origin: 'fields',
    read: parseH5DomainReviewNotification,
    departures: DOMAIN,
  },
];

/** Proven one by one below, because there is more to say about them. */
const SINGLE = [
  'customs-declare-request',
  'customs-query-answer',
  'customs-query-request',
  'customs-verify-certificate-request',
  'error-answer',
];

it('every sample is proven, and none twice', () => {
  const proven = [...REQUESTS, ...ANSWERS].map(({ file }) => file).concat(SINGLE);
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  expect(proven.sort()).toEqual(files.map((file) => file.replace('.json', '')).sort());
});

describe('requests', () => {
  it.each(REQUESTS)('$file (of the $origin) is sent as it is', async ({ file, roundTrip }) => {
    expect(await roundTrip(read(file))).toEqual(read(file));
  });

  it('the sample of a declaration is refused by its own page: 888 and 888 are not 888', () => {
    expect(codesOf(() => parseDeclaration(read('customs-declare-request')))).toEqual(['$.declaration.order_fee sum']);
  });

  it('the sample of a query is asked from the first record on, which its offset would skip', async () => {
    const { offset, limit, ...query } = read('customs-query-request');
    expect([offset, limit]).toEqual([1, 20]);
    const { customs, seen } = await callsOf({ data: [] });
    await customs.records(parseRecordsQuery(query));
    const sent = Object.fromEntries(new URL(seen[0]?.path ?? '', 'http://x').searchParams);
    expect(sent).toEqual({ ...query, offset: '0', limit: '20' });
  });

  it('the sample of an identity question is not sent in the clear', async () => {
    const sample = read('customs-verify-certificate-request');
    expect(codesOf(() => parseVerification(sample))).toEqual([
      '$.verification.certificate_id sealed',
      '$.verification.certificate_name sealed',
      '$.verification.sealed_with required',
    ]);
    const identity = sealed(String(sample.certificate_id), String(sample.certificate_name));
    const { customs, seen } = await callsOf(read('customs-verify-certificate-answer'));
    await customs.verifyCertificate(parseVerification({ ...sample, ...identity }));
    expect(seen[0]?.headers['wechatpay-serial']).toBe(publicKeyA.id);
    const body = JSON.parse(seen[0]?.body.toString() ?? '') as Record<string, string>;
    expect({
      ...body,
      certificate_id: opened(body.certificate_id ?? ''),
      certificate_name: opened(body.certificate_name ?? ''),
    }).toEqual(sample);
  });
});

describe('answers', () => {
  it.each(ANSWERS)('$file (of the $origin) is read, field by field', async ({ file, read: reader, departures }) => {
    const sample = read(file);
    expect(await reader(sample)).toEqual({ ...sample, ...departures });
  });

  it('the records of a query have its fields, and those that all of them share', async () => {
    const sample = read('customs-query-answer');
    const { verify_department, verify_department_trade_id, data } = sample;
    const [item] = data as readonly Sample[];
    const { mch_customs_no, ...rest } = item!;
    const record = {
      ...rest,
      merchant_customs_no: mch_customs_no,
      transaction_id,
      verify_department,
      verify_department_trade_id,
    };
    const { customs } = await callsOf(sample);
    const query = { appid, mchid, order_type: 'transaction_id', order_no: transaction_id, customs: 'SHANGHAI_ZS' };
    expect(await customs.records(parseRecordsQuery(query))).toEqual([record]);
    expect(await customs.query(key)).toEqual(record);
    expect(await customs.query(plain)).toBeUndefined();
  });

  it('the sample of a refusal becomes an error that names the place, and does not repeat the value', async () => {
    const { customs } = await callsOf({ status: 400, error: read('error-answer') });
    const error: unknown = await customs.declare(plain).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      errorClass: 'INPUT',
      code: 'INVALID_REQUEST',
      message: 'Parameter format verification error',
      remedy: expect.stringContaining('#/properties/payer') as string,
    });
    expect(JSON.stringify(error)).not.toContain('1346177081915535577');
  });
});

function sealed(certificate_id: string, certificate_name: string) {
  return {
    certificate_type: 'IDCARD',
    certificate_id: seal(certificate_id, publicKeyA),
    certificate_name: seal(certificate_name, publicKeyA),
    sealed_with: publicKeyA.id,
  } as const;
}

/** Node no longer opens this padding by itself. */
function opened(base64: string): string {
  const { privateKey } = platformA;
  const padded = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, Buffer.from(base64, 'base64'));
  return padded.subarray(padded.indexOf(0, 2) + 1).toString('utf8');
}
