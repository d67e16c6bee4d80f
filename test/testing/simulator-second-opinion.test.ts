import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Formatter, Rsa, Wechatpay } from 'wechatpay-axios-plugin';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import { bench } from './simulator-client';
import type { Bench } from './simulator-client';

type Client = { request(...args: unknown[]): Promise<AxiosResponse<Record<string, unknown>>> };

let b: Bench;
let client: Client;

/** The plugin of an independent author signs, verifies, seals and reads XML in its own way. */
function pluginFor(certs: Record<string, string>, baseURL = b.simulator.url): Client {
  const { mchid, merchantSerial: serial, merchantPrivateKey: privateKey, apiV2Key: secret } = b.credentials;
  const wechatpay = new Wechatpay({ mchid, serial, privateKey, certs, secret, baseURL } as never);
  return (wechatpay as unknown as { client: Client }).client;
}

beforeAll(async () => {
  b = await bench();
  client = pluginFor({ [b.credentials.platform.publicKeyId]: b.credentials.platform.publicKey });
});
afterAll(() => b.simulator.close());
beforeEach(() => b.simulator.reset());

const config = (serial = b.credentials.platform.publicKeyId): AxiosRequestConfig => ({
  headers: { 'Wechatpay-Serial': serial },
});
const declaration = {
  appid: 'wxd678efh567hg6787',
  mchid: '1230000109',
  out_trade_no: '20150806125346',
  transaction_id: '1000320306201511078440737890',
  customs: 'SHANGHAI_ZS',
  merchant_customs_no: '123456',
};

describe('wechatpay-axios-plugin', () => {
  it('declares and verifies the answer by public key', async () => {
    const { data } = await client.request('v3/global/customs/orders', 'post', declaration, config());
    expect(data).toMatchObject({ state: 'UNDECLARED', out_trade_no: declaration.out_trade_no });
  });

  it('queries and verifies the answer by certificate', async () => {
    const { serial, certificate } = b.credentials.platform.certificate;
    const certified = pluginFor({ [serial]: certificate });
    await certified.request('v3/global/customs/orders', 'post', declaration, config(serial));
    const { appid, mchid, customs, transaction_id: order_no } = declaration;
    const params = { appid, mchid, order_type: 'transaction_id', order_no, customs };
    const { data } = await certified.request('v3/global/customs/orders', 'get', undefined, {
      ...config(serial),
      params,
    });
    expect(data).toMatchObject({ total_count: 1 });
  });

  it('cannot verify an identity, because it seals with OAEP only and this call wants PKCS#1', async () => {
    await client.request('v3/global/customs/orders', 'post', declaration, config());
    const seal = (text: string) => Rsa.encrypt(text, b.credentials.platform.publicKey);
    const sealed = { certificate_id: seal('110101199003074477'), certificate_name: seal('李四') };
    const body = { ...declaration, certificate_type: 'IDCARD', ...sealed };
    const call = client.request('v3/global/customs/verify-certificate', 'post', body, config());
    await expect(call).rejects.toMatchObject({ response: { status: 400, data: { message: '平台私钥解密失败' } } });
  });

  it('refuses an answer whose signature a fault spoiled', async () => {
    b.simulator.faults({ kind: 'bad-signature' });
    const call = client.request('v3/global/customs/orders', 'post', declaration, config());
    await expect(call).rejects.toMatchObject({ code: 'EV3_RES_HEADER_SIGNATURE_DIGEST' });
    expect(b.simulator.ledger({ effect: 'declared' })).toMatchObject([{ count: 1 }]);
  });

  it('orders with a contract, asks for both, and verifies the XML answers', async () => {
    const { appid, mchid: mch_id } = b.credentials;
    const nonce_str = (): string => Formatter.nonce();
    const order = {
      appid,
      mch_id,
      nonce_str: nonce_str(),
      contract_mchid: mch_id,
      contract_appid: appid,
      out_trade_no: 'DW1',
      body: '会员 & <月卡>',
      notify_url: 'http://127.0.0.1:1/payment',
      total_fee: 888,
      spbill_create_ip: '1.1.1.1',
      trade_type: 'APP',
      plan_id: 123,
      contract_code: 'C1',
      request_serial: '1',
      contract_display_account: '张三',
      contract_notify_url: 'http://127.0.0.1:1/contract',
    };
    const created = await client.request('v2/pay/contractorder', 'post', order);
    expect(created.data).toMatchObject({ contract_result_code: 'SUCCESS', contract_display_account: '张三' });
    b.simulator.pay({ out_trade_no: 'DW1' });
    b.simulator.sign({ out_trade_no: 'DW1' });
    const asked = { appid, mch_id, out_trade_no: 'DW1', nonce_str: nonce_str(), sign_type: 'HMAC-SHA256' };
    const { data: paid } = await client.request('v2/pay/orderquery', 'post', asked);
    expect(paid).toMatchObject({ trade_state: 'SUCCESS', total_fee: '888' });
    const contract = { appid, mch_id, plan_id: 123, contract_code: 'C1', version: '1.0' };
    await expect(client.request('v2/papay/querycontract', 'post', contract)).rejects.toThrow(
      "return_code's value is FAIL",
    );
    const { data: signed } = await client.request('v2/papay/querycontract', 'post', contract, { nonceless: true });
    expect(signed).toMatchObject({ contract_state: '0' });
  });
});
