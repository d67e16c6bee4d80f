import { identityOf } from '../../../src/interface';
import type { ContractOrderInput } from '../../../src/interface';
import { HOUR, MINUTE } from '../execution';
import type { Activity, Execution, Outcome } from '../execution';
import { conflicting, observed, refused } from '../simulated';
import type { Happening, Last, Simulated, World } from '../simulated';

const FILLED_IN = {
  contract_mchid: '1900000109',
  contract_appid: 'wxd678efh567hg6787',
  notify_url: 'https://pay.example/wechatpay/1900000109/payment',
  contract_notify_url: 'https://pay.example/wechatpay/1900000109/contract/DW1',
  time_start: '20260105080000',
  time_expire: '20260105100000',
  request_serial: '1767571200',
};

const GIVEN = {
  appid: 'wxd678efh567hg6787',
  mch_id: '1900000109',
  out_trade_no: 'DW1',
  body: 'Ipad mini 16G',
  total_fee: 888,
  spbill_create_ip: '123.12.12.123',
  trade_type: 'JSAPI',
  openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  plan_id: '123',
  contract_code: 'DWC1',
  contract_display_account: 'x',
} as const;

/** Of every order here, from its start. */
const UNTIL_EXPIRY = 2 * HOUR;

const CONTRACT_ID = '202601050000000001';
const OTHER_CONTRACT_ID = '202601050000000002';
const OTHER_TRANSACTION_ID = '4200000000202601050000000002';
const TRANSACTION_ID = '4200000000202601050000000001';
const CONTRACT_WORKFLOW = identityOf.contract(GIVEN).workflowId;

interface Surroundings {
  readonly presign?: 'SUCCESS' | 'FAIL';
  readonly contractIsOpen?: boolean;
  readonly contractIsClosed?: boolean;
}

/** WeChat Pay with one order and one contract, and the payer who pays and signs. */
class OrderWorld implements World {
  readonly started;
  readonly limit: number;
  private made = 0;
  private madeAt = 0;
  private closedTooEarly = false;
  private order: 'NOTPAY' | 'SUCCESS' | 'CLOSED' | undefined;
  private signed = false;
  private signedAtResult = false;
  private isConflicting = false;
  private wasRefused = false;
  private closeWasRefused = false;
  private notifications = 0;

  constructor(
    private readonly input: ContractOrderInput,
    private readonly surroundings: Surroundings = {},
  ) {
    const { workflowId } = identityOf.contractOrder(input);
    this.started = {
      flow: 'contractOrder',
      workflowId,
      input,
      others: surroundings.contractIsOpen === true ? [CONTRACT_WORKFLOW] : [],
      closedOthers: surroundings.contractIsClosed === true ? [CONTRACT_WORKFLOW] : [],
    };
    this.limit = 5 * HOUR;
    if (input.options?.adopt === true) this.order = 'NOTPAY';
  }

  readonly happenings: Readonly<Record<string, Happening>> = {
    'the payer pays': () => {
      if (this.order === 'NOTPAY') this.order = 'SUCCESS';
    },
    'the payer signs': () => {
      if (this.order !== undefined && this.surroundings.presign !== 'FAIL') this.signed = true;
    },
    'payment notified': (execution) => {
      if (this.order === 'SUCCESS') this.notify(execution, 'paymentNotified', 'p1', this.payment());
    },
    'payment notified under a new id': (execution) => {
      this.notifications += 1;
      if (this.order === 'SUCCESS')
        this.notify(execution, 'paymentNotified', `p1-${this.notifications}`, this.payment());
    },
    'another amount notified': (execution) => {
      this.notify(execution, 'paymentNotified', 'p2', { ...this.payment(), total_fee: 1 });
    },
    'signing notified': (execution) => {
      if (this.signed) this.notify(execution, 'contractNotified', 's1', this.signing('ADD'));
    },
    'another signer notified': (execution) => {
      this.notify(execution, 'contractNotified', 's2', {
        ...this.signing('ADD'),
        openid: 'oSomebodyElse',
        contract_id: OTHER_CONTRACT_ID,
      });
    },
    'a second payment notified': (execution) => {
      const transaction_id = OTHER_TRANSACTION_ID;
      if (isNotified(execution, 'p1'))
        this.notify(execution, 'paymentNotified', 'p3', { ...this.payment(), transaction_id });
    },
    'another payer notified': (execution) => {
      if (this.order === 'SUCCESS')
        this.notify(execution, 'paymentNotified', 'p4', { ...this.payment(), openid: 'oSomebodyElse' });
    },
    'another signer of the same number notified': (execution) => {
      this.notify(execution, 'contractNotified', 's4', { ...this.signing('ADD'), openid: 'oSomebodyElse' });
    },
    'a second contract notified': (execution) => {
      if (isNotified(execution, 's1'))
        this.notify(execution, 'contractNotified', 's5', { ...this.signing('ADD'), contract_id: OTHER_CONTRACT_ID });
    },
    'termination notified': (execution) => {
      if (this.signed) this.notify(execution, 'contractNotified', 's3', this.signing('DELETE'));
    },
    cashier: (execution) => execution.update('cashier'),
    closeOrder: (execution) => execution.update('closeOrder'),
  };

  answer({ type, input, ...activity }: Activity, now: number): Outcome {
    const found = this.order === undefined ? undefined : this.record();
    switch (type) {
      case 'completeContractOrder':
        return { value: { ...FILLED_IN, ...GIVEN } };
      case 'submitContractOrder': {
        if (input['adopt'] === true && found === undefined) return 'pending';
        if (this.order === 'SUCCESS' || this.order === 'CLOSED' || input['adopt'] === true) {
          return { value: { answer: { answeredAt: now, order: found } } };
        }
        const order = found === undefined ? {} : { order: found };
        if (found === undefined) {
          this.made += 1;
          this.madeAt = now;
        }
        this.order = 'NOTPAY';
        return { value: { answer: { ...order, answer: this.prepaid(), answeredAt: now } } };
      }
      case 'awaitPayment':
        return observed(found === undefined || found.trade_state === input['seen'] ? undefined : found, {
          type,
          input,
          ...activity,
        });
      case 'queryOrder':
        return { value: found ?? null };
      case 'closeOrder':
        if (this.order === 'NOTPAY' && now - this.madeAt < 5 * MINUTE) this.closedTooEarly = true;
        if (this.order !== 'SUCCESS') this.order = 'CLOSED';
        return { value: this.record() };
      case 'awaitContract':
        return observed(this.signed ? this.contract() : undefined, { type, input, ...activity });
      case 'queryContract':
        return { value: this.signed ? this.contract() : null };
      case 'openCashier': {
        const submitted = input['submitted'] as object;
        return {
          value: { cashier: { prepay_id: 'wx1', trade_type: 'JSAPI', presign: 'SUCCESS', expiresAt: '' }, submitted },
        };
      }
      default:
        throw new Error(`no answer to ${type}`);
    }
  }

  refuse({ type, input }: Activity): Outcome | undefined {
    if (type === 'closeOrder') this.closeWasRefused = true;
    if (/^(openCashier|queryOrder|queryContract|closeOrder)$/.test(type)) return refused();
    if (type !== 'submitContractOrder' || this.order !== undefined || input['adopt'] === true) return undefined;
    this.wasRefused = true;
    return refused();
  }

  conflict({ type }: Activity): Outcome | undefined {
    if (type !== 'submitContractOrder' || this.order !== undefined) return undefined;
    this.isConflicting = true;
    return conflicting();
  }

  resultKnown(): void {
    this.signedAtResult = this.signed;
  }

  settle(): void {
    if (this.order === 'NOTPAY') this.order = 'SUCCESS';
    if (this.order === 'SUCCESS' && this.surroundings.presign !== 'FAIL') this.signed = true;
  }

  reflects(
    result: Readonly<Record<string, unknown>>,
    { name, argument }: { name: string; argument: unknown },
    { state, told }: Last,
  ): boolean {
    const { data } = argument as { data: Record<string, unknown> };
    if (name === 'paymentNotified') {
      const { transaction_id, total_fee, openid } = data;
      if (openid !== GIVEN.openid) return false;
      // Cancelled while it waited for the signing: its state and its searchable numbers tell of the payment.
      if (result['payment'] === undefined)
        return state === 'SUCCESS' && total_fee === GIVEN.total_fee && transaction_id === TRANSACTION_ID;
      return (
        result['payment'] === 'PAID' && result['transaction_id'] === transaction_id && result['total_fee'] === total_fee
      );
    }
    // How a contract ends is told to the contract itself, which gets the same notification.
    if (data['change_type'] === 'DELETE') return true;
    if (data['openid'] !== GIVEN.openid) return false;
    // Cancelled when it knew of the signing: the contract lives on, and was told what only the order knew.
    if (result['contract'] === undefined && data['contract_id'] === CONTRACT_ID)
      return told.has(CONTRACT_WORKFLOW) || this.surroundings.contractIsClosed === true;
    return result['contract'] === 'SIGNED' && result['contract_id'] === data['contract_id'];
  }

  problems(
    { ending, children, externalSignals, updates, now, beganAt }: Execution,
    undisturbed: boolean,
  ): readonly string[] {
    const problems: string[] = [];
    if (this.closedTooEarly) problems.push('closed within five minutes, which WeChat Pay refuses');
    if (this.made > 1) problems.push(`ordered ${this.made} times`);
    if (ending?.kind === 'failed' && !this.isConflicting) problems.push(`it failed: ${ending.failure.message}`);
    if (ending?.kind !== 'completed') return problems;
    const { payment, contract, contract_id } = ending.result as Record<string, unknown>;
    const truth = `the order is ${this.order}, the contract ${this.signed ? 'signed' : 'not signed'}`;
    if (payment === 'PAID' && this.order !== 'SUCCESS') problems.push(`PAID, and ${truth}`);
    if (payment === 'NOT_PAID' && this.order !== 'CLOSED') problems.push(`NOT_PAID, and ${truth}`);
    if (payment === 'REFUSED' && (!this.wasRefused || this.made > 0)) problems.push('REFUSED, and it was not refused');
    if (payment === 'UNDECIDED' && contract === 'NOT_SIGNED') problems.push('not signed, and perhaps paid');
    // One that is only watched stays open, unless somebody wanted it closed.
    const isLeftOpen = this.input.options?.adopt === true && !updates.some(isAcceptedClose);
    // Its time was over before a worker came back to send it.
    const isTooLate = this.order === undefined && now - beganAt >= UNTIL_EXPIRY;
    if (payment === 'UNDECIDED' && undisturbed && !this.closeWasRefused && !isLeftOpen && !isTooLate)
      problems.push(`UNDECIDED, and ${truth}`);
    if (contract === 'SIGNED') {
      if (!this.signed || contract_id !== CONTRACT_ID) problems.push(`SIGNED, and ${truth}`);
      const told =
        children.has(CONTRACT_WORKFLOW) || externalSignals.some(({ workflowId }) => workflowId === CONTRACT_WORKFLOW);
      if (!told && this.surroundings.contractIsClosed !== true) problems.push('SIGNED, and no contract knows of it');
    } else if (undisturbed && this.signedAtResult && payment === 'PAID' && this.surroundings.presign !== 'FAIL') {
      problems.push(`${String(contract)}, and ${truth}`);
    }
    return problems;
  }

  private notify(execution: Execution, name: string, id: string, data: object): void {
    const kind = name === 'paymentNotified' ? 'payment' : 'contract';
    execution.signal(name, { id, receivedAt: new Date(execution.now).toISOString(), kind, data });
  }

  private prepaid() {
    const { presign = 'SUCCESS' } = this.surroundings;
    return {
      prepay_id: 'wx1',
      trade_type: 'JSAPI',
      presign,
      ...(presign === 'FAIL' ? { contract_err_code: 'PARAM_ERROR' } : {}),
    };
  }

  private payment() {
    const { appid, mch_id, out_trade_no, total_fee, openid, trade_type } = GIVEN;
    return {
      appid,
      mch_id,
      out_trade_no,
      total_fee,
      openid,
      trade_type,
      transaction_id: TRANSACTION_ID,
      time_end: '20260105080500',
    };
  }

  private record() {
    const { out_trade_no, appid, mch_id } = GIVEN;
    const trade_state = this.order ?? 'NOTPAY';
    return this.order === 'SUCCESS' ? { ...this.payment(), trade_state } : { out_trade_no, appid, mch_id, trade_state };
  }

  private contract() {
    const { appid, mch_id, plan_id, contract_code, openid } = GIVEN;
    return { appid, mch_id, plan_id, contract_code, openid, contract_id: CONTRACT_ID, contract_state: '0' };
  }

  private signing(change_type: 'ADD' | 'DELETE') {
    const { mch_id, plan_id, contract_code, openid } = GIVEN;
    return {
      mch_id,
      plan_id,
      contract_code,
      openid,
      contract_id: CONTRACT_ID,
      change_type,
      operate_time: '2026-01-05 08:05:00',
    };
  }
}

function isNotified({ signals }: Execution, id: string): boolean {
  return signals.some(({ argument }) => (argument as { id: string }).id === id);
}

function isAcceptedClose({ name, accepted }: Execution['updates'][number]): boolean {
  return name === 'closeOrder' && accepted;
}

const COMPLETE = { ...FILLED_IN, ...GIVEN };
const onResult = { taskQueue: 'callers', activity: 'ordered' };

export const contractOrder: Simulated = {
  flow: 'contractOrder',
  setups: {
    plain: () => new OrderWorld({ order: COMPLETE }),
    'contract known': () =>
      new OrderWorld({ order: COMPLETE, options: { onResult, reference: 'order 1' } }, { contractIsOpen: true }),
    'contract over': () => new OrderWorld({ order: COMPLETE }, { contractIsClosed: true }),
    'to be filled in': () => new OrderWorld({ order: GIVEN, options: { contractWait: '1 hour' } }),
    adopted: () => new OrderWorld({ order: COMPLETE, options: { adopt: true } }),
    'signing refused': () => new OrderWorld({ order: COMPLETE }, { presign: 'FAIL' }),
    'close without contract': () =>
      new OrderWorld({ order: COMPLETE, options: { presignFailure: 'close' } }, { presign: 'FAIL' }),
  },
  events: [
    'submitted',
    'submitted with other data',
    'refused',
    'conflict',
    'needs a person',
    'refresh',
    'the payer pays',
    'the payer pays',
    'the payer signs',
    'the payer signs',
    'payment notified',
    'payment notified under a new id',
    'another amount notified',
    'signing notified',
    'another signer notified',
    'another signer of the same number notified',
    'a second contract notified',
    'a second payment notified',
    'another payer notified',
    'termination notified',
    'cashier',
    'closeOrder',
  ],
  permuted: [
    'answer',
    'the payer pays',
    'the payer signs',
    'payment notified',
    'signing notified',
    'crash',
    'time is up',
  ],
};
