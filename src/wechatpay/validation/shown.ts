/** Longest text that an error shows of what came. */
const MAX_SHOWN = 64;

/**
 * A value as an error may show it: at most 64 characters, control and invisible characters escaped, personal data only
 * by its kind.
 */
export function describeValue(value: unknown, options: { readonly hidden?: boolean } = {}): string {
  const hidden = options.hidden === true;
  switch (typeof value) {
    case 'string':
      return hidden ? `text of ${characterCount(value)} characters (hidden)` : quoted(value);
    case 'number':
      return hidden ? 'a number (hidden)' : `the number ${Object.is(value, -0) ? '-0' : String(value)}`;
    case 'bigint':
      return hidden ? 'a BigInt (hidden)' : cut(`the BigInt ${value}`);
    case 'boolean':
      return String(value);
    case 'symbol':
      // The snapshot of an input puts a symbol where there was no JSON; its description says what there was.
      return cut(value.description ?? 'a symbol');
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `an array of ${value.length}`;
      return isPlainObject(value) ? 'an object' : cut(`an object of class ${className(value)}`);
    default:
      return `a ${typeof value}`;
  }
}

/** Text in quotation marks; a long one is cut and counted. */
export function quoted(text: string): string {
  const whole = text.length <= MAX_SHOWN ? escaped(text) : undefined;
  if (whole !== undefined && whole.length <= MAX_SHOWN) return whole;
  const count = `… (${characterCount(text)} characters)`;
  const beginning = [...text.slice(0, MAX_SHOWN)];
  let shown: string;
  do {
    beginning.pop();
    shown = escaped(beginning.join(''));
  } while (shown.length + count.length > MAX_SHOWN);
  return shown + count;
}

/** One character and where it stands: `"." at position 5`; one that cannot be read by its number, U+202E. */
export function quotedCharacter(text: string, position: number): string {
  const character = String.fromCodePoint(text.codePointAt(position)!);
  const point = codePointName(character.codePointAt(0)!);
  if (/^[!-~]$/.test(character)) return `"${character}" at position ${position}`;
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)
    ? `"${character}" (${point}) at position ${position}`
    : `${point} at position ${position}`;
}

/** `U+0041` */
export function codePointName(point: number): string {
  return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Characters as WeChat Pay's tables count them, a pair of surrogates as one; a huge text is not walked through for it. */
export function characterCount(text: string): number {
  if (text.length > 100_000) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** At most 64 characters. */
export function cut(shown: string): string {
  return shown.length <= MAX_SHOWN ? shown : `${[...shown].slice(0, MAX_SHOWN / 2).join('')}…`;
}

export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Characters that change how a line of a log reads without being seen. */
function escaped(text: string): string {
  return JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  const constructor = (prototype as { constructor?: unknown } | null)?.constructor;
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'unknown';
}
