/** Beijing keeps UTC+8 the whole year, since 1991 without summer time; the zone of this host never matters. */
const BEIJING_OFFSET = 8 * 60 * 60 * 1000;

const COMPACT = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/;

/**
 * Epoch milliseconds of a `yyyyMMddHHmmss` Beijing time. `undefined` for anything that is not such a time: 30 February,
 * 24:00:00, a leap second, other digits than 0 to 9.
 */
export function parseBeijingTime(text: string): number | undefined {
  const match = COMPACT.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const epoch = Date.UTC(year, month - 1, day, hour, minute, second) - BEIJING_OFFSET;
  // Date.UTC rolls impossible parts over, so an impossible time does not come back as it went in.
  return formatBeijingTime(epoch) === text ? epoch : undefined;
}

/** `yyyyMMddHHmmss` Beijing time of epoch milliseconds; parts of a second are cut off. Years 0 to 9999. */
export function formatBeijingTime(epochMs: number): string {
  return new Date(epochMs + BEIJING_OFFSET)
    .toISOString()
    .replace(/\.\d{3}Z$/, '')
    .replace(/[-T:]/g, '');
}

/** Epoch milliseconds of a `yyyy-MM-dd HH:mm:ss` Beijing time, as contracts have it. `undefined` for anything else. */
export function parseContractTime(text: string): number | undefined {
  return /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text) ? parseBeijingTime(text.replace(/\D/g, '')) : undefined;
}
