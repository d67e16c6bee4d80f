import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { CancelledFailure, TerminatedFailure, WorkflowFailedError } from '@temporalio/client';
import { ConflictError } from '../../src/client';
import type { StartedProcess } from '../../src/client';
import { workflowIds } from '../../src/interface';
import type {
  ContractOrderResult,
  CustomsDeclarationInput,
  H5ApplicationInput,
  WorkflowResult,
} from '../../src/interface';
import { DEFAULT_PAYER } from '../../src/testing/simulator';
import type { ContractOrder } from '../../src/wechatpay/contract-order/types';
import { InvalidInputError, WechatPayError } from '../../src/wechatpay/errors';
import type { Fleet } from '../fleet/fleet';
import { attemptsIn } from './attempts';
import { differences } from './checker';
import type { ExpectedEffect, ObservedKey, ObservedProcess, ProvokedConflict } from './checker';
import { isDeclaration, numbersOf } from './plan';
import type { KeyPlan } from './plan';
import { resetActivities, resetWorkflow } from './resets';

type Declaration = CustomsDeclarationInput['declaration'];
type H5Application = H5ApplicationInput['application'];

/** A reset that cannot be made is tried again after so long, and then after twice that, up to a limit: each try is load. */
const RESET_AGAIN_MS = 1_000;
const RESET_AGAIN_AT_MOST_MS = 20_000;

/** Everything that happens to the faults and processes of a run, as it happens. */
export interface Stage {
  readonly fleet: Fleet;
  /** One fault more of that kind. */
  readonly count: (kind: string, times?: number) => void;
  /** One that was planned and could not be made, with the last reason. */
  readonly notMade: (kind: string, why: string) => void;
  /** A person did something that a process could not go on without. */
  readonly acted: () => void;
  readonly calls: Calls;
  /** Aborted when the run has taken longer than it may. */
  readonly over: AbortSignal;
}

interface Newest {
  readonly type: string;
  readonly runId: string;
  readonly status: { readonly name: string };
}

/** What belongs to following a process, beside its start. */
interface Following {
  /** What it declares, where other data are to be started with. */
  readonly declared?: { readonly declaration: Declaration };
  /** What is right as well after an activity of so many attempts: it could not know what had been sent. */
  readonly unless?: {
    readonly activity: string;
    readonly attempts: number;
    readonly expected: ObservedProcess['expected'];
  };
}

/** Calls under way. Each has a signal of its own: one for all of a run would keep a listener for every call there ever was. */
export class Calls {
  private readonly underWay = new Set<AbortController>();

  constructor(over: AbortSignal) {
    over.addEventListener('abort', () => {
      for (const call of this.underWay) call.abort(over.reason);
    });
  }

  async make<Result>(call: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const controller = new AbortController();
    setMaxListeners(0, controller.signal); // a process asks many times while it waits for its result
    this.underWay.add(controller);
    try {
      return await call(controller.signal);
    } finally {
      this.underWay.delete(controller);
    }
  }
}

/** Milliseconds between two tries while the Temporal server is away. */
const TRY_AGAIN = 500;
const CUSTOMS = 'SHANGHAI_ZS';
const OFTEN = { pollEvery: '3s' };

/** Plays the story of one key to its end, and says what should have come of it. */
export class Player {
  private readonly processes: ObservedProcess[] = [];
  private readonly effects: ExpectedEffect[] = [];
  private readonly provoked: ProvokedConflict[] = [];
  private runs: string[] | undefined;
  private givenUp = false;
  /** The process that is open now, for whoever disturbs or helps it. */
  current: StartedProcess<WorkflowResult> | undefined;

  constructor(
    readonly plan: KeyPlan,
    private readonly stage: Stage,
  ) {}

  async play(): Promise<void> {
    if (isDeclaration(this.plan.story)) await this.declare();
    else if (this.plan.story.startsWith('H5')) await this.apply();
    else await this.order();
  }

  observed(): ObservedKey {
    const { processes, effects, provoked, plan } = this;
    const runs = this.runs === undefined ? {} : { runsOfManyStarts: this.runs };
    return { index: plan.index, processes, effects, provoked, ...runs };
  }

  /** Somebody has seen that WeChat Pay has nothing of it: ends the process, and begins it once more. */
  async beginAgain(): Promise<void> {
    this.givenUp = true;
    await this.stage.fleet.client.workflow.getHandle(this.current?.workflowId ?? '').cancel();
  }

  private async declare(): Promise<void> {
    const { plan, stage } = this;
    const { wechatpay } = stage.fleet;
    const { story } = plan;
    const declaration = this.declaration();
    const { transaction_id, sub_order_no } = declaration;
    const ledgerKey = [CUSTOMS, transaction_id, ...(sub_order_no === undefined ? [] : [sub_order_no])].join('/');
    const pushes = ['declaration, pushed again', 'declaration, then modified'].includes(story) ? 2 : 1;
    const byHand = story === 'declaration, then pushed by hand';
    this.effect('declared', ledgerKey, 1);
    // A re-push whose answer was lost from SUCCESS cannot be told from one that never arrived.
    this.effect('pushed', ledgerKey, pushes, byHand ? 2 : pushes);
    const identity = story === 'declaration with identity' ? { identity: { ...DEFAULT_PAYER } } : {};
    const request = {
      declaration,
      ...identity,
      options: { ...OFTEN, ...(story === 'declaration, pushed again' ? { repushes: 1, repushAfter: '3s' } : {}) },
    };
    const rejected = story === 'declaration, rejected' || story === 'declaration, then modified';
    if (identity.identity !== undefined) this.effect('identity-checked', ledgerKey, 1, Infinity);
    const expected = {
      outcome: [rejected ? 'FAIL' : 'SUCCESS'],
      // Each key has words of its own, so that the record of another one would be seen.
      ...(rejected ? { explanation: [`as planned for ${plan.index}`] } : {}),
      ...(identity.identity === undefined ? {} : { 'identity.outcome': ['SAME'] }),
    };
    const workflowId = workflowIds.customs(declaration);
    const result = await this.follow(workflowId, expected, () => wechatpay.declare(request), {
      declared: request,
      // Two requests may have gone out for all anybody knows, and a third is not for a machine to send.
      unless: { activity: 'repushDeclaration', attempts: 3, expected: { outcome: ['EXCEPT'] } },
    });
    const stays = story === 'declaration, pushed again' && outcomeOf(result) === 'EXCEPT';
    if (stays) this.stage.acted();
    if (story === 'declaration, then modified') {
      const { fee_type: _stays, ...modifiable } = declaration;
      this.effect('modified', ledgerKey, 1);
      // Each attempt that nobody heard of again may have sent it, and five is as often as is safe.
      const unless = { activity: 'submitModification', attempts: 6, expected: { outcome: ['UNDECIDED'] } };
      const modify = (after?: string): Promise<unknown> =>
        this.follow(
          workflowId,
          { outcome: ['SUCCESS'] },
          () =>
            this.onlyOnce(
              'customsModification',
              workflowId,
              () => wechatpay.modifyDeclaration({ modification: { ...modifiable, duty: 99 }, options: OFTEN }),
              after,
            ),
          { unless },
        );
      if (outcomeOf(await modify()) === 'UNDECIDED') {
        this.stage.acted();
        await modify(this.current?.runId);
      }
    }
    if (byHand || stays) {
      const { appid, mchid, out_trade_no, customs, merchant_customs_no } = declaration;
      const repush = { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no };
      await this.follow(workflowId, { outcome: ['SUCCESS'] }, () =>
        this.onlyOnce('customsRepush', workflowId, () => wechatpay.repushDeclaration({ repush, options: OFTEN })),
      );
    }
  }

  private declaration(): Declaration {
    const { out_trade_no, transaction_id, sub_order_no } = numbersOf(this.plan.index);
    const { mchid, appid } = this.stage.fleet.credentials;
    const split = this.plan.story === 'part of a split order' || this.plan.story === 'declaration, then modified';
    return {
      ...{ appid, mchid, out_trade_no, transaction_id, customs: CUSTOMS, merchant_customs_no: '123456', duty: 88 },
      ...(split ? { sub_order_no, fee_type: 'CNY', order_fee: 1776, transport_fee: 888, product_fee: 888 } : {}),
    };
  }

  private async apply(): Promise<void> {
    const { plan, stage } = this;
    const { mchid } = stage.fleet.credentials;
    const { sub_mchid } = numbersOf(plan.index);
    const unlimited = plan.story === 'H5, without limit';
    const application: H5Application = {
      ...{ sub_mchid, domains: ['qq.com'], website_url: 'https://qq.com' },
      website_state: 'HAS_LAUNCHED',
      applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
      transaction_limit_type: unlimited ? 'NO_LIMIT' : 'NORMAL_LIMIT',
      ...(unlimited
        ? { business_description: 'Sells tablets', company_register_cert: 'media-id-of-a-certificate' }
        : {}),
    };
    this.effect('applied', `${sub_mchid}/APPLY_FOR_PAYMENT_AUTHORITY`, 1);
    if (plan.story !== 'H5, rejected') this.effect('approved', `${sub_mchid}/APPLY_FOR_PAYMENT_AUTHORITY`, 1);
    if (unlimited) {
      // WeChat Pay applies for it by itself, and an application that was found granted does not wait for it.
      this.effect('applied', `${sub_mchid}/APPLY_FOR_RELIEVE_LIMITED`, 1);
      this.effect('approved', `${sub_mchid}/APPLY_FOR_RELIEVE_LIMITED`, 0, 1);
    }
    const expected: ObservedProcess['expected'] =
      plan.story === 'H5, rejected'
        ? { outcome: ['REJECTED'], audit_reject_detail: ['No prices are shown.'] }
        : { outcome: ['APPROVED'], ...(unlimited ? { 'limitRemoval.outcome': ['APPROVED'] } : {}) };
    // The number of a lost application may never become known before its permission is.
    const lost = {
      outcome: ['APPROVED', 'ALREADY_AUTHORIZED'],
      ...(unlimited ? { 'limitRemoval.outcome': ['APPROVED', undefined] } : {}),
    };
    const workflowId = workflowIds.h5({ mchid, sub_mchid });
    const request = { mchid, application, options: { pollEvery: '10s' } };
    await this.follow(
      workflowId,
      expected,
      () => this.onlyOnce('h5Application', workflowId, () => stage.fleet.wechatpay.applyForH5(request)),
      plan.story === 'H5, rejected' ? {} : { unless: { activity: 'submitH5Application', attempts: 2, expected: lost } },
    );
  }

  private async order(): Promise<void> {
    const { plan, stage } = this;
    const { wechatpay, credentials } = stage.fleet;
    const { out_trade_no, contract_code, debit_no } = numbersOf(plan.index);
    const { mchid: mch_id, appid } = credentials;
    const order: ContractOrder = {
      ...{ appid, mch_id, out_trade_no, device_info: 'WEB', body: 'a book', total_fee: 888 },
      ...{ spbill_create_ip: '123.12.12.123', openid: `oUpF8uMuAJO_M2pxb1Q9${out_trade_no}` },
      trade_type: 'JSAPI',
      ...{ plan_id: '123', contract_code, contract_display_account: '微信代扣' },
    };
    const unpaid = plan.story === 'order, never paid';
    const presignFails = plan.story === 'order, pre-signing fails';
    this.effect('ordered', out_trade_no, 1);
    this.effect('paid', out_trade_no, unpaid ? 0 : 1);
    this.effect('closed', out_trade_no, unpaid ? 1 : 0);
    this.effect('signed', `123/${contract_code}`, unpaid || presignFails ? 0 : 1);
    const expected = {
      payment: [unpaid ? 'NOT_PAID' : 'PAID'],
      contract: [unpaid ? 'NOT_SIGNED' : presignFails ? 'PRESIGN_FAILED' : 'SIGNED'],
    };
    // Only the order's answer says that the pre-signing failed. When that was lost, and the order is paid by the time it is
    // found, the signing is waited for in vain.
    const lost = { contract: ['PRESIGN_FAILED', 'NOT_SIGNED'] };
    const unless = { activity: 'submitContractOrder', attempts: 2, expected: lost };
    const options = presignFails ? { contractWait: '1 minute' } : {};
    const workflowId = workflowIds.contractOrder({ mch_id, out_trade_no });
    const result = (await this.follow(
      workflowId,
      expected,
      async () => {
        const process = await wechatpay.orderWithContract({ order, options });
        if (unpaid) await this.onceSubmitted(() => process.closeOrder());
        return process;
      },
      presignFails ? { unless } : {},
    )) as ContractOrderResult | undefined;
    if (plan.story !== 'order, then debited') return;
    this.effect('debit-accepted', debit_no, 1);
    this.effect('debited', debit_no, 1);
    if (result?.contract_id === undefined) return;
    const debit = {
      ...{ appid, mch_id, contract_id: result.contract_id, out_trade_no: debit_no, body: 'a chapter' },
      ...{ total_fee: 100, spbill_create_ip: '123.12.12.123' },
    };
    await this.follow(workflowIds.debit({ mch_id, out_trade_no: debit_no }), { outcome: ['SUCCESS'] }, () =>
      wechatpay.debit({ debit, options: { pollEvery: '10s' } }),
    );
  }

  /** Starts a process, disturbs it as planned, and waits for its end. */
  private async follow(
    workflowId: string,
    expected: ObservedProcess['expected'],
    start: () => Promise<StartedProcess<WorkflowResult>>,
    { declared, unless }: Following = {},
  ): Promise<unknown> {
    const place = this.processes.push({ workflowId, expected }) - 1;
    const { disturbance } = this.plan;
    try {
      if (disturbance?.kind === 'started 50 times' && place === 0) {
        this.stage.count('started 50 times at once');
        const started = await Promise.all(Array.from({ length: 50 }, () => this.persistently(start)));
        this.runs = started.map(({ runId }) => runId);
        this.current = started[0];
      } else {
        this.current = await this.persistently(start);
      }
      const ended = new AbortController();
      const disturbed = declared === undefined ? undefined : this.disturb(workflowId, declared, ended.signal);
      const first = await this.resultOf(workflowId).finally(() => ended.abort());
      await disturbed;
      const result = disturbance?.kind === 'workflow reset' ? await this.afterReset(workflowId, first) : first;
      if (declared !== undefined && disturbance?.kind === 'started with other data' && disturbance.when === 'closed')
        await this.startWithOtherData(workflowId, declared);
      // A history is read only where its answer matters.
      const differs = differences({ expected, result }).length > 0;
      const wasInterrupted =
        differs && unless !== undefined && (await this.attemptsOf(workflowId, unless)) >= unless.attempts;
      const allowed = wasInterrupted ? either(expected, unless.expected) : expected;
      this.processes[place] = { workflowId, expected: allowed, result };
      return result;
    } catch (error) {
      if (this.stage.over.aborted) return undefined;
      if (this.givenUp && error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure) {
        this.givenUp = false;
        this.processes.splice(place, 1);
        return this.follow(workflowId, expected, start, { ...(unless === undefined ? {} : { unless }) });
      }
      const failure = { isConflict: error instanceof ConflictError, message: (error as Error).message };
      this.processes[place] = { workflowId, expected, failure };
      return undefined;
    }
  }

  /** How many attempts of an activity the newest run's history has. */
  private attemptsOf(workflowId: string, { activity }: { readonly activity: string }): Promise<number> {
    return this.persistently(async () => {
      const attempts = await attemptsIn(this.stage.fleet.client, workflowId);
      return Math.max(0, ...attempts.filter((one) => one.activity === activity).map(({ attempt }) => attempt));
    });
  }

  private async disturb(
    workflowId: string,
    declared: { readonly declaration: Declaration },
    ended: AbortSignal,
  ): Promise<void> {
    const { disturbance } = this.plan;
    if (disturbance?.kind === 'started with other data' && disturbance.when === 'open')
      return this.startWithOtherData(workflowId, declared);
    if (disturbance?.kind !== 'activity reset' && disturbance?.kind !== 'workflow reset') return;
    await wait(disturbance.afterMs);
    const { client } = this.stage.fleet;
    let why = '';
    // The server may be away; or it is so busy that nothing of the process has begun yet.
    for (let pause = RESET_AGAIN_MS; ; pause = Math.min(2 * pause, RESET_AGAIN_AT_MOST_MS)) {
      const isLast = ended.aborted || this.stage.over.aborted;
      try {
        if (disturbance.kind === 'workflow reset') await resetWorkflow(client, workflowId);
        else if ((await resetActivities(client, workflowId)) === 0) throw new Error('no activity is open');
        this.stage.count(disturbance.kind);
        return;
      } catch (error) {
        why = (error as Error).message;
      }
      if (isLast) break;
      // The end of the process ends the pause: then is the last chance.
      await wait(pause, undefined, { signal: AbortSignal.any([ended, this.stage.over]) }).catch(() => undefined);
    }
    this.stage.notMade(disturbance.kind, why);
  }

  private async startWithOtherData(workflowId: string, { declaration }: { readonly declaration: Declaration }) {
    const other = { declaration: { ...declaration, merchant_customs_no: '654321' }, options: OFTEN };
    const provoked: { workflowId: string; differing: string[]; refused?: readonly string[] } = {
      workflowId,
      differing: ['merchant_customs_no'],
    };
    this.stage.count('started with other data');
    try {
      await this.persistently(() => this.stage.fleet.wechatpay.declare(other));
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      provoked.refused = error.fields;
    }
    this.provoked.push(provoked);
  }

  /** Repeats what failed because the server was away, as an order service would. */
  private async persistently<Result>(work: () => Promise<Result>): Promise<Result> {
    const { fleet, over, calls } = this.stage;
    for (;;) {
      over.throwIfAborted();
      try {
        return await calls.make((signal) => fleet.client.withAbortSignal(signal, work));
      } catch (error) {
        if (isAnswer(error)) throw error;
        await wait(TRY_AGAIN, undefined, { signal: over });
      }
    }
  }

  /** An order is told of before WeChat Pay's first answer when that takes longer than ten seconds. */
  private async onceSubmitted(ask: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await ask();
        return;
      } catch (error) {
        if (!(error instanceof Error) || !error.message.includes('SUBMITTING')) throw error;
        await wait(2_000, undefined, { signal: this.stage.over });
      }
    }
  }

  /**
   * A second start would be a second process here, so a caller looks first whether the first one arrived; `after`: the run
   * it is to follow.
   */
  private async onlyOnce<Started extends StartedProcess<WorkflowResult>>(
    type: string,
    workflowId: string,
    start: () => Promise<Started>,
    after?: string,
  ): Promise<StartedProcess<WorkflowResult>> {
    const known = await this.newest(workflowId);
    if (known?.type === type && known.runId !== after && known.status.name !== 'CANCELLED')
      return this.stage.fleet.wechatpay.process(workflowId, known.runId);
    return start();
  }

  private async newest(workflowId: string): Promise<Newest | undefined> {
    try {
      return await this.stage.fleet.client.workflow.getHandle(workflowId).describe();
    } catch (error) {
      if ((error as Error).name === 'WorkflowNotFoundError') return undefined;
      throw error;
    }
  }

  /** The result of the newest run: a reset ends a run and begins another. */
  private resultOf(workflowId: string): Promise<unknown> {
    return this.persistently(async () => {
      const process = this.current as StartedProcess<WorkflowResult>;
      try {
        return await process.result();
      } catch (error) {
        const wasReset = error instanceof WorkflowFailedError && error.cause instanceof TerminatedFailure;
        const newest = wasReset ? await this.newest(workflowId) : undefined;
        if (newest === undefined || newest.runId === process.runId) throw error;
        this.current = await this.stage.fleet.wechatpay.process(workflowId, newest.runId);
        throw new Error('the run was reset: its successor is waited for', { cause: error });
      }
    });
  }

  /** A process that had ended before it was reset has another run, whose result counts. */
  private async afterReset(workflowId: string, result: unknown): Promise<unknown> {
    const newest = await this.persistently(() => this.newest(workflowId));
    if (newest === undefined || newest.runId === this.current?.runId) return result;
    this.current = await this.persistently(() => this.stage.fleet.wechatpay.process(workflowId, newest.runId));
    return this.resultOf(workflowId);
  }

  private effect(effect: string, key: string, least: number, most = least): void {
    this.effects.push({ effect, key, least, most });
  }
}

function outcomeOf(result: unknown): unknown {
  return (result as { readonly outcome?: unknown } | undefined)?.outcome;
}

function either(one: ObservedProcess['expected'], other: ObservedProcess['expected']): ObservedProcess['expected'] {
  const more = Object.entries(other).map(([field, values]) => [field, [...(one[field] ?? []), ...values]]);
  return { ...one, ...(Object.fromEntries(more) as ObservedProcess['expected']) };
}

/** Whether an error says something about the process, and not about the way to the server. */
function isAnswer(error: unknown): boolean {
  return error instanceof WechatPayError || error instanceof InvalidInputError || error instanceof WorkflowFailedError;
}
