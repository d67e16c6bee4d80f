import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { connectMerchant, InvalidInputError } from '../../src/wechatpay';
import { ORDER } from './contract-order/orders';
import { DEBIT } from './debit/debits';
import type { HttpTransport } from '../../src/wechatpay';

const sent: string[] = [];
const transport: HttpTransport = {
  send: ({ path }) => {
    sent.push(path);
    return Promise.reject(new Error('nothing may be sent'));
  },
  close: () => undefined,
};
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { v3, v2 } = connectMerchant(
  {
    mchid: '1230000109',
    v3: {
      merchantSerial: '1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C',
      privateKey,
      apiV3Keys: [Buffer.alloc(32, 'k')],
      publicKey: { id: 'PUB_KEY_ID_1', key: publicKey },
    },
    v2: { keys: { current: 'k'.repeat(32) }, signType: 'MD5' },
  },
  { v3: transport, v2: transport },
);

const CALLS: Readonly<Record<string, (wrong: never) => Promise<unknown>>> = {
  'customs declare': (wrong) => v3!.customs.declare(wrong),
  'customs query': (wrong) => v3!.customs.query(wrong),
  'customs records': (wrong) => v3!.customs.records(wrong),
  'customs modify': (wrong) => v3!.customs.modify(wrong),
  'customs re-push': (wrong) => v3!.customs.repush(wrong),
  'customs verify-certificate': (wrong) => v3!.customs.verifyCertificate(wrong),
  'h5 create': (wrong) => v3!.h5.create(wrong),
  'h5 amend': (wrong) => v3!.h5.amend('1', wrong),
  'h5 domain create': (wrong) => v3!.h5Domain.create(wrong),
  'h5 domain amend': (wrong) => v3!.h5Domain.amend('1', wrong),
  'pay/contractorder': (wrong) => v2!.contractOrder.create(wrong),
  'pay/orderquery': (wrong) => v2!.contractOrder.queryOrder(wrong),
  'pay/closeorder': (wrong) => v2!.contractOrder.closeOrder(wrong),
  'papay/querycontract': (wrong) => v2!.contractOrder.queryContract(wrong),
  'papay/deletecontract': (wrong) => v2!.contractOrder.deleteContract(wrong),
  'pay/pappayapply': (wrong) => v2!.debit.apply(wrong),
  'pay/paporderquery': (wrong) => v2!.debit.query(wrong),
  'h5 query': (wrong) => v3!.h5.query(wrong),
  'h5 permission': (wrong) => v3!.h5.permission(wrong),
  'h5 domain query': (wrong) => v3!.h5Domain.query(wrong),
  'media upload': (wrong) => v3!.media.upload(wrong),
};

it.each(Object.keys(CALLS))('%s tells what is wrong with its input and sends nothing', async (name) => {
  sent.length = 0;
  await expect(CALLS[name]!({ nonsense: 1 } as never)).rejects.toBeInstanceOf(InvalidInputError);
  expect(sent).toEqual([]);
});

it.each([
  ['an order', '$.order.mch_id', () => v2!.contractOrder.create(ORDER)],
  ['a debit', '$.debit.mch_id', () => v2!.debit.apply(DEBIT)],
])('%s of another merchant is not made under the number of this one', async (_what, path, call) => {
  sent.length = 0;
  const { problems } = await call().then(
    () => expect.unreachable(),
    (error: unknown) => error as InvalidInputError,
  );
  expect(problems[0]).toMatchObject({ path, code: 'same', expected: '1230000109, the merchant that signs' });
  expect(sent).toEqual([]);
});
