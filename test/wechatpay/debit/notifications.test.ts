import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDebitNotification } from '../../../src/wechatpay/debit/notifications';
import {
  openV2Notification,
  V2NotificationRefusedError,
  type VerifiedFields,
} from '../../../src/wechatpay/v2/notification';
import { sign } from '../../../src/wechatpay/v2/signing';
import { buildXml, parseXml } from '../../../src/wechatpay/v2/xml';
import { present, vector } from '../../fixtures/v2-vectors';
import { KEY } from '../v2/gateway';

const sample = (name: string): Record<string, string> => ({
  ...parseXml(readFileSync(join(__dirname, '..', 'samples', `${name}.xml`))),
});
const MADE = sample('debit-notification-made');
const FAILED = sample('debit-notification-failed');

/** A sample, changed and signed anew: what WeChat Pay itself might send. */
function sent(base: Record<string, string>, change: Record<string, string> = {}): VerifiedFields {
  const fields = { ...base, ...change };
  const rawBody = Buffer.from(buildXml({ ...fields, sign: sign(fields, { key: KEY, signType: 'MD5' }) }));
  return openV2Notification({ rawBody, keys: [KEY] }).fields;
}

function reason(fields: VerifiedFields): string {
  try {
    readDebitNotification(fields);
  } catch (error) {
    if (error instanceof V2NotificationRefusedError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return 'passes';
}

describe('readDebitNotification', () => {
  it('takes result_code SUCCESS with trade_state SUCCESS or none as a debit that was made', () => {
    expect(readDebitNotification(sent(MADE))).toMatchObject({ made: true, total_fee: 888, trade_state: 'SUCCESS' });
    const without = readDebitNotification(sent(MADE, { trade_state: '' }));
    expect(without).toMatchObject({ made: true });
    expect(without).not.toHaveProperty('trade_state');
  });

  it.each<readonly [string, Record<string, string>, Record<string, string>]>([
    ['result_code FAIL', FAILED, {}],
    ['a failure without trade_state, as it was seen', FAILED, { trade_state: '' }],
    ['a failure whose code is 0 and whose text is success', FAILED, { err_code: '0', err_code_des: '业务成功' }],
    ['result_code SUCCESS with trade_state PAY_FAIL', MADE, { trade_state: 'PAY_FAIL' }],
    ['result_code SUCCESS with a state nobody documented', MADE, { trade_state: 'BRAND_NEW' }],
    ['no result_code', MADE, { result_code: '' }],
    ['result_code FAIL with trade_state SUCCESS', FAILED, { trade_state: 'SUCCESS' }],
  ])('leaves the decision about %s to the query', (_name, base, change) => {
    const read = readDebitNotification(sent(base, change));
    expect(read).toMatchObject({ made: false, out_trade_no: MADE.out_trade_no, contract_id: MADE.contract_id });
    expect(read).not.toHaveProperty('total_fee');
    expect(read).not.toHaveProperty('transaction_id');
  });

  it('tells a repayment from a debit', () => {
    expect(readDebitNotification(sent(MADE, { user_repaid: 'Y' }))).toMatchObject({ made: true, user_repaid: 'Y' });
  });

  it.each(['appid', 'mch_id', 'out_trade_no', 'total_fee', 'transaction_id', 'time_end', 'openid', 'trade_type'])(
    'refuses a debit without %s and names it',
    (name) => {
      expect(reason(sent(MADE, { [name]: '' }))).toMatch(new RegExp(`^field: .*${name}`));
    },
  );

  it.each(['appid', 'mch_id', 'out_trade_no'])('refuses a failure without %s and names it', (name) => {
    expect(reason(sent(FAILED, { [name]: '' }))).toMatch(new RegExp(`^field: .*${name}`));
  });

  it('refuses the payment of an order and a contract', () => {
    expect(reason(sent(present(vector('T8').params)))).toMatch(/^field: .*trade_type/);
    expect(reason(sent(present(vector('T10').params)))).toMatch(/^field/);
  });
});
