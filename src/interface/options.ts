import type { Problem } from '../wechatpay/errors';
import { parseDuration } from './durations';

/** Which check an option's value has to pass, and how the check is put into words. */
interface OptionRule {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const duration: OptionRule = {
  expected: 'a span of time such as `30s`, `10 minutes` or `7 days`',
  holds: (value) => parseDuration(value) !== undefined,
};

const COMMON = {
  giveUpAfter: duration,
  pollEvery: duration,
  adopt: { expected: '`true` or `false`', holds: (value: unknown) => typeof value === 'boolean' },
  reference: {
    expected: 'text of 1 to 64 characters, nothing personal',
    holds: (value: unknown) => typeof value === 'string' && value.length >= 1 && value.length <= 64,
  },
  onResult: {
    expected: '`{ taskQueue, activity }`, both text of 1 to 200 characters',
    holds: (value: unknown) =>
      isRecord(value) && Object.keys(value).length === 2 && isName(value['taskQueue']) && isName(value['activity']),
  },
} satisfies Record<string, OptionRule>;

const CUSTOMS = {
  ...COMMON,
  repushes: {
    expected: 'an integer from 0 to 3',
    holds: (value: unknown) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 3,
  },
  repushAfter: duration,
} satisfies Record<string, OptionRule>;

const CUSTOMS_REPUSH = {
  ...CUSTOMS,
  adopt: { expected: 'no `adopt`: a re-push sends', holds: (value: unknown) => value === false },
} satisfies Record<string, OptionRule>;

/** A question, which changes nothing: nothing is adopted, and how often it is asked is limited. */
const { adopt: _adopt, pollEvery: _pollEvery, ...IDENTITY } = COMMON;

const CONTRACT_ORDER = {
  ...COMMON,
  contractWait: duration,
  presignFailure: {
    expected: '`continue` or `close`',
    holds: (value: unknown) => value === 'continue' || value === 'close',
  },
} satisfies Record<string, OptionRule>;

const { pollEvery, reference, onResult } = COMMON;

/** The options each workflow understands; client and workflow read this one table. */
export const OPTION_RULES = {
  customsDeclaration: CUSTOMS,
  customsModification: CUSTOMS,
  customsRepush: CUSTOMS_REPUSH,
  identityVerification: IDENTITY,
  h5Application: COMMON,
  h5Amendment: COMMON,
  h5DomainModification: COMMON,
  contractOrder: CONTRACT_ORDER,
  contract: { pollEvery, reference, onResult },
  contractDebit: COMMON,
  unclaimedNotification: { reference, onResult },
} satisfies Record<string, Record<string, OptionRule>>;

/** An empty name is refused by the server again and again: the workflow would hang at its very end. */
function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length >= 1 && value.length <= 200;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Everything wrong with `options`; pure, so that the workflow's guard and the client say the same. */
export function optionProblems(flow: keyof typeof OPTION_RULES, options: unknown): Problem[] {
  if (options === undefined) return [];
  if (!isRecord(options)) {
    return [{ code: 'shape', path: '$.options', expected: 'an object', remedy: 'Leave it out, or pass an object.' }];
  }
  const rules: Readonly<Record<string, OptionRule>> = OPTION_RULES[flow];
  return Object.entries(options).flatMap(([name, value]): Problem[] => {
    const path = `$.options.${name.slice(0, 64)}`;
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) {
      const known = Object.keys(rules).join(', ');
      return [{ code: 'unknown-field', path, expected: `one of ${known}`, remedy: 'Check the spelling.' }];
    }
    if (value === undefined || rule.holds(value)) return [];
    const got = (JSON.stringify(value) ?? typeof value).slice(0, 64);
    return [{ code: 'option', path, expected: rule.expected, got, remedy: 'Correct it, or leave it out.' }];
  });
}
