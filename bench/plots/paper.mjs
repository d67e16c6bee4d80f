// What all charts have in common.
import { COLOURS } from './colours.mjs';

/** Title, and below it machine and date: a figure without them is none. */
export function titled(text, { date, machine, versions }, more = []) {
  const package_ = versions?.['temporal-wechatpay'];
  const server = versions?.['Temporal server'];
  const of = [
    date,
    machine,
    ...(package_ === undefined ? [] : [`temporal-wechatpay ${package_}`]),
    ...(server === undefined ? [] : [`Temporal server ${server}`]),
  ];
  return { text, subtitle: [...more, of.join(' · ')] };
}

/** A dashed line at a goal, with its name: `horizontal` for a value of y. */
export function goalLine(value, name, { horizontal = true } = {}) {
  const at = horizontal ? { y: { datum: value } } : { x: { datum: value } };
  const corner = horizontal ? { x: { value: 0 } } : { y: { value: 0 } };
  const place = horizontal
    ? { align: 'left', baseline: 'bottom', dx: 4, dy: -3 }
    : { align: 'right', baseline: 'top', dx: -4, dy: 2 };
  // One row of its own: drawn for each row of the chart's data, the words would lie on each other.
  return [
    {
      data: { values: [{}] },
      mark: { type: 'rule', strokeDash: [5, 4], color: COLOURS.goal, size: 1.5 },
      encoding: at,
    },
    {
      data: { values: [{}] },
      mark: { type: 'text', color: COLOURS.goal, fontSize: 10, ...place },
      encoding: { ...at, ...corner, text: { value: name } },
    },
  ];
}

/** Powers of ten between the least and the largest of these. */
export function decades(values) {
  const least = Math.floor(Math.log10(Math.min(...values)));
  const most = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index));
}

export const colours = (domain, title) => ({
  scale: {
    domain,
    range: [COLOURS.ours, COLOURS.other, COLOURS.third, COLOURS.fourth, COLOURS.fifth].slice(0, domain.length),
  },
  title,
});
