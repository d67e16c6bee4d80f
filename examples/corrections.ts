/** What an order service does with declarations that did not go the straight way. */
import type { CustomsDeclarationInput } from 'temporal-wechatpay';
import type { WechatPayClient } from 'temporal-wechatpay/client';

type Declaration = CustomsDeclarationInput['declaration'];

// #region modify
/** Customs rejected the data: declares them anew with another duty, and says what was sent and what customs made of it. */
export async function correctDuty(wechatpay: WechatPayClient, declared: Declaration, duty: number) {
  const { fee_type: _stays, ...modifiable } = declared;
  const process = await wechatpay.modifyDeclaration({ modification: { ...modifiable, duty } });
  const { outcome, request, remedy } = await process.result();
  return { outcome, request, remedy };
}
// #endregion

// #region push
/** Customs says that it has no payment for the order, although it was declared: pushes the record once more. */
export async function pushAgain(wechatpay: WechatPayClient, declared: Declaration) {
  const { appid, mchid, out_trade_no, transaction_id, sub_order_no, customs, merchant_customs_no } = declared;
  const repush = { appid, mchid, out_trade_no, transaction_id, sub_order_no, customs, merchant_customs_no };
  const process = await wechatpay.repushDeclaration({ repush });
  const { outcome, request, remedy } = await process.result();
  return { outcome, request, remedy };
}
// #endregion

// #region split
/** Declares the parts of one payment of `paid` fen. Repeat it as it is when not all of them could be started. */
export async function declareParts(wechatpay: WechatPayClient, declarations: readonly Declaration[], paid: number) {
  const parts = await wechatpay.declareSplit({ declarations, payment: { paid } });
  return Promise.all(parts.map((part) => part.result()));
}
// #endregion
