/** China has no summer time: Beijing is UTC+8 all year. */
const BEIJING_OFFSET_MS = 8 * 3600 * 1000;

const beijing = (at: number): string => new Date(at + BEIJING_OFFSET_MS).toISOString();

/** `2015-09-01T10:00:00+08:00`: API v3. */
export const rfc3339 = (at: number): string => `${beijing(at).slice(0, 19)}+08:00`;

/** `20141030133525`: payment times of API v2. */
export const compactTime = (at: number): string => beijing(at).slice(0, 19).replace(/[-:T]/g, '');

/** `2015-07-01 10:00:00`: contract times of API v2. */
export const contractTime = (at: number): string => beijing(at).slice(0, 19).replace('T', ' ');

/** Milliseconds since the epoch of a `yyyyMMddHHmmss`, or undefined when it is none. */
export function parseCompactTime(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
  return Number.isNaN(at) ? undefined : at;
}
