// Genuine notifications as WeChat Pay makes them, and the signals that a client without a webhook would send for them.
import { createPrivateKey } from 'node:crypto';
import { load } from './typescript.mjs';

const { contractSignalWithStart, FLOWS, SIGNALS, workflowIds, WORKFLOW_TASK_QUEUE } = load('src/interface/index.ts');
const { encryptResource, signatureHeaders } = load('src/testing/simulator/v3/signing.ts');
const { signatureOf } = load('src/testing/simulator/v2/signing.ts');
const { writeXml } = load('src/testing/simulator/v2/xml.ts');

export const PLAN = '123';
const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';

/**
 * @typedef {object} Target An open workflow that takes any number of notifications.
 * @property {'h5' | 'contract'} kind
 * @property {string} workflowId
 * @property {string} key sub_mchid, or contract_code
 * @property {string} [applyment_id] of an H5 application
 *
 * @typedef {object} Message One notification, ready to be sent.
 * @property {string} mark what its signal can be found by in a history: different for every notification
 * @property {'h5' | 'contract'} kind
 * @property {string} path
 * @property {Record<string, string>} headers
 * @property {Buffer} body
 */

/** The signatures of one merchant's notifications. */
export function createNotary({ mchid, appid, apiV3Key, apiV2Key, platform }) {
  const signing = { serial: platform.publicKeyId, key: createPrivateKey(platform.privateKey) };

  /** @returns {Message} signed now; WeChat Pay's own signatures are valid for five minutes */
  function sign(target, number) {
    return target.kind === 'h5' ? h5(target, number) : contract(target, number);
  }

  function h5(target, number) {
    const resource = JSON.stringify(h5Data(target)).replace(/"applyment_id":"(\d+)"/, '"applyment_id":$1');
    const body = Buffer.from(
      JSON.stringify({
        id: String(number),
        create_time: new Date().toISOString(),
        event_type: 'APPLYMENT_STATE.UNDER_REVIEW',
        resource_type: 'applyment',
        summary: 'H5支付权限申请通知',
        resource: { original_type: 'applyment', ...encryptResource(apiV3Key, resource, 'applyment') },
      }),
    );
    return {
      ...{ kind: 'h5', mark: markOf('h5', number), path: `/wechatpay/${mchid}/h5/${target.key}`, body },
      headers: { 'Content-Type': 'application/json', ...signatureHeaders(signing, body, Date.now()) },
    };
  }

  function contract(target, number) {
    const fields = { return_code: 'SUCCESS', result_code: 'SUCCESS', ...contractData(target, number) };
    const body = Buffer.from(writeXml({ ...fields, sign: signatureOf(fields, apiV2Key, 'MD5') }));
    return {
      ...{ kind: 'contract', mark: markOf('contract', number), path: `/wechatpay/${mchid}/contract`, body },
      headers: { 'Content-Type': 'text/xml' },
    };
  }

  const h5Data = ({ key, applyment_id }) => ({
    sub_mchid: key,
    applyment_id,
    applyment_state: 'UNDER_REVIEW',
    applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
    domains: ['pay.example.com'],
  });

  const contractData = ({ key }, number) => ({
    mch_id: mchid,
    plan_id: PLAN,
    contract_code: key,
    contract_id: `W${key}`,
    openid: OPENID,
    appid,
    change_type: 'ADD',
    operate_time: '2026-01-02 11:05:01',
    request_serial: String(number),
  });

  /**
   * The call that a webhook makes for the same notification: `signal` to an application, `signalWithStart` to a contract,
   * which is the contract's own way because nobody may have started it yet.
   */
  function signalBare(client, target, number) {
    const common = { id: `bare-${number}`, receivedAt: new Date().toISOString() };
    if (target.kind === 'h5') {
      return client.workflow
        .getHandle(target.workflowId)
        .signal(SIGNALS.h5Reviewed, { ...common, id: String(number), kind: 'h5', data: h5Data(target) });
    }
    const data = contractData(target, number);
    const { mch_id, plan_id, contract_code, contract_id, openid } = data;
    const input = { mch_id, plan_id, contract_code, contract_id, openid, appid };
    const start = contractSignalWithStart(input, { ...common, kind: 'contract', data }, new Date());
    return client.workflow.signalWithStart(FLOWS.contract, { taskQueue: WORKFLOW_TASK_QUEUE, ...start });
  }

  return { sign, signalBare };
}

/** What a signal in a history is recognised by: the notification's own number. */
export function markOfSignal({ kind, id, data }) {
  return markOf(kind, kind === 'contract' ? data?.request_serial : id);
}

/** The mark of the notification of that number. */
export const markOf = (kind, number) => `${kind} ${number}`;

export const contractTarget = (mchid, key) => ({
  ...{ kind: 'contract', key },
  workflowId: workflowIds.contract({ mch_id: mchid, plan_id: PLAN, contract_code: key }),
});

export const h5Target = (mchid, key, applyment_id) => ({
  ...{ kind: 'h5', key, applyment_id },
  workflowId: workflowIds.h5({ mchid, sub_mchid: key }),
});
