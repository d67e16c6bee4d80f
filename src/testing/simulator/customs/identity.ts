import type { CustomsData } from '../model';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { TestCredentials } from '../../credentials';
import type { Payer } from '../options';
import { ApiError, invalidRequest, paramError } from '../v3/api-error';
import { checkFields } from '../v3/fields';
import type { Fields } from '../v3/fields';
import { openPkcs1 } from '../v3/signing';
import type { World } from '../world';
import { ledgerKey, scriptOf, storeKey } from './records';
import { checkRegistration, noRecord, VERIFY_FIELDS } from './rules';

/** All the simulator keeps of a person. */
export function payerDigest(payer: Payer): string {
  return createHash('sha256')
    .update(JSON.stringify([payer.certificate_id, payer.certificate_name]))
    .digest('hex');
}

/**
 * `POST .../customs/verify-certificate`: opens the two sealed fields with the key that `Wechatpay-Serial` names and
 * compares them with the payer registered for the payment. Nothing of them is kept.
 */
export function verifyCertificate(world: World, merchant: TestCredentials, body: Fields, serial: string | undefined) {
  checkFields(body, VERIFY_FIELDS, 'body');
  const data = body as unknown as CustomsData & { certificate_id: string; certificate_name: string };
  if (data.mchid !== merchant.mchid || data.appid !== merchant.appid) {
    throw paramError('Incorrect transaction order information', '交易订单信息有误');
  }
  checkRegistration(world, merchant.mchid, data);
  const key = world.platform.named(serial)?.key;
  const certificate_id = key && openPkcs1(key, data.certificate_id);
  const certificate_name = key && openPkcs1(key, data.certificate_name);
  if (certificate_id === undefined || certificate_name === undefined) {
    throw paramError('platform private key failed to decrypt', '平台私钥解密失败');
  }
  if (!/^\d{17}[\dX]$/.test(certificate_id)) {
    throw paramError('Merchant entered invalid user ID No.', '商户传入的用户身份证号不合法');
  }
  const declaration = world.stores.declarations.get(storeKey(data));
  if (!declaration) throw noRecord();
  const scripted = scriptOf(world, data).identity;
  world.ledger.record('identity-checked', merchant.mchid, ledgerKey(data), world.now());
  if (scripted === 'PAYER_INVALID') {
    throw invalidRequest(
      "Payer's ID No. registered in WeChat is invalid. Please make a check.",
      '支付用户在微信侧登记的身份证号不合法，请核实',
    );
  }
  if (scripted === 'USER_ACCOUNT_ABNORMAL') {
    throw new ApiError(400, 'USER_ACCOUNT_ABNORMAL', {
      en: "The identity information on the payment order for declaration does not match the payer's registered identity information. Customs declaration is not allowed.",
      zh: '申报的支付单身份信息与支付人的实名信息不一致，不允许报关',
    });
  }
  const registered = world.stores.payers.get(data.transaction_id) ?? payerDigest(world.settings.defaultPayer);
  const given = payerDigest({ certificate_id, certificate_name });
  const matches = timingSafeEqual(Buffer.from(registered), Buffer.from(given));
  return {
    appid: data.appid,
    mchid: data.mchid,
    out_trade_no: data.out_trade_no,
    transaction_id: data.transaction_id,
    certificate_check_result: scripted ?? (matches ? 'SAME' : 'DIFFERENT'),
  };
}
