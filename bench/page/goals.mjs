// The goals of a raw result in one form, whoever measured it.

/**
 * @returns {{ part?: string, goal: string, limit: string, measured: string, met: boolean, why?: string }[]}
 */
export function goalsOf(name, raw) {
  if (name !== 'protocol') return raw.goals.map(worded);
  return raw.rows
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

export function number(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}
