import type { H5Application, H5Data, H5Kind } from '../model';
import type { ScriptedState } from '../scripts';
import { LongInteger } from '../v3/json';
import { isVisible } from '../world';
import type { World } from '../world';

/** Permission that an approval gives, by what was asked for. NO_LIMIT comes in two steps. */
const GRANTED: Readonly<Record<string, string>> = {
  UN_LAUNCHED_WEBSITE_LIMIT: 'AUTHORITY_TO_TEST',
  NORMAL_LIMIT: 'FORMAL_AUTHORITY',
  NO_LIMIT: 'FORMAL_AUTHORITY',
};

export const LIMIT_REMOVAL = 'APPLY_FOR_RELIEVE_LIMITED';
export const PERMISSION = 'APPLY_FOR_PAYMENT_AUTHORITY';

const permissionKey = (mchid: string, sub_mchid: string): string => `${mchid}/${sub_mchid}`;

export function permissionOf(world: World, mchid: string, sub_mchid: string): string {
  const scripted = world.scripts.h5.for(sub_mchid).authorization_state;
  return world.stores.permissions.get(permissionKey(mchid, sub_mchid)) ?? scripted ?? 'UNAUTHORIZED';
}

export const setPermission = (world: World, mchid: string, sub_mchid: string, state: string): void =>
  void world.stores.permissions.set(permissionKey(mchid, sub_mchid), state);

export const isInProcess = (application: H5Application): boolean =>
  application.state === 'PENDING' || application.state === 'UNDER_REVIEW';

export function findApplication(world: World, kind: H5Kind, mchid: string, id: string): H5Application | undefined {
  const found = world.stores.applications.get(id);
  return found?.kind === kind && found.mchid === mchid ? found : undefined;
}

export const applicationsOf = (world: World, kind: H5Kind, mchid: string, sub_mchid: string): H5Application[] =>
  [...world.stores.applications.values()].filter(
    (one) => one.kind === kind && one.mchid === mchid && one.data.sub_mchid === sub_mchid,
  );

export const ledgerKey = ({ kind, data }: H5Application): string =>
  kind === 'h5' ? `${data.sub_mchid}/${data.applyment_type}` : (data.out_applyment_id ?? '');

function scriptOf(world: World, { kind, data }: H5Application) {
  return kind === 'h5' ? world.scripts.h5.for(data.sub_mchid) : world.scripts.h5Domain.for(data.out_applyment_id ?? '');
}

export const applicationIsVisible = (world: World, application: H5Application): boolean =>
  isVisible(world, application.createdAt, world.scripts.h5.for(application.data.sub_mchid).visibleAfter);

/** Makes an application in PENDING and plans its review. */
export function submit(world: World, kind: H5Kind, mchid: string, data: H5Data): H5Application {
  const number = BigInt(world.settings.firstApplymentId) + BigInt(world.stores.next('applyment'));
  const application: H5Application = {
    kind,
    mchid,
    applyment_id: String(number),
    createdAt: world.now(),
    data,
    state: 'PENDING',
    cycle: 0,
  };
  world.stores.applications.set(application.applyment_id, application);
  world.ledger.record('applied', mchid, ledgerKey(application), world.now());
  const script = world.scripts.h5.for(data.sub_mchid);
  planReview(
    world,
    application,
    data.applyment_type === LIMIT_REMOVAL ? script.limitRemoval : scriptOf(world, application).states,
  );
  return application;
}

/** A corrected application goes back to PENDING under the same id. */
export function resubmit(world: World, application: H5Application, data: H5Data): void {
  application.data = data;
  application.state = 'PENDING';
  delete application.audit_reject_detail;
  world.ledger.record('resubmitted', application.mchid, ledgerKey(application), world.now());
  planReview(world, application, scriptOf(world, application).resubmission);
}

/** Plans the states to come, in place of what was planned before. */
export function planReview(world: World, application: H5Application, states?: readonly ScriptedState[]): void {
  const { underReviewAfter, reviewedAfter } = world.settings;
  const cycle = ++application.cycle;
  const planned: readonly ScriptedState[] = states ?? [
    { after: underReviewAfter, state: 'UNDER_REVIEW' },
    { after: reviewedAfter, state: 'APPROVED' },
  ];
  for (const { after, state, audit_reject_detail } of planned) {
    world.timeline.schedule(world.now() + after * 1000, () => {
      if (application.cycle === cycle) moveTo(world, application, state, audit_reject_detail);
    });
  }
}

/** A reviewer's decision, or the form being created. */
export function moveTo(world: World, application: H5Application, state: string, detail?: string): void {
  const { mchid, kind, data } = application;
  application.state = state;
  if (state === 'REJECTED') {
    application.audit_reject_detail =
      detail ?? scriptOf(world, application).audit_reject_detail ?? 'The website cannot be opened.';
  } else {
    delete application.audit_reject_detail;
  }
  if (state === 'APPROVED') {
    world.ledger.record('approved', mchid, ledgerKey(application), world.now());
    if (kind === 'h5') grant(world, application);
  }
  if ((state === 'APPROVED' || state === 'REJECTED') && data.notify_url !== undefined) {
    world.notifier.h5(application, describe(application), data.notify_url);
  }
}

function grant(world: World, { mchid, data }: H5Application): void {
  if (data.applyment_type === LIMIT_REMOVAL) {
    setPermission(world, mchid, data.sub_mchid, 'AUTHORIZED');
    return;
  }
  setPermission(world, mchid, data.sub_mchid, GRANTED[data.transaction_limit_type ?? ''] ?? 'FORMAL_AUTHORITY');
  // NO_LIMIT: WeChat Pay itself applies for the removal of the limit, once the ordinary limit is granted.
  if (data.transaction_limit_type === 'NO_LIMIT') {
    submit(world, 'h5', mchid, { ...data, applyment_type: LIMIT_REMOVAL });
  }
}

/** The application as answers and notifications show it. */
export function describe({ kind, data, applyment_id, state, audit_reject_detail }: H5Application) {
  const { website_url, ...rest } = data;
  return {
    ...rest,
    // sic: the pages of the domain calls spell it this way.
    ...(kind === 'h5' ? { website_url } : { webiste_url: website_url }),
    applyment_id: new LongInteger(applyment_id),
    applyment_state: state,
    ...(audit_reject_detail === undefined ? {} : { audit_reject_detail }),
  };
}
