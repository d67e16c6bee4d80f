import type { CustomsData, CustomsDeclarationOf, CustomsStep, CustomsVersion } from '../model';
import type { ScriptedState } from '../scripts';
import type { World } from '../world';

export type Push = 'declare' | 'modify' | 'repush';

const FIRST_STATE: Readonly<Record<Push, string>> = {
  declare: 'UNDECLARED',
  modify: 'SUBMITTED',
  repush: 'UNDECLARED',
};

type Key = Pick<CustomsData, 'mchid' | 'customs' | 'transaction_id' | 'sub_order_no'>;

export const storeKey = (key: Key): string =>
  JSON.stringify([key.mchid, key.customs, key.transaction_id, key.sub_order_no ?? null]);

export const ledgerKey = (key: Key): string =>
  [key.customs, key.transaction_id, ...(key.sub_order_no === undefined ? [] : [key.sub_order_no])].join('/');

export function scriptOf(world: World, key: Pick<Key, 'transaction_id' | 'sub_order_no'>) {
  return world.scripts.customs.for(key.transaction_id, `${key.transaction_id}/${key.sub_order_no ?? ''}`);
}

export function inForce(declaration: CustomsDeclarationOf): CustomsVersion {
  const version = declaration.versions.at(-1);
  if (!version) throw new Error('a declaration without data');
  return version;
}

/** The versions that a query knew at that time; the first one at least. */
export function versionsAt({ versions }: CustomsDeclarationOf, now: number): CustomsVersion[] {
  return versions.filter(({ steps: [first] }, index) => index === 0 || (first !== undefined && first.at <= now));
}

/** The step a version has reached. */
export function stepAt(version: CustomsVersion, now: number): CustomsStep {
  const step = version.steps.filter(({ at }) => at <= now).at(-1) ?? version.steps[0];
  if (!step) throw new Error('a declaration without a state');
  return step;
}

/** Plans the states that follow a push of the version in force; states not reached yet are dropped. */
export function plan(world: World, declaration: CustomsDeclarationOf, push: Push): void {
  const now = world.now();
  const version = inForce(declaration);
  const script = scriptOf(world, version.data);
  const scripted = { declare: script.states, modify: script.afterModify, repush: script.afterRepush }[push];
  const { processingAfter, decidedAfter } = world.settings;
  const later: readonly ScriptedState[] = scripted ?? [
    { after: processingAfter, state: 'PROCESSING' },
    { after: decidedAfter, state: 'SUCCESS', explanation: '申报成功' },
  ];
  const first = later.some(({ after }) => after === 0) ? [] : [{ after: 0, state: FIRST_STATE[push] }];
  for (const one of declaration.versions) one.steps = one.steps.filter(({ at }) => at <= now);
  append(declaration, version, [...first, ...later], now);
}

/** A script given for a declaration that exists: replaces the states that are still to come. */
export function replan(world: World, declaration: CustomsDeclarationOf, states: readonly ScriptedState[]): void {
  const version = inForce(declaration);
  version.steps = version.steps.filter(({ at }) => at <= world.now());
  append(declaration, version, states, world.now());
}

function append(
  declaration: CustomsDeclarationOf,
  version: CustomsVersion,
  states: readonly ScriptedState[],
  now: number,
): void {
  const shown = declaration.versions.flatMap(({ steps }) => steps.map((step) => step.shownAt));
  let last = Math.max(0, ...shown);
  for (const { after, state, explanation } of [...states].sort((a, b) => a.after - b.after)) {
    const at = now + after * 1000;
    last = Math.max(Math.floor(at / 1000) * 1000, last + 1000);
    version.steps.push({ at, shownAt: last, state, ...(explanation === undefined ? {} : { explanation }) });
  }
}
