// Declares one order to customs and waits for the decision. TEMPORAL_ADDRESS says which Temporal; run it as often as you
// like: the order is declared once.
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { WechatPayClient } from 'temporal-wechatpay/client';

const { connectionOptions, namespace } = loadClientConnectConfig();
const connection = await Connection.connect(connectionOptions);
const wechatpay = new WechatPayClient(new Client({ connection, namespace }));

const started = await wechatpay.declare({
  declaration: {
    appid: 'wxd678efh567hg6787',
    mchid: '1230000109',
    out_trade_no: '20150806125346',
    transaction_id: '1000320306201511078440737890',
    customs: 'SHANGHAI_ZS',
    merchant_customs_no: '123456',
    duty: 88,
  },
  options: { pollEvery: '2s' },
});
console.log(`${started.workflowId}, run ${started.runId}`);
console.log('first answer:', started.first);
console.log('result:', await started.result());
await connection.close();
