import type { CallName } from '../calls';
import { keysOf } from '../calls';
import type { Draft, Exchange, Received, Reply } from '../exchange';
import type { Fault, Spoiler } from '../faults';
import { newNonce } from '../v3/signing';
import type { World } from '../world';
import { answerV2, signed } from './call';
import type { V2Answer, V2Call } from './call';
import { deleteContract, queryContract } from './contracts';
import { applyDebit, queryDebit } from './debits';
import { closeOrder, contractOrder, orderQuery } from './orders';
import { readXml, writeXml } from './xml';
import type { XmlFields } from './xml';

const CALLS: Readonly<Partial<Record<CallName, V2Call>>> = {
  'pay/contractorder': contractOrder,
  'pay/orderquery': orderQuery,
  'pay/closeorder': closeOrder,
  'pay/pappayapply': applyDebit,
  'pay/paporderquery': queryDebit,
  'papay/querycontract': queryContract,
  'papay/deletecontract': deleteContract,
};

/** The call behind a v2 path, or undefined. */
export function openV2(world: World, received: Received): Exchange | Reply | undefined {
  const name = received.target.slice(1) as CallName;
  const call = CALLS[name];
  if (!call) return undefined;
  if (received.method !== 'POST') return xmlReply({ return_code: 'FAIL', return_msg: 'REQUIRE_POST_METHOD' });
  // Seen in practice: this call answers HTTP 400 to such a prolog.
  if (name === 'papay/querycontract' && /^\s*<\?xml[^>]*standalone="no"/.test(received.body.toString('latin1'))) {
    return { status: 400, headers: {}, body: Buffer.alloc(0) };
  }
  const fields = readXml(received.body.toString('utf8')) ?? {};
  const draft = (answer: V2Answer): Draft => ({
    ...(answer.code === undefined ? {} : { code: answer.code }),
    reply: (spoiler) => replyOf(answer, spoiler),
  });
  return {
    call: name,
    keys: keysOf(fields),
    act: () => draft(answerV2(world, call, received.body)),
    fail: (fault) => failure(world, fields, fault, draft),
  };
}

const ERRORS: Readonly<Record<string, { code: string; message: string }>> = {
  '403': { code: 'NOAUTH', message: '商户无此接口权限' },
  '429': { code: 'FREQUENCY_LIMITED', message: '频率限制，请稍后再试' },
};

function failure(world: World, fields: XmlFields, fault: Fault, draft: (answer: V2Answer) => Draft): Draft {
  if (['500', '502', '503', 'act-and-500'].includes(fault.kind)) {
    const status = fault.kind === 'act-and-500' ? 500 : Number(fault.kind);
    return { code: String(status), reply: () => ({ status, headers: {}, body: Buffer.alloc(0) }) };
  }
  if (fault.kind === '401') return draft({ fields: { return_code: 'FAIL', return_msg: '签名错误' }, code: 'FAIL' });
  const merchant = world.merchants.get(fields.mch_id ?? '');
  const code = fault.code ?? ERRORS[fault.kind]?.code ?? 'SYSTEMERROR';
  const answer: XmlFields = {
    return_code: 'SUCCESS',
    return_msg: 'OK',
    appid: merchant?.appid ?? '',
    mch_id: fields.mch_id ?? '',
    nonce_str: newNonce(),
    result_code: 'FAIL',
    err_code: code,
    err_code_des: fault.message ?? ERRORS[fault.kind]?.message ?? '系统错误',
  };
  const type = fields.sign_type === 'HMAC-SHA256' ? 'HMAC-SHA256' : 'MD5';
  return draft({ fields: answer, ...(merchant && { sign: { key: merchant.apiV2Key, type } }), code });
}

function xmlReply(fields: XmlFields): Reply {
  return { status: 200, headers: { 'Content-Type': 'text/xml; charset=utf-8' }, body: Buffer.from(writeXml(fields)) };
}

const STATE_FIELDS = ['trade_state', 'contract_state'];

function replyOf(answer: V2Answer, spoiler?: Spoiler): Reply {
  const fields = { ...answer.fields };
  if (spoiler === 'unknown-state') for (const name of STATE_FIELDS) if (name in fields) fields[name] = '7';
  const all = signed({ ...answer, fields });
  switch (spoiler) {
    case 'bad-signature':
    case 'probe-signature':
    case 'unknown-serial':
      return xmlReply({ ...all, sign: newNonce() });
    case 'no-signature': {
      const { sign: _sign, ...rest } = all;
      return xmlReply(rest);
    }
    case 'not-json': {
      const reply = xmlReply(all);
      return { ...reply, body: reply.body.subarray(0, reply.body.length - 8) };
    }
    case 'stale-signature':
    case 'unknown-state':
    case undefined:
      return xmlReply(all);
  }
}
