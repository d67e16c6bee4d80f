import { allHandlersFinished, condition, continueAsNew, defineUpdate, setHandler } from '@temporalio/workflow';
import type { ContractNotification, ContractRecord } from '../wechatpay/contract-order/schema';
import { identityOf, SIGNALS, UPDATES } from '../interface';
import type { ContractHandedOver, ContractInput, ContractNotified, ContractResult } from '../interface';
import { contractAgrees } from './agreement';
import { calling } from './api';
import { conflict, invalidInput, rootFailure } from './failures';
import { guard } from './guard';
import { Inbox } from './inbox';
import { isContractChange } from './notifications';
import { Process } from './process';

const terminateUpdate = defineUpdate<ContractRecord | null, [{ remark: string }]>(UPDATES.terminate);

/** A contract lives for years; its history starts anew well before it grows old. */
const RENEW_AFTER = '30 days';

/**
 * A signed contract, from signing to termination: by the payer, by us, by expiry. It outlives the order that brought it
 * about, and ends with the verified DELETE notification or with our own `terminate`.
 */
export async function contract(input: ContractInput): Promise<ContractResult> {
  const inbox = new Inbox<ContractNotified | ContractHandedOver>(
    SIGNALS.contractNotified,
    (data) => isContractChange(data) || 'out_trade_no' in data,
    input?.seen,
  );
  let known: ContractInput = input;
  let ended: ContractResult | undefined;

  setHandler(terminateUpdate, ({ remark }) => terminate(remark), {
    description: 'Ends the contract at WeChat Pay.',
    validator: (request?: Partial<{ remark: string }>) => {
      if (typeof request?.remark !== 'string' || request.remark === '' || request.remark.length > 256) {
        throw invalidInput('termination', [
          { code: 'length', path: '$.remark', expected: 'text of 1 to 256 characters', remedy: 'Say why.' },
        ]);
      }
      if (known.appid === undefined) {
        throw conflict(
          'the appid of this contract is not known here: start it with `appid`, or terminate it on the platform.',
        );
      }
      if (ended !== undefined) throw conflict('this contract has ended already.');
    },
  });

  async function terminate(remark: string): Promise<ContractRecord | null> {
    const { mch_id, plan_id, contract_code, appid = '' } = known;
    try {
      const record = await calling('terminate the contract', '1 day').terminateContract({
        mch_id,
        appid,
        plan_id,
        contract_code,
        remark,
      });
      if (record === null) {
        throw conflict(
          `WeChat Pay knows no contract ${contract_code} of plan ${plan_id} under ${appid}. It stays open here.`,
        );
      }
      ended ??= {
        outcome: 'TERMINATED',
        contract_id: record.contract_id,
        contract_termination_mode: record.contract_termination_mode ?? '3',
        terminated_at: record.contract_terminated_time,
      };
      return record;
    } catch (error) {
      throw rootFailure(error);
    }
  }

  const process = new Process<ContractResult>(
    guard(input, {
      flow: 'contract',
      subject: 'contract',
      keys: ['mch_id', 'plan_id', 'contract_code'],
      identity: identityOf.contract,
    }),
    'SIGNED',
  );

  process.onLeftovers(
    inbox as Inbox<ContractNotified>,
    (result, data) => !isNotification(data) || contractAgrees(result, data),
  );

  while (ended === undefined) {
    const woken = await condition(() => !inbox.isEmpty || ended !== undefined, RENEW_AFTER);
    for (let notification = inbox.take(); notification !== undefined; notification = inbox.take()) {
      if (notification.kind === 'order') {
        known = { ...known, ...notification.data };
      } else if (notification.data.change_type === 'ADD') {
        known = { ...known, contract_id: notification.data.contract_id, openid: notification.data.openid };
      } else {
        ended ??= termination(notification.data);
      }
    }
    if (!woken && ended === undefined) {
      await condition(allHandlersFinished);
      if (inbox.isEmpty && ended === undefined) await continueAsNew<typeof contract>({ ...known, seen: inbox.seen });
    }
  }
  return process.finish(ended.outcome, ended);
}

/** What an order hands over through the same signal is no notification. */
function isNotification(data: ContractNotification | ContractHandedOver['data']): data is ContractNotification {
  return 'change_type' in data;
}

function termination(data: ContractNotification): ContractResult {
  return {
    outcome: 'TERMINATED',
    contract_id: data.contract_id,
    terminated_at: data.operate_time,
    ...(data.contract_termination_mode === undefined
      ? {}
      : { contract_termination_mode: data.contract_termination_mode }),
  };
}
