// Activities for the comparison.
import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import axios from 'axios';

const recordOf = (declaration, state) => ({
  state,
  out_trade_no: declaration.out_trade_no,
  transaction_id: declaration.transaction_id,
  sub_order_no: declaration.sub_order_no,
  modify_time: '2015-09-01T10:00:00+08:00',
});

/** Ours, answered at once: what is left is the workflow. */
export const stubsOfOurs = {
  submitDeclaration: async ({ declaration }) => ({ answer: recordOf(declaration, 'PROCESSING') }),
  awaitDeclarationResult: async ({ declaration }) => ({ record: recordOf(declaration, 'SUCCESS') }),
};

/** The bare one's, answered at once with as much. */
export const stubs = {
  submit: async (declaration) => recordOf(declaration, 'PROCESSING'),
  ask: async (declaration) => recordOf(declaration, 'SUCCESS'),
};

/**
 * The same three requests as ours, by the same HTTP library: ask, declare, ask. Signed, because WeChat Pay answers nothing
 * else; no answer's signature is verified, nothing is validated, compared or accounted for.
 */
export function signedCalls({ baseUrl, mchid, serial, privateKeyFile }) {
  const key = createPrivateKey(readFileSync(privateKeyFile));
  const http = axios.create({
    baseURL: baseUrl,
    httpAgent: new Agent({ keepAlive: true }),
    timeout: 10_000,
    proxy: false,
  });
  const request = async (method, path, body) => {
    const data = body === undefined ? '' : JSON.stringify(body);
    const timestamp = Math.floor(Date.now() / 1_000);
    const nonce = randomBytes(16).toString('hex');
    const signature = sign('sha256', Buffer.from(`${method}\n${path}\n${timestamp}\n${nonce}\n${data}\n`), key);
    const Authorization =
      `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",nonce_str="${nonce}",signature="${signature.toString('base64')}",` +
      `timestamp="${timestamp}",serial_no="${serial}"`;
    const headers = { Authorization, Accept: 'application/json', 'Content-Type': 'application/json' };
    return (await http.request({ method, url: path, data: data === '' ? undefined : data, headers })).data;
  };
  const path = '/v3/global/customs/orders';
  const query = async ({ appid, mchid: of, customs, sub_order_no }) => {
    const parameters = {
      appid,
      mchid: of,
      order_type: 'sub_order_no',
      order_no: sub_order_no,
      customs,
      offset: 0,
      limit: 20,
    };
    const { data = [] } = await request('GET', `${path}?${new URLSearchParams(parameters)}`);
    return data[0];
  };
  return {
    submit: async (declaration) => (await query(declaration)) ?? request('POST', path, declaration),
    ask: async (declaration) => {
      const record = await query(declaration);
      if (record?.state !== 'SUCCESS') throw new Error('still pending');
      return record;
    },
  };
}
