/** A small generator of repeatable random numbers below 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every prefix of a file (or every `step`th), then copies with 1 to 8 random bytes changed. */
export function* damaged(
  bytes: Uint8Array,
  { flips, seed, step = 1 }: { flips: number; seed: number; step?: number },
): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length += step) yield bytes.slice(0, length);
  const random = randomFrom(seed);
  for (let i = 0; i < flips; i++) {
    const copy = bytes.slice();
    for (let n = 1 + Math.floor(random() * 8); n > 0; n--) {
      copy[Math.floor(random() * copy.length)] = random() < 0.3 ? 0xff : Math.floor(random() * 256);
    }
    yield copy;
  }
}

/** Errors that a reader raised by accident: every error of ours begins with "Cannot read". */
export function accidents(read: (bytes: Uint8Array) => unknown, files: Iterable<Uint8Array>): string[] {
  const found: string[] = [];
  for (const bytes of files) {
    try {
      read(bytes);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('Cannot read ')) found.push(String(error));
    }
  }
  return found;
}
