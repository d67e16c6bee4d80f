import { identityOf } from '../../../src/interface';
import type { ContractInput } from '../../../src/interface';
import { DAY } from '../execution';
import type { Activity, Execution, Outcome } from '../execution';
import { observed, refused } from '../simulated';
import type { Happening, Simulated, World } from '../simulated';

const NAME = { mch_id: '1900000109', plan_id: '123', contract_code: 'DWC1' };
const KNOWN = {
  ...NAME,
  appid: 'wxd678efh567hg6787',
  openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  contract_id: '202601050000000001',
};

class ContractWorld implements World {
  readonly started;
  private ended: string | undefined;
  /** Otherwise any notification of these numbers is about it. */
  private readonly isKnown: boolean;

  constructor(input: ContractInput) {
    const { workflowId } = identityOf.contract(input);
    this.started = { flow: 'contract', workflowId, input };
    this.isKnown = input.contract_id !== undefined;
  }

  readonly happenings: Readonly<Record<string, Happening>> = {
    'the payer ends it': () => this.end('2'),
    'termination notified': (execution) => {
      if (this.ended !== undefined) this.notify(execution, 'c1', 'DELETE');
    },
    'termination notified under a new id': (execution) => {
      if (this.ended !== undefined) this.notify(execution, `c1-${execution.signals.length}`, 'DELETE');
    },
    'signing notified': (execution) => this.notify(execution, 'c2', 'ADD'),
    'another contract notified': (execution) => {
      if (this.isKnown) this.notify(execution, 'c3', 'DELETE', { contract_id: '202601050000000002' });
    },
    'handed over': (execution) => {
      const { appid, contract_id } = KNOWN;
      const data = { appid, contract_id, out_trade_no: 'DW1' };
      execution.signal('contractNotified', {
        id: 'order/DW1',
        receivedAt: '2026-01-05T00:00:00.000Z',
        kind: 'order',
        data,
      });
    },
    terminate: (execution) => execution.update('terminate', { remark: 'asked for' }),
    'a month': (execution) => execution.pass(execution.now + 31 * DAY),
  };

  answer({ type, input, ...activity }: Activity): Outcome {
    switch (type) {
      case 'queryContract':
        return { value: this.record() };
      case 'awaitContractEnd':
        return observed(this.ended === undefined ? undefined : this.record(), { type, input, ...activity });
      case 'terminateContract':
        this.end('3');
        return { value: this.record() };
      default:
        throw new Error(`no answer to ${type}`);
    }
  }

  refuse({ type }: Activity): Outcome | undefined {
    return type === 'terminateContract' || type === 'queryContract' ? refused() : undefined;
  }

  settle(): void {
    this.end('1');
  }

  close(execution: Execution): void {
    this.end('2');
    this.notify(execution, `last-${execution.signals.length}`, 'DELETE');
    if (execution.signals.length > 60) throw new Error('a contract that cannot be ended');
  }

  /** What an order hands over is no notification; a signing is known already. */
  reflects(result: Readonly<Record<string, unknown>>, { argument }: { argument: unknown }): boolean {
    const { kind, data } = argument as { kind: string; data: { change_type?: string; contract_id?: string } };
    if (kind === 'order' || (data.change_type === 'ADD' && data.contract_id === KNOWN.contract_id)) return true;
    return result['outcome'] === 'TERMINATED' && result['contract_id'] === data.contract_id;
  }

  problems({ ending }: Execution): readonly string[] {
    if (ending?.kind === 'failed') return [`it failed: ${ending.failure.message}`];
    return ending?.kind === 'completed' && this.ended === undefined ? ['TERMINATED, and it still stands'] : [];
  }

  private end(mode: string): void {
    this.ended ??= mode;
  }

  private notify(execution: Execution, id: string, change_type: 'ADD' | 'DELETE', other: object = {}): void {
    const { appid: _, ...known } = KNOWN;
    const data = { ...known, change_type, operate_time: '2026-01-05 08:05:00', ...other };
    execution.signal('contractNotified', { id, receivedAt: '2026-01-05T00:00:00.000Z', kind: 'contract', data });
  }

  private record() {
    const ended =
      this.ended === undefined
        ? {}
        : { contract_termination_mode: this.ended, contract_terminated_time: '2026-01-05 08:05:00' };
    return { ...KNOWN, contract_state: this.ended === undefined ? '0' : '1', ...ended };
  }
}

export const contract: Simulated = {
  flow: 'contract',
  setups: {
    plain: () => new ContractWorld(KNOWN),
    'asked for weekly': () =>
      new ContractWorld({
        ...KNOWN,
        options: { pollEvery: '7 days', onResult: { taskQueue: 'callers', activity: 'ended' } },
      }),
    'that expires': () => new ContractWorld({ ...KNOWN, contract_expired_time: '2026-01-20 08:00:00' }),
    'hardly known': () => new ContractWorld(NAME),
  },
  events: [
    'the payer ends it',
    'termination notified',
    'termination notified under a new id',
    'signing notified',
    'another contract notified',
    'handed over',
    'terminate',
    'refused',
    'refresh',
    'a month',
    'a month',
  ],
  permuted: ['the payer ends it', 'termination notified', 'terminate', 'answer', 'a month', 'crash', 'cancel'],
};
