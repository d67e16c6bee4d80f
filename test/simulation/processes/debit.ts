import { identityOf } from '../../../src/interface';
import type { ContractDebitInput } from '../../../src/interface';
import { DAY } from '../execution';
import type { Activity, Execution, Outcome } from '../execution';
import { conflicting, observed, refused } from '../simulated';
import type { Happening, Simulated, World } from '../simulated';

const DEBIT = {
  appid: 'wxd678efh567hg6787',
  mch_id: '1900000109',
  contract_id: '202601050000000001',
  out_trade_no: 'D1',
  body: 'January',
  total_fee: 888,
  spbill_create_ip: '123.12.12.123',
} as const;

const NOTIFY_URL = 'https://pay.example/wechatpay/1900000109/debit';
const TRANSACTION_ID = '4200000000202601050000000001';

/** WeChat Pay with one debit: accepted, then made or not. */
class DebitWorld implements World {
  readonly started;
  readonly limit = 3 * DAY;
  private made = 0;
  private state: string | undefined;
  private isConflicting = false;
  private atResult: string | undefined;
  private wasRefused = false;
  private notifications = 0;

  constructor(input: ContractDebitInput) {
    const { workflowId } = identityOf.contractDebit(input);
    this.started = { flow: 'contractDebit', workflowId, input };
  }

  readonly happenings: Readonly<Record<string, Happening>> = {
    'being made': () => this.move('NOTPAY'),
    'it is made': () => this.move('SUCCESS'),
    'it fails': () => this.move('PAY_FAIL'),
    'an unknown state': () => this.move('NEW_STATE'),
    'made notified': (execution) => {
      if (this.state === 'SUCCESS') this.notify(execution, 'd1', this.facts());
    },
    'made notified under a new id': (execution) => {
      this.notifications += 1;
      if (this.state === 'SUCCESS') this.notify(execution, `d1-${this.notifications}`, this.facts());
    },
    'another amount notified': (execution) => this.notify(execution, 'd2', { ...this.facts(), total_fee: 1 }),
    'failure notified': (execution) => {
      const { appid, mch_id, out_trade_no, contract_id } = DEBIT;
      const data = {
        made: false,
        appid,
        mch_id,
        out_trade_no,
        contract_id,
        err_code: 'NOTENOUGH',
        err_code_des: 'too little',
      };
      if (this.state === 'PAY_FAIL') this.notify(execution, 'd3', data);
    },
  };

  answer({ type, input, ...activity }: Activity): Outcome {
    const found = this.state === undefined ? undefined : this.record();
    switch (type) {
      case 'completeDebit':
        return { value: { ...DEBIT, notify_url: NOTIFY_URL } };
      case 'submitDebit':
        if (this.state === undefined) {
          if (input['adopt'] === true) return 'pending';
          this.made += 1;
          this.state = 'ACCEPT';
        }
        return { value: { answer: this.record() } };
      case 'awaitDebitResult':
        return observed(found === undefined || found.trade_state === input['seen'] ? undefined : found, {
          type,
          input,
          ...activity,
        });
      case 'queryDebit':
        return { value: found ?? null };
      default:
        throw new Error(`no answer to ${type}`);
    }
  }

  refuse({ type, input }: Activity): Outcome | undefined {
    if (type === 'queryDebit') return refused();
    if (type !== 'submitDebit' || this.state !== undefined || input['adopt'] === true) return undefined;
    this.wasRefused = true;
    return refused();
  }

  conflict({ type }: Activity): Outcome | undefined {
    if (type !== 'submitDebit' || this.state !== undefined) return undefined;
    this.isConflicting = true;
    return conflicting();
  }

  resultKnown(): void {
    this.atResult = this.state;
  }

  settle(): void {
    this.move('SUCCESS');
  }

  reflects(result: Readonly<Record<string, unknown>>, { argument }: { argument: unknown }): boolean {
    const { made, transaction_id, total_fee } = (argument as { data: Record<string, unknown> }).data;
    if (made !== true) return result['outcome'] === 'PAY_FAIL';
    return (
      result['outcome'] === 'SUCCESS' && result['transaction_id'] === transaction_id && total_fee === DEBIT.total_fee
    );
  }

  problems({ ending }: Execution, undisturbed: boolean): readonly string[] {
    const problems: string[] = [];
    if (this.made > 1) problems.push(`debited ${this.made} times`);
    if (ending?.kind === 'failed' && !this.isConflicting) problems.push(`it failed: ${ending.failure.message}`);
    if (ending?.kind !== 'completed') return problems;
    const { outcome } = ending.result as { outcome: string };
    if (/^(SUCCESS|PAY_FAIL)$/.test(outcome) && this.state !== outcome)
      problems.push(`${outcome}, and it is ${this.state}`);
    if (outcome === 'REFUSED' && (!this.wasRefused || this.made > 0)) problems.push('REFUSED, and it was not refused');
    const decided = this.atResult === 'SUCCESS' || this.atResult === 'PAY_FAIL';
    if (outcome === 'UNDECIDED' && undisturbed && decided) problems.push(`UNDECIDED, and it is ${this.state}`);
    return problems;
  }

  private move(to: string): void {
    if (this.state !== undefined && this.state !== 'SUCCESS' && this.state !== 'PAY_FAIL') this.state = to;
  }

  private facts() {
    const { appid, mch_id, out_trade_no, contract_id, total_fee } = DEBIT;
    const told = { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', trade_type: 'PAP', time_end: '20260106080500' };
    return { made: true, appid, mch_id, out_trade_no, contract_id, total_fee, transaction_id: TRANSACTION_ID, ...told };
  }

  private notify(execution: Execution, id: string, data: object): void {
    execution.signal('debitNotified', { id, receivedAt: new Date(execution.now).toISOString(), kind: 'debit', data });
  }

  private record() {
    const { appid, mch_id, out_trade_no, contract_id, total_fee } = DEBIT;
    const trade_state = this.state ?? 'ACCEPT';
    const facts = { appid, mch_id, out_trade_no, contract_id, trade_state };
    return trade_state === 'SUCCESS'
      ? { ...facts, total_fee, transaction_id: TRANSACTION_ID, time_end: '20260106080500' }
      : facts;
  }
}

const world =
  (
    options?: ContractDebitInput['options'],
    debit: ContractDebitInput['debit'] = { ...DEBIT, notify_url: NOTIFY_URL },
  ) =>
  () =>
    new DebitWorld({ debit, options });

export const contractDebit: Simulated = {
  flow: 'contractDebit',
  setups: {
    plain: world(),
    told: world({ onResult: { taskQueue: 'callers', activity: 'debited' }, reference: 'debit 1' }),
    'to be filled in': world(undefined, DEBIT),
    'only watched': world({ adopt: true, giveUpAfter: '1 day' }),
  },
  events: [
    'submitted',
    'submitted with other data',
    'refused',
    'conflict',
    'needs a person',
    'refresh',
    'being made',
    'it is made',
    'it is made',
    'it fails',
    'an unknown state',
    'made notified',
    'made notified under a new id',
    'another amount notified',
    'failure notified',
  ],
  permuted: ['answer', 'it is made', 'made notified', 'another amount notified', 'crash', 'time is up', 'cancel'],
};
