/**
 * Why a goal is missed, as far as that is known. A reason explains so much, and not any amount: one with `upTo` is none for
 * a larger value.
 *
 * @param {Readonly<Record<string, string | { upTo: number, text: string }>>} reasons by goal
 */
export function reasonOf(reasons, goal, measured) {
  const why = reasons[goal];
  if (why === undefined || typeof why === 'string') return why;
  return measured <= why.upTo ? why.text : undefined;
}
