import { createPlatformCertificate } from '../credentials';
import type { TestPlatformCertificate } from '../credentials';
import { inForce, replan, stepAt } from './customs/records';
import { payerDigest } from './customs/identity';
import type { CallCount, CallCounter } from './calls';
import type { Fault, Faults } from './faults';
import { applicationsOf, isInProcess, moveTo, planReview } from './h5/applications';
import type { LedgerEntry } from './ledger';
import type { Contract, H5Application, Order } from './model';
import type { NotificationKind, NotificationRecord, NotificationSignature, Notifier } from './notifier';
import type { Payer } from './options';
import { each, Scripts } from './scripts';
import type { PayScript, Script } from './scripts';
import { contractOfCode, contractOfId, signContract, terminate } from './v2/contracts';
import { orderKey, payOrder, planOrder } from './v2/orders';
import type { SignType } from './v2/signing';
import { Stores } from './world';
import type { World } from './world';

/** A wrong use of the control interface. */
export class ControlError extends Error {
  constructor(
    readonly status: 400 | 404 | 409,
    message: string,
  ) {
    super(message);
  }
}

interface OrderKey {
  readonly out_trade_no: string;
  /** Only with several merchants. */
  readonly mch_id?: string;
}

/** Names a contract by one of the three ways. */
export interface ContractKey {
  readonly contract_id?: string;
  readonly plan_id?: string;
  readonly contract_code?: string;
  readonly out_trade_no?: string;
  readonly mch_id?: string;
}

/** Names the newest application of a sub-merchant, or one application. */
export interface H5Decision {
  readonly applyment_id?: string;
  readonly sub_mchid?: string;
  readonly out_applyment_id?: string;
  readonly state: string;
  readonly audit_reject_detail?: string;
}

/** A notification to send once more, or one of the tester's own making. */
export type NotifyRequest =
  | { readonly repeat: string }
  | {
      readonly kind: NotificationKind;
      readonly url: string;
      readonly mchid?: string;
      /** v3: what is encrypted; a text is taken as JSON text. */
      readonly resource?: object | string;
      readonly event_type?: string;
      readonly id?: string;
      /** v2: the fields without `sign`. */
      readonly fields?: Readonly<Record<string, string>>;
      readonly signType?: SignType;
      readonly signature?: NotificationSignature;
      /** Not repeated. */
      readonly once?: boolean;
    };

/** What a tester can do to the simulated world; the HTTP control interface offers the same. */
export class Controls {
  constructor(
    private readonly world: World,
    private readonly notifier: Notifier,
    private readonly allFaults: Faults,
    private readonly counter: CallCounter,
  ) {}

  /** Effects per business key, never derived from answers. */
  ledger(filter: { effect?: string; key?: string; mchid?: string } = {}): LedgerEntry[] {
    this.world.timeline.advance();
    return this.world.ledger.entries(filter);
  }

  /** Every notification with its deliveries and their answers. */
  notifications(filter: { kind?: string; key?: string } = {}): NotificationRecord[] {
    this.world.timeline.advance();
    return this.notifier
      .records()
      .filter(
        ({ kind, keys }) =>
          (filter.kind === undefined || kind === filter.kind) &&
          (filter.key === undefined || keys.includes(filter.key)),
      );
  }

  /** Calls received, in all and per business number. */
  calls(filter: { call?: string; key?: string } = {}): CallCount[] {
    return this.counter.list(filter);
  }

  /** What is to happen. Records that exist already follow the new script from now on. */
  script(script: Script): void {
    const { world } = this;
    world.timeline.advance();
    world.scripts.add(script);
    each(script.customs, ({ transaction_id, sub_order_no, states }) => {
      for (const one of world.stores.declarations.values()) {
        const { data } = inForce(one);
        const meant =
          data.transaction_id === transaction_id && (sub_order_no ?? data.sub_order_no) === data.sub_order_no;
        const pending = ['UNDECLARED', 'PROCESSING', 'SUBMITTED'].includes(stepAt(inForce(one), world.now()).state);
        if (states && meant && pending) replan(world, one, states);
      }
    });
    each(script.h5, ({ sub_mchid, states, authorization_state }) => {
      if (sub_mchid === undefined) return;
      for (const mchid of world.merchants.keys()) {
        if (authorization_state !== undefined)
          world.stores.permissions.set(`${mchid}/${sub_mchid}`, authorization_state);
        const application = applicationsOf(world, 'h5', mchid, sub_mchid).filter(isInProcess).at(-1);
        if (states && application) planReview(world, application, states);
      }
    });
    each(script.h5Domain, ({ out_applyment_id, states }) => {
      const application = [...world.stores.applications.values()].find(
        (one) => one.kind === 'h5-domain' && one.data.out_applyment_id === out_applyment_id && isInProcess(one),
      );
      if (states && application) planReview(world, application, states);
    });
    each(script.order, (order) => {
      for (const mchid of world.merchants.keys()) {
        const existing = world.stores.orders.get(orderKey(mchid, order.out_trade_no ?? ''));
        if (existing) planOrder(world, existing, order);
      }
    });
  }

  faults(faults: Fault | readonly Fault[]): void {
    try {
      each(faults, (fault) => this.allFaults.add(fault));
    } catch (error) {
      throw new ControlError(400, (error as Error).message);
    }
  }

  /** Faults given so far: how often injected, how often still to come. */
  listFaults(): ReturnType<Faults['list']> {
    return this.allFaults.list();
  }

  clearFaults(): void {
    this.allFaults.clear();
  }

  /** The user pays an order. @throws ControlError 409 when they cannot */
  pay({ out_trade_no, mch_id, ...how }: OrderKey & Partial<PayScript>): { transaction_id?: string } {
    const order = this.#order(out_trade_no, mch_id);
    const reason = payOrder(this.world, order, how);
    if (reason !== undefined) throw new ControlError(409, `pay ${out_trade_no}: ${reason}`);
    return order.payment ? { transaction_id: order.payment.transaction_id } : {};
  }

  /** The user signs the contract of a paid order. @throws ControlError 409 when they cannot */
  sign({ out_trade_no, mch_id }: OrderKey): { contract_id?: string } {
    const order = this.#order(out_trade_no, mch_id);
    const reason = signContract(this.world, order);
    if (reason !== undefined) throw new ControlError(409, `sign ${out_trade_no}: ${reason}`);
    const { merchant, fields } = order;
    const contract = contractOfCode(this.world, merchant.mchid, fields.plan_id ?? '', fields.contract_code ?? '');
    return contract ? { contract_id: contract.contract_id } : {};
  }

  /** A contract ends. Mode: 1 expired, 2 by the user (default), 3 by the merchant, 4 in the platform, 5 account closed. */
  terminate({ mode = '2', remark, ...key }: ContractKey & { mode?: string; remark?: string }): { contract_id: string } {
    const contract = this.#contract(key);
    const reason = terminate(this.world, contract, String(mode), remark);
    if (reason !== undefined) throw new ControlError(409, `terminate: ${reason}`);
    return { contract_id: contract.contract_id };
  }

  /** A reviewer decides about an application now; what was planned for it no longer happens. */
  decideH5(decision: H5Decision): { applyment_id: string; applyment_state: string } {
    const application = this.#application(decision);
    application.cycle++;
    moveTo(this.world, application, decision.state, decision.audit_reject_detail);
    return { applyment_id: application.applyment_id, applyment_state: application.state };
  }

  /** Registers who paid. Only a digest is kept. */
  payers(
    payers: readonly (Payer & { readonly transaction_id: string })[] | (Payer & { readonly transaction_id: string }),
  ) {
    each(payers, (payer) => {
      for (const field of ['transaction_id', 'certificate_id', 'certificate_name'] as const) {
        if (typeof payer[field] !== 'string') throw new ControlError(400, `payers: ${field} must be a text`);
      }
      this.world.stores.payers.set(payer.transaction_id, payerDigest(payer));
    });
  }

  notify(request: NotifyRequest): { id: string } {
    try {
      if ('repeat' in request) {
        this.notifier.repeat(request.repeat);
        return { id: request.repeat };
      }
      const { resource, fields, mchid, ...rest } = request;
      const id = this.notifier.custom({
        ...rest,
        mchid: mchid ?? this.#onlyMerchant(),
        ...(resource === undefined
          ? {}
          : { resource: typeof resource === 'string' ? resource : JSON.stringify(resource) }),
        ...(fields === undefined ? {} : { fields: { ...fields } }),
      });
      return { id };
    } catch (error) {
      throw error instanceof ControlError ? error : new ControlError(400, (error as Error).message);
    }
  }

  /** WeChat Pay gets another certificate, which signs from now on; the older ones stay valid. */
  async rotateCertificate(): Promise<TestPlatformCertificate> {
    const certificate = await createPlatformCertificate();
    this.world.platform.addCertificate(certificate);
    return certificate;
  }

  /** Forgets everything: records, scripts, faults, ledger, calls, notifications. Keys stay. */
  reset(): void {
    const { world } = this;
    world.timeline.clear();
    world.stores = new Stores();
    world.scripts = new Scripts();
    world.ledger.clear();
    this.notifier.clear();
    this.allFaults.clear();
    this.counter.clear();
  }

  #onlyMerchant(): string {
    const [first, ...more] = this.world.merchants.keys();
    if (first === undefined || more.length > 0) throw new ControlError(400, 'mchid is required with several merchants');
    return first;
  }

  #order(out_trade_no: string, mch_id = this.#onlyMerchant()): Order {
    this.world.timeline.advance();
    const order = this.world.stores.orders.get(orderKey(mch_id, out_trade_no));
    if (!order) throw new ControlError(404, `no order ${out_trade_no} of merchant ${mch_id}`);
    return order;
  }

  #contract({
    contract_id,
    plan_id,
    contract_code,
    out_trade_no,
    mch_id = this.#onlyMerchant(),
  }: ContractKey): Contract {
    this.world.timeline.advance();
    const order = out_trade_no === undefined ? undefined : this.#order(out_trade_no, mch_id).fields;
    const contract =
      contract_id === undefined
        ? contractOfCode(
            this.world,
            mch_id,
            plan_id ?? order?.plan_id ?? '',
            contract_code ?? order?.contract_code ?? '',
          )
        : contractOfId(this.world, mch_id, contract_id);
    if (!contract)
      throw new ControlError(404, 'no such contract: give contract_id, plan_id and contract_code, or out_trade_no');
    return contract;
  }

  #application({ applyment_id, sub_mchid, out_applyment_id }: H5Decision): H5Application {
    this.world.timeline.advance();
    const meant = [...this.world.stores.applications.values()].filter(
      (one) =>
        (applyment_id !== undefined && one.applyment_id === String(applyment_id)) ||
        (sub_mchid !== undefined && one.kind === 'h5' && one.data.sub_mchid === sub_mchid) ||
        (out_applyment_id !== undefined && one.data.out_applyment_id === out_applyment_id),
    );
    const application = meant.at(-1);
    if (!application)
      throw new ControlError(404, 'no such application: give applyment_id, sub_mchid or out_applyment_id');
    return application;
  }
}
