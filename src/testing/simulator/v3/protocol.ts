import type { TestCredentials } from '../../credentials';
import type { CallName } from '../calls';
import { keysOf } from '../calls';
import * as customs from '../customs/calls';
import { verifyCertificate } from '../customs/identity';
import type { Draft, Exchange, Received, Reply } from '../exchange';
import type { Fault, Spoiler } from '../faults';
import * as h5 from '../h5/calls';
import type { World } from '../world';
import { ApiError, paramError } from './api-error';
import type { Authorizer } from './authorization';
import { listCertificates } from './certificates';
import type { Fields } from './fields';
import { stringify } from './json';
import { metaOf, upload } from './media';
import { newNonce, signatureHeaders } from './signing';

interface Request {
  readonly world: World;
  readonly merchant: TestCredentials;
  readonly received: Received;
  readonly body: Fields;
  readonly query: Fields;
  /** The number at the end of the path. */
  readonly id: string;
}

interface Route {
  readonly call: CallName;
  readonly method: string;
  readonly path: RegExp;
  readonly run: (request: Request) => unknown;
}

const serialOf = ({ headers }: Received): string | undefined => {
  const serial = headers['wechatpay-serial'];
  return typeof serial === 'string' ? serial : undefined;
};

const CUSTOMS = '^/(?:v3/global|global/v3)/customs';
const H5 = '^/v3/global/merchant/h5/permission';
const path = (pattern: string): RegExp => new RegExp(`${pattern}$`);

const ROUTES: readonly Route[] = [
  {
    call: 'customs/declare',
    method: 'POST',
    path: path(`${CUSTOMS}/orders`),
    run: ({ world, merchant, body }) => customs.declare(world, merchant, body),
  },
  {
    call: 'customs/query',
    method: 'GET',
    path: path(`${CUSTOMS}/orders`),
    run: ({ world, merchant, query }) => customs.query(world, merchant, query),
  },
  {
    call: 'customs/modify',
    method: 'PATCH',
    path: path(`${CUSTOMS}/orders`),
    run: ({ world, merchant, body }) => customs.modify(world, merchant, body),
  },
  {
    call: 'customs/redeclare',
    method: 'POST',
    path: path(`${CUSTOMS}/redeclare`),
    run: ({ world, merchant, body }) => customs.redeclare(world, merchant, body),
  },
  {
    call: 'customs/verify-certificate',
    method: 'POST',
    path: path(`${CUSTOMS}/verify-certificate`),
    run: ({ world, merchant, body, received }) => verifyCertificate(world, merchant, body, serialOf(received)),
  },
  {
    call: 'h5/create',
    method: 'POST',
    path: path(`${H5}/applications`),
    run: ({ world, merchant, body }) => h5.create(world, merchant, body),
  },
  {
    call: 'h5/query',
    method: 'GET',
    path: path(`${H5}/applications/(\\d+)`),
    run: ({ world, merchant, id }) => h5.query(world, merchant, 'h5', id),
  },
  {
    call: 'h5/modify',
    method: 'PATCH',
    path: path(`${H5}/applications/(\\d+)`),
    run: ({ world, merchant, id, body }) => h5.modify(world, merchant, 'h5', id, body),
  },
  {
    call: 'h5-domain/create',
    method: 'POST',
    path: path(`${H5}/domain/applications`),
    run: ({ world, merchant, body }) => h5.createDomain(world, merchant, body),
  },
  {
    call: 'h5-domain/query',
    method: 'GET',
    path: path(`${H5}/domain/applications/(\\d+)`),
    run: ({ world, merchant, id }) => h5.query(world, merchant, 'h5-domain', id),
  },
  {
    call: 'h5-domain/modify',
    method: 'PATCH',
    path: path(`${H5}/domain/applications/(\\d+)`),
    run: ({ world, merchant, id, body }) => h5.modify(world, merchant, 'h5-domain', id, body),
  },
  {
    call: 'h5/permission',
    method: 'GET',
    path: path(`${H5}/([0-9A-Za-z]{1,32})`),
    run: ({ world, merchant, id }) => h5.permissionState(world, merchant, id),
  },
  {
    call: 'media/upload',
    method: 'POST',
    path: path('^/v3/merchant/media/upload'),
    run: ({ world, merchant, received }) => upload(world, merchant, received.headers['content-type'], received.body),
  },
  {
    call: 'certificates',
    method: 'GET',
    path: path('^/v3/(?:global/)?certificates'),
    run: ({ world, merchant }) => listCertificates(world, merchant),
  },
];

export const isV3Path = (target: string): boolean => /^\/(v3|global\/v3)\//.test(target);

/** The call behind a v3 path. Who asks is checked when it is carried out, and only once. */
export function openV3(world: World, authorizer: Authorizer, received: Received): Exchange | Reply {
  const [pathname = '', search = ''] = received.target.split('?', 2);
  const here = ROUTES.filter(({ path: pattern }) => pattern.test(pathname));
  const route = here.find(({ method }) => method === received.method);
  if (!route) {
    const error =
      here.length === 0
        ? new ApiError(404, 'NOT_FOUND', { en: 'URL does not exist', zh: '请求的URL不存在' })
        : new ApiError(405, 'PARAM_ERROR', { en: 'Method not allowed', zh: '请求方法不支持' });
    return unsigned(error.status, errorBody(error, received));
  }
  const query = Object.fromEntries(new URLSearchParams(search));
  const id = route.path.exec(pathname)?.[1] ?? '';
  const media = route.call === 'media/upload';
  let merchant: TestCredentials | undefined;
  const act = (): Draft => {
    try {
      checkHeaders(received);
      const signedBody = media ? metaOf(received.headers['content-type'], received.body) : received.body;
      merchant ??= authorizer.merchantOf({ ...received, signedBody });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { code: error.code, reply: () => unsigned(error.status, errorBody(error, received)) };
    }
    const asker = merchant;
    return draftOf(world, received, () => {
      const body = received.method === 'GET' || media ? {} : parseBody(received);
      return route.run({ world, merchant: asker, received, body, query, id });
    });
  };
  return {
    call: route.call,
    keys: keysOfRequest(world, received, query, id),
    act,
    fail: (fault) => failure(world, received, fault),
  };
}

function keysOfRequest(world: World, received: Received, query: Fields, id: string): string[] {
  let body: Fields = {};
  try {
    body = parseBody(received);
  } catch {
    // A body without business numbers, or none at all.
  }
  const sub = world.stores.applications.get(id)?.data.sub_mchid;
  return [...keysOf({ ...query, ...body }), ...(id ? [id] : []), ...(sub === undefined ? [] : [sub])];
}

function checkHeaders({ headers, method }: Received): void {
  const issue = !headers['user-agent']
    ? 'User-Agent is missing'
    : !/application\/json|\*\/\*/.test(headers.accept ?? '')
      ? 'Accept must be application/json'
      : method !== 'GET' && !/^(application\/json|multipart\/form-data)\b/.test(headers['content-type'] ?? '')
        ? 'Content-Type must be application/json'
        : undefined;
  if (issue !== undefined) throw paramError(`Parameter error: ${issue}`, `参数错误：${issue}`);
}

function parseBody({ body }: Received): Fields {
  const text = body.toString('utf8');
  const wrong = (issue: string): ApiError =>
    paramError('Parameter format verification error', '参数格式校验错误', { field: '/', issue, location: 'body' });
  if (/[\u{10000}-\u{10FFFF}]/u.test(text)) throw wrong('characters of four bytes are not allowed');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('not an object');
  return value as Fields;
}

function draftOf(world: World, received: Received, run: () => unknown): Draft {
  try {
    const value = run();
    return { reply: (spoiler) => signedReply(world, received, 200, value, spoiler) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const body = errorBody(error, received);
    return { code: error.code, reply: (spoiler) => signedReply(world, received, error.status, body, spoiler) };
  }
}

function errorBody({ code, text, detail }: ApiError, { headers }: Received) {
  const english = /^en\b/i.test(headers['accept-language'] ?? '');
  return { code, message: english ? text.en : text.zh, ...(detail && { detail }) };
}

const FAILURES: Readonly<Record<string, { status: number; code: string; message: string }>> = {
  '401': { status: 401, code: 'SIGN_ERROR', message: 'Sign error' },
  '403': { status: 403, code: 'NO_AUTH', message: 'No permission' },
  '429': { status: 429, code: 'FREQUENCY_LIMIT_EXCEED', message: 'Frequency limit, please try it later' },
  '500': { status: 500, code: 'SYSTEM_ERROR', message: 'System error' },
  'act-and-500': { status: 500, code: 'SYSTEM_ERROR', message: 'System error' },
  '502': { status: 502, code: 'SERVICE_UNAVAILABLE', message: 'Service unavailable' },
  '503': { status: 503, code: 'SERVICE_UNAVAILABLE', message: 'Service unavailable' },
};

function failure(world: World, received: Received, fault: Fault): Draft {
  const usual = FAILURES[fault.kind];
  const status = fault.status ?? usual?.status ?? 400;
  const code = fault.code ?? usual?.code ?? 'INVALID_REQUEST';
  const body = { code, message: fault.message ?? usual?.message ?? 'Parameter error' };
  // Only a refusal of the tester's choice is signed; 401 and server errors never are.
  return {
    code,
    reply: () => (fault.kind === 'error' ? signedReply(world, received, status, body) : unsigned(status, body)),
  };
}

/** 401, and what could not even be read: without a signature. */
const unsigned = (status: number, body: unknown): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: Buffer.from(stringify(body)),
});

function signedReply(world: World, received: Received, status: number, value: unknown, spoiler?: Spoiler): Reply {
  const shown = spoiler === 'unknown-state' ? withUnknownState(value) : value;
  const whole = Buffer.from(stringify(shown));
  const body = spoiler === 'not-json' ? whole.subarray(0, Math.max(1, whole.length - 5)) : whole;
  const at = world.settings.signatureNow() - (spoiler === 'stale-signature' ? 600_000 : 0);
  const headers = signatureHeaders(world.platform.forAnswer(serialOf(received)), body, at);
  const signature = headers['Wechatpay-Signature'] ?? '';
  if (spoiler === 'bad-signature') headers['Wechatpay-Signature'] = signature.replace(/^.{4}/, 'AAAA');
  if (spoiler === 'probe-signature') headers['Wechatpay-Signature'] = `WECHATPAY/SIGNTEST/${newNonce()}`;
  if (spoiler === 'unknown-serial') headers['Wechatpay-Serial'] = '0'.repeat(40);
  const json = { 'Content-Type': 'application/json; charset=utf-8' };
  return { status, headers: spoiler === 'no-signature' ? json : { ...json, ...headers }, body };
}

const STATE_FIELDS = ['state', 'applyment_state', 'authorization_state', 'certificate_check_result'];

function withUnknownState(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const changed: Record<string, unknown> = { ...value };
  for (const field of STATE_FIELDS) if (field in changed) changed[field] = 'STATE_OF_TOMORROW';
  if (Array.isArray(changed.data)) changed.data = changed.data.map(withUnknownState);
  return changed;
}
