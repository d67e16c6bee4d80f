// Forgeries made of genuine notifications. Each says something that was never signed, so none of them may be accepted.
import { createHash, createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** A key that is not WeChat Pay's. */
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** Numbers between 0 and 1 that a seed repeats. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const BODY = {
  'a bit is another': (body, { below }) => {
    const changed = Buffer.from(body);
    changed[below(body.length)] ^= 1 << below(8);
    return changed;
  },
  'a piece is missing': (body, { below }) => {
    const at = below(body.length - 1);
    // More than a line break, which means nothing between fields.
    return Buffer.concat([body.subarray(0, at), body.subarray(at + 2 + below(40))]);
  },
  'the end is missing': (body, { below }) => body.subarray(0, 1 + below(body.length - 1)),
  'a letter more': (body, { below }) => {
    const at = 1 + below(body.length - 1);
    return Buffer.concat([body.subarray(0, at), Buffer.from(LETTERS[below(LETTERS.length)]), body.subarray(at)]);
  },
  'something behind it': (body) => Buffer.concat([body, body]),
  'nothing but noise': (body, { below }) => Buffer.from(Array.from({ length: 200 }, () => below(256))),
};

const V3_HEADERS = ['Timestamp', 'Nonce', 'Signature', 'Serial'].map((name) => `Wechatpay-${name}`);

const V3 = {
  'the signature of another one': ({ headers }, { other }) => ({
    headers: { ...headers, 'Wechatpay-Signature': other.headers['Wechatpay-Signature'] },
  }),
  'the headers of another one': (_message, { other }) => ({ headers: other.headers }),
  'a bit of the signature is another': ({ headers }, { below }) => {
    const signature = Buffer.from(headers['Wechatpay-Signature'], 'base64');
    signature[below(signature.length)] ^= 1 << below(8);
    return { headers: { ...headers, 'Wechatpay-Signature': signature.toString('base64') } };
  },
  'a header is missing': ({ headers }, { below }) => {
    const missing = V3_HEADERS[below(V3_HEADERS.length)];
    return { headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== missing)) };
  },
  'another time': ({ headers }, { below }) => ({
    headers: { ...headers, 'Wechatpay-Timestamp': String(Number(headers['Wechatpay-Timestamp']) - 1 - below(10)) },
  }),
  'an old time': ({ headers }, { below }) => ({
    headers: { ...headers, 'Wechatpay-Timestamp': String(Number(headers['Wechatpay-Timestamp']) - 400 - below(1e6)) },
  }),
  'a key nobody knows': ({ headers }, { below }) => ({
    headers: { ...headers, 'Wechatpay-Serial': String(below(1e9)).padStart(40, 'F') },
  }),
  'the key of a stranger': ({ headers, body }) => {
    const head = `${headers['Wechatpay-Timestamp']}\n${headers['Wechatpay-Nonce']}\n`;
    const signature = signWith('sha256', Buffer.concat([Buffer.from(head), body, Buffer.from('\n')]), stranger);
    return { headers: { ...headers, 'Wechatpay-Signature': signature.toString('base64') } };
  },
  'a probe': ({ headers }, { below }) => ({
    headers: { ...headers, 'Wechatpay-Signature': `WECHATPAY/SIGNTEST/${below(1e9)}` },
  }),
};

const V2 = {
  'another value': change((fields, { one, below }) => {
    const name = one(Object.keys(fields).filter((field) => field !== 'sign'));
    return { ...fields, [name]: `${fields[name]}${below(10)}` };
  }),
  'a field more': change((fields, { below }) => ({ ...fields, [`attach${below(100)}`]: 'x' })),
  'a field less': change((fields, { one }) => {
    const missing = one(Object.keys(fields).filter((field) => field !== 'sign'));
    return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== missing));
  }),
  'no signature': change(({ sign: _sign, ...fields }) => fields),
  'half a signature': change((fields, { below }) => ({ ...fields, sign: fields.sign.slice(0, below(32)) })),
  'a signature in small letters': change((fields) => ({ ...fields, sign: `a${fields.sign.slice(1).toLowerCase()}` })),
  'the signature of another statement': change((fields, { other }) => ({
    ...fields,
    sign: readFields(other.body).sign,
  })),
  'signed with another key': change((fields, { below }) => resigned(fields, String(below(1e9)).padStart(32, '0'))),
  'signed with no key': change((fields) => resigned(fields, '')),
  'signed with another key, HMAC': change((fields, { below }) =>
    resigned(fields, String(below(1e9)).padStart(32, '0'), 'HMAC-SHA256'),
  ),
};

/**
 * @param {readonly import('./notifications.mjs').Message[]} genuine at least two of each kind
 * @param {number} seed
 * @returns {() => import('./notifications.mjs').Message & { how: string }} another forgery at each call
 */
export function forgeriesOf(genuine, seed) {
  const random = randomOf(seed);
  const below = (limit) => Math.floor(random() * limit);
  const one = (list) => list[below(list.length)];
  const kinds = { h5: changes(V3), contract: changes(V2) };
  return () => {
    const message = one(genuine);
    const other = one(genuine.filter((candidate) => candidate.kind === message.kind && candidate !== message));
    const [how, make] = one(kinds[message.kind]);
    return { ...message, ...make(message, { below, one, other }), how };
  };
}

const changes = (ofKind) => [
  ...Object.entries(BODY).map(([how, make]) => [how, (message, tools) => ({ body: make(message.body, tools) })]),
  ...Object.entries(ofKind),
];

/** As the simulator writes it: flat, one field a line. */
function readFields(body) {
  const field = /<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))<\/\1>/gs;
  const inner = body.toString('utf8').replace(/^<xml>|<\/xml>$/g, '');
  return Object.fromEntries([...inner.matchAll(field)].map(([, name, quoted, plain]) => [name, quoted ?? plain]));
}

function change(make) {
  return ({ body }, tools) => {
    const fields = make(readFields(body), tools);
    const children = Object.entries(fields).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`);
    return { body: Buffer.from(`<xml>${children.join('\n')}</xml>`) };
  };
}

function resigned({ sign: _sign, ...fields }, key, type = 'MD5') {
  const pairs = Object.keys(fields)
    .sort()
    .map((name) => `${name}=${fields[name]}`);
  const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', key);
  return {
    ...fields,
    sign: hash
      .update([...pairs, `key=${key}`].join('&'))
      .digest('hex')
      .toUpperCase(),
  };
}
