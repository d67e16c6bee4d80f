import fc from 'fast-check';

/** The same bytes, printed as text where they are text: a report of numbers tells nobody anything. */
export function readable(bytes: Uint8Array): Buffer {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('utf8');
  const shown = Buffer.from(text).equals(buffer) ? JSON.stringify(text) : `bytes ${buffer.toString('hex')}`;
  return Object.defineProperty(buffer, fc.toStringMethod, { value: () => shown });
}

/** Bytes that differ from a genuine message a little: cut, doubled, swapped, replaced. Also the message itself. */
export function mutatedBytes(genuine: fc.Arbitrary<Buffer>, dictionary: readonly string[] = []): fc.Arbitrary<Buffer> {
  const snippet = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(' ', '\n', '\0', '0', 'a', '"', ...dictionary).map((text) => Buffer.from(text)),
    // A flood: what is harmless once may be slow a thousand times.
    fc
      .tuple(fc.constantFrom(' ', '9', '\\', '&', '<', ...dictionary), fc.constantFrom(70, 1_000, 20_000))
      .map(([text, times]) => Buffer.from(text.repeat(times))),
  );
  const change = fc.record({
    kind: fc.constantFrom('insert', 'replace', 'remove', 'double', 'flip'),
    at: fc.nat({ max: 0xffff }),
    length: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 4 }) }, { weight: 1, arbitrary: fc.nat({ max: 400 }) }),
    snippet,
  });
  return fc
    .tuple(genuine, fc.array(change, { maxLength: 3 }))
    .map(([message, changes]) =>
      changes.reduce((bytes, { kind, at: place, length, snippet }) => {
        const at = place % (bytes.length + 1);
        const before = bytes.subarray(0, at);
        const part = bytes.subarray(at, at + length);
        const after = bytes.subarray(at + length);
        switch (kind) {
          case 'insert':
            return Buffer.concat([before, snippet, part, after]);
          case 'replace':
            return Buffer.concat([before, snippet, after]);
          case 'remove':
            return Buffer.concat([before, after]);
          case 'double':
            return Buffer.concat([before, part, part, after]);
          default: {
            const flipped = Buffer.from(bytes);
            if (at < flipped.length) flipped[at]! ^= 1 << (length % 8);
            return flipped;
          }
        }
      }, message),
    )
    .map(readable);
}
