/** Throws unless height and width of an image or of frames are multiples of a number. */
export function checkSides(task: string, inputShape: readonly number[], multiple: number): void {
  const sides = inputShape.slice(-3, -1);
  if (sides.some((side) => side % multiple !== 0)) {
    throw new RangeError(
      `Cannot ${task} as inputShape must have multiples of ${multiple} as height and width: current value is [${inputShape}]`,
    );
  }
}
