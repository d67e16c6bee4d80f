// The protocol layer alone, without Temporal: declares one order to customs, waits for the decision, then applies for H5
// payments and takes the notification of the result. What this process knows is lost when it ends; that a crash, a lost
// answer or a month of waiting loses nothing is what the workflows of this package are for.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  connectMerchant,
  createTransport,
  customsStateKind,
  declarationDifferences,
  openNotification,
  parseDeclaration,
  parseH5ReviewNotification,
  WechatPayError,
} from 'temporal-wechatpay/wechatpay';

const env = process.env;
const mchid = env.WECHATPAY_MCHID;
const apiV3Keys = [Buffer.from(readFileSync(env.WECHATPAY_API_V3_KEY_FILE, 'utf8').trim())];
// Against the simulator on this machine, notification URLs may be http; WeChat Pay itself takes https only.
const allowLoopback = env.NOTIFY_URL?.startsWith('http://127.0.0.1');
const transport = createTransport({ baseUrl: env.WECHATPAY_V3_BASE_URL });
const { v3 } = connectMerchant(
  {
    mchid,
    v3: {
      merchantSerial: env.WECHATPAY_MERCHANT_SERIAL,
      privateKey: createPrivateKey(readFileSync(env.WECHATPAY_MERCHANT_KEY_FILE)),
      apiV3Keys,
      publicKey: { id: env.WECHATPAY_PUBLIC_KEY_ID, key: createPublicKey(readFileSync(env.WECHATPAY_PUBLIC_KEY_FILE)) },
    },
  },
  { v3: transport, v2: transport, allowLoopback },
);

/** The record of this declaration. Asks before it sends, because a lost answer says nothing about what was done. */
async function declared(declaration) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const record = (await v3.customs.query(declaration)) ?? (await v3.customs.declare(declaration));
      const differences = declarationDifferences(declaration, record);
      if (differences.length === 0) return record;
      throw new Error(`declared with other data: ${differences.map(({ field }) => field).join(', ')}`);
    } catch (error) {
      const again = error instanceof WechatPayError && ['UNAVAILABLE', 'OUTCOME_UNKNOWN'].includes(error.errorClass);
      if (!again || attempt === 5) throw error;
      await sleep(attempt * 1000);
    }
  }
}

async function decision(declaration) {
  for (;;) {
    const record = await declared(declaration);
    if (customsStateKind(record.state).kind !== 'pending') return record.state;
    await sleep(500);
  }
}

/** The next genuine notification. WeChat Pay repeats what is not answered with 2xx. */
function notification() {
  return new Promise((resolve) => {
    const server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      try {
        const { headers } = request;
        const opened = await openNotification({
          rawBody: Buffer.concat(chunks),
          headers,
          keyRing: v3.keyRing,
          apiV3Keys,
        });
        response.writeHead(204).end();
        server.close();
        resolve(parseH5ReviewNotification(opened.resource));
      } catch (error) {
        console.error(error.message);
        response.writeHead(401).end();
      }
    });
    server.listen(Number(env.PORT), '127.0.0.1');
  });
}

const declaration = parseDeclaration({
  appid: 'wxd678efh567hg6787',
  mchid,
  out_trade_no: '20150806125346',
  transaction_id: '1000320306201511078440737890',
  customs: 'SHANGHAI_ZS',
  merchant_customs_no: '123456',
  duty: 88,
});
console.log('declaration:', await decision(declaration));

const told = notification();
const { applyment_id } = await v3.h5.create({
  sub_mchid: '2491935631',
  domains: ['example.com'],
  website_url: 'https://example.com',
  notify_url: env.NOTIFY_URL,
});
console.log(`application ${applyment_id}:`, (await told).applyment_state);
transport.close();
