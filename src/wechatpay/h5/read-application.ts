import { AnswerFields, present } from '../v3/answer-fields';
import type { H5ReviewNotification } from './types';

/** Application fields of an answer or notification; what is missing stays missing. */
export function readApplication(value: unknown): H5ReviewNotification {
  const fields = new AnswerFields(value);
  const applyment_state = fields.text('applyment_state');
  return present<H5ReviewNotification>({
    applyment_id: fields.text('applyment_id'),
    applyment_state,
    sub_mchid: fields.text('sub_mchid'),
    domains: fields.texts('domains'),
    website_url: fields.text('website_url', 'webiste_url'),
    applyment_type: fields.text('applyment_type'),
    transaction_limit_type: fields.text('transaction_limit_type'),
    website_state: fields.text('website_state'),
    business_description: fields.text('business_description'),
    company_register_cert: fields.text('company_register_cert'),
    website_business_page_pics: fields.texts('website_business_page_pics'),
    website_homepage_pics: fields.texts('website_homepage_pics'),
    notify_url: fields.text('notify_url'),
    audit_reject_detail: applyment_state === 'REJECTED' ? fields.text('audit_reject_detail') : undefined,
  });
}
