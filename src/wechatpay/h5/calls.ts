import { answerOrNothing } from '../errors';
import { AnswerFields, fieldMissing, present, requireSame } from '../v3/answer-fields';
import type { V3Answer, V3Client } from '../v3/client';
import { decimalText, parseInput } from '../validation';
import { parseApplymentId } from './amendment';
import { readApplication } from './read-application';
import type { H5Amendment, H5Application, H5ApplicationRecord, H5Permission } from './types';

/** One attempt of each H5 authorization call. All of them throw WechatPayError; none of them retries. */
export interface H5Calls {
  /**
   * Applies. There is no key of the caller's: a repeat while an application is in process is REFUSED, see
   * `refusalMeaning`, and its number is only in the answer that was lost.
   */
  create(application: H5Application): Promise<H5ApplicationRecord>;
  /** `undefined` when WeChat Pay knows no application of that number. */
  query(applyment_id: string): Promise<H5ApplicationRecord | undefined>;
  /**
   * Corrects an application that a reviewer rejected and puts it back to review under the same number. In any other
   * state it is REFUSED.
   */
  amend(applyment_id: string, amendment: H5Amendment): Promise<H5ApplicationRecord>;
  /** What the sub-merchant may do now. */
  permission(sub_mchid: string): Promise<H5Permission>;
}

/** Where the sub-merchant's number stands in the permission call, `applications` and `domain` stand in others. */
const BASE = '/v3/global/merchant/h5/permission';

const applicationPath = (applyment_id: string): string => `${BASE}/applications/${parseApplymentId(applyment_id)}`;

export function h5Calls(client: V3Client): H5Calls {
  return {
    async create(application) {
      const name = 'h5 create';
      const answer = await client.call({
        name,
        method: 'POST',
        path: `${BASE}/applications`,
        body: bodyOf(application),
      });
      return readRecord(name, answer, { sub_mchid: application.sub_mchid });
    },

    async query(applyment_id) {
      const name = 'h5 query';
      const path = applicationPath(applyment_id);
      const answer = await answerOrNothing(client.call({ name, method: 'GET', path }));
      return answer === undefined ? undefined : readRecord(name, answer, { applyment_id });
    },

    async amend(applyment_id, amendment) {
      const name = 'h5 amend';
      const path = applicationPath(applyment_id);
      const answer = await client.call({ name, method: 'PATCH', path, body: websiteFields(amendment) });
      return readRecord(name, answer, { applyment_id });
    },

    async permission(sub_mchid) {
      const name = 'h5 permission';
      const path = `${BASE}/${parseInput('sub-merchant', '$.sub_mchid', decimalText(1, 32), sub_mchid)}`;
      const answer = await client.call({ name, method: 'GET', path });
      const fields = new AnswerFields(answer.body);
      const authorization_state = fields.text('authorization_state');
      if (authorization_state === undefined) throw fieldMissing(name, 'authorization_state', answer.requestId);
      requireSame(name, 'sub_mchid', sub_mchid, fields.text('sub_mchid'), answer.requestId);
      return { sub_mchid, authorization_state };
    },
  };
}

/** The fields of the call and nothing else. */
function bodyOf(application: H5Application): object {
  const { sub_mchid, notify_url } = application;
  return { sub_mchid, ...websiteFields(application), ...present({ notify_url }) };
}

function websiteFields(application: H5Application | H5Amendment): object {
  return present({
    domains: application.domains,
    website_url: application.website_url,
    applyment_type: application.applyment_type,
    transaction_limit_type: application.transaction_limit_type,
    website_state: application.website_state,
    business_description: application.business_description,
    company_register_cert: application.company_register_cert,
    website_business_page_pics: application.website_business_page_pics,
    website_homepage_pics: application.website_homepage_pics,
  });
}

function readRecord(
  call: string,
  answer: V3Answer,
  asked: { readonly applyment_id?: string; readonly sub_mchid?: string },
): H5ApplicationRecord {
  const application = readApplication(answer.body);
  const { applyment_state } = application;
  for (const field of ['applyment_id', 'sub_mchid'] as const) {
    requireSame(call, field, asked[field], application[field], answer.requestId);
  }
  const applyment_id = application.applyment_id ?? asked.applyment_id;
  const sub_mchid = application.sub_mchid ?? asked.sub_mchid;
  if (applyment_id === undefined) throw fieldMissing(call, 'applyment_id', answer.requestId);
  if (applyment_state === undefined) throw fieldMissing(call, 'applyment_state', answer.requestId);
  if (sub_mchid === undefined) throw fieldMissing(call, 'sub_mchid', answer.requestId);
  return { ...application, applyment_id, applyment_state, sub_mchid };
}
