// Keys and messages that every variant gets.
import { constants, createCipheriv, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

const API_V3_KEY = '0123456789abcdef0123456789abcdef';

/** All made up. `ours` is the protocol layer of the package, compiled. */
export function makeFixture() {
  const merchant = {
    mchid: '1230000109',
    serial: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    certificate: 'not needed, because the serial is given',
    ...rsaPair(),
  };
  const platform = { serial: '7132D72A03E93CDDF8C03BBD1F37EEDF14F30C5B', ...rsaPair() };
  const record = {
    appid: 'wxd678efh567hg6787',
    mchid: '1230000109',
    out_trade_no: '20150806125346',
    transaction_id: '1000320306201511078440737890',
    customs: 'SHANGHAI_ZS',
    merchant_customs_no: '123456',
    duty: 88,
  };
  const path = '/v3/global/customs/orders';
  const request = {
    method: 'POST',
    path,
    url: `https://api.mch.weixin.qq.com${path}`,
    record,
    body: JSON.stringify(record),
  };
  const v2 = { appid: 'wxcbda96de0b165486', mchid: '1200009811', key: '192006250b4c09247ec02edce69f6a2d' };
  return {
    merchant,
    platform,
    apiV3Key: API_V3_KEY,
    request,
    notification: signedNotification(platform),
    v2: { ...v2, order: v2Order(v2), payment: v2Payment(v2) },
  };
}

function rsaPair() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' });
  return {
    privateKey: createPrivateKey(privateKeyPem),
    publicKey: createPublicKey(publicKeyPem),
    privateKeyPem,
    publicKeyPem,
  };
}

function signedNotification(platform) {
  const resource = {
    sub_mchid: '2491935631',
    applyment_id: 2000000100000,
    applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
    transaction_limit_type: 'NORMAL_LIMIT',
    website_state: 'HAS_LAUNCHED',
    domains: ['qq.com', 'pay.qq.com'],
    website_url: 'https://qq.com',
    business_description: '图书与音像制品 Books',
    applyment_state: 'APPROVED',
    audit_reject_detail: '',
  };
  const nonce = '0123456789ab';
  const associated_data = 'h5_authorization';
  const cipher = createCipheriv('aes-256-gcm', API_V3_KEY, nonce).setAAD(Buffer.from(associated_data));
  const parts = [cipher.update(JSON.stringify(resource), 'utf8'), cipher.final(), cipher.getAuthTag()];
  const body = Buffer.from(
    JSON.stringify({
      id: 'EV-2018022511223320873',
      create_time: '2015-05-20T13:29:35+08:00',
      resource_type: 'encrypt-resource',
      event_type: 'H5AUTHORIZATION.FINISHED',
      summary: 'review finished',
      resource: {
        original_type: 'h5authorization',
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext: Buffer.concat(parts).toString('base64'),
        associated_data,
        nonce,
      },
    }),
  );
  const headers = { timestamp: String(Math.floor(Date.now() / 1000)), nonce: 'c5ac7061fccab6bf3e254dcf98995b8c' };
  const text = Buffer.concat([Buffer.from(`${headers.timestamp}\n${headers.nonce}\n`), body, Buffer.from('\n')]);
  const signature = sign('sha256', text, { key: platform.privateKey, padding: constants.RSA_PKCS1_PADDING });
  return {
    body,
    resource,
    signed: { ...headers, serial: platform.serial, signature: signature.toString('base64') },
  };
}

/** What `pay/contractorder` sends. */
function v2Order({ appid, mchid }) {
  return {
    appid,
    mch_id: mchid,
    contract_mchid: mchid,
    contract_appid: appid,
    out_trade_no: '20150806125346',
    device_info: '013467007045764',
    nonce_str: '5K8264ILTKCH16CQ2502SI8ZNMTM67VS',
    body: 'Ipad mini  16G  白色',
    detail: '<a href="x">&</a>',
    notify_url: 'https://weixin.qq.com/notify/?a=1&b=2',
    total_fee: '888',
    spbill_create_ip: '14.23.150.211',
    time_start: '20150806125346',
    time_expire: '20150806135346',
    trade_type: 'JSAPI',
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    plan_id: '123',
    contract_code: '100001256',
    request_serial: '1000',
    contract_display_account: '张三',
    contract_notify_url: 'https://weixin.qq.com/contract',
  };
}

/** What a payment notification says, without its sign. */
function v2Payment({ appid, mchid }) {
  return {
    appid,
    bank_type: 'CFT',
    cash_fee: '888',
    fee_type: 'CNY',
    is_subscribe: 'Y',
    mch_id: mchid,
    nonce_str: '5d2b6c2a8db53831f7eda20af46e531c',
    openid: 'oUpF8uMEb4qRXf22hE3X68TekukE',
    out_trade_no: '20150806125346',
    result_code: 'SUCCESS',
    return_code: 'SUCCESS',
    time_end: '20150806125403',
    total_fee: '888',
    trade_type: 'JSAPI',
    transaction_id: '1004400740201508060000000001',
    attach: '支付测试 & more',
  };
}
