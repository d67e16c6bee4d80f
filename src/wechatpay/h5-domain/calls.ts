import { answerOrNothing } from '../errors';
import { parseApplymentId } from '../h5/amendment';
import { fieldMissing, present, requireSame } from '../v3/answer-fields';
import type { V3Answer, V3Client } from '../v3/client';
import { readModification } from './read-modification';
import type { H5DomainAmendment, H5DomainModification, H5DomainRecord } from './types';

/** One attempt of each domain modification call. All of them throw WechatPayError; none of them retries. */
export interface H5DomainCalls {
  /** Asks for other domains. What a repeat of the same `out_applyment_id` answers is not documented: ask first. */
  create(modification: H5DomainModification): Promise<H5DomainRecord>;
  /** `undefined` when WeChat Pay knows no modification of that number. There is no search by `out_applyment_id`. */
  query(applyment_id: string): Promise<H5DomainRecord | undefined>;
  /**
   * Corrects a modification that a reviewer rejected and puts it back to review under the same numbers. In any other
   * state it is REFUSED.
   */
  amend(applyment_id: string, amendment: H5DomainAmendment): Promise<H5DomainRecord>;
}

const BASE = '/v3/global/merchant/h5/permission/domain/applications';

export function h5DomainCalls(client: V3Client): H5DomainCalls {
  return {
    async create(modification) {
      const name = 'h5 domain create';
      const { out_applyment_id, sub_mchid, notify_url } = modification;
      const body = { out_applyment_id, ...websiteFields(modification), ...present({ sub_mchid, notify_url }) };
      const answer = await client.call({ name, method: 'POST', path: BASE, body });
      return readRecord(name, answer, { out_applyment_id });
    },

    async query(applyment_id) {
      const name = 'h5 domain query';
      const path = `${BASE}/${parseApplymentId(applyment_id)}`;
      const answer = await answerOrNothing(client.call({ name, method: 'GET', path }));
      return answer === undefined ? undefined : readRecord(name, answer, { applyment_id });
    },

    async amend(applyment_id, amendment) {
      const name = 'h5 domain amend';
      const path = `${BASE}/${parseApplymentId(applyment_id)}`;
      const answer = await client.call({ name, method: 'PATCH', path, body: websiteFields(amendment) });
      return readRecord(name, answer, { applyment_id });
    },
  };
}

/** The fields of the call and nothing else; answers may spell `website_url` otherwise, requests never do. */
function websiteFields(fields: H5DomainModification | H5DomainAmendment): object {
  const { domains, website_url, website_state, website_business_page_pics, website_homepage_pics } = fields;
  return present({ domains, website_url, website_state, website_business_page_pics, website_homepage_pics });
}

/**
 * A record of `asked`. One description leaves the state of an answer open, but whoever waits for a review cannot do
 * without: an answer that states none is not believed.
 */
function readRecord(
  call: string,
  answer: V3Answer,
  asked: { readonly applyment_id?: string; readonly out_applyment_id?: string },
): H5DomainRecord {
  const modification = readModification(answer.body);
  const { applyment_state } = modification;
  for (const field of ['applyment_id', 'out_applyment_id'] as const) {
    requireSame(call, field, asked[field], modification[field], answer.requestId);
  }
  const applyment_id = modification.applyment_id ?? asked.applyment_id;
  if (applyment_id === undefined) throw fieldMissing(call, 'applyment_id', answer.requestId);
  if (applyment_state === undefined) throw fieldMissing(call, 'applyment_state', answer.requestId);
  const { out_applyment_id = asked.out_applyment_id } = modification;
  return { ...modification, applyment_id, applyment_state, ...present({ out_applyment_id }) };
}
