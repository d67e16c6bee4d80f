import { inspect } from 'node:util';
import fc from 'fast-check';
import { DecryptionError, openAead } from '../../src/wechatpay/v3/aead';
import { NotificationRefusedError, openNotification } from '../../src/wechatpay/v3/notification';
import type { NotificationProblem } from '../../src/wechatpay/v3/notification';
import { SignatureRefusedError, verifySignature } from '../../src/wechatpay/v3/verification';
import type { ReceivedHeaders, SignatureProblem } from '../../src/wechatpay/v3/verification';
import { openV2Notification, V2NotificationRefusedError } from '../../src/wechatpay/v2/notification';
import { sign, stringToSign } from '../../src/wechatpay/v2/signing';
import { buildXml } from '../../src/wechatpay/v2/xml';
import {
  API_V3_KEY,
  encrypted,
  NOW,
  OLD_API_V3_KEY,
  platformA,
  platformB,
  signedHeaders,
} from '../wechatpay/v3/platform';
import { mutatedBytes, readable } from './mutated';
import { ensure, ensureSame, resultOrRefusal, target } from './target';

const SIGNATURE_PROBLEMS: Readonly<Record<SignatureProblem, true>> = {
  'missing-header': true,
  'duplicate-header': true,
  'malformed-header': true,
  'unknown-signature-type': true,
  stale: true,
  probe: true,
  'unknown-key': true,
  'bad-signature': true,
};
const NOTIFICATION_PROBLEMS: Readonly<Record<NotificationProblem, true>> = {
  ...SIGNATURE_PROBLEMS,
  'not-json': true,
  'bad-envelope': true,
  'bad-resource': true,
  'cannot-decrypt': true,
};

const PRIVATE = '张三的身份';

interface Signed {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const signedMessages: readonly Signed[] = [
  { sub_mchid: '2491935631', applyment_id: '9007199254740993', who: PRIVATE },
  { applyment_state: 'REJECTED', audit_reject_detail: PRIVATE },
].map((resource, index) => {
  const body = readable(
    Buffer.from(
      JSON.stringify({
        id: `f7c34059-${index}`,
        create_time: '2018-06-08T10:34:56+08:00',
        event_type: 'APPLYMENT_STATE.APPROVED',
        resource: encrypted(JSON.stringify(resource), 'applyment'),
      }),
    ),
  );
  return { body, headers: signedHeaders(body, { timestamp: NOW / 1000 + index }) };
});

const keys = new Map([
  [platformA.serial, platformA.publicKey],
  [platformB.serial, platformB.publicKey],
]);

const headerText = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 40 }),
  fc.constantFrom('', ' ', '0', '1700000000', '-1', '1e9', '99999999999', platformB.serial, 'PUB_KEY_ID_', ',', 'a, a'),
  fc.constantFrom('WECHATPAY/SIGNTEST/x', '__proto__', 'toString', '\n', 'é', '9'.repeat(10_000), ','.repeat(10_000)),
);
const headerName = fc.oneof(
  fc.constantFrom('timestamp', 'nonce', 'signature', 'serial', 'signature-type').map((name) => `wechatpay-${name}`),
  fc.constantFrom('host', '__proto__', 'wechatpay-', 'constructor'),
);

type Change = (headers: Record<string, string | string[] | undefined>) => void;

/** One change of the headers that may or may not change what they say. */
const headerChange: fc.Arbitrary<Change> = fc
  .tuple(
    headerName,
    fc.constantFrom('set', 'remove', 'case', 'twice', 'list', 'pad', 'strip', 'edit'),
    headerText,
    fc.nat({ max: 400 }),
  )
  .map(([name, kind, text, place]) => (headers) => {
    const key = Object.keys(headers).find((candidate) => candidate.toLowerCase() === name) ?? name;
    const value = headers[key];
    const current = typeof value === 'string' ? value : '';
    const put = (next: string | string[] | undefined, as = key): void => {
      Object.defineProperty(headers, as, { value: next, enumerable: true, configurable: true, writable: true });
    };
    if (kind === 'set') put(text);
    else if (kind === 'remove') put(undefined);
    else if (kind === 'case') {
      delete headers[key];
      put(value, key.toUpperCase());
    } else if (kind === 'twice') put(current, key.toUpperCase());
    else if (kind === 'list') put([current, text]);
    else if (kind === 'pad') put(place % 2 === 0 ? ` ${current}` : `${current} `);
    else if (kind === 'strip') put(current.replace(/=+$/, ''));
    else put(current.slice(0, place) + text.slice(0, 1) + current.slice(place + 1));
  });

const anyHeaders: fc.Arbitrary<Record<string, string | string[] | undefined>> = fc.dictionary(
  headerName,
  fc.oneof(headerText, fc.array(headerText, { maxLength: 3 }), fc.constant(undefined)),
);

const changedMessage = fc
  .tuple(
    fc.nat({ max: signedMessages.length - 1 }),
    fc.oneof({ weight: 4, arbitrary: fc.array(headerChange, { maxLength: 2 }) }, { weight: 1, arbitrary: anyHeaders }),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant(undefined) },
      {
        weight: 1,
        arbitrary: mutatedBytes(fc.constantFrom(...signedMessages.map(({ body }) => body)), ['{', '\\u0030']),
      },
    ),
  )
  .map(([index, headers, body]) => {
    const genuine = signedMessages[index]!;
    const changed: Record<string, string | string[] | undefined> = { ...genuine.headers };
    if (Array.isArray(headers)) for (const change of headers) change(changed);
    return { genuine, headers: Array.isArray(headers) ? changed : headers, body: body ?? genuine.body };
  });

/** Whether headers say what some genuine message says; names in any case, Base64 by its bytes. */
function saysTheSame(headers: ReceivedHeaders, body: Buffer): boolean {
  const valuesOf = (name: string): readonly unknown[] =>
    Object.entries(headers)
      .filter(([key, value]) => key.toLowerCase() === name && value !== undefined)
      .flatMap(([, value]) => value);
  return signedMessages.some(
    (genuine) =>
      genuine.body.equals(body) &&
      Object.entries(genuine.headers)
        .filter(([name]) => name.startsWith('Wechatpay-'))
        .every(([name, value]) => {
          const received = valuesOf(name.toLowerCase());
          if (name === 'Wechatpay-Signature-Type' && received.length === 0) return true;
          if (received.length !== 1) return false;
          if (name !== 'Wechatpay-Signature') return received[0] === value;
          return Buffer.from(String(received[0]), 'base64').equals(Buffer.from(value, 'base64'));
        }),
  );
}

export const verification = target(
  { name: 'headers', claim: 'an answer with any headers is believed only as WeChat Pay signed it', runs: 1_000 },
  changedMessage,
  async ({ headers, body }) => {
    const asked: string[] = [];
    const findKey = (id: string) => {
      asked.push(id);
      return Promise.resolve(keys.get(id));
    };
    const outcome = await resultOrRefusal(SignatureRefusedError, () =>
      verifySignature({ headers, body, findKey, now: NOW }),
    );
    ensure(
      asked.length <= 1 && asked.every((id) => /^[\w-]{1,128}$/.test(id)),
      'a key is looked for once, by a serial',
    );
    if ('result' in outcome) {
      ensure(saysTheSame(headers, body), 'only a genuine message is believed');
      ensure(outcome.result.value.equals(body), 'what is believed is what was received');
      return;
    }
    const { reason, message } = outcome.refused;
    ensure(Object.hasOwn(SIGNATURE_PROBLEMS, reason), `${reason} is a known reason`);
    ensure(message !== '' && message.length <= 400, 'the message is there and short');
  },
);

export const unchangedHeaders = target(
  { name: 'genuine', claim: 'a genuine answer is believed, whatever else its headers hold', runs: 300 },
  fc.tuple(
    fc.constantFrom(...signedMessages),
    fc.dictionary(fc.stringMatching(/^x-[a-z]{0,9}$/), headerText),
    fc.boolean(),
  ),
  async ([{ body, headers }, others, lower]) => {
    const own = Object.entries(headers).map(([name, value]) => [lower ? name.toLowerCase() : name, value]);
    const received = { ...others, ...(Object.fromEntries(own) as Record<string, string>) };
    const findKey = (id: string) => Promise.resolve(keys.get(id));
    const outcome = await resultOrRefusal(SignatureRefusedError, () =>
      verifySignature({ headers: received, body, findKey, now: NOW }),
    );
    ensure('result' in outcome, 'it is believed');
    ensureSame(outcome.result.signedWith, platformA.serial, 'it names the key');
  },
);

export const notification = target(
  {
    name: 'v3-notification',
    claim: 'a changed v3 notification is never opened, and never shows its content',
    runs: 1_000,
  },
  changedMessage,
  async ({ headers, body }) => {
    const outcome = await resultOrRefusal(NotificationRefusedError, () =>
      openNotification({
        rawBody: body,
        headers,
        keyRing: { find: (id) => Promise.resolve(keys.get(id)) },
        apiV3Keys: [OLD_API_V3_KEY, API_V3_KEY],
        now: NOW,
      }),
    );
    if ('result' in outcome) {
      ensure(saysTheSame(headers, body), 'only a genuine message is opened');
      return;
    }
    const { reason } = outcome.refused;
    ensure(Object.hasOwn(NOTIFICATION_PROBLEMS, reason), `${reason} is a known reason`);
    const shown = inspect(outcome.refused, { depth: Infinity, showHidden: true });
    ensure(
      !shown.includes(PRIVATE) && !shown.includes(API_V3_KEY.toString()),
      'a refusal shows neither content nor key',
    );
  },
);

const textOrJunk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', 'AEAD_AES_256_GCM', '0123456789ab'),
);
const sealedBefore = encrypted(`{"name":"${PRIVATE}"}`, 'applyment') as unknown as Parameters<typeof openAead>[0];

export const opening = target(
  { name: 'opening', claim: 'a resource is opened only unchanged, whatever its four fields hold', runs: 1_000 },
  fc.record(
    {
      algorithm: textOrJunk,
      nonce: fc.oneof(textOrJunk, mutatedBytes(fc.constant(Buffer.from(sealedBefore.nonce))).map(String)),
      associated_data: textOrJunk,
      ciphertext: fc.oneof(
        textOrJunk,
        fc.base64String({ maxLength: 80 }),
        mutatedBytes(fc.constant(Buffer.from(sealedBefore.ciphertext, 'base64'))).map((bytes) =>
          bytes.toString('base64'),
        ),
        mutatedBytes(fc.constant(Buffer.from(sealedBefore.ciphertext)), ['=', '-', '_']).map(String),
      ),
    },
    { requiredKeys: [] },
  ),
  async (changes) => {
    const resource = { ...sealedBefore, ...changes };
    const outcome = await resultOrRefusal(DecryptionError, () => openAead(resource, [OLD_API_V3_KEY, API_V3_KEY]));
    const unchanged = Object.entries(changes).every(([name, value]) => sealedBefore[name as 'nonce'] === value);
    if ('result' in outcome) {
      ensure(unchanged, 'only what was not changed is opened');
      ensureSame(outcome.result.toString(), `{"name":"${PRIVATE}"}`, 'it is what was sealed');
    } else {
      ensure(!unchanged, 'what was not changed is opened');
      ensure(!outcome.refused.message.includes(PRIVATE), 'a refusal shows no content');
    }
  },
);

const V2_KEY = '192006250b4c09247ec02edce69f6a2d';
const V2_OLD_KEY = '8934e7d15453e97507ef794cf7b0519d';
const v2Fields = {
  return_code: 'SUCCESS',
  result_code: 'SUCCESS',
  appid: 'wxcbda96de0b165486',
  mch_id: '1200009811',
  out_trade_no: 'DW202601020001',
  attach: '会员 <月卡> & ]]> "x"',
  empty: '',
  total_fee: '888',
};
const v2Messages = (['MD5', 'HMAC-SHA256'] as const).flatMap((signType) =>
  [V2_KEY, V2_OLD_KEY].map((key) => {
    const fields = { ...v2Fields, ...(key === V2_KEY && { sign_type: signType }) };
    return Buffer.from(buildXml({ ...fields, sign: sign(fields, { key, signType }) }));
  }),
);
const v2Texts = new Set(
  v2Messages.map((message) =>
    stringToSign(openV2Notification({ rawBody: message, keys: [V2_KEY, V2_OLD_KEY] }).fields, ''),
  ),
);

export const v2Notification = target(
  { name: 'v2-notification', claim: 'a changed v2 notification is opened only if it says the same', runs: 2_000 },
  mutatedBytes(fc.constantFrom(...v2Messages), [
    '<a>1</a>',
    '<![CDATA[',
    ']]>',
    '&#49;',
    'FAIL',
    '<sign>',
    '</sign>',
    '=',
    '&amp;',
  ]),
  async (rawBody) => {
    const outcome = await resultOrRefusal(V2NotificationRefusedError, () =>
      openV2Notification({ rawBody, keys: [V2_KEY, V2_OLD_KEY] }),
    );
    if ('result' in outcome) {
      ensure(v2Texts.has(stringToSign(outcome.result.fields, '')), 'only what was signed is opened');
      ensureSame(outcome.result.fields.return_code, 'SUCCESS', 'it is no failure');
      return;
    }
    const shown = inspect(outcome.refused, { depth: Infinity, showHidden: true });
    ensure(
      !shown.includes(V2_KEY) && !shown.includes('月卡') && !shown.includes('DW2026'),
      'a refusal shows neither key nor content',
    );
  },
);
