const times = (count: number, gap: number): number[] => Array.from({ length: count }, () => gap);

/** Seconds before each attempt: at once, then the documented gaps. v3 notifications and first payments: 24 h 4 min. */
export const paymentLadder: readonly number[] = [
  ...[0, 15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600],
  ...[10800, 10800, 10800, 21600, 21600],
];

/** Contracts signed and ended: 30 tries in 1 h 57 min. */
export const contractLadder: readonly number[] = [0, 10, 10, 10, 30, 30, 30, ...times(23, 300)];

/** Debits: 10 tries in about 3 h. */
export const debitLadder: readonly number[] = [0, 15, 15, 30, 180, 1800, 1800, 1800, 1800, 3600];
