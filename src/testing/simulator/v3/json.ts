import { randomBytes } from 'node:crypto';

/** An integer of any size, kept as decimal text and written as a JSON number: WeChat Pay's `applyment_id`. */
export class LongInteger {
  constructor(readonly digits: string) {}
}

/** `JSON.stringify` that writes every {@link LongInteger} as a number, beyond 2^53 too. */
export function stringify(value: unknown): string {
  const mark = randomBytes(8).toString('hex');
  const text = JSON.stringify(value, (_key, item: unknown) =>
    item instanceof LongInteger ? `${mark}${item.digits}` : item,
  );
  return text.replace(new RegExp(`"${mark}(\\d+)"`, 'g'), '$1');
}
