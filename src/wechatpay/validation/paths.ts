import { describeValue } from './shown';

/** JSON path of a field or item: `$.declaration.order_fee`, `$.domains[0]`, `$["odd name"]`. */
export function childPath(path: string, key: PropertyKey): string {
  return path + pathStep(key);
}

/** One step of a path: `.order_fee`, `[0]`, `["odd name"]`. */
export function pathStep(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  return /^[A-Za-z_$][\w$]{0,63}$/.test(name) ? `.${name}` : `[${describeValue(name)}]`;
}

/** Whether `path` is `place` or lies inside it. */
export function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}
