/** What a function of scores gives: a number, or several by name, so that all scores of one draw are computed together. */
export type ScoreValues = number | { readonly [name: string]: number };

/** A result for each score: itself where the score is a number, by name where there are several. */
export type PerScore<Values extends ScoreValues, Result> = Values extends number
  ? Result
  : { [Name in keyof Values]: Result };

/** Makes a result for each score; `of` takes that score from what the function gave, `name` calls it in an error. */
export function perScore<Values extends ScoreValues, Result>(
  values: Values,
  task: string,
  make: (of: (values: Values) => number, name: string) => Result,
): PerScore<Values, Result> {
  const checked = (value: unknown, name: string) => {
    if (typeof value === 'number') return value;
    throw new TypeError(`Cannot ${task} as ${name} must be a number: current value is ${String(value)}`);
  };
  if (typeof values !== 'object' || values === null)
    return make((given) => checked(given, 'score'), 'score') as PerScore<Values, Result>;
  return Object.fromEntries(
    Object.keys(values).map((key) => {
      const name = `score.${key}`;
      return [key, make((given) => checked((given as Record<string, unknown>)[key], name), name)];
    }),
  ) as PerScore<Values, Result>;
}
