import { describe, expect, it } from 'vitest';
import {
  parseContractKey,
  parseContractTermination,
  parseOrderKey,
  parseOwnOrderKey,
  parseSignedContract,
} from '../../../src/wechatpay/contract-order/keys';
import { refusalOf } from '../../bad-inputs/inputs';
import { ORDER } from './orders';

const { appid, out_trade_no, plan_id, contract_code } = ORDER;
const transaction_id = '1009660380201506130728806387';
const problems = (check: () => unknown): readonly string[] =>
  refusalOf(check).map(({ path, code }) => `${path} ${code}`);

describe('the key of an order', () => {
  it('is our number or the number of WeChat Pay', () => {
    expect(parseOrderKey({ appid, out_trade_no })).toEqual({ appid, out_trade_no });
    expect(parseOrderKey({ appid, transaction_id })).toEqual({ appid, transaction_id });
    expect(parseOrderKey({ appid, out_trade_no, transaction_id: undefined })).toEqual({ appid, out_trade_no });
  });

  it('is taken out of a whole order', () => {
    expect(parseOrderKey(ORDER)).toEqual({ appid, out_trade_no });
    expect(parseOwnOrderKey(ORDER)).toEqual({ appid, out_trade_no });
  });

  it('is refused without a number, naming both', () => {
    expect(refusalOf(() => parseOrderKey({ appid }))).toMatchObject([
      { path: '$.key.out_trade_no', code: 'required', expected: 'out_trade_no, or transaction_id' },
    ]);
    expect(problems(() => parseOwnOrderKey({ appid, transaction_id }))).toEqual(['$.key.out_trade_no required']);
  });

  it('is refused with every problem of it', () => {
    expect(problems(() => parseOrderKey({ appid: '', out_trade_no: 'a.b', transaction_id: '1e+27' }))).toEqual([
      '$.key.appid empty',
      '$.key.out_trade_no characters',
      '$.key.transaction_id pattern',
    ]);
  });
});

describe('the key of a contract', () => {
  it('is plan and code, or the number of WeChat Pay', () => {
    expect(parseContractKey(ORDER)).toEqual({ appid, plan_id, contract_code });
    expect(parseContractKey({ appid, contract_id: 'Wx1' })).toEqual({ appid, contract_id: 'Wx1' });
    expect(problems(() => parseContractKey({ appid, contract_code: 'x'.repeat(128), plan_id }))).toEqual([]);
  });

  it('is refused when neither is whole', () => {
    expect(problems(() => parseContractKey({ appid }))).toEqual([
      '$.key.plan_id required',
      '$.key.contract_code required',
    ]);
    expect(problems(() => parseContractKey({ appid, plan_id }))).toEqual(['$.key.contract_code required']);
    expect(problems(() => parseContractKey({ appid, contract_code }))).toEqual(['$.key.plan_id required']);
  });

  it.each(['a b', 'null', 'x'.repeat(33)])('is refused with contract_id %s', (contract_id) => {
    expect(problems(() => parseContractKey({ appid, contract_id }))).toHaveLength(1);
  });
});

it.each(['', 'x'.repeat(257), '中'.repeat(171), 'a\u0000b'])(
  'a termination is refused with a remark that is empty, too long or unreadable, together with its key',
  (contract_termination_remark) => {
    expect(
      refusalOf(() => parseContractTermination({ contract_id: 'Wx1', contract_termination_remark })).map(
        ({ path }) => path,
      ),
    ).toEqual(['$.termination.appid', '$.termination.contract_termination_remark']);
  },
);

describe('a contract to watch', () => {
  const { mch_id, openid } = ORDER;
  const whole = { mch_id, appid, plan_id, contract_code };

  it('is named whole, and may be known better', () => {
    expect(parseSignedContract(whole)).toEqual(whole);
    const better = { ...whole, contract_id: 'Wx15463511252015071056489715', openid };
    expect(parseSignedContract(better)).toEqual(better);
  });

  it('is refused with every problem of it, without showing who signed', () => {
    const wrong = { mch_id: '1', plan_id: '0', contract_code: '', contract_id: 'Wx-1', openid: 'o'.repeat(129), x: 1 };
    expect(problems(() => parseSignedContract(wrong))).toEqual([
      '$.contract.mch_id length',
      '$.contract.appid required',
      '$.contract.plan_id range',
      '$.contract.contract_code empty',
      '$.contract.contract_id pattern',
      '$.contract.openid length',
      '$.contract.x unknown-field',
    ]);
    expect(JSON.stringify(refusalOf(() => parseSignedContract(wrong)))).not.toContain('ooo');
  });
});
