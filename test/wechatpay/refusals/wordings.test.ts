import { describe, expect, it } from 'vitest';
import { classify, UNDOCUMENTED, V2_REFUSALS, V3_REFUSALS } from '../../../src/wechatpay/refusals';

/* Texts are translated and reworded without notice: what differs by a word that changes nothing means the same. */

const v3 = (call: string, code: string, text: string) =>
  classify({ call, on: 'action', status: 400, codes: [code], text }, V3_REFUSALS);
const v2 = (call: string, code: string, text: string) =>
  classify({ call, on: 'action', status: 200, codes: [code, text], text }, V2_REFUSALS.result_code);

describe('wordings that mean the same', () => {
  it.each([
    ['customs declare', 'INVALID_REQUEST', ['与首次申报信息不一致', '与原申报不同', '与上次报关的信息不同']],
    [
      'customs declare',
      'INVALID_REQUEST',
      ["Payer's ID No. registered in WeChat is invalid", "payer's id number registered is wrong"],
    ],
    [
      'customs declare',
      'INVALID_REQUEST',
      ['付款人在微信的身份证信息无效', '付款人身份证有误', '付款人登记的身份证号码不合法'],
    ],
    ['customs declare', 'NO_AUTH', ['self-clearance is not enabled', 'Selfclearance is not enabled', '未开通自助清关']],
    [
      'h5 create',
      'INVALID_REQUEST',
      ['缺少商户的基本信息', '缺少基本信息', '缺少基础信息', '商户基本信息缺失', '基础信息尚不完整'],
    ],
    ['h5 create', 'INVALID_REQUEST', ['certificate expired', 'Certificate has expired', '证件过期', '证件已经过期']],
    ['h5 create', 'INVALID_REQUEST', ['the merchant is penalised', 'the merchant is penalized', '商户被处罚']],
    [
      'h5 create',
      'INVALID_REQUEST',
      ['父子关系不正确', '父子商户关系不正确', 'no parent-child relation', '无从属关系'],
    ],
  ])('%s %s', (call, code, texts) => {
    const [first, ...others] = texts.map((text) => v3(call, code, text));
    expect(first).not.toBe(UNDOCUMENTED);
    for (const [index, meaning] of others.entries()) expect(meaning, texts[index + 1]).toBe(first);
  });

  it('pay/contractorder INVALID_REQUEST', () => {
    const texts = [
      '订单号重复',
      '订单重入',
      '已使用',
      're-entry',
      'reentry',
      'reentrant',
      're-entered',
      'reentered',
      'repeated',
      'Duplicate',
    ];
    for (const text of texts) {
      expect(v2('pay/contractorder', 'INVALID_REQUEST', text).errorClass, text).toBe('CONFLICT');
    }
  });
});

describe('a table of one product', () => {
  it.each([
    ['customs declare', 'INVALID_REQUEST', 'different from the original'],
    ['h5 create', 'INVALID_REQUEST', 'Action has been taken against the merchant'],
  ])('says nothing about a call that only ends like %s', (call, code, text) => {
    expect(v3(call, code, text)).not.toBe(UNDOCUMENTED);
    expect(v3(`other ${call}`, code, text)).toBe(UNDOCUMENTED);
  });

  it('says nothing about a call that only holds a name of it', () => {
    expect(v2('pay/contractorder', 'INVALID_REQUEST', '已使用').errorClass).toBe('CONFLICT');
    expect(v2('other/pay/contractorder', 'INVALID_REQUEST', '已使用')).toBe(UNDOCUMENTED);
    expect(v2('pay/contractorder2', 'INVALID_REQUEST', '已使用')).toBe(UNDOCUMENTED);
  });
});
