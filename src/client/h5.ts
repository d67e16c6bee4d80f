import { identityOf } from '../interface';
import type { CommonOptions, FirstAnswer, H5Result } from '../interface';
import { parseH5Application } from '../wechatpay/h5/schema';
import type { H5Application, H5ApplicationRecord } from '../wechatpay/h5/schema';
import { mchid as mchidSchema, parseInput } from '../wechatpay/validation';
import type { StartedProcess } from './process';
import { ONE_AT_A_TIME } from './starter';
import type { Starter } from './starter';

/** An application as an order service gives it. */
export interface H5ApplicationRequest {
  /** The institution or service provider whose key signs. */
  readonly mchid: string;
  readonly application: H5Application;
  readonly options?: CommonOptions;
}

export async function applyForH5(
  starter: Starter,
  { mchid: signer, application: given, options }: H5ApplicationRequest,
): Promise<StartedProcess<H5Result, FirstAnswer<Partial<H5ApplicationRecord>>>> {
  const [, mchid, checked] = starter.checked('H5 application', [
    () => starter.checkOptions('h5Application', options),
    () => parseInput('H5 application', '$.mchid', mchidSchema(), signer),
    (warnings) => {
      const rules = { allowLoopback: starter.allowLoopback, mchid: signer, warnings };
      return parseH5Application(given, '$.application', rules);
    },
  ]);
  const notify_url = checked.notify_url ?? starter.notificationUrls()?.h5(mchid, checked.sub_mchid);
  const application = notify_url === undefined ? checked : { ...checked, notify_url };
  return starter.submit({
    input: { mchid, application, ...(options === undefined ? {} : { options }) },
    identity: identityOf.h5Application({ mchid, application, options }),
    policy: ONE_AT_A_TIME,
    compared: (started) => started.application,
    filledIn: ['notify_url'],
    summary: `H5 payment for ${application.sub_mchid}`,
  });
}
