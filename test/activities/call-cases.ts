import { expect } from 'vitest';
import type { ApiActivities } from '../../src/activities';
import type { CallName, Effect } from '../../src/testing';
import { attempt, drive } from './attempts';
import type { Driven, DriveOptions } from './attempts';
import { excepted, signed } from './stage';
import type { Stage } from './stage';

type Drive = (activities: ApiActivities, options?: DriveOptions) => Promise<Driven<unknown>>;

/** One create-like activity: what has to happen before it, what it does at WeChat Pay, and its right answer. */
export interface CallCase {
  readonly name: keyof ApiActivities;
  readonly protocol: 'v2' | 'v3';
  /** The call that has the effect. */
  readonly call: CallName;
  /** The question every attempt asks before it. */
  readonly question?: CallName;
  readonly effect: Effect;
  /** Counts of the effect that are right in the end. */
  readonly effects: readonly number[];
  /** The same when WeChat Pay itself acts twice, if that makes a difference. */
  readonly doubled?: readonly number[];
  readonly prepare: (s: Stage) => Promise<Drive>;
  /** `known`: no answer was lost that cannot be had again. */
  readonly answer: (known: boolean) => object;
}

export const CALLS: readonly CallCase[] = [
  {
    name: 'submitDeclaration',
    protocol: 'v3',
    call: 'customs/declare',
    question: 'customs/query',
    effect: 'declared',
    effects: [1],
    prepare: ({ samples: { declaration } }) =>
      Promise.resolve((activities, options) => drive(activities.submitDeclaration, { declaration }, options)),
    answer: () => ({
      answer: { state: 'UNDECLARED', out_trade_no: '20150806125346', transaction_id: '1000320306201511078440737890' },
    }),
  },
  {
    name: 'submitH5Application',
    protocol: 'v3',
    call: 'h5/create',
    question: 'h5/permission',
    effect: 'applied',
    effects: [1],
    prepare: ({ samples: { application }, credentials: { mchid } }) =>
      Promise.resolve((activities, options) => drive(activities.submitH5Application, { application, mchid }, options)),
    answer: (known) => ({
      answer: known ? { kind: 'APPLIED', record: { applyment_id: '2000000100000' } } : { kind: 'ID_UNKNOWN' },
    }),
  },
  {
    name: 'submitContractOrder',
    protocol: 'v2',
    call: 'pay/contractorder',
    question: 'pay/orderquery',
    effect: 'ordered',
    effects: [1],
    prepare: ({ samples: { order } }) =>
      Promise.resolve((activities, options) => drive(activities.submitContractOrder, { order }, options)),
    answer: () => ({
      answer: {
        answer: { prepay_id: expect.stringMatching(/^wx/) as string, trade_type: 'JSAPI', presign: 'SUCCESS' },
      },
    }),
  },
  {
    name: 'repushDeclaration',
    protocol: 'v3',
    call: 'customs/redeclare',
    question: 'customs/query',
    effect: 'pushed',
    // The declaration itself was the first push.
    effects: [2],
    prepare: async (s) => {
      const snapshot = await excepted(s);
      const { repush } = s.samples;
      return (activities, options) => drive(activities.repushDeclaration, { repush, snapshot }, options);
    },
    answer: () => ({ state: 'UNDECLARED', out_trade_no: '20150806125346' }),
  },
  {
    name: 'submitModification',
    protocol: 'v3',
    call: 'customs/modify',
    question: 'customs/query',
    effect: 'modified',
    effects: [1],
    doubled: [2],
    prepare: async (s) => {
      const { modification } = s.samples;
      const snapshot = await excepted(s);
      return (activities, options) => drive(activities.submitModification, { modification, snapshot }, options);
    },
    answer: () => ({
      answer: { request: 'SENT', record: { out_trade_no: '20150806125346' }, before: { state: 'EXCEPT', duty: 88 } },
    }),
  },
  {
    name: 'closeOrder',
    protocol: 'v2',
    call: 'pay/closeorder',
    question: 'pay/orderquery',
    effect: 'closed',
    effects: [1],
    prepare: async (s) => {
      const { order } = s.samples;
      await attempt(s.activities.submitContractOrder, { order });
      return (activities, options) => drive(activities.closeOrder, { order }, options);
    },
    answer: () => ({ trade_state: 'CLOSED', out_trade_no: 'DW100005698' }),
  },
  {
    name: 'submitDebit',
    protocol: 'v2',
    call: 'pay/pappayapply',
    question: 'pay/paporderquery',
    effect: 'debit-accepted',
    effects: [1],
    prepare: async (s) => {
      const debit = { ...s.samples.debit, contract_id: await signed(s) };
      s.simulator.script({ debit: { out_trade_no: debit.out_trade_no, after: 1_000_000 } });
      return (activities, options) => drive(activities.submitDebit, { debit }, options);
    },
    answer: () => ({
      answer: { trade_state: expect.stringMatching(/^(ACCEPT|NOTPAY)$/) as string, out_trade_no: 'DD100005698' },
    }),
  },
  {
    name: 'terminateContract',
    protocol: 'v2',
    call: 'papay/deletecontract',
    question: 'papay/querycontract',
    effect: 'terminated',
    effects: [1],
    prepare: async (s) => {
      await signed(s);
      return (activities, options) => drive(activities.terminateContract, s.samples.contract, options);
    },
    answer: () => ({ contract_state: '1', contract_code: 'DWC100005698' }),
  },
  {
    name: 'verifyIdentity',
    protocol: 'v3',
    call: 'customs/verify-certificate',
    effect: 'identity-checked',
    // A question changes nothing, so it may be repeated; each repeat sends personal data, so hardly ever.
    effects: [1, 2],
    prepare: async (s) => {
      const { declaration, payer, verification } = s.samples;
      s.simulator.payers({ transaction_id: declaration.transaction_id, ...payer });
      await attempt(s.activities.submitDeclaration, { declaration });
      return (activities, options) => drive(activities.verifyIdentity, { verification }, options);
    },
    answer: () => ({ outcome: 'SAME' }),
  },
];
