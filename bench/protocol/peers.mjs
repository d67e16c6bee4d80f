// The other packages, each used as its own documentation says, with keys made once where it can take them so.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const PEERS = ['wechatpay-axios-plugin', 'tenpay', 'wechatpay-node-v3', 'wxpay-v3'];

export const versionOf = (name) => require(`${name}/package.json`).version;

/**
 * @param {object} fixture see fixture.mjs
 * @returns for each package what it offers of: sign, verify, open (v3), signV2, buildV2, readV2 (v2)
 */
export function loadPeers(fixture) {
  return {
    'wechatpay-axios-plugin': axiosPlugin(fixture),
    tenpay: tenpay(fixture),
    'wechatpay-node-v3': nodeV3(fixture),
    'wxpay-v3': wxpayV3(fixture),
  };
}

function axiosPlugin({ merchant, platform, apiV3Key, v2 }) {
  const { Aes, Formatter, Hash, Rsa, Transformer } = require('wechatpay-axios-plugin');
  const [parse, verifier] = new Transformer(v2.mchid, v2.key).response;
  const config = { url: '/pay/orderquery' };
  return {
    sign({ method, path, body }) {
      const timestamp = Formatter.timestamp();
      const nonce = Formatter.nonce();
      const signature = Rsa.sign(Formatter.request(method, path, timestamp, nonce, body), merchant.privateKey);
      return Formatter.authorization(merchant.mchid, nonce, signature, timestamp, merchant.serial);
    },
    verify({ timestamp, nonce, signature }, body) {
      return Rsa.verify(Formatter.response(timestamp, nonce, body.toString()), signature, platform.publicKey);
    },
    open(body) {
      const { ciphertext, nonce, associated_data } = JSON.parse(body.toString()).resource;
      return JSON.parse(Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, associated_data));
    },
    signV2: (fields, type) => Hash.sign(type, fields, v2.key),
    buildV2: (fields) => Transformer.toXml(fields),
    // As axios calls its response transformers.
    readV2: (bytes) => verifier.call(config, parse.call(config, bytes.toString()), {}, 200),
  };
}

function tenpay({ v2 }) {
  const Tenpay = require('tenpay');
  const { buildXML } = require('tenpay/lib/util');
  const client = new Tenpay({ appid: v2.appid, mchid: v2.mchid, partnerKey: v2.key });
  return {
    signV2: (fields, type) => client._getSign(fields, type),
    buildV2: (fields) => buildXML(fields),
    readV2: (bytes) => client._parse(bytes.toString(), 'middleware_pay'),
  };
}

function nodeV3({ merchant, platform, apiV3Key }) {
  const Pay = require('wechatpay-node-v3');
  const client = new Pay({
    appid: 'wxd678efh567hg6787',
    mchid: merchant.mchid,
    serial_no: merchant.serial,
    publicKey: Buffer.from(merchant.certificate),
    privateKey: Buffer.from(merchant.privateKeyPem),
    key: apiV3Key,
  });
  Pay.certificates = { [platform.serial]: platform.publicKeyPem };
  return {
    sign: ({ method, url, record }) => client.buildAuthorization(method, url, record),
    verify: (headers, body) => client.verifySign({ ...headers, body: body.toString() }),
    open(body) {
      const { ciphertext, nonce, associated_data } = JSON.parse(body.toString()).resource;
      return client.decipher_gcm(ciphertext, associated_data, nonce);
    },
  };
}

function wxpayV3({ merchant, platform, apiV3Key }) {
  const Payment = require('wxpay-v3');
  // Its constructor calls WeChat Pay; what it would have set is set here.
  const client = Object.assign(Object.create(Payment.prototype), {
    mchid: merchant.mchid,
    serial_no: merchant.serial,
    private_key: merchant.privateKeyPem,
    apiv3_private_key: apiV3Key,
    certificates: [{ serial_no: platform.serial, public_key: platform.publicKeyPem }],
  });
  return {
    // The lines of its method `run` that come before the request.
    sign({ method, path, record }) {
      const timestamp = Math.floor(Date.now() / 1000);
      const nonce = client.generate();
      const body = JSON.stringify(record);
      const text = `${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`;
      const signature = client.rsaSign(text, client.private_key, 'SHA256withRSA');
      return `WECHATPAY2-SHA256-RSA2048 mchid="${client.mchid}",nonce_str="${nonce}",timestamp="${timestamp}",signature="${signature}",serial_no="${client.serial_no}"`;
    },
    verify: (headers, body) => client.verifySign({ ...headers, body: body.toString() }),
    open: (body) => client.decodeResource(JSON.parse(body.toString()).resource),
  };
}
