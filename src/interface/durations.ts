const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
};

/** Milliseconds of a span such as `30s`, `10 minutes`, `7 days`; undefined when it is not one, or not positive. */
export function parseDuration(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,3})?) ?([a-z]{1,7})$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const perUnit = UNITS[unit] ?? (unit.endsWith('s') ? UNITS[unit.slice(0, -1)] : undefined);
  if (perUnit === undefined) return undefined;
  const milliseconds = Number(amount) * perUnit;
  return milliseconds >= 1 ? Math.round(milliseconds) : undefined;
}
