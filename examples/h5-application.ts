/** A service that gets its sub-merchants the permission to take H5 payments. */
import type { H5Result } from 'temporal-wechatpay';
import { uploadPictures } from 'temporal-wechatpay/client';
import type { H5Process, PictureFiles, WechatPayClient } from 'temporal-wechatpay/client';
import type { H5Amendment, H5Application, MediaCalls } from 'temporal-wechatpay/wechatpay';

/** The institution or service provider whose key signs. */
const MCHID = '1230000109';

// #region apply
/** Applies, with pictures from `folder`. The bytes go to WeChat Pay; Temporal gets their media ids. */
export async function apply(
  wechatpay: WechatPayClient,
  media: MediaCalls,
  shop: Omit<H5Application, keyof PictureFiles>,
  files: PictureFiles,
  folder: string,
): Promise<H5Process> {
  const pictures = await uploadPictures(media, files, { folder });
  return wechatpay.applyForH5({ mchid: MCHID, application: { ...shop, ...pictures } });
}
// #endregion

// #region decided
/** What the person who looks after a sub-merchant is told. */
export function toBeDone(result: H5Result): string | undefined {
  const { outcome, limitRemoval, audit_reject_detail, remedy } = result;
  if (outcome === 'REJECTED') return `rejected: ${audit_reject_detail ?? 'without a reason'}. ${remedy ?? ''}`;
  if (outcome === 'ALREADY_AUTHORIZED') return 'permitted before; the domains are the old ones';
  if (outcome !== 'APPROVED') return remedy;
  return limitRemoval === undefined || limitRemoval.outcome === 'APPROVED' ? undefined : remedy;
}
// #endregion

// #region amend
/** Sends what the reviewer asked for. The application keeps its number, and the process its id; the run is a new one. */
export async function amend(
  wechatpay: WechatPayClient,
  sub_mchid: string,
  { applyment_id }: H5Result,
  amendment: H5Amendment,
): Promise<H5Process> {
  if (applyment_id === undefined) throw new Error('its number never became known: amend it on the platform.');
  return wechatpay.amendH5({ mchid: MCHID, sub_mchid, applyment_id, amendment });
}
// #endregion
