import { expect, onTestFinished } from 'vitest';
import { contractOrderCalls } from '../../src/wechatpay/contract-order/calls';
import { paymentDifferences } from '../../src/wechatpay/contract-order/compare';
import { parseH5Application } from '../../src/wechatpay/h5/schema';
import { createV2Client } from '../../src/wechatpay/v2/client';
import { ORDER } from '../wechatpay/contract-order/orders';
import { KEY, MCH_ID, signed, startGateway } from '../wechatpay/v2/gateway';
import { INPUTS, onlyProblem, passesAt, problemsOf, refusalOf, refusedAt, warnedAt } from './inputs';
import type { InputName, Refusal } from './inputs';
import { proveGroup } from './table';

const MERCHANT_IDS: readonly (readonly [InputName, string])[] = [
  ['declaration', 'mchid'],
  ['recordsQuery', 'mchid'],
  ['repush', 'mchid'],
  ['modification', 'mchid'],
  ['verification', 'mchid'],
  ['debit', 'mch_id'],
  ['order', 'contract_mchid'],
];
const SUB_MERCHANT_IDS = ['application', 'domainModification'] as const satisfies InputName[];

function everyMerchant(value: unknown, refusal: Refusal): void {
  for (const [input, field] of MERCHANT_IDS.slice(0, -1)) {
    refusedAt(input, field, value, { expected: 'a merchant id of 10 digits', ...refusal });
  }
  const both = { ...INPUTS.order.right, mch_id: value, contract_mchid: value };
  expect(problemsOf('order', both).map(({ path, code }) => `${path} ${code}`)).toEqual([
    `$.mch_id ${refusal.code}`,
    `$.contract_mchid ${refusal.code}`,
  ]);
}

proveGroup('ids', {
  B112: () => {
    everyMerchant('123000010', { code: 'length', got: '9 digits', remedy: /Copy the merchant id/ });
    // The table says 1 to 32 characters here, every sample has 10 digits.
    warnedAt('application', 'sub_mchid', '249193563', { expected: /10 digits/, got: '9 digits' });
  },
  B113: () => {
    everyMerchant('12300001090', { code: 'length', got: '11 digits' });
    warnedAt('application', 'sub_mchid', '24919356310', { expected: /10 digits/, got: '11 digits' });
  },
  B114: () => {
    everyMerchant('123000O109', { code: 'characters', got: '"O" at position 6', remedy: /digits only/ });
    for (const input of SUB_MERCHANT_IDS) {
      const refusal = { code: 'pattern', expected: '1 to 32 digits, as text', got: '"O" at position 6' };
      refusedAt(input, 'sub_mchid', '249193O631', refusal);
    }
  },
  B115: () => {
    const refusal = { code: 'type', got: 'the number 1230000109', remedy: /Send it as text/ };
    everyMerchant(1230000109, refusal);
    for (const input of SUB_MERCHANT_IDS) refusedAt(input, 'sub_mchid', 1230000109, refusal);
  },
  B116: () => {
    everyMerchant(' 1230000109', { code: 'characters', got: 'U+0020 at position 0' });
    for (const input of SUB_MERCHANT_IDS) {
      refusedAt(input, 'sub_mchid', ' 2491935631', { code: 'characters', got: 'U+0020 at position 0' });
    }
  },
  B117: () => {
    const refusal = { code: 'same', expected: 'the value of mch_id', got: '"1900000109"', remedy: /repeat mch_id/ };
    refusedAt('order', 'contract_mchid', '1900000109', refusal);
  },
  B118: () => {
    const refusal = {
      code: 'same',
      expected: 'the value of appid',
      got: '"wx0000000000000000"',
      remedy: /repeat appid/,
    };
    refusedAt('order', 'contract_appid', 'wx0000000000000000', refusal);
  },
  B119: () => {
    const warning = { expected: 'an APPID that begins with wx', got: '"d678efh567hg6787"', remedy: 'Check the APPID.' };
    for (const input of ['declaration', 'repush', 'modification', 'verification'] as const) {
      warnedAt(input, 'appid', 'd678efh567hg6787', warning);
      refusedAt(input, 'appid', 'wx d678', { code: 'pattern', got: 'U+0020 at position 2' });
    }
    warnedAt('debit', 'appid', 'd678efh567hg6787', warning);
    const order = { ...INPUTS.order.right, appid: 'd678efh567hg6787', contract_appid: 'd678efh567hg6787' };
    const warnings: Parameters<typeof INPUTS.order.check>[1] = [];
    INPUTS.order.check(order, warnings);
    onlyProblem(warnings, '$.appid', { code: 'unusual', ...warning });
  },
  B120: async () => {
    // Only WeChat Pay knows which appid belongs to whom. It says so at the call, and a payment states its appid.
    const gateway = await startGateway();
    onTestFinished(() => gateway.close());
    gateway.respond(signed({ result_code: 'FAIL', err_code: 'APPID_MCHID_NOT_MATCH', err_code_des: 'appid不匹配' }));
    const { transport } = gateway;
    const client = createV2Client({ mch_id: MCH_ID, keys: { current: KEY }, transport, signType: 'MD5' });
    await expect(contractOrderCalls(client).create(ORDER)).rejects.toMatchObject({
      errorClass: 'CONFIGURATION',
      code: 'APPID_MCHID_NOT_MATCH',
      remedy: expect.stringContaining('Bind the appid') as string,
    });
    const paid = { trade_state: 'SUCCESS', out_trade_no: ORDER.out_trade_no, appid: 'wx1111111111111111' };
    expect(paymentDifferences(ORDER, paid)).toMatchObject([{ field: 'appid', theirs: 'wx1111111111111111' }]);
  },
  B121: () => {
    const problem = refusedAt('application', 'sub_mchid', undefined, { code: 'required', remedy: 'Add the field.' });
    expect(problem.got).toBeUndefined();
    // A domain modification without it is about the caller's own domains.
    expect(problemsOf('domainModification', { ...INPUTS.domainModification.right, sub_mchid: undefined })).toEqual([]);
  },
  B122: () => {
    const refusal = { code: 'conditional', expected: /^a sub-merchant, not the merchant that applies/ };
    refusedAt('application', 'sub_mchid', '1230000109', { ...refusal, got: '"1230000109"', remedy: /sub-merchant/ });
    passesAt('application', 'sub_mchid', '1230000108');
    // Who applies is not part of the application: without it nothing is compared.
    const application = { ...INPUTS.application.right, sub_mchid: '1230000109' };
    expect(refusalOf(() => parseH5Application(application, '$'))).toEqual([]);
  },
});
