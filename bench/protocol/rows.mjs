// What is measured: for each row ours, bare node:crypto or the other packages, the goal, and a check that all agree.
import assert from 'node:assert/strict';
import { constants, createDecipheriv, sign, verify } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const BARE = 'bare node:crypto';
export const OURS = 'ours';

const LINE_FEED = Buffer.from('\n');

/** @param {string} lib folder of the built package */
export function makeRows(lib, fixture, peers) {
  const require = createRequire(join(lib, 'package.json'));
  const load = (name) => require(join(lib, 'wechatpay', name));
  return [...v3Rows(load, fixture, peers), ...v2Rows(load, fixture, peers)];
}

function v3Rows(load, { merchant, platform, apiV3Key, request, notification }, peers) {
  const signing = load('v3/signing.js');
  const { verifySignature } = load('v3/verification.js');
  const { openNotification, openVerified } = load('v3/notification.js');
  const credentials = { mchid: merchant.mchid, merchantSerial: merchant.serial, privateKey: merchant.privateKey };
  const { method, path, body } = request;

  const bareText = Buffer.from(signing.requestToSign({ method, path, timestamp: 1700000000, nonce: 'N', body }));
  const bareSign = () =>
    sign('sha256', bareText, { key: merchant.privateKey, padding: constants.RSA_PKCS1_PADDING }).toString('base64');

  const { signed, body: rawBody, resource } = notification;
  const headers = {
    'wechatpay-timestamp': signed.timestamp,
    'wechatpay-nonce': signed.nonce,
    'wechatpay-serial': signed.serial,
    'wechatpay-signature': signed.signature,
    'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
    'content-type': 'application/json',
    'content-length': String(rawBody.length),
    'user-agent': 'Mozilla/4.0',
    host: 'pay.example.com',
  };
  const findKey = async (serial) => (serial === platform.serial ? platform.publicKey : undefined);
  const now = Number(signed.timestamp) * 1000;
  const bareVerify = () =>
    verify(
      'sha256',
      Buffer.concat([Buffer.from(`${signed.timestamp}\n${signed.nonce}\n`), rawBody, LINE_FEED]),
      { key: platform.publicKey, padding: constants.RSA_PKCS1_PADDING },
      Buffer.from(signed.signature, 'base64'),
    );
  const key = Buffer.from(apiV3Key);
  const bareOpen = () => {
    const { ciphertext, nonce, associated_data } = JSON.parse(rawBody).resource;
    const sealed = Buffer.from(ciphertext, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAuthTag(sealed.subarray(-16));
    decipher.setAAD(Buffer.from(associated_data));
    return JSON.parse(Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]));
  };
  const apiV3Keys = [key];
  const verified = { value: rawBody, signedWith: signed.serial };

  return [
    {
      name: 'v3 sign',
      what: 'a request to its Authorization value',
      goal: { atLeast: 0.95, of: BARE },
      variants: [
        {
          name: OURS,
          run: () =>
            signing.authorization(credentials, {
              method,
              path,
              timestamp: Math.floor(Date.now() / 1000),
              nonce: signing.newNonce(),
              body,
            }),
        },
        { name: BARE, run: bareSign },
        ...of(peers, 'sign', (peer) => peer.sign(request)),
      ],
      check: (result, name) => {
        if (name === BARE) return assert.equal(result, signing.signText(bareText.toString(), merchant.privateKey));
        const part = (field) => new RegExp(`${field}="([^"]+)"`).exec(result)[1];
        assert.equal(part('mchid'), merchant.mchid);
        assert.equal(part('serial_no'), merchant.serial);
        const text = [method, path, part('timestamp'), part('nonce_str'), body, ''].join('\n');
        assert(verify('sha256', Buffer.from(text), merchant.publicKey, Buffer.from(part('signature'), 'base64')));
      },
    },
    {
      name: 'v3 verify',
      what: 'headers and body of a notification to proven bytes',
      goal: { atLeast: 0.95, of: BARE },
      why: 'Every header read once, its time, the spelling of the signature and a key that may have to be fetched cost about 2 µs.',
      variants: [
        { name: OURS, isAsync: true, run: () => verifySignature({ headers, body: rawBody, findKey, now }) },
        { name: BARE, run: bareVerify },
        ...of(peers, 'verify', (peer) => peer.verify(signed, rawBody)),
      ],
      check: (result, name) => (name === OURS ? assert.equal(result.value, rawBody) : assert.equal(result, true)),
    },
    {
      name: 'v3 open',
      what: 'a proven notification to its resource',
      goal: { atLeast: 0.65, of: BARE },
      why: 'Bare JSON.parse takes Base64 with foreign characters, double fields and 64-bit numbers as they come; we do not.',
      variants: [
        { name: OURS, run: () => openVerified(verified, apiV3Keys) },
        { name: BARE, run: bareOpen },
        ...of(peers, 'open', (peer) => peer.open(rawBody)),
      ],
      check: (result, name) => assert.deepEqual(name === OURS ? result.resource : result, resource),
    },
    {
      name: 'v3 notification',
      what: 'headers and body of a notification to its resource: both rows above',
      variants: [
        {
          name: OURS,
          isAsync: true,
          run: () => openNotification({ rawBody, headers, keyRing: { find: findKey }, apiV3Keys, now }),
        },
        { name: BARE, run: () => bareVerify() && bareOpen() },
      ],
      check: (result, name) => assert.deepEqual(name === OURS ? result.resource : result, resource),
    },
  ];
}

function v2Rows(load, { v2 }, peers) {
  const { sign: signV2, verifySign } = load('v2/signing.js');
  const { buildXml, parseXml } = load('v2/xml.js');
  const { openV2Notification } = load('v2/notification.js');
  const { key, order, payment } = v2;
  const signedOrder = { ...order, sign: signV2(order, { key, signType: 'MD5' }) };
  const document = Buffer.from(buildXml({ ...payment, sign: signV2(payment, { key, signType: 'MD5' }) }));
  const fields = { ...parseXml(document) };
  const keys = [key];
  const fastest = { atLeast: 1, of: 'the fastest of the others' };

  const signRow = (signType) => ({
    name: `v2 sign ${signType}`,
    what: 'the fields of an order to their sign',
    goal: fastest,
    variants: [
      { name: OURS, run: () => signV2(order, { key, signType }) },
      ...of(peers, 'signV2', (peer) => peer.signV2(order, signType)),
    ],
    check: (result) => assert.equal(result, signV2(order, { key, signType })),
  });
  return [
    signRow('MD5'),
    signRow('HMAC-SHA256'),
    {
      name: 'v2 build',
      what: 'the fields of an order to XML',
      goal: fastest,
      variants: [
        { name: OURS, run: () => buildXml(signedOrder) },
        ...of(peers, 'buildV2', (peer) => peer.buildV2(signedOrder)),
      ],
      check: (result) => assert.deepEqual({ ...parseXml(Buffer.from(result)) }, signedOrder),
    },
    {
      name: 'v2 parse and verify',
      what: 'the bytes of an answer to proven fields',
      goal: fastest,
      variants: [
        {
          name: OURS,
          run: () => {
            const parsed = parseXml(document);
            return verifySign(parsed, { keys }).ok && parsed;
          },
        },
        ...of(peers, 'readV2', (peer) => peer.readV2(document)),
      ],
      check: (result) => assert.deepEqual({ ...result }, fields),
    },
    {
      name: 'v2 notification',
      what: 'the bytes of a notification to proven fields; ours with an id that a redelivery repeats',
      goal: fastest,
      variants: [
        { name: OURS, run: () => openV2Notification({ rawBody: document, keys }) },
        ...of(peers, 'readV2', (peer) => peer.readV2(document)),
      ],
      check: (result, name) => assert.deepEqual({ ...(name === OURS ? result.fields : result) }, fields),
    },
  ];
}

/** A variant for each package that offers this. */
function of(peers, what, run) {
  return Object.entries(peers)
    .filter(([, peer]) => peer[what] !== undefined)
    .map(([name, peer]) => ({ name, run: () => run(peer) }));
}

/** Every variant once, result checked; finds out which of them are asynchronous. */
export async function prepare({ name: row, variants, check }) {
  for (const variant of variants) {
    try {
      const result = variant.run();
      variant.isAsync = result instanceof Promise;
      check(await result, variant.name);
    } catch (error) {
      throw new Error(`${row}: ${variant.name} does not give the same result`, { cause: error });
    }
  }
}
