/** Two images of one size, or two sequences or stacks of images: numbers row by row, channels last. */
export interface ImagePair {
  /** What was made. */
  actual: ArrayLike<number>;
  /** What it is to be. */
  expected: ArrayLike<number>;
  /** Distance between the least and the greatest value that images may have: 1 by default, 255 for bytes. */
  range?: number;
}

/** @throws RangeError where they differ in size, hold nothing, or the range is no positive number */
export function checkPair({ actual, expected, range = 1 }: ImagePair, task: string): void {
  if (actual.length !== expected.length || actual.length === 0) {
    throw new RangeError(
      `Cannot ${task} as both images must have the same number of values, at least one: they have ${actual.length} and ${expected.length}`,
    );
  }
  if (!(range > 0 && range < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`Cannot ${task} as range must be a positive number: current value is ${range}`);
  }
}
