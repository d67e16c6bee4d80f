// The goals of a raw result in one form, whoever measured it. A file has what was measured; whether that is enough, and the
// reason where it is not, are said here anew each time.
import { faultGoals } from '../faults-goals.mjs';
import { goalsOf as scaleGoals } from '../scale/report.mjs';
import { judged } from '../webhook/report.mjs';
import { goalsOf as workflowGoals } from '../workflow/report.mjs';
import { number } from './number.mjs';

const GOALS = {
  faults: faultGoals,
  'faults-postgres': faultGoals,
  webhook: ({ goals }) => judged(goals),
  workflow: ({ rows }) => workflowGoals(rows),
  scale: scaleGoals,
  'constant-time': ({ goals }) => goals,
};

/**
 * @returns {{ part?: string, goal: string, limit: string, measured: string, met: boolean, why?: string }[]}
 */
export function goalsOf(name, raw) {
  return name === 'protocol' ? protocolGoals(raw) : GOALS[name](raw).map(worded);
}

function protocolGoals({ rows }) {
  return rows
    .filter(({ goal }) => goal !== undefined)
    .map(({ row, goal, why }) => ({
      goal: `${row}, ratio to ${goal.against}`,
      limit: `at least ${number(goal.atLeast)}`,
      measured: number(goal.ratio.median),
      met: goal.met,
      ...(why === undefined ? {} : { why }),
    }));
}

function worded({ part, goal, limit, measured, of, met, why }) {
  const { name, direction } =
    /^(?<name>.*?)(?:,? (?<direction>at least|at most|below the limit|above the limit))?$/.exec(goal).groups;
  return {
    ...(part === undefined ? {} : { part }),
    goal: name,
    limit: limitText(limit, direction),
    measured: `${measuredText(measured)}${of === undefined ? '' : ` of ${number(of)}`}`,
    met,
    ...(why === undefined ? {} : { why }),
  };
}

/** JSON has no word for what could not be measured, such as the worst of none. */
const measuredText = (measured) =>
  typeof measured === 'number' ? number(measured) : String(measured ?? 'not measured');

/** A number alone is the most that is allowed, unless the goal says otherwise. */
function limitText(limit, direction = 'at most') {
  if (typeof limit === 'number') return `${direction.replace(' the limit', '')} ${number(limit)}`;
  return String(limit).replace(/^<= ?/, 'at most ').replace(/^>= ?/, 'at least ');
}
