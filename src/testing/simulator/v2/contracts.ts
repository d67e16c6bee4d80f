import type { TestCredentials } from '../../credentials';
import type { Contract, Order } from '../model';
import { contractTime } from '../times';
import { isVisible, longNumber } from '../world';
import type { World } from '../world';
import { V2Error } from './call';
import type { V2Call } from './call';
import type { XmlFields } from './xml';

const FIVE_YEARS_MS = 5 * 365 * 24 * 3600 * 1000;

const contractKey = (mch_id: string, plan_id: string, contract_code: string): string =>
  JSON.stringify([mch_id, plan_id, contract_code]);

export const contractOfCode = (world: World, mch_id: string, plan_id: string, code: string): Contract | undefined =>
  world.stores.contracts.get(contractKey(mch_id, plan_id, code));

export const contractOfId = (world: World, mch_id: string, contract_id: string): Contract | undefined =>
  [...world.stores.contracts.values()].find((one) => one.contract_id === contract_id && one.merchant.mchid === mch_id);

const ledgerKey = ({ plan_id, contract_code }: Contract): string => `${plan_id}/${contract_code}`;

/** Why the pre-signing of an order fails, if it does. */
export function presignProblem(
  world: World,
  { merchant, fields }: Order,
): { readonly code: string; readonly description: string } | undefined {
  const script = world.scripts.orders.for(fields.out_trade_no ?? '');
  if (script.presign === 'FAIL') {
    return {
      code: script.contract_err_code ?? 'SYSTEMERROR',
      description: script.contract_err_code_des ?? 'system error',
    };
  }
  const { plan_id = '', contract_code = '', request_serial = '' } = fields;
  // Seen in practice: a wrong set-up of the contract half is called a system error.
  const complete =
    fields.contract_mchid === merchant.mchid &&
    fields.contract_appid === merchant.appid &&
    fields.contract_notify_url !== undefined &&
    fields.contract_display_account !== undefined &&
    /^\d{1,20}$/.test(plan_id) &&
    /^[0-9A-Za-z_\-|*@]{1,64}$/.test(contract_code) &&
    /^[1-9]\d{0,18}$/.test(request_serial) &&
    BigInt(request_serial) <= 9223372036854775807n;
  const allowed = world.scripts.merchants.for(merchant.mchid).autoDebit !== false;
  if (!complete || !allowed || world.scripts.plans.for(plan_id).valid === false) {
    return { code: 'SYSTEMERROR', description: 'system error' };
  }
  if (contractOfCode(world, merchant.mchid, plan_id, contract_code)) {
    return { code: 'CONTRACT_CODE DUPLICATION', description: '该签约号已存在' };
  }
  return undefined;
}

/**
 * The user signs while paying: effect and notification. One active contract per user and plan.
 *
 * @returns why not, if not
 */
export function signContract(world: World, order: Order): string | undefined {
  const { merchant, fields, payment } = order;
  if (!payment) return 'the order is not paid';
  if (!order.presigned) return 'the pre-signing failed';
  const { plan_id = '', contract_code = '', request_serial = '', contract_display_account = '' } = fields;
  if (contractOfCode(world, merchant.mchid, plan_id, contract_code)) return 'the contract code was signed before';
  const { openid } = payment;
  const active = [...world.stores.contracts.values()].some(
    (one) => one.merchant === merchant && one.plan_id === plan_id && one.openid === openid && !one.terminated,
  );
  if (active) return 'the user has an active contract on this plan';
  const contract: Contract = {
    merchant,
    contract_id: `Wx${longNumber(world, '', 'contract').slice(2)}`,
    plan_id,
    contract_code,
    request_serial,
    contract_display_account,
    openid,
    signedAt: world.now(),
  };
  world.stores.contracts.set(contractKey(merchant.mchid, plan_id, contract_code), contract);
  world.ledger.record('signed', merchant.mchid, ledgerKey(contract), world.now());
  const url = fields.contract_notify_url;
  if (url !== undefined) world.notifier.contract(contract, changeFields(contract, 'ADD'), url);
  return undefined;
}

/** Ends a contract: effect and notification to the plan's termination URL. @returns why not, if not */
export function terminate(world: World, contract: Contract, mode: string, remark = ''): string | undefined {
  if (contract.terminated) return 'the contract has ended already';
  contract.terminated = { at: world.now(), mode, remark };
  world.ledger.record('terminated', contract.merchant.mchid, ledgerKey(contract), world.now());
  const url = world.scripts.plans.for(contract.plan_id).terminationUrl ?? world.settings.terminationUrl;
  if (url !== undefined) world.notifier.contract(contract, changeFields(contract, 'DELETE'), url);
  return undefined;
}

function changeFields(contract: Contract, change_type: 'ADD' | 'DELETE'): XmlFields {
  const { merchant, contract_code, plan_id, openid, contract_id, request_serial, signedAt, terminated } = contract;
  return {
    return_code: 'SUCCESS',
    result_code: 'SUCCESS',
    mch_id: merchant.mchid,
    contract_code,
    plan_id,
    openid,
    change_type,
    operate_time: contractTime(terminated?.at ?? signedAt),
    contract_id,
    contract_expired_time: change_type === 'ADD' ? contractTime(signedAt + FIVE_YEARS_MS) : '',
    ...(terminated ? { contract_termination_mode: terminated.mode } : {}),
    request_serial,
  };
}

/** By WeChat Pay's id, or by plan and code. Failures of this family come without a signature. */
function find(world: World, merchant: TestCredentials, fields: XmlFields): Contract {
  const { contract_id, plan_id, contract_code } = fields;
  if (contract_id === undefined && (plan_id === undefined || contract_code === undefined)) {
    throw new V2Error('PARAMETER FAIL', '参数错误', false);
  }
  if (fields.version !== '1.0') throw new V2Error('PARAMETER FAIL', '参数错误', false);
  if (world.scripts.merchants.for(merchant.mchid).autoDebit === false) {
    throw new V2Error('-48', 'MERCHANT AUTHORITY ERROR', false);
  }
  const contract =
    contract_id === undefined
      ? contractOfCode(world, merchant.mchid, plan_id ?? '', contract_code ?? '')
      : contractOfId(world, merchant.mchid, contract_id);
  if (!contract || !isVisible(world, contract.signedAt)) throw new V2Error('-25', 'RESULT NULL', false);
  return contract;
}

export const queryContract: V2Call = {
  required: ['version'],
  optional: ['contract_id', 'plan_id', 'contract_code'],
  nonce: false,
  signTypeAllowed: false,
  identified: true,
  run(world, merchant, fields) {
    const contract = find(world, merchant, fields);
    const { contract_id, plan_id, request_serial, contract_code, contract_display_account, openid } = contract;
    const { terminated, signedAt } = contract;
    return {
      err_code: '0',
      err_code_des: 'SUCCESS',
      contract_id,
      plan_id,
      request_serial,
      contract_code,
      contract_display_account,
      // 0 is the good value.
      contract_state: terminated ? '1' : '0',
      contract_signed_time: contractTime(signedAt),
      contract_expired_time: contractTime(signedAt + FIVE_YEARS_MS),
      ...(terminated && {
        contract_terminated_time: contractTime(terminated.at),
        contract_termination_mode: terminated.mode,
        contract_termination_remark: terminated.remark,
      }),
      openid,
    };
  },
};

export const deleteContract: V2Call = {
  required: ['version', 'contract_termination_remark'],
  optional: ['contract_id', 'plan_id', 'contract_code'],
  nonce: false,
  signTypeAllowed: false,
  identified: true,
  run(world, merchant, fields) {
    const contract = find(world, merchant, fields);
    // What a second call answers is not documented.
    if (terminate(world, contract, '3', fields.contract_termination_remark) !== undefined) {
      throw new V2Error('-25', 'RESULT NULL', false);
    }
    const { contract_id, plan_id, contract_code } = contract;
    return { contract_id, plan_id, contract_code };
  },
};
