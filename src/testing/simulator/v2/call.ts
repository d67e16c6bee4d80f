import type { TestCredentials } from '../../credentials';
import { newNonce } from '../v3/signing';
import type { World } from '../world';
import { signatureIsValid, signatureOf } from './signing';
import type { SignType } from './signing';
import { readXml } from './xml';
import type { XmlFields } from './xml';

/** `result_code=FAIL`. The papay family answers failures without a signature, appid and mch_id. */
export class V2Error extends Error {
  constructor(
    readonly code: string,
    readonly description: string,
    readonly signed = true,
  ) {
    super(`${code}: ${description}`);
  }
}

/** `return_code=FAIL`: never signed. */
export class CommunicationError extends Error {}

/** What the page of one call says about its request. */
export interface V2Call {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** querycontract and deletecontract must not carry a nonce. */
  readonly nonce: boolean;
  readonly signTypeAllowed: boolean;
  /** Whether answers carry appid and mch_id: real answers of closeorder do not. */
  readonly identified: boolean;
  readonly run: (world: World, merchant: TestCredentials, fields: XmlFields, signType: SignType) => XmlFields;
}

/** An answer whose last step, the signature, is still open to faults. */
export interface V2Answer {
  readonly fields: XmlFields;
  /** Undefined: not signed. */
  readonly sign?: { readonly key: string; readonly type: SignType };
  readonly code?: string;
}

const failed = (message: string): V2Answer => ({
  fields: { return_code: 'FAIL', return_msg: message },
  code: 'FAIL',
});

const UNDOCUMENTED = '请求中含有未在API文档中定义的参数';

/** Checks signature and parameters, runs the call and builds the answer, everything but its signature. */
export function answerV2(world: World, call: V2Call, body: Buffer): V2Answer {
  if (body.length === 0) return failed('POST_DATA_EMPTY');
  const fields = readXml(body.toString('utf8'));
  if (!fields) return failed('XML格式错误');
  const merchant = world.merchants.get(fields.mch_id ?? '');
  if (!merchant) return failed('商户号不存在');
  const type: SignType = fields.sign_type === 'HMAC-SHA256' ? 'HMAC-SHA256' : 'MD5';
  // A nonce that the page does not know is left out by WeChat Pay, so the signature over it cannot fit.
  const known = call.nonce || fields.nonce_str === undefined ? fields : withoutNonce(fields);
  if (!signatureIsValid(known, merchant.apiV2Key, type)) return failed('签名错误');
  const sign = { key: merchant.apiV2Key, type };
  const head = { return_code: 'SUCCESS', return_msg: 'OK' };
  const nonce = (): XmlFields => (call.nonce ? { nonce_str: newNonce() } : {});
  const identity = { appid: merchant.appid, mch_id: merchant.mchid };
  try {
    checkParameters(call, fields, merchant);
    const result = call.run(world, merchant, fields, type);
    return {
      fields: {
        ...head,
        ...(call.identified ? identity : {}),
        ...nonce(),
        result_code: 'SUCCESS',
        ...result,
      },
      sign,
    };
  } catch (error) {
    if (error instanceof CommunicationError) return failed(error.message);
    if (!(error instanceof V2Error)) throw error;
    const failure = { result_code: 'FAIL', err_code: error.code, err_code_des: error.description };
    return error.signed
      ? { fields: { ...head, ...identity, ...nonce(), ...failure }, sign, code: error.code }
      : { fields: { return_code: 'SUCCESS', ...failure }, code: error.code };
  }
}

function withoutNonce({ nonce_str: _nonce, ...rest }: XmlFields): XmlFields {
  return rest;
}

/** Unlisted and empty elements are errors; so are characters of four bytes. */
function checkParameters(call: V2Call, fields: XmlFields, merchant: TestCredentials): void {
  const listed = new Set([...call.required, ...call.optional, 'appid', 'mch_id', 'sign']);
  if (call.nonce) listed.add('nonce_str');
  if (call.signTypeAllowed) listed.add('sign_type');
  for (const [name, value] of Object.entries(fields)) {
    if (!listed.has(name)) throw new V2Error('PARAM_ERROR', UNDOCUMENTED);
    if (value === '') throw new V2Error('PARAM_ERROR', `参数${name}不能为空`);
    if (/[\u{10000}-\u{10FFFF}]/u.test(value)) throw new V2Error('PARAM_ERROR', `参数${name}含有不支持的字符`);
  }
  const required = ['appid', 'mch_id', ...(call.nonce ? ['nonce_str'] : []), ...call.required];
  const missing = required.find((name) => fields[name] === undefined);
  if (missing !== undefined) throw new V2Error('LACK_PARAMS', `缺少参数${missing}`);
  if (fields.appid !== merchant.appid) throw new V2Error('APPID_MCHID_NOT_MATCH', 'appid和mch_id不匹配');
  if ((fields.nonce_str?.length ?? 0) > 32) throw new V2Error('PARAM_ERROR', '参数nonce_str长度错误');
}

/** Adds the signature. */
export function signed(answer: V2Answer): XmlFields {
  if (!answer.sign) return answer.fields;
  return { ...answer.fields, sign: signatureOf(answer.fields, answer.sign.key, answer.sign.type) };
}
