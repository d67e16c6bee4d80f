/** Names that WeChat Pay itself uses for a field in another place: the customs query answers `mch_customs_no`. */
const ALSO_CALLED: Readonly<Record<string, string>> = { mch_customs_no: 'merchant_customs_no' };

const MAX_EDITS = 2;

/** The known name that differs least, if it can be meant: the same letters, or two edits at most. */
export function nearestField(name: string, known: readonly string[]): string | undefined {
  if (name.length > 64) return undefined;
  const sameThing = Object.hasOwn(ALSO_CALLED, name) ? ALSO_CALLED[name] : undefined;
  if (sameThing !== undefined && known.includes(sameThing)) return sameThing;
  const given = lettersOf(name);
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const letters = lettersOf(candidate);
    // The distance is never below the difference in length.
    if (Math.abs(letters.length - given.length) > MAX_EDITS) continue;
    const distance = editDistance(given, letters);
    if (best === undefined || distance < best.distance) best = { name: candidate, distance };
  }
  return best !== undefined && best.distance <= Math.min(MAX_EDITS, Math.floor(best.name.length / 3))
    ? best.name
    : undefined;
}

function lettersOf(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
