/** One label: a class index (number, from 0) or the name of a class (string). Numbers are always indices, never names. */
export type Label = number | string;

/** The classes of an experiment: their names in index order, or only how many there are. */
export type Classes = number | readonly string[];

/** The names of the classes in index order; a bare count names them '0', '1', … */
export function classNames(classes: Classes): string[] {
  if (typeof classes === 'number') {
    if (!Number.isInteger(classes) || classes < 1) {
      throw new RangeError(
        `Cannot read classes as a class count must be a whole number from 1: current value is ${classes}`,
      );
    }
    return Array.from({ length: classes }, (_, index) => String(index));
  }
  if (!Array.isArray(classes) || classes.length === 0 || classes.some((name) => typeof name !== 'string')) {
    throw new TypeError(
      `Cannot read classes as they must be a count or a non-empty array of names: current value is ${JSON.stringify(classes)}`,
    );
  }
  const twice = classes.find((name, index) => classes.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new RangeError(`Cannot read classes as every name must occur once: current value is [${classes.join(', ')}]`);
  }
  return [...classes];
}

/** Every label as its class index; `argument` names the list in an error. */
export function labelIndices(labels: ArrayLike<Label>, classes: Classes, argument: string): number[] {
  const names = classNames(classes);
  if (labels === null || typeof labels !== 'object' || typeof labels.length !== 'number') {
    throw new TypeError(`Cannot read labels as ${argument} must be an array: current value is ${String(labels)}`);
  }
  const indexOf = new Map(names.map((name, index) => [name, index]));
  const indices = new Array<number>(labels.length);
  for (let position = 0; position < labels.length; position += 1) {
    const label = labels[position];
    const index = typeof label === 'string' ? indexOf.get(label) : label;
    if (index === undefined || !Number.isInteger(index) || index < 0 || index >= names.length) {
      const valid = `a class index from 0 to ${names.length - 1}${typeof classes === 'number' ? '' : ` or one of ${names.join(', ')}`}`;
      const current = typeof label === 'string' ? JSON.stringify(label) : String(label);
      throw new RangeError(
        `Cannot read labels as ${argument}[${position}] must be ${valid}: current value is ${current}`,
      );
    }
    indices[position] = index;
  }
  return indices;
}
