import type { Fault, FaultKind, Script } from '../../src/testing';
import { Chance } from './chance';
import type { Decision, Mark, NetworkFaultKind } from './proxy';

/** The stories that are played, and how many of a thousand keys play each. */
export const STORIES = {
  'declaration, accepted': 590,
  'declaration with identity': 50,
  'declaration, rejected': 50,
  'declaration, pushed again': 40,
  'part of a split order': 80,
  'declaration, then modified': 20,
  'declaration, then pushed by hand': 10,
  'H5, approved': 25,
  'H5, rejected': 20,
  'H5, without limit': 5,
  'order, paid and signed': 50,
  'order, pre-signing fails': 20,
  'order, never paid': 3,
  'order, then debited': 37,
} as const;

export type Story = keyof typeof STORIES;

/** What somebody does to a process while it runs. */
export type Disturbance =
  | { readonly kind: 'started 50 times' }
  | { readonly kind: 'started with other data'; readonly when: 'open' | 'closed' }
  | { readonly kind: 'activity reset' | 'workflow reset'; readonly afterMs: number };

/** Everything that will happen to one key, decided by the seed alone. */
export interface KeyPlan {
  readonly index: number;
  readonly story: Story;
  /** Decided so many seconds after it was accepted. */
  readonly decidedAfter: number;
  /** Its record shows up in queries only after so many seconds. */
  readonly visibleAfter: number;
  /** For the requests that submit, one after the other. */
  readonly submissions: readonly CallFault[];
  /** For a modification or a re-push. */
  readonly corrections: readonly CallFault[];
  /** For the questions. */
  readonly questions: readonly CallFault[];
  readonly disturbance?: Disturbance;
}

/** In the network, or by WeChat Pay. */
export type CallFault =
  { readonly by: 'network'; readonly decision: Decision } | { readonly by: 'gateway'; readonly kind: FaultKind };

/** The three points of a submission at which workers are killed, in turns. */
const MARKS: readonly Mark[] = ['before', 'acted', 'answered'];

/** Orders that nobody pays are closed after five minutes, which is too long for a short run. */
const LONG_RUN = 1_000;

/**
 * Seconds, for an application that is rejected in the end. A lost one is repeated after a minute, when the first is
 * certainly still in review: days, at WeChat Pay. Were it rejected before, the repetition would be a second application.
 * Whoever waits for that minute may be interrupted, again and again, by kills and by an outage of Temporal.
 */
const REVIEW_TAKES = 300;

/** How often each fault is chosen. Those that cost a minute (a wrong key, a settling) are rare, so that a run ends. */
const QUESTION_FAULTS: Readonly<Record<string, number>> = {
  'network reset': 10,
  'network close': 8,
  'network half-close': 6,
  'network delay': 6,
  'network cut': 6,
  'network answer-lost': 10,
  'network garbage': 6,
  'network drip': 1,
  'network black-hole': 1,
  'gateway act-and-drop': 4,
  'gateway 500': 6,
  'gateway 502': 6,
  'gateway 503': 6,
  'gateway act-and-500': 3,
  'gateway 429': 2,
  'gateway 401': 0.7,
  'gateway 403': 0.4,
  'gateway redirect': 0.4,
  'gateway html-200': 4,
  'gateway not-json': 4,
  'gateway 202-then-nothing': 3,
  'gateway bad-signature': 5,
  'gateway no-signature': 4,
  'gateway stale-signature': 3,
  'gateway probe-signature': 4,
  'gateway unknown-serial': 3,
};

const SUBMISSION_FAULTS: Readonly<Record<string, number>> = {
  'network answer-lost': 12,
  'network half-close': 5,
  'network cut': 6,
  'network garbage': 4,
  'network delay': 3,
  'network reset': 3,
  'network close': 2,
  'network drip': 1,
  'network black-hole': 0.6,
  'gateway act-and-drop': 8,
  'gateway act-and-500': 8,
  'gateway slow-double': 5,
  'gateway bad-signature': 5,
  'gateway no-signature': 3,
  'gateway probe-signature': 3,
  'gateway not-json': 3,
  'gateway drop-before-act': 2,
  'gateway 500': 1.5,
  'gateway 503': 1.5,
  'gateway 202-then-nothing': 1,
  'gateway 429': 2,
  'gateway 401': 0.5,
};

/** Each of these sends declares anew, so that a repeat is seen in the ledger. */
const CORRECTION_FAULTS: Readonly<Record<string, number>> = {
  'network answer-lost': 5,
  'network half-close': 2,
  'network cut': 2,
  'network garbage': 1,
  'network reset': 1,
};

/** Faults that are waited out for ten seconds or a minute. */
const LONG = new Set(['401', '403', '429', 'redirect', 'black-hole', 'drip']);

/** API v2 has no timestamps, no serial numbers and no JSON. */
const ONLY_V3 = new Set(['gateway stale-signature', 'gateway unknown-serial', 'gateway not-json', 'gateway 401']);
const NOT_V2 = new Set([...ONLY_V3, 'gateway 403', 'gateway redirect', 'gateway probe-signature']);
/** The number of a lost application is told by its notification alone: an application nobody made has none. */
const NOT_H5 = new Set(['gateway slow-double']);

/**
 * The order in which the keys are begun: as planned, but of the last fifth those that take minutes by themselves come first,
 * or the whole run would end by waiting for them.
 */
export function startingOrder(plans: readonly KeyPlan[]): readonly KeyPlan[] {
  const last = plans.slice(Math.floor(plans.length * 0.8));
  const takesMinutes = ({ decidedAfter }: KeyPlan): boolean => decidedAfter >= REVIEW_TAKES;
  return [
    ...plans.slice(0, plans.length - last.length),
    ...last.filter(takesMinutes),
    ...last.filter((plan) => !takesMinutes(plan)),
  ];
}

export function isDeclaration(story: Story): boolean {
  return story.startsWith('declaration') || story === 'part of a split order';
}

const isOrder = (story: Story): boolean => story.startsWith('order');

/** The plans of a run. */
export function planRun(seed: number, keys: number): KeyPlan[] {
  return Array.from({ length: keys }, (_, index) => planKey(seed, index, keys));
}

export function planKey(seed: number, index: number, keys: number): KeyPlan {
  const chance = new Chance(seed, index);
  let story = chance.weighted(STORIES);
  if (story === 'order, never paid' && (keys < LONG_RUN || index > keys / 2)) story = 'order, paid and signed';
  const decidedAfter =
    story === 'H5, rejected' ? REVIEW_TAKES : isDeclaration(story) ? chance.between(2, 8) : chance.between(3, 6);
  const visibleAfter = isDeclaration(story) && chance.happens(0.03) ? chance.between(3, 20) : 0;
  const [least, most] = isDeclaration(story) ? [1, 3] : [1, 2];
  const questions = shortFirst(draw(chance, chance.between(least, most), fitting(QUESTION_FAULTS, story)));
  const submissions = chance.happens(0.4) ? draw(chance, 1, fitting(SUBMISSION_FAULTS, story)) : [];
  const corrections = chance.happens(0.6) ? draw(chance, 1, CORRECTION_FAULTS) : [];
  // Seldom enough: a request that may have been sent is looked for during 52 seconds, which a worker has to survive.
  const every = Math.max(30, Math.min(400, Math.floor(keys / 3)));
  const killed: CallFault[] =
    index % every === 17 ? [{ by: 'network', decision: { mark: MARKS[Math.floor(index / every) % 3] as Mark } }] : [];
  return {
    ...{ index, story, decidedAfter, visibleAfter, questions, corrections },
    // An application that was lost twice waits for a person, who would have to find out that there is none.
    submissions: story.startsWith('H5') ? [...killed, ...submissions].slice(0, 1) : [...killed, ...submissions],
    ...disturbanceOf(chance, index, story),
  };
}

function disturbanceOf(chance: Chance, index: number, story: Story): { disturbance?: Disturbance } {
  if (index % 100 === 42) return { disturbance: { kind: 'started 50 times' } };
  const kind = chance.next();
  const when = chance.happens(0.5) ? 'open' : 'closed';
  const afterMs = chance.between(500, 6_000);
  const single: Story[] = ['declaration, accepted', 'declaration, rejected', 'part of a split order'];
  if (!single.includes(story)) return {};
  if (kind < 0.03) return { disturbance: { kind: 'started with other data', when } };
  if (kind < 0.06) return { disturbance: { kind: 'activity reset', afterMs } };
  if (kind < 0.08) return { disturbance: { kind: 'workflow reset', afterMs } };
  return {};
}

function fitting(faults: Readonly<Record<string, number>>, story: Story): Record<string, number> {
  const not = isOrder(story) ? NOT_V2 : story.startsWith('H5') ? NOT_H5 : undefined;
  return Object.fromEntries(Object.entries(faults).filter(([name]) => not?.has(name) !== true));
}

function draw(chance: Chance, count: number, faults: Readonly<Record<string, number>>): CallFault[] {
  return Array.from({ length: count }, (): CallFault => {
    const [by, kind] = chance.weighted(faults).split(' ') as ['network' | 'gateway', string];
    if (by === 'gateway') return { by, kind: kind as FaultKind };
    const ms = kind === 'delay' ? { ms: chance.between(100, 2_000) } : kind === 'drip' ? { ms: 200 } : {};
    return { by, decision: { kind: kind as NetworkFaultKind, ...ms } };
  });
}

/**
 * After a failure half of the time that has passed is waited, so the long ones come last, and once: a key is to end within
 * minutes.
 */
function shortFirst(faults: readonly CallFault[]): CallFault[] {
  const isLong = (fault: CallFault): boolean => {
    if (fault.by === 'gateway') return LONG.has(fault.kind);
    return 'kind' in fault.decision && LONG.has(fault.decision.kind);
  };
  return [...faults.filter((fault) => !isLong(fault)), ...faults.filter(isLong).slice(0, 1)];
}

/** The business numbers of a key: each names its index, so that a request can be told by what it carries. */
export function numbersOf(index: number) {
  const five = String(index).padStart(5, '0');
  return {
    out_trade_no: `FK${five}`,
    transaction_id: `42000000000000000000000${five}`,
    sub_order_no: `FK${five}-1`,
    contract_code: `FK${five}C`,
    debit_no: `FK${five}B`,
    sub_mchid: `24${five.padStart(8, '0')}`,
  };
}

/** Which key a request is about. */
export function keyOf(request: { readonly target: string; readonly body: string }): number | undefined {
  const found =
    /FK(\d{5})/.exec(request.target) ??
    /FK(\d{5})/.exec(request.body) ??
    /\/permission\/24000(\d{5})/.exec(request.target) ??
    /"sub_mchid":"24000(\d{5})"/.exec(request.body);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

/** Which key a notification is about, by the first of its numbers. */
export function keyOfNotification([first = '']: readonly string[]): number | undefined {
  const digits = /\d{5}(?!\d)/.exec(first)?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/** Whether a request may have an effect. */
export function isSubmission({ method, target }: { readonly method: string; readonly target: string }): boolean {
  if (target.startsWith('/pay/')) return target === '/pay/contractorder' || target === '/pay/pappayapply';
  return method === 'POST' && (/\/customs\/orders$/.test(target) || /\/applications$/.test(target));
}

/** Whether a request pushes a declaration once more. */
export function isCorrection({ method, target }: { readonly method: string; readonly target: string }): boolean {
  return method === 'PATCH' || target.endsWith('/redeclare');
}

/** What WeChat Pay is told to do with a key. */
export function scriptOf({ index, story, decidedAfter, visibleAfter }: KeyPlan): Script {
  const { out_trade_no, transaction_id, sub_mchid, debit_no } = numbersOf(index);
  const decided = (state: string) => [
    { after: 1, state: 'PROCESSING' },
    { after: decidedAfter, state, ...(state === 'SUCCESS' ? {} : { explanation: `as planned for ${index}` }) },
  ];
  const late = visibleAfter === 0 ? {} : { visibleAfter };
  const customs = (states: ReturnType<typeof decided>, more: object = {}) => ({
    customs: { transaction_id, states, ...late, ...more },
  });
  switch (story) {
    case 'declaration, rejected':
      return customs(decided('FAIL'));
    case 'declaration, pushed again':
      return customs(decided('EXCEPT'), { afterRepush: decided('SUCCESS') });
    case 'declaration, then modified':
      return customs(decided('FAIL'), { afterModify: decided('SUCCESS') });
    case 'declaration, then pushed by hand':
      return customs(decided('SUCCESS'), { afterRepush: decided('SUCCESS') });
    case 'H5, approved':
    case 'H5, without limit':
      return {
        h5: {
          sub_mchid,
          states: [
            { after: 1, state: 'UNDER_REVIEW' },
            { after: decidedAfter, state: 'APPROVED' },
          ],
          limitRemoval: [
            { after: 1, state: 'UNDER_REVIEW' },
            { after: decidedAfter, state: 'APPROVED' },
          ],
        },
      };
    case 'H5, rejected':
      return {
        h5: {
          sub_mchid,
          states: [
            { after: 1, state: 'UNDER_REVIEW' },
            { after: decidedAfter, state: 'REJECTED', audit_reject_detail: 'No prices are shown.' },
          ],
        },
      };
    case 'order, never paid':
      return {};
    case 'order, pre-signing fails':
      return { order: { out_trade_no, presign: 'FAIL', pay: { after: decidedAfter } } };
    case 'order, paid and signed':
      return { order: { out_trade_no, pay: { after: decidedAfter }, sign: { after: decidedAfter + 2 } } };
    case 'order, then debited':
      return {
        order: { out_trade_no, pay: { after: decidedAfter }, sign: { after: decidedAfter + 1 } },
        debit: { out_trade_no: debit_no, after: 2 },
      };
    default:
      return customs(decided('SUCCESS'));
  }
}

/** What a request does with its key, as the plan has it. */
export type RequestKind = 'submissions' | 'corrections' | 'questions';

export function kindOf(request: { readonly method: string; readonly target: string }): RequestKind {
  return isSubmission(request) ? 'submissions' : isCorrection(request) ? 'corrections' : 'questions';
}

/** A fault that WeChat Pay makes of a request; undefined when it is one that this story's faults are not about. */
export function gatewayFault(
  plan: KeyPlan,
  kind: FaultKind,
  request: { method: string; target: string },
): Fault | undefined {
  const { sub_mchid, out_trade_no, sub_order_no, transaction_id } = numbersOf(plan.index);
  const submits = isSubmission(request);
  const isAbout = (path: string): boolean => request.target.split('?')[0]?.includes(path) === true;
  const of = (call: Fault['call'], key: string): Fault => ({
    ...{ kind, call, key },
    ...(kind === 'slow-double' ? { ms: 300 } : {}),
    ...(kind === '429' && plan.index % 2 === 0 ? { retryAfter: 2 } : {}),
  });
  if (isDeclaration(plan.story)) {
    if (!isAbout('/customs/orders')) return undefined;
    if (submits) return of('customs/declare', transaction_id);
    return of('customs/query', plan.story === 'part of a split order' ? sub_order_no : out_trade_no);
  }
  if (plan.story.startsWith('H5')) {
    if (submits) return of('h5/create', sub_mchid);
    return isAbout(`/permission/${sub_mchid}`) ? of('h5/permission', sub_mchid) : undefined;
  }
  if (submits) return isAbout('/pay/contractorder') ? of('pay/contractorder', out_trade_no) : undefined;
  return isAbout('/pay/orderquery') ? of('pay/orderquery', out_trade_no) : undefined;
}
