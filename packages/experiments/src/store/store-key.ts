/** A segment of a key: a file name on every system, and nothing that leads elsewhere. */
const SEGMENT = /^[A-Za-z0-9_%~-](?:[A-Za-z0-9._%~-]{0,198}[A-Za-z0-9_%~-])?$/;

/** Bytes that a key may have; a bucket has room for 1024, its prefix included. */
const LONGEST = 700;

/**
 * Checks the key of an object of a store.
 *
 * @returns its segments
 * @throws RangeError where it is of another form
 */
export function keySegments(key: string): string[] {
  const segments = key.split('/');
  const fault =
    key.length > LONGEST
      ? `must have ${LONGEST} characters at most: it has ${key.length}`
      : segments.every((segment) => SEGMENT.test(segment))
        ? undefined
        : 'must be of segments of 1 to 200 letters, digits and . _ - % ~, which neither begin nor end with a dot, joined by /: make a segment of any name with fileNameOf';
  if (fault) throw new RangeError(`Cannot use the key ${JSON.stringify(key.slice(0, LONGEST))} as it ${fault}`);
  return segments;
}

/** Whether a text is the key of an object. */
export function isKey(text: string): boolean {
  return text.length <= LONGEST && text.split('/').every((segment) => SEGMENT.test(segment));
}

/**
 * Checks the beginning of keys.
 *
 * @returns its whole segments, and the rest
 */
export function prefixSegments(prefix: string): { segments: string[]; rest: string } {
  const cut = prefix.lastIndexOf('/');
  const rest = prefix.slice(cut + 1);
  if (rest !== '') keySegments(rest.endsWith('.') ? `${rest}x` : rest);
  return { segments: cut < 0 ? [] : keySegments(prefix.slice(0, cut)), rest };
}
