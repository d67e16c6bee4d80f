import { CallCounter } from './calls';
import { Controls } from './control';
import { Faults } from './faults';
import { Ledger } from './ledger';
import { Notifier } from './notifier';
import { settingsOf } from './options';
import type { SimulatorOptions } from './options';
import { Scripts } from './scripts';
import { listen } from './server';
import { Timeline } from './timeline';
import { Authorizer } from './v3/authorization';
import { PlatformKeys } from './v3/signing';
import { Stores } from './world';
import type { World } from './world';

export type { CallCount, CallName } from './calls';
export { ControlError } from './control';
export type { ContractKey, H5Decision, NotifyRequest } from './control';
export type { Fault, FaultKind } from './faults';
export type { Effect, LedgerEntry } from './ledger';
export type { Delivery, NotificationKind, NotificationRecord, NotificationSignature } from './notifier';
export { DEFAULT_PAYER } from './options';
export type { NotificationMischief, Payer, SimulatorLogLine, SimulatorOptions } from './options';
export type * from './scripts';

/** A running simulator: WeChat Pay on loopback. Its control methods are also under `{url}/_simulator/`. */
export interface Simulator extends Pick<
  Controls,
  | 'ledger'
  | 'notifications'
  | 'calls'
  | 'script'
  | 'faults'
  | 'listFaults'
  | 'clearFaults'
  | 'pay'
  | 'sign'
  | 'terminate'
  | 'decideH5'
  | 'payers'
  | 'notify'
  | 'rotateCertificate'
  | 'reset'
> {
  /** `http://127.0.0.1:9080`: base URL for v3 and v2. */
  readonly url: string;
  readonly port: number;
  /** Runs what has become due; only needed after a jump of an injected clock, to not wait for the next tick. */
  advance(): void;
  /** Stops listening, cuts open connections and ends deliveries. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for WeChat Pay: API v3 (customs, H5 permission, certificates, image upload) and API v2 (pay with
 * contract signing, order and contract queries, termination, debits), with its own signatures, its own XML and its own
 * idea of the rules, notifications on the documented ladder, faults, and a ledger of what really happened.
 *
 * @throws when the port is taken
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const settings = settingsOf(options);
  const all = 'mchid' in settings.credentials ? [settings.credentials] : settings.credentials;
  const [first] = all;
  if (!first) throw new Error('startSimulator: credentials: expected at least one merchant, got none');
  const stray = all.find(({ platform }) => platform.publicKeyId !== first.platform.publicKeyId);
  if (stray) {
    throw new Error(
      `startSimulator: credentials of ${stray.mchid} have another platform. Make them with { platform } of the first.`,
    );
  }
  const merchants = new Map(all.map((merchant) => [merchant.mchid, merchant]));
  const platform = new PlatformKeys(first.platform, settings.keyMode);
  const notifier = new Notifier(() => world);
  const world: World = {
    settings,
    merchants,
    platform,
    ledger: new Ledger(),
    timeline: new Timeline(settings.now),
    notifier,
    scripts: new Scripts(),
    stores: new Stores(),
    now: settings.now,
  };
  const faults = new Faults();
  const counter = new CallCounter();
  const controls = new Controls(world, notifier, faults, counter);
  const authorizer = new Authorizer(merchants, settings.signatureNow);
  const { port, close } = await listen({ world, authorizer, controls, faults, counter });
  return {
    url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
    port,
    ledger: (filter) => controls.ledger(filter),
    notifications: (filter) => controls.notifications(filter),
    calls: (filter) => controls.calls(filter),
    script: (script) => controls.script(script),
    faults: (given) => controls.faults(given),
    listFaults: () => controls.listFaults(),
    clearFaults: () => controls.clearFaults(),
    pay: (key) => controls.pay(key),
    sign: (key) => controls.sign(key),
    terminate: (key) => controls.terminate(key),
    decideH5: (decision) => controls.decideH5(decision),
    payers: (given) => controls.payers(given),
    notify: (request) => controls.notify(request),
    reset: () => controls.reset(),
    advance: () => world.timeline.advance(),
    rotateCertificate: () => controls.rotateCertificate(),
    close: async () => {
      world.timeline.close();
      await Promise.all([close(), notifier.close()]);
    },
  };
}
