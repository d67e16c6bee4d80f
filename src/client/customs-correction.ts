import { identityOf } from '../interface';
import type { CorrectedRecord, CustomsOptions, CustomsResult, FirstAnswer } from '../interface';
import { parseModification } from '../wechatpay/customs/modification';
import { parseRepush } from '../wechatpay/customs/schema';
import type { CustomsModification, CustomsRepush } from '../wechatpay/customs/schema';
import type { StartedProcess } from './process';
import { ONE_AT_A_TIME } from './starter';
import type { Starter } from './starter';

/** New data of a declared order, as an order service gives it. */
export interface ModificationRequest {
  readonly modification: CustomsModification;
  readonly options?: CustomsOptions;
}

/** A new push of a declared order, as an order service gives it. */
export interface RepushRequest {
  readonly repush: CustomsRepush;
  /** Without `adopt`: a re-push sends. */
  readonly options?: CustomsOptions;
}

type CorrectionProcess = StartedProcess<CustomsResult, FirstAnswer<CorrectedRecord>>;

export async function modifyDeclaration(
  starter: Starter,
  { modification: given, options }: ModificationRequest,
): Promise<CorrectionProcess> {
  const [, modification] = starter.checked('customs modification', [
    () => starter.checkOptions('customsModification', options),
    (warnings) => parseModification(given, '$.modification', { warnings }),
  ]);
  const input = { modification, ...(options === undefined ? {} : { options }) };
  return starter.submit({
    input,
    identity: identityOf.customsModification(input),
    policy: ONE_AT_A_TIME,
    compared: (started) => started.modification,
    summary: `modify ${modification.out_trade_no} at ${modification.customs}`,
  });
}

export async function repushDeclaration(
  starter: Starter,
  { repush: given, options }: RepushRequest,
): Promise<CorrectionProcess> {
  const [, repush] = starter.checked('customs re-push', [
    () => starter.checkOptions('customsRepush', options),
    (warnings) => parseRepush(given, '$.repush', { warnings }),
  ]);
  const input = { repush, ...(options === undefined ? {} : { options }) };
  return starter.submit({
    input,
    identity: identityOf.customsRepush(input),
    policy: ONE_AT_A_TIME,
    compared: (started) => started.repush,
    summary: `push ${repush.out_trade_no} again to ${repush.customs}`,
  });
}
