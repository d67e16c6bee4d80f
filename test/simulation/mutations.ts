import type { Mutation as Change } from './sandbox';

/** A guard of the workflows that is broken on purpose, and a process that has it. */
export interface Mutation extends Change {
  readonly flow: string;
}

/** Each of these has to be found: otherwise the simulation would not notice a workflow that lost it. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'repeated-notifications',
    breaks: 'a notification that is known is dropped',
    flow: 'h5Application',
    file: 'src/workflows/inbox.ts',
    find: ' || this.known.has(notification.id)) return;',
    replace: ') return;',
  },
  {
    name: 'activity-id-in-use',
    breaks: 'the id of the waiting activity is used again only after the earlier one has ended',
    flow: 'contractOrder',
    file: 'src/workflows/waiting.ts',
    find: 'await asking?.catch(() => undefined);',
    replace: 'void asking?.catch(() => undefined);',
  },
  {
    name: 'early-end',
    breaks: 'a wait that the service gives up early goes on to its limit',
    flow: 'customsDeclaration',
    file: 'src/workflows/waiting.ts',
    find: 'left <= EARLY) return winner;',
    replace: 'left > 0) return winner;',
  },
  {
    name: 'state-outside',
    breaks: 'what a workflow does depends on its history alone',
    flow: 'contractDebit',
    file: 'src/workflows/waiting.ts',
    find: 'const milliseconds = deadline - Date.now();',
    replace:
      'const milliseconds = deadline - Date.now() - ((globalThis as any).calls = ((globalThis as any).calls ?? 0) + 1);',
  },
  {
    name: 'half-sent',
    breaks: 'a submission is not cancelled before its outcome is known',
    flow: 'customsDeclaration',
    file: 'src/workflows/submission.ts',
    find: 'CancellationScope.nonCancellable(() => send(operatorTold, milliseconds)),',
    replace: 'send(operatorTold, milliseconds),',
  },
  {
    name: 'unanswered-caller',
    breaks: 'a failure reaches those who wait for the first answer',
    flow: 'customsDeclaration',
    file: 'src/workflows/submission.ts',
    find: 'this.settled ??= { failure };',
    replace: '',
  },
  {
    name: 'too-many-pushes',
    breaks: 'automatic re-pushes are counted',
    flow: 'customsDeclaration',
    file: 'src/workflows/customs-rules.ts',
    find: 'if (left <= 0 || budget <= 0) return 0;',
    replace: 'if (budget <= 0) return 0;',
  },
  {
    name: 'last-look',
    breaks: 'what the last question finds counts',
    flow: 'customsDeclaration',
    file: 'src/workflows/customs-following.ts',
    find: 'const record = found === null || this.isStale(found) ? last : found;',
    replace: 'const record = found === null || this.isStale(found) || true ? last : found;',
  },
  {
    name: 'silent-attention',
    breaks: 'the search attribute says what the query says',
    flow: 'h5Application',
    file: 'src/workflows/process.ts',
    find: '{ key: SEARCH_ATTRIBUTES.WxNeedsOperator, value: needsOperator },',
    replace: '',
  },
  {
    name: 'dropped-leftovers',
    breaks: 'a notification that comes with the last step is kept, or known to the result',
    flow: 'contractOrder',
    file: 'src/workflows/process.ts',
    find: 'if (result !== undefined && agrees(result, notification.data)) continue;',
    replace: 'if (result !== undefined || agrees(result as never, notification.data)) continue;',
  },
  {
    name: 'any-amount',
    breaks: 'a payment of another amount is never applied',
    flow: 'contractOrder',
    file: 'src/workflows/payment-fact.ts',
    find: '...paymentDifferences(this.order, data),',
    replace: '',
  },
  {
    name: 'early-close',
    breaks: 'an order is not closed within its first five minutes',
    flow: 'contractOrder',
    file: 'src/workflows/payment-fact.ts',
    find: 'Math.max(Date.now(), this.closableAt)',
    replace: 'Date.now()',
  },
  {
    name: 'forgotten-contract',
    breaks: 'a contract that was signed is handed over',
    flow: 'contractOrder',
    file: 'src/workflows/contract-fact.ts',
    find: 'for (const way of ways) if (await way()) return;',
    replace: 'void ways;',
  },
  {
    name: 'forgotten-notifications',
    breaks: 'a run that continues as new knows the notifications of the earlier ones',
    flow: 'contract',
    file: 'src/workflows/contract.ts',
    find: 'seen: inbox.seen',
    replace: 'seen: []',
  },
  {
    name: 'another-debit',
    breaks: 'a debit of another amount is never applied',
    flow: 'contractDebit',
    file: 'src/workflows/contract-debit.ts',
    find: '...debitDifferences(this.plan.debit, data),',
    replace: '',
  },
];
