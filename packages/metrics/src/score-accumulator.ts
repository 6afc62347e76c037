import type { AbsentOptions } from './absent.js';
import { confusionMatrix } from './confusion-matrix.js';
import { type Classes, classNames } from './labels.js';
import { type Confusion, checkedCopy } from './outcome.js';
import type { Predictions } from './predictions.js';
import { type Scores, scores } from './scores.js';

/**
 * Gathers predictions fold by fold and scores them pooled.
 *
 * Its state is one confusion matrix, so it is an {@link Outcome}: every score of this package takes it directly.
 *
 * @example
 * ```ts
 * import { ScoreAccumulator, uar } from '@mer/metrics';
 *
 * const pooled = new ScoreAccumulator({ classes: ['negative', 'positive'] });
 * pooled.update({ truth: [0, 0], predicted: [0, 1] });
 * pooled.update({ truth: [1], predicted: [1] });
 * console.log(pooled.compute().n); // 3
 * console.log(uar(pooled)); // 0.75
 * ```
 */
export class ScoreAccumulator implements Confusion {
  /** The class names, in index order. */
  readonly classes: readonly string[];
  #confusion: number[][];

  constructor({ classes }: { classes: Classes }) {
    this.classes = classNames(classes);
    this.#confusion = this.classes.map(() => this.classes.map(() => 0));
  }

  /** A copy of the counts so far: rows are truth, columns are predicted. */
  get confusion(): number[][] {
    return this.#confusion.map((row) => [...row]);
  }

  /** Adds predictions; nothing is added when a label is wrong. Returns the accumulator. */
  update({ truth, predicted }: Omit<Predictions, 'classes'>): this {
    return this.#add(confusionMatrix({ truth, predicted, classes: this.classes }));
  }

  /** Adds what another accumulator, or any counted outcome of the same classes, holds. Returns the accumulator. */
  merge(other: Confusion): this {
    const names = classNames(other.classes ?? other.confusion.length);
    if (
      other.classes === undefined ? names.length !== this.classes.length : names.join('\n') !== this.classes.join('\n')
    ) {
      throw new RangeError(
        `Cannot merge scores as classes must be ${this.classes.join(', ')}: current value is ${names.join(', ')}`,
      );
    }
    return this.#add(checkedCopy(other));
  }

  /** All scores of everything added so far. */
  compute(options: AbsentOptions = {}): Scores {
    return scores(this, options);
  }

  #add(added: readonly (readonly number[])[]): this {
    this.#confusion = this.#confusion.map((row, t) => row.map((count, p) => count + added[t]![p]!));
    return this;
  }
}
