/** Where WeChat Pay is told to send what; the webhook's routes are the other half. */
export interface NotificationUrls {
  h5(mchid: string, sub_mchid: string): string;
  h5Domain(mchid: string, out_applyment_id: string): string;
  payment(mchid: string): string;
  /** With the order's number, the order learns of its contract from the notification; without it, from a query. */
  contract(mchid: string, out_trade_no?: string): string;
  debit(mchid: string): string;
}

/**
 * Builds notification URLs on the webhook's public address. Imports nothing, so that clients anywhere can use it.
 *
 * @param base `https://pay.example.com` or `https://example.com/some/path`; a trailing slash makes no difference.
 */
export function notificationUrls(base: string): NotificationUrls {
  const root = base.replace(/\/+$/, '');
  const url = (...segments: readonly string[]) => [root, 'wechatpay', ...segments.map(encodeURIComponent)].join('/');
  return {
    h5: (mchid, sub_mchid) => url(mchid, 'h5', sub_mchid),
    h5Domain: (mchid, out_applyment_id) => url(mchid, 'h5-domain', out_applyment_id),
    payment: (mchid) => url(mchid, 'payment'),
    contract: (mchid, out_trade_no) =>
      out_trade_no === undefined ? url(mchid, 'contract') : url(mchid, 'contract', out_trade_no),
    debit: (mchid) => url(mchid, 'debit'),
  };
}
