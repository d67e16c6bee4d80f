import { expect, it, onTestFinished } from 'vitest';
import { createTestCredentials, startSimulator } from '../../../src/testing';
import { parseBeijingTime } from '../../../src/wechatpay/contract-order/times';
import { createTransport } from '../../../src/wechatpay/http';
import { connectMerchant } from '../../../src/wechatpay/merchant';
import { ORDER } from '../contract-order/orders';
import { DEBIT } from './debits';

/* The simulator reads, signs and answers with code of its own, so a misunderstanding on one side shows here. */

it('signs a contract with an order, debits it, asks, and ends it', async () => {
  let now = parseBeijingTime(ORDER.time_start)!;
  const credentials = await createTestCredentials();
  const simulator = await startSimulator({ credentials, now: () => now });
  const transport = createTransport({ baseUrl: simulator.url });
  onTestFinished(async () => {
    transport.close();
    await simulator.close();
  });
  const { mchid, appid, apiV2Key } = credentials;
  const { contractOrder, debit } = connectMerchant(
    { mchid, v2: { keys: { current: apiV2Key }, signType: 'HMAC-SHA256' } },
    { v3: transport, v2: transport, allowLoopback: true },
  ).v2!;
  const ours = { appid, mch_id: mchid, notify_url: 'https://127.0.0.1:1/n' };
  const order = {
    ...ORDER,
    ...ours,
    contract_mchid: mchid,
    contract_appid: appid,
    contract_notify_url: ours.notify_url,
  };
  await contractOrder.create(order);
  const { transaction_id = '' } = simulator.pay({ out_trade_no: order.out_trade_no });
  const { contract_id = '' } = simulator.sign({ out_trade_no: order.out_trade_no });
  expect(await contractOrder.queryOrder({ appid, transaction_id })).toMatchObject({
    trade_state: 'SUCCESS',
    out_trade_no: order.out_trade_no,
  });

  const key = { appid, out_trade_no: DEBIT.out_trade_no };
  expect(await debit.query(key)).toBeUndefined();
  await debit.apply({ ...DEBIT, ...ours, contract_id });
  expect(await debit.query(key)).toMatchObject({ trade_state: 'NOTPAY', contract_id });
  const again = debit.apply({ ...DEBIT, ...ours, contract_id });
  await expect(again).rejects.toMatchObject({ errorClass: 'OUTCOME_UNKNOWN', code: 'ORDER_ACCEPTED' });
  now += 60_000;
  simulator.advance();
  expect(await debit.query(key)).toMatchObject({ trade_state: 'SUCCESS', total_fee: 888, contract_id });
  await expect(debit.query({ appid, out_trade_no: order.out_trade_no })).rejects.toMatchObject({ errorClass: 'INPUT' });

  await contractOrder.deleteContract({ appid, contract_id, contract_termination_remark: '原因' });
  expect(await contractOrder.queryContract({ appid, contract_id })).toMatchObject({ contract_state: '1' });
  const late = debit.apply({ ...DEBIT, ...ours, contract_id, out_trade_no: 'P2' });
  await expect(late).rejects.toMatchObject({ errorClass: 'REFUSED', code: 'CONTRACT_NOT_EXIST' });
});
