import { randomBytes } from 'node:crypto';
import { sign } from '../v2/signing';
import type { ContractOrder, ContractOrderAnswer } from './types';

export interface CashierOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** At most 32 letters and digits. */
  readonly nonce?: () => string;
}

/**
 * The signed parameter set that opens the cashier: JSAPI (pages inside WeChat and mini-programs) and APP. `undefined` for
 * NATIVE and MWEB, which need only `code_url` or `mweb_url`. Names and values are all ours: nothing a front end chose is
 * signed.
 *
 * Source: WeChat Pay, "open the cashier" of JSAPI, mini-program and APP payment (v2).
 *
 * @param key the current APIv2 key.
 */
export function cashierParameters(
  answer: Pick<ContractOrderAnswer, 'prepay_id'>,
  order: Pick<ContractOrder, 'appid' | 'mch_id' | 'trade_type'>,
  key: string,
  { now, nonce = randomNonce }: CashierOptions,
): Readonly<Record<string, string>> | undefined {
  const seconds = String(Math.floor(now() / 1000));
  // The type of the order, and an order with contract signing is always MD5.
  const signType = 'MD5';
  switch (order.trade_type) {
    case 'JSAPI': {
      const parameters = {
        appId: order.appid,
        timeStamp: seconds,
        nonceStr: nonce(),
        package: `prepay_id=${answer.prepay_id}`,
        signType,
      };
      return { ...parameters, paySign: sign(parameters, { key, signType }) };
    }
    case 'APP': {
      const parameters = {
        appid: order.appid,
        partnerid: order.mch_id,
        prepayid: answer.prepay_id,
        package: 'Sign=WXPay',
        noncestr: nonce(),
        timestamp: seconds,
      };
      return { ...parameters, sign: sign(parameters, { key, signType }) };
    }
    case 'NATIVE':
    case 'MWEB':
      return undefined;
  }
}

function randomNonce(): string {
  return randomBytes(16).toString('hex');
}
