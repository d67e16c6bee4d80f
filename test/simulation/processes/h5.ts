import { identityOf } from '../../../src/interface';
import type { H5AmendmentInput, H5ApplicationInput, H5DomainModificationInput } from '../../../src/interface';
import { DAY } from '../execution';
import type { Activity, Execution, Outcome } from '../execution';
import { conflicting, observed, refused } from '../simulated';
import type { Happening, Last, Simulated, World } from '../simulated';

const SITE = { domains: ['example.com'], website_url: 'https://example.com' };
const APPLICATION = {
  sub_mchid: '2400000001',
  ...SITE,
  applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
  transaction_limit_type: 'NORMAL_LIMIT',
  website_state: 'HAS_LAUNCHED',
  notify_url: 'https://pay.example/wechatpay/1900000109/h5/2400000001',
} as const;
const MODIFICATION = {
  out_applyment_id: 'DM1',
  sub_mchid: '2400000001',
  ...SITE,
  notify_url: 'https://pay.example/h5-domain/DM1',
};

const MAIN = '2000000000000000001';
const REMOVAL = '2000000000000000002';
const OTHER = '2999999999999999999';

const OPEN = ['PENDING', 'UNDER_REVIEW', 'NEW_STATE'];

interface Reviewed {
  readonly applyment_id: string;
  state: string;
  reason?: string;
  readonly had: Set<string>;
}

type Input =
  | { readonly flow: 'h5Application'; readonly input: H5ApplicationInput }
  | { readonly flow: 'h5Amendment'; readonly input: H5AmendmentInput }
  | { readonly flow: 'h5DomainModification'; readonly input: H5DomainModificationInput };

/** WeChat Pay with one sub-merchant: its applications, and a reviewer. */
class H5World implements World {
  readonly started;
  readonly limit = 30 * DAY;
  private sent = 0;
  private main: Reviewed | undefined;
  private removal: Reviewed | undefined;
  private isConflicting = false;
  private atResult: string | undefined;
  private wasRefused = false;
  private notifications = 0;
  private readonly unlimited: boolean;

  constructor(
    private readonly what: Input,
    rejected = false,
  ) {
    const { flow, input } = what;
    const { workflowId } = identityOf[flow](input as never);
    this.started = { flow, workflowId, input };
    this.unlimited = flow === 'h5Application' && what.input.application.transaction_limit_type === 'NO_LIMIT';
    if (rejected) this.main = this.become(undefined, MAIN, 'REJECTED', 'no ICP');
  }

  readonly happenings: Readonly<Record<string, Happening>> = {
    'under review': () => this.move(['PENDING', 'NEW_STATE'], 'UNDER_REVIEW'),
    'the reviewer accepts': () => this.move(OPEN, 'APPROVED'),
    'the reviewer rejects': () => this.move(OPEN, 'REJECTED', 'bad pictures'),
    'an unknown state': () => this.move(OPEN, 'NEW_STATE'),
    'the limit is lifted': () => {
      if (this.removal !== undefined && OPEN.includes(this.removal.state))
        this.become(this.removal, REMOVAL, 'APPROVED');
    },
    notified: (execution) => this.notify(execution, this.main, `h-${this.main?.state}-${this.main?.reason}`),
    'notified under a new id': (execution) => {
      this.notifications += 1;
      this.notify(execution, this.main, `again-${this.notifications}`);
    },
    'a stale rejection notified': (execution) => {
      if (this.main?.had.has('REJECTED') !== true) return;
      this.notify(execution, { ...this.main, state: 'REJECTED', reason: 'no ICP' }, 'h-stale');
    },
    'the removal notified': (execution) => this.notify(execution, this.removal, `h-removal-${this.removal?.state}`),
    'another application notified': (execution) => {
      const other = { applyment_id: OTHER, state: 'APPROVED', had: new Set<string>() };
      this.notify(execution, other, 'h-other', { domains: ['other.example'] });
    },
    attachApplication: (execution) => execution.update('attachApplication', { applyment_id: MAIN }),
    'attachApplication of another': (execution) => execution.update('attachApplication', { applyment_id: OTHER }),
  };

  answer({ type, input, ...activity }: Activity): Outcome {
    switch (type) {
      case 'completeH5Application':
        return { value: { notify_url: APPLICATION.notify_url, ...(input['application'] as object) } };
      case 'completeH5DomainModification':
        return { value: { ...MODIFICATION, ...(input['modification'] as object) } };
      case 'submitH5Application':
      case 'submitH5DomainModification':
        // A second attempt finds one in process, and nothing that tells its number.
        if (this.main !== undefined)
          return { value: { answer: { kind: 'ID_UNKNOWN', reason: 'The answer was lost.' } } };
        if (input['adopt'] === true)
          return { value: { answer: { kind: 'ID_UNKNOWN', reason: 'Nothing was sent.', nothingSent: true } } };
        this.sent += 1;
        this.main = this.become(undefined, MAIN, 'PENDING');
        return { value: { answer: { kind: 'APPLIED', record: this.record(this.main) } } };
      case 'snapshotH5Application':
        return { value: { answer: this.main === undefined ? null : this.record(this.main) } };
      case 'amendH5Application':
        if (this.main?.state === 'REJECTED' && this.sent === 0) {
          this.sent += 1;
          this.main = this.become(this.main, MAIN, 'PENDING');
        }
        return { value: { answer: { kind: 'AMENDED', record: this.record(this.main!) } } };
      case 'awaitH5Permission':
        return observed(this.permission(input), { type, input, ...activity });
      case 'awaitH5Result':
      case 'awaitH5DomainResult': {
        const found = this.byId(input['applyment_id']);
        return observed(found === undefined || found.record.applyment_state === input['seen'] ? undefined : found, {
          type,
          input,
          ...activity,
        });
      }
      case 'queryH5Application':
      case 'queryH5DomainModification':
        return { value: this.byId(input['applyment_id']) ?? null };
      default:
        throw new Error(`no answer to ${type}`);
    }
  }

  refuse({ type, input }: Activity): Outcome | undefined {
    if (type === 'queryH5Application' || type === 'queryH5DomainModification') return refused();
    const creating = /^submitH5/.test(type) && this.main === undefined && input['adopt'] !== true;
    const amending = type === 'amendH5Application' && this.sent === 0;
    if (!creating && !amending) return undefined;
    this.wasRefused = true;
    return refused();
  }

  conflict({ type }: Activity): Outcome | undefined {
    if (!/^submitH5/.test(type) || this.main !== undefined) return undefined;
    this.isConflicting = true;
    return conflicting();
  }

  resultKnown(): void {
    this.atResult = this.main?.state;
  }

  settle(): void {
    this.move(OPEN, 'APPROVED');
    if (this.removal !== undefined && OPEN.includes(this.removal.state)) this.become(this.removal, REMOVAL, 'APPROVED');
  }

  reflects(
    result: Readonly<Record<string, unknown>>,
    { argument }: { argument: unknown },
    { state, unanswered }: Last,
  ): boolean {
    const { applyment_id, applyment_state } = (argument as { data: { applyment_id?: string; applyment_state: string } })
      .data;
    if (result['outcome'] === undefined) {
      // Cancelled: it says no more than the state it showed, or less; or it was asked about, and nobody answered.
      const isEarlier = applyment_state !== 'APPROVED' && [...OPEN, 'APPROVED', 'REJECTED'].includes(String(state));
      return (
        (applyment_id === MAIN || applyment_id === REMOVAL) &&
        (state === applyment_state || isEarlier || unanswered > 0)
      );
    }
    const parts = [result, result['limitRemoval'] as Readonly<Record<string, unknown>> | undefined];
    const part = parts.find((one) => one?.['applyment_id'] === applyment_id);
    if (part === undefined) {
      // The permission without limit says all that the removal does.
      return applyment_id === REMOVAL && parts[1]?.['outcome'] === 'APPROVED';
    }
    if (applyment_state === 'APPROVED') return part['outcome'] === 'APPROVED';
    // An earlier state, or an earlier rejection: the result has gone past it.
    return part['outcome'] === 'APPROVED' || part['outcome'] === 'REJECTED' || part['outcome'] === 'UNDECIDED';
  }

  problems({ ending, children }: Execution, undisturbed: boolean): readonly string[] {
    const problems: string[] = [];
    const { onResult } = this.what.input.options ?? {};
    for (const [workflowId, { options }] of children) {
      const told = (options as { onResult?: object } | undefined)?.onResult;
      if (JSON.stringify(told) !== JSON.stringify(onResult)) problems.push(`${workflowId} is kept without its caller`);
    }
    if (this.sent > 1) problems.push(`sent ${this.sent} times`);
    if (ending?.kind === 'failed' && !this.isConflicting) problems.push(`it failed: ${ending.failure.message}`);
    if (ending?.kind !== 'completed') return problems;
    const { outcome, limitRemoval, applyment_id } = ending.result as Record<string, unknown> & {
      applyment_id?: string;
    };
    const truth = `it is ${this.main?.state}`;
    if (/^(APPROVED|REJECTED)$/.test(String(outcome)) && this.main?.state !== outcome)
      problems.push(`${String(outcome)}, and ${truth}`);
    if (applyment_id !== undefined && applyment_id !== MAIN) problems.push(`it is said to be ${applyment_id}`);
    if (
      outcome === 'REFUSED' &&
      !this.wasRefused &&
      this.what.flow !== 'h5Amendment' &&
      this.what.input.options?.adopt !== true
    ) {
      problems.push('REFUSED, and it was not refused');
    }
    if (
      (limitRemoval as { outcome?: string } | undefined)?.outcome === 'APPROVED' &&
      this.removal?.state !== 'APPROVED'
    ) {
      problems.push(`its limit is said to be lifted, and that is ${this.removal?.state}`);
    }
    const known = applyment_id !== undefined;
    if (outcome === 'UNDECIDED' && undisturbed && known && !OPEN.includes(this.atResult ?? 'PENDING'))
      problems.push(`UNDECIDED, and ${truth}`);
    return problems;
  }

  private move(from: readonly string[], to: string, reason?: string): void {
    if (this.main === undefined || !from.includes(this.main.state)) return;
    if (this.sent === 0 && this.what.flow === 'h5Amendment') return;
    this.main = this.become(this.main, MAIN, to, reason);
    if (to === 'APPROVED' && this.unlimited) this.removal ??= this.become(undefined, REMOVAL, 'PENDING');
  }

  private become(before: Reviewed | undefined, applyment_id: string, state: string, reason?: string): Reviewed {
    const had = (before?.had ?? new Set<string>()).add(state);
    if (before !== undefined) {
      before.state = state;
      before.reason = reason;
      return before;
    }
    return { applyment_id, state, reason, had };
  }

  private permission(input: Activity['input']): object | undefined {
    const { transaction_limit_type } = (input['application'] ?? {}) as { transaction_limit_type?: string };
    if (transaction_limit_type === 'NO_LIMIT')
      return this.removal?.state === 'APPROVED' ? { authorization_state: 'AUTHORIZED' } : undefined;
    return this.main?.state === 'APPROVED' ? { authorization_state: 'FORMAL_AUTHORITY' } : undefined;
  }

  private byId(applyment_id: unknown) {
    const found = [this.main, this.removal].find((one) => one?.applyment_id === applyment_id);
    if (found === undefined) return undefined;
    const record = this.record(found);
    return found.state === 'APPROVED' ? { record, authorization_state: 'FORMAL_AUTHORITY' } : { record };
  }

  private record({ applyment_id, state, reason }: Reviewed) {
    const facts = {
      applyment_id,
      applyment_state: state,
      sub_mchid: APPLICATION.sub_mchid,
      ...SITE,
      ...(reason === undefined ? {} : { audit_reject_detail: reason }),
    };
    if (this.what.flow === 'h5DomainModification') return { ...facts, out_applyment_id: MODIFICATION.out_applyment_id };
    return {
      ...facts,
      applyment_type: applyment_id === REMOVAL ? 'APPLY_FOR_RELIEVE_LIMITED' : APPLICATION.applyment_type,
    };
  }

  private notify(execution: Execution, about: Reviewed | undefined, id: string, other: object = {}): void {
    if (about === undefined) return;
    const kind = this.what.flow === 'h5DomainModification' ? 'h5-domain' : 'h5';
    const receivedAt = new Date(execution.now).toISOString();
    execution.signal('h5Reviewed', { id, receivedAt, kind, data: { ...this.record(about), ...other } });
  }
}

const mchid = '1900000109';
const onResult = { taskQueue: 'callers', activity: 'reviewed' };
const EVENTS = [
  'submitted',
  'submitted with other data',
  'refused',
  'conflict',
  'needs a person',
  'refresh',
  'under review',
  'the reviewer accepts',
  'the reviewer rejects',
  'an unknown state',
  'notified',
  'notified',
  'notified under a new id',
  'another application notified',
  'attachApplication',
  'attachApplication of another',
];

const applying = (application: H5ApplicationInput['application'], options?: H5ApplicationInput['options']) => () =>
  new H5World({ flow: 'h5Application', input: { mchid, application, options } });

const { notify_url: _, ...WITHOUT_ADDRESS } = APPLICATION;

export const h5Application: Simulated = {
  flow: 'h5Application',
  setups: {
    plain: applying(APPLICATION),
    'to be filled in': applying(WITHOUT_ADDRESS, { onResult, reference: 'shop 1' }),
    'without limit': applying({ ...APPLICATION, transaction_limit_type: 'NO_LIMIT' }),
    'only watched': applying(APPLICATION, { adopt: true }),
  },
  events: [...EVENTS, 'the limit is lifted', 'the removal notified'],
  permuted: ['answer', 'answer lost', 'the reviewer accepts', 'notified', 'attachApplication', 'crash', 'time is up'],
};

const AMENDED = { mchid, sub_mchid: APPLICATION.sub_mchid, applyment_id: MAIN, amendment: SITE };

export const h5Amendment: Simulated = {
  flow: 'h5Amendment',
  setups: {
    plain: () => new H5World({ flow: 'h5Amendment', input: AMENDED }, true),
    told: () => new H5World({ flow: 'h5Amendment', input: { ...AMENDED, options: { onResult } } }, true),
    'of nothing': () => new H5World({ flow: 'h5Amendment', input: AMENDED }),
  },
  events: [...EVENTS, 'a stale rejection notified', 'a stale rejection notified'],
  permuted: [
    'answer',
    'answer lost',
    'the reviewer rejects',
    'notified',
    'a stale rejection notified',
    'crash',
    'time is up',
  ],
};

export const h5DomainModification: Simulated = {
  flow: 'h5DomainModification',
  setups: {
    plain: () => new H5World({ flow: 'h5DomainModification', input: { mchid, modification: MODIFICATION } }),
    told: () =>
      new H5World({
        flow: 'h5DomainModification',
        input: { mchid, modification: MODIFICATION, options: { onResult } },
      }),
  },
  events: EVENTS,
  permuted: ['answer', 'answer lost', 'the reviewer accepts', 'notified', 'attachApplication', 'crash', 'time is up'],
};
