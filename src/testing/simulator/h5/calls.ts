import type { TestCredentials } from '../../credentials';
import type { H5Application, H5Data, H5Kind } from '../model';
import { checkFields } from '../v3/fields';
import type { FieldRules, Fields } from '../v3/fields';
import type { World } from '../world';
import {
  applicationIsVisible,
  applicationsOf,
  describe,
  findApplication,
  isInProcess,
  LIMIT_REMOVAL,
  PERMISSION,
  permissionOf,
  resubmit,
  submit,
} from './applications';
import { h5Refusal, scriptedRefusal } from './refusals';

const website: FieldRules = {
  domains: { type: 'texts', required: true, max: 5 },
  website_state: { type: 'text', values: ['HAS_LAUNCHED', 'UN_LAUNCHED'] },
  website_business_page_pics: { type: 'texts' },
  website_homepage_pics: { type: 'texts' },
};

/** HTTPS without a query; plain http only to loopback, where tests and demos listen. */
const notifyUrl: FieldRules = {
  notify_url: {
    type: 'text',
    max: 128,
    pattern: /^(https:\/\/|http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])[:/])[^?#\s]+$/,
  },
};

const permission: FieldRules = {
  ...website,
  applyment_type: { type: 'text', values: [PERMISSION, LIMIT_REMOVAL] },
  transaction_limit_type: { type: 'text', values: ['UN_LAUNCHED_WEBSITE_LIMIT', 'NORMAL_LIMIT', 'NO_LIMIT'] },
  business_description: { type: 'text', max: 500 },
  company_register_cert: { type: 'text', max: 512 },
};

const CREATE: FieldRules = {
  ...permission,
  ...notifyUrl,
  sub_mchid: { type: 'text', required: true, max: 32 },
  website_url: { type: 'text', required: true, max: 128 },
};

const MODIFY: FieldRules = { ...permission, website_url: { type: 'text', max: 128 } };

const CREATE_DOMAIN: FieldRules = {
  ...website,
  ...notifyUrl,
  sub_mchid: { type: 'text', max: 32 },
  website_url: { type: 'text', required: true, max: 128 },
  out_applyment_id: { type: 'text', required: true, max: 64 },
};

const MODIFY_DOMAIN: FieldRules = { ...website, website_url: { type: 'text', max: 128 } };

/** What the error table says about combinations of fields. */
function checkCombination(data: H5Data): void {
  const limit = data.transaction_limit_type;
  const launched = data.website_state === 'HAS_LAUNCHED';
  if (data.applyment_type === LIMIT_REMOVAL) {
    if (limit !== 'NO_LIMIT') throw h5Refusal('limitTypeMustBeNone');
    if (!launched) throw h5Refusal('websiteMustBeLaunched');
  }
  if (!launched && limit !== undefined && limit !== 'UN_LAUNCHED_WEBSITE_LIMIT') throw h5Refusal('onlyTestLimit');
  if (!launched && !(data.website_business_page_pics?.length && data.website_homepage_pics?.length)) {
    throw h5Refusal('screenshotMissing');
  }
  if (limit === 'NO_LIMIT' && (data.business_description === undefined || data.company_register_cert === undefined)) {
    throw h5Refusal('documentsMissing');
  }
}

function checkSubMerchant(world: World, mchid: string, sub_mchid: string): void {
  if (world.scripts.merchants.for(mchid).commitmentSigned === false) throw h5Refusal('commitmentNotSigned');
  const { refuse } = world.scripts.h5.for(sub_mchid);
  if (refuse !== undefined) throw scriptedRefusal(refuse);
  if (permissionOf(world, mchid, sub_mchid) === 'UNDER_PUNISHMENT') throw h5Refusal('punished');
}

/** `POST .../h5/permission/applications`. There is no request number: one application in process per sub-merchant. */
export function create(world: World, merchant: TestCredentials, body: Fields) {
  checkFields(body, CREATE, 'body');
  const data = {
    applyment_type: PERMISSION,
    transaction_limit_type: 'NORMAL_LIMIT',
    website_state: 'HAS_LAUNCHED',
    ...body,
  } as unknown as H5Data;
  checkCombination(data);
  const { mchid } = merchant;
  checkSubMerchant(world, mchid, data.sub_mchid);
  const held = permissionOf(world, mchid, data.sub_mchid);
  if (held === 'AUTHORIZED') throw h5Refusal('unlimitedAlready');
  if (data.applyment_type === LIMIT_REMOVAL && held !== 'FORMAL_AUTHORITY') throw h5Refusal('formalAuthorityNeeded');
  if (data.transaction_limit_type === 'UN_LAUNCHED_WEBSITE_LIMIT' && held !== 'UNAUTHORIZED') {
    throw h5Refusal('hasPermission');
  }
  if (applicationsOf(world, 'h5', mchid, data.sub_mchid).some(isInProcess)) throw h5Refusal('inProcess');
  return describe(submit(world, 'h5', mchid, data));
}

function existing(world: World, kind: H5Kind, merchant: TestCredentials, id: string): H5Application {
  const application = findApplication(world, kind, merchant.mchid, id);
  if (!application || !applicationIsVisible(world, application)) throw h5Refusal('unknownApplication');
  return application;
}

/** `GET .../applications/{applyment_id}` of either kind. */
export const query = (world: World, merchant: TestCredentials, kind: H5Kind, id: string) =>
  describe(existing(world, kind, merchant, id));

/** `PATCH .../applications/{applyment_id}` of either kind: only from REJECTED. */
export function modify(world: World, merchant: TestCredentials, kind: H5Kind, id: string, body: Fields) {
  checkFields(body, kind === 'h5' ? MODIFY : MODIFY_DOMAIN, 'body');
  const application = existing(world, kind, merchant, id);
  if (application.state !== 'REJECTED') throw h5Refusal('notRejected');
  const data = { ...application.data, ...body };
  checkCombination(data);
  resubmit(world, application, data);
  return describe(application);
}

/** `POST .../domain/applications`. What a repeated `out_applyment_id` gives is not documented: the same application. */
export function createDomain(world: World, merchant: TestCredentials, body: Fields) {
  checkFields(body, CREATE_DOMAIN, 'body');
  const { mchid } = merchant;
  const data = { sub_mchid: mchid, website_state: 'HAS_LAUNCHED', ...body } as unknown as H5Data;
  checkCombination(data);
  checkSubMerchant(world, mchid, data.sub_mchid);
  const earlier = [...world.stores.applications.values()].find(
    (one) => one.kind === 'h5-domain' && one.mchid === mchid && one.data.out_applyment_id === data.out_applyment_id,
  );
  if (earlier) {
    const sorted = (fields: H5Data): string =>
      JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (sorted(earlier.data) !== sorted(data)) throw h5Refusal('outApplymentIdTaken');
    return describe(earlier);
  }
  if (applicationsOf(world, 'h5-domain', mchid, data.sub_mchid).some(isInProcess)) throw h5Refusal('inProcess');
  return describe(submit(world, 'h5-domain', mchid, data));
}

/** `GET .../permission/{sub_mchid}` */
export function permissionState(world: World, merchant: TestCredentials, sub_mchid: string) {
  if (world.scripts.h5.for(sub_mchid).refuse === 'parentChild') throw h5Refusal('parentChild');
  return { sub_mchid, authorization_state: permissionOf(world, merchant.mchid, sub_mchid) };
}
