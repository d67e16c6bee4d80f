import type { TestCredentials } from '../credentials';
import type { Ledger } from './ledger';
import type { Contract, CustomsDeclarationOf, Debit, H5Application, Order } from './model';
import type { Settings } from './options';
import type { Scripts } from './scripts';
import type { Timeline } from './timeline';
import type { XmlFields } from './v2/xml';
import type { PlatformKeys } from './v3/signing';

/** What exists at the simulated WeChat Pay. All keys begin with the merchant number. */
export class Stores {
  readonly declarations = new Map<string, CustomsDeclarationOf>();
  /** The same by each of their four numbers, so that ten thousand declarations stay quick. */
  readonly declarationsByNumber = new Map<string, CustomsDeclarationOf[]>();
  /** Digest of the payer by `transaction_id`. */
  readonly payers = new Map<string, string>();
  readonly applications = new Map<string, H5Application>();
  /** `authorization_state` by `mchid/sub_mchid`. */
  readonly permissions = new Map<string, string>();
  readonly media = new Set<string>();
  readonly orders = new Map<string, Order>();
  readonly contracts = new Map<string, Contract>();
  readonly debits = new Map<string, Debit>();
  /** Numbers given out so far, by kind. */
  readonly #counters = new Map<string, number>();

  /** 0, 1, 2, ... */
  next(kind: string): number {
    const value = this.#counters.get(kind) ?? 0;
    this.#counters.set(kind, value + 1);
    return value;
  }
}

/** Tells merchants what happened. */
export interface Notifications {
  h5(application: H5Application, resource: object, url: string): void;
  payment(order: Order, fields: XmlFields): void;
  contract(contract: Contract, fields: XmlFields, url: string): void;
  debit(debit: Debit, fields: XmlFields): void;
}

export interface World {
  readonly settings: Settings;
  readonly merchants: ReadonlyMap<string, TestCredentials>;
  readonly platform: PlatformKeys;
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly notifier: Notifications;
  /** Both replaced by a reset. */
  scripts: Scripts;
  stores: Stores;
  /** Simulated milliseconds since the epoch. */
  readonly now: () => number;
}

/** Whether queries show what was made at `createdAt`. */
export function isVisible(world: World, createdAt: number, scripted?: number): boolean {
  const after = scripted ?? world.scripts.visibleAfter ?? world.settings.visibleAfter;
  return world.now() >= createdAt + after * 1000;
}

/** A number of 28 digits, as WeChat Pay's order numbers are. */
export function longNumber(world: World, prefix: string, kind: string): string {
  const day = new Date(world.now()).toISOString().slice(0, 10).replaceAll('-', '');
  return `${prefix}${day}${String(world.stores.next(kind)).padStart(28 - prefix.length - 8, '0')}`;
}
