/** One level of name and text, as every v2 message is. Objects of this type have no prototype when they were received. */
export type Fields = Readonly<Record<string, string>>;

/** The field's text; `undefined` when it is absent or empty, which v2 does not tell apart. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return value === '' ? undefined : value;
}

/** An amount in fen; `undefined` when it is absent or not a plain non-negative integer that a number holds exactly. */
export function fenOf(fields: Fields, name: string): number | undefined {
  const value = textOf(fields, name);
  if (value === undefined || !/^\d{1,15}$/.test(value)) return undefined;
  return Number(value);
}

/** The named fields that are present and not empty, as optional properties of a typed object. */
export function pick<Name extends string>(fields: Fields, names: readonly Name[]): { [K in Name]?: string } {
  const picked: { [K in Name]?: string } = {};
  for (const name of names) {
    const value = textOf(fields, name);
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
