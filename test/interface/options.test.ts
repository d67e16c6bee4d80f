import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPTION_RULES, optionProblems } from '../../src/interface';

const FLOWS = Object.keys(OPTION_RULES) as (keyof typeof OPTION_RULES)[];

/** Those that make no sense: where something is sent in any case, where nothing is sent, where nothing is given up. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  customsRepush: ['adopt'],
  identityVerification: ['adopt', 'pollEvery'],
  contract: ['adopt', 'giveUpAfter'],
  unclaimedNotification: ['adopt', 'giveUpAfter', 'pollEvery'],
};

const COMMON = {
  giveUpAfter: '7 days',
  pollEvery: '30s',
  adopt: true,
  reference: 'order-4711',
  onResult: { taskQueue: 'orders', activity: 'declared' },
};

describe('options', () => {
  it.each(FLOWS)('of %s may all be left out, and may be the common ones', (flow) => {
    expect(optionProblems(flow, undefined)).toEqual([]);
    expect(optionProblems(flow, {})).toEqual([]);
    const leftOut = LEFT_OUT[flow] ?? [];
    const allowed = Object.fromEntries(Object.entries(COMMON).filter(([name]) => !leftOut.includes(name)));
    expect(optionProblems(flow, allowed)).toEqual([]);
    expect(optionProblems(flow, { reference: undefined })).toEqual([]);
    const refused = optionProblems(flow, COMMON).map(({ path }) => path);
    expect(refused.sort()).toEqual(leftOut.map((name) => `$.options.${name}`).sort());
  });

  it.each([
    { taskQueue: '', activity: 'declared' },
    { taskQueue: 'orders', activity: '' },
    { taskQueue: 'orders', activity: 'x'.repeat(201) },
  ])('tell nobody under a name the server refuses: %j', (onResult) => {
    expect(optionProblems('contractDebit', { onResult }).map(({ path }) => path)).toEqual(['$.options.onResult']);
  });

  it('of customsRepush cannot be to adopt: a re-push sends', () => {
    expect(optionProblems('customsRepush', { adopt: true }).map(({ path }) => path)).toEqual(['$.options.adopt']);
  });

  it.each([
    ['customsDeclaration', { repushes: 0, repushAfter: '1 minute' }],
    ['customsDeclaration', { repushes: 3 }],
    ['contractOrder', { contractWait: '2 hours', presignFailure: 'close' }],
    ['contractOrder', { presignFailure: 'continue' }],
  ] as const)('of %s may be %j', (flow, options) => {
    expect(optionProblems(flow, options)).toEqual([]);
  });

  it.each([
    ['giveUpAfter', 'soon'],
    ['giveUpAfter', 604_800_000],
    ['pollEvery', '0s'],
    ['adopt', 'true'],
    ['adopt', null],
    ['reference', ''],
    ['reference', 'x'.repeat(65)],
    ['reference', 4711],
    ['onResult', 'orders'],
    ['onResult', { taskQueue: 'orders' }],
    ['onResult', { taskQueue: 'orders', activity: 1 }],
    ['onResult', { taskQueue: 'orders', activity: 'a', input: 'b' }],
    ['repushes', 4],
    ['repushes', -1],
    ['repushes', 1.5],
    ['repushes', '1'],
    ['repushAfter', '10 parsecs'],
  ])('of a declaration may not be %s: %j', (name, value) => {
    const problems = optionProblems('customsDeclaration', { [name]: value });
    expect(problems).toMatchObject([{ code: 'option', path: `$.options.${name}` }]);
    expect(problems[0]?.expected).not.toBe('');
  });

  it.each([
    ['presignFailure', 'ignore'],
    ['contractWait', -1],
  ])('of an order may not be %s: %j', (name, value) => {
    expect(optionProblems('contractOrder', { [name]: value })).toMatchObject([{ path: `$.options.${name}` }]);
  });

  it.each([
    ['h5Application', 'repushes'],
    ['customsDeclaration', 'contractWait'],
    ['contractOrder', 'repushAfter'],
    ['customsDeclaration', 'giveupAfter'],
    ['customsDeclaration', 'constructor'],
    ['customsDeclaration', 'toString'],
  ] as const)('of %s know no %s, and say which they know', (flow, name) => {
    expect(optionProblems(flow, { [name]: 1 })).toMatchObject([
      { code: 'unknown-field', path: `$.options.${name}`, expected: expect.stringContaining('giveUpAfter') as string },
    ]);
  });

  it.each([[null], ['30s'], [[]], [3], [true]])('that are %j are not an object', (options) => {
    expect(optionProblems('h5Application', options)).toMatchObject([{ code: 'shape', path: '$.options' }]);
  });

  it('name every problem at once', () => {
    const problems = optionProblems('customsDeclaration', { giveUpAfter: 1, repushes: 9, nonsense: true });
    expect(problems.map(({ path }) => path)).toEqual([
      '$.options.giveUpAfter',
      '$.options.repushes',
      '$.options.nonsense',
    ]);
  });

  it('never throw and stay short, whatever JSON comes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FLOWS),
        fc.jsonValue(),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (flow, a, b) => {
          for (const problem of [...optionProblems(flow, a), ...optionProblems(flow, b)]) {
            expect(problem.path.length).toBeLessThanOrEqual(80);
            expect(problem.got?.length ?? 0).toBeLessThanOrEqual(64);
            expect(problem.remedy).not.toBe('');
          }
        },
      ),
    );
  });
});
