import { identityOf } from '../../../src/interface';
import type { CustomsDeclarationInput, CustomsModificationInput, CustomsRepushInput } from '../../../src/interface';
import { DAY, MINUTE } from '../execution';
import type { Activity, Execution, Outcome } from '../execution';
import { conflicting, observed, refused } from '../simulated';
import type { Happening, Simulated, World } from '../simulated';

const ORDER = {
  appid: 'wxd678efh567hg6787',
  mchid: '1900000109',
  out_trade_no: '20260105000001',
  transaction_id: '4200000000202601050000000001',
  customs: 'SHANGHAI_ZS',
  merchant_customs_no: '123456',
} as const;

const SEALED = `${'A'.repeat(344)}`;

const PENDING = new Set(['UNDECLARED', 'PROCESSING', 'SUBMITTED', 'NEW_STATE']);

interface Port {
  state: string;
  moved: number;
  duty: number;
}

/** WeChat Pay and the customs behind it: one record at most, and a ledger of what was sent to them. */
class CustomsWorld implements World {
  readonly started;
  readonly limit = 7 * DAY;
  readonly sent = { declarations: 0, modifications: 0, pushes: 0, identities: 0, told: 0 };
  private port: Port | undefined;
  private conflicts = false;
  private atResult: string | undefined;
  private refusedAt: string | undefined;
  /** Every state it ever had. */
  private readonly had = new Set<string>();

  constructor(
    private readonly flow: 'customsDeclaration' | 'customsModification' | 'customsRepush',
    private readonly input: CustomsDeclarationInput | CustomsModificationInput | CustomsRepushInput,
    private readonly firstState: string,
    existing?: string,
  ) {
    const { workflowId } = identityOf[flow](input as never);
    this.started = { flow, workflowId, input };
    if (existing !== undefined) this.become(existing);
  }

  readonly happenings: Readonly<Record<string, Happening>> = {
    'customs processes': () => this.move(['UNDECLARED', 'SUBMITTED', 'NEW_STATE'], 'PROCESSING'),
    'customs accepts': () => this.move([...PENDING], 'SUCCESS'),
    'customs rejects': () => this.move([...PENDING], 'FAIL'),
    'customs breaks': () => this.move([...PENDING], 'EXCEPT'),
    'an unknown state': () => this.move([...PENDING], 'NEW_STATE'),
  };

  answer({ type, input, ...activity }: Activity, _now: number): Outcome {
    switch (type) {
      case 'submitDeclaration':
        if (this.port === undefined) {
          if (input['adopt'] === true) return 'pending';
          this.sent.declarations += 1;
          this.become(this.firstState);
        }
        return { value: { answer: this.record() } };
      case 'awaitDeclarationResult': {
        const before = input['pushedFrom'] as { modify_time?: string } | undefined;
        const record = this.port === undefined ? undefined : this.record();
        const stale = record === undefined || record.modify_time === before?.modify_time;
        const news = stale || record.state === input['seen'] ? undefined : record;
        return observed(news, { type, input, ...activity });
      }
      case 'queryDeclaration':
        return { value: this.port === undefined ? null : this.record() };
      case 'snapshotDeclaration':
        return this.port === undefined
          ? { failure: { type: 'WechatPay.InvalidInput', message: 'there is no record' } }
          : { value: { answer: this.record() } };
      case 'submitModification': {
        const before = input['snapshot'];
        if (this.port?.duty !== 7) {
          this.sent.modifications += 1;
          this.become('SUBMITTED', 7);
        }
        return { value: { answer: { record: this.record(), before, request: 'SENT' } } };
      }
      case 'submitRepush':
        return { value: { answer: { record: this.push(input), before: input['snapshot'], request: 'SENT' } } };
      case 'repushDeclaration':
        return { value: this.push(input) };
      case 'verifyIdentity':
        this.sent.identities += 1;
        return { value: { outcome: 'SAME' } };
      default:
        throw new Error(`no answer to ${type}`);
    }
  }

  refuse({ type, input }: Activity): Outcome | undefined {
    const possible = {
      submitDeclaration: this.port === undefined && input['adopt'] !== true,
      submitModification: this.port?.duty !== 7,
      submitRepush: type === 'submitRepush' && !this.hasMoved(input),
      repushDeclaration: type === 'repushDeclaration' && !this.hasMoved(input),
      verifyIdentity: true,
      queryDeclaration: true,
    }[type];
    if (possible !== true) return undefined;
    this.refusedAt ??= type;
    return refused();
  }

  conflict({ type, input }: Activity): Outcome | undefined {
    // A push that nobody asked for: whatever is said of it, the declaration is there.
    if (type === 'repushDeclaration') return this.hasMoved(input) ? undefined : conflicting();
    if (!/^submit(Declaration|Modification|Repush)$/.test(type) || this.sent.declarations + this.sent.modifications > 0)
      return undefined;
    this.conflicts = true;
    return conflicting();
  }

  resultKnown(): void {
    this.atResult = this.port?.state;
  }

  settle(): void {
    this.move([...PENDING], this.sent.pushes === 0 ? 'EXCEPT' : 'SUCCESS');
  }

  problems({ ending, now, beganAt }: Execution, undisturbed: boolean): readonly string[] {
    const problems: string[] = [];
    const { declarations, modifications, pushes } = this.sent;
    if (declarations > 1) problems.push(`declared ${declarations} times`);
    if (modifications > 1) problems.push(`modified ${modifications} times`);
    const { repushes = 1, adopt } = this.input.options ?? {};
    const allowed = (adopt === true ? 0 : repushes) + (this.flow === 'customsRepush' ? 1 : 0);
    if (pushes > allowed) problems.push(`pushed ${pushes} times, ${allowed} allowed`);
    if (ending?.kind === 'failed' && !this.conflicts && this.port !== undefined && this.flow === 'customsDeclaration') {
      problems.push(`it failed: ${ending.failure.message}`);
    }
    if (ending?.kind !== 'completed') return problems;
    const { outcome, record } = ending.result as { outcome: string; record?: { state: string } };
    if (/^(SUCCESS|FAIL|EXCEPT)$/.test(outcome) && !this.had.has(outcome))
      problems.push(`${outcome}, which it never was`);
    if (record !== undefined && !this.had.has(record.state))
      problems.push(`a record in ${record.state}, which it never was`);
    if (/^(SUCCESS|FAIL)$/.test(outcome) && this.port?.state !== outcome)
      problems.push(`${outcome}, and it is ${this.port?.state}`);
    if (outcome === 'REFUSED' && (this.refusedAt === undefined || declarations + modifications > 0)) {
      problems.push('REFUSED, and it was not refused');
    }
    if (outcome === 'UNDECIDED' && undisturbed && now - beganAt < this.limit - MINUTE)
      problems.push('UNDECIDED before its time was over');
    const decided = this.atResult === 'SUCCESS' || this.atResult === 'FAIL';
    if (outcome === 'UNDECIDED' && undisturbed && decided) problems.push(`UNDECIDED, and it is ${this.port?.state}`);
    return problems;
  }

  private hasMoved(input: Activity['input']): boolean {
    return this.record().modify_time !== (input['snapshot'] as { modify_time?: string }).modify_time;
  }

  private push(input: Activity['input']) {
    if (!this.hasMoved(input)) {
      this.sent.pushes += 1;
      this.become('SUBMITTED');
    }
    return this.record();
  }

  private move(from: readonly string[], to: string): void {
    if (this.port !== undefined && from.includes(this.port.state)) this.become(to);
  }

  private become(state: string, duty = this.port?.duty ?? 0): void {
    this.port = { state, duty, moved: (this.port?.moved ?? 0) + 1 };
    this.had.add(state);
  }

  private record() {
    const { state = '', moved = 0, duty = 0 } = this.port ?? {};
    return { ...ORDER, state, duty, modify_time: `2026-01-05T00:00:${String(moved).padStart(2, '0')}+08:00` };
  }
}

const onResult = { taskQueue: 'callers', activity: 'declared' };
const identity = {
  certificate_type: 'IDCARD',
  certificate_id: SEALED,
  certificate_name: SEALED,
  sealed_with: 'PUB_KEY_ID_1',
} as const;

const MOVES = ['customs processes', 'customs accepts', 'customs rejects', 'customs breaks', 'an unknown state'];
const EVENTS = ['submitted', 'submitted with other data', 'refused', 'conflict', 'needs a person', 'refresh', ...MOVES];

function declaring(options: CustomsDeclarationInput['options'], first = 'PROCESSING', existing?: string) {
  return () => new CustomsWorld('customsDeclaration', { declaration: ORDER, options }, first, existing);
}

export const customsDeclaration: Simulated = {
  flow: 'customsDeclaration',
  setups: {
    plain: declaring(undefined),
    'slow at first': declaring({ onResult, reference: 'order 1' }, 'UNDECLARED'),
    'two re-pushes': declaring({ repushes: 2 }, 'EXCEPT'),
    'of somebody else': declaring({ adopt: true }, 'PROCESSING', 'PROCESSING'),
    'with a person': () => new CustomsWorld('customsDeclaration', { declaration: ORDER, identity }, 'PROCESSING'),
  },
  events: EVENTS,
  permuted: ['answer', 'answer lost', 'customs breaks', 'customs accepts', 'crash', 'time is up', 'cancel'],
};

const MODIFICATION = { ...ORDER, duty: 7 };

export const customsModification: Simulated = {
  flow: 'customsModification',
  setups: {
    'after FAIL': () => new CustomsWorld('customsModification', { modification: MODIFICATION }, '', 'FAIL'),
    'of SUCCESS': () =>
      new CustomsWorld(
        'customsModification',
        { modification: MODIFICATION, options: { repushes: 0, onResult } },
        '',
        'SUCCESS',
      ),
    'already so': () =>
      new CustomsWorld('customsModification', { modification: { ...ORDER, duty: 0 } }, '', 'PROCESSING'),
    'of nothing': () => new CustomsWorld('customsModification', { modification: MODIFICATION }, ''),
  },
  events: EVENTS,
  permuted: ['answer', 'answer lost', 'customs breaks', 'customs rejects', 'crash', 'time is up', 'cancel'],
};

export const customsRepush: Simulated = {
  flow: 'customsRepush',
  setups: {
    'from EXCEPT': () => new CustomsWorld('customsRepush', { repush: ORDER }, '', 'EXCEPT'),
    'from SUCCESS': () => new CustomsWorld('customsRepush', { repush: ORDER, options: { repushes: 2 } }, '', 'SUCCESS'),
    'from PROCESSING': () => new CustomsWorld('customsRepush', { repush: ORDER }, '', 'PROCESSING'),
  },
  events: EVENTS,
  permuted: ['answer', 'answer lost', 'customs breaks', 'customs accepts', 'crash', 'time is up', 'cancel'],
};
