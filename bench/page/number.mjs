/** A number as the pages have it: at most three decimals, thousands apart. */
export function number(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}
