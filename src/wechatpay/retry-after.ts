const MAX_RETRY_AFTER_MS = 5 * 60_000;

/**
 * `Retry-After`, in seconds or as a date, in milliseconds: at most five minutes, whoever asks. `undefined` when it is
 * absent, past or not readable.
 *
 * @param now milliseconds since the epoch
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^[0-9]+$/.test(value)) return Math.min(Number(value) * 1000, MAX_RETRY_AFTER_MS);
  // Date.parse takes almost anything for a date, `-5` for one in May; a date of HTTP begins with its day.
  const ms = /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(value) - now : Number.NaN;
  return Number.isNaN(ms) || ms < 0 ? undefined : Math.min(ms, MAX_RETRY_AFTER_MS);
}
