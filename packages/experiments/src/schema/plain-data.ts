/** How deep data may be nested. */
export const DEEPEST = 64;

/** What is wrong with data that should be plain. */
export class NotPlainError extends Error {
  override readonly name = 'NotPlainError';
}

/**
 * A copy of data as YAML or JSON gives it, in which nothing stands twice: what an alias names is copied to each place, so that a change of one leaves the
 * others alone.
 *
 * @param value - objects, lists and plain values
 * @param most - most values that the copy may hold
 * @throws {@link NotPlainError} where the data holds itself, is nested deeper than {@link DEEPEST}, or holds more; in words that name the place
 */
export function plainCopy(value: unknown, most = Number.POSITIVE_INFINITY): unknown {
  const above: object[] = [];
  let count = 0;
  const copy = (at: unknown, path: readonly (string | number)[]): unknown => {
    if (++count > most) throw new NotPlainError(`it unfolds to more than ${most} values: write shorter lists`);
    if (typeof at !== 'object' || at === null) return at;
    const place = path.join('.') || 'it';
    if (above.includes(at)) {
      throw new NotPlainError(`${place} holds itself (an alias in a circle): write the value out`);
    }
    if (path.length >= DEEPEST) {
      throw new NotPlainError(`${path.slice(0, 4).join('.')}… is nested deeper than ${DEEPEST} levels`);
    }
    above.push(at);
    const made = Array.isArray(at)
      ? at.map((item, i) => copy(item, [...path, i]))
      : // made of entries, a key __proto__ is a key like others
        Object.fromEntries(Object.entries(at).map(([key, inner]) => [key, copy(inner, [...path, key])]));
    above.pop();
    return made;
  };
  return copy(value, []);
}
