import { readApplication } from '../h5/read-application';
import { AnswerFields, present } from '../v3/answer-fields';
import type { H5DomainReviewNotification } from './types';

/** Fields of a domain modification in an answer or notification; what is missing stays missing. */
export function readModification(value: unknown): H5DomainReviewNotification {
  const application = readApplication(value);
  return present<H5DomainReviewNotification>({
    applyment_id: application.applyment_id,
    applyment_state: application.applyment_state,
    out_applyment_id: new AnswerFields(value).text('out_applyment_id'),
    sub_mchid: application.sub_mchid,
    domains: application.domains,
    website_url: application.website_url,
    website_state: application.website_state,
    website_business_page_pics: application.website_business_page_pics,
    website_homepage_pics: application.website_homepage_pics,
    notify_url: application.notify_url,
    audit_reject_detail: application.audit_reject_detail,
  });
}
