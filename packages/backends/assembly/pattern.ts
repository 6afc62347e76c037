// Rows of any length in vectors of four: a vector v of `columns` floats, repeated until its length is a multiple of 4
// and at least 64 floats, is a pattern against which rows are taken several at a time.

/** Rows in a pattern. */
// @ts-ignore: decorator
@inline
export function patternRows(columns: i32): i32 {
  if ((columns & 3) == 0 && columns >= 32) return 1;
  return 4 * ((64 + 4 * columns - 1) / (4 * columns));
}

/** Floats of a pattern. */
export function patternSize(columns: i32): i32 {
  return columns * patternRows(columns);
}

/** Writes the pattern of `v` to `to`. */
export function repeat(v: usize, columns: i32, to: usize): void {
  for (let r = patternRows(columns); r > 0; r--) {
    for (let c: usize = 0; c < <usize>columns << 2; c += 4) store<f32>(to + c, load<f32>(v + c));
    to += <usize>columns << 2;
  }
}
