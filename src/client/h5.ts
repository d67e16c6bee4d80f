import { identityOf, UPDATES } from '../interface';
import type { CommonOptions, FirstAnswer, H5Result } from '../interface';
import { parseApplymentId, parseH5Amendment } from '../wechatpay/h5/amendment';
import { parseH5Application } from '../wechatpay/h5/schema';
import type { H5Amendment, H5Application, H5ApplicationRecord } from '../wechatpay/h5/schema';
import { parseH5DomainModification } from '../wechatpay/h5-domain/schema';
import type { H5DomainModification, H5DomainRecord } from '../wechatpay/h5-domain/schema';
import { decimalText, mchid as mchidSchema, parseInput } from '../wechatpay/validation';
import { StartedProcess } from './process';
import type { RepeatPolicy, Start } from './start';
import { ONE_AT_A_TIME } from './starter';
import type { Starter } from './starter';

/** An application as an order service gives it. */
export interface H5ApplicationRequest {
  /** The institution or service provider whose key signs. */
  readonly mchid: string;
  readonly application: H5Application;
  readonly options?: CommonOptions;
}

/** A correction of a rejected application, as an order service gives it. */
export interface H5AmendmentRequest {
  /** The institution or service provider whose key signs. */
  readonly mchid: string;
  readonly sub_mchid: string;
  /** WeChat Pay's number of the rejected application, from its result. Decimal text. */
  readonly applyment_id: string;
  readonly amendment: H5Amendment;
  readonly options?: CommonOptions;
}

/** A change of domains, as an order service gives it. */
export interface H5DomainModificationRequest {
  /** The institution or service provider whose key signs. */
  readonly mchid: string;
  readonly modification: H5DomainModification;
  readonly options?: CommonOptions;
}

/** An application or domain modification that a reviewer decides about. */
export class H5Process<Record_ = H5ApplicationRecord> extends StartedProcess<H5Result, FirstAnswer<Partial<Record_>>> {
  /**
   * Gives the number of an application whose answer was lost, in the state SUBMITTED_ID_UNKNOWN. It is asked for and
   * compared first.
   *
   * @throws InvalidInputError, ConflictError also for an application with other data.
   */
  attachApplication(attachment: { readonly applyment_id: string }): Promise<Record_> {
    return this.update(UPDATES.attachApplication, attachment);
  }
}

async function submitted<Input, Record_>(starter: Starter, begin: Start<Input>): Promise<H5Process<Record_>> {
  const run = await starter.submitted<FirstAnswer<Partial<Record_>>, Input>(begin);
  return new H5Process<Record_>(starter.client, run, run.first);
}

export async function applyForH5(
  starter: Starter,
  { mchid: signer, application: given, options }: H5ApplicationRequest,
): Promise<H5Process> {
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
  return submitted(starter, {
    input: { mchid, application, ...(options === undefined ? {} : { options }) },
    identity: identityOf.h5Application({ mchid, application, options }),
    policy: ONE_AT_A_TIME,
    compared: (started) => started.application,
    filledIn: ['notify_url'],
    summary: `H5 payment for ${application.sub_mchid}`,
  });
}

export async function amendH5(starter: Starter, request: H5AmendmentRequest): Promise<H5Process> {
  const { options } = request;
  const subject = 'H5 amendment';
  const [, mchid, sub_mchid, applyment_id, amendment] = starter.checked(subject, [
    () => starter.checkOptions('h5Amendment', options),
    () => parseInput(subject, '$.mchid', mchidSchema(), request.mchid),
    () => parseInput(subject, '$.sub_mchid', decimalText(1, 32), request.sub_mchid),
    () => parseApplymentId(request.applyment_id),
    (warnings) =>
      parseH5Amendment(request.amendment, '$.amendment', { allowLoopback: starter.allowLoopback, warnings }),
  ]);
  const input = { mchid, sub_mchid, applyment_id, amendment, ...(options === undefined ? {} : { options }) };
  return submitted(starter, {
    input,
    identity: identityOf.h5Amendment(input),
    policy: ONE_AT_A_TIME,
    compared: (started) => ({ applyment_id: started.applyment_id, ...started.amendment }),
    summary: `amend application ${applyment_id} of ${sub_mchid}`,
  });
}

export async function modifyH5Domains(
  starter: Starter,
  { mchid: signer, modification: given, options }: H5DomainModificationRequest,
  policy: RepeatPolicy,
): Promise<H5Process<H5DomainRecord>> {
  const subject = 'H5 domain modification';
  const [, mchid, checked] = starter.checked(subject, [
    () => starter.checkOptions('h5DomainModification', options),
    () => parseInput(subject, '$.mchid', mchidSchema(), signer),
    (warnings) =>
      parseH5DomainModification(given, '$.modification', { allowLoopback: starter.allowLoopback, warnings }),
  ]);
  const notify_url = checked.notify_url ?? starter.notificationUrls()?.h5Domain(mchid, checked.out_applyment_id);
  const modification = notify_url === undefined ? checked : { ...checked, notify_url };
  const input = { mchid, modification, ...(options === undefined ? {} : { options }) };
  return submitted(starter, {
    input,
    identity: identityOf.h5DomainModification(input),
    policy,
    compared: (started) => started.modification,
    filledIn: ['notify_url'],
    summary: `H5 domains ${modification.out_applyment_id}`,
  });
}
