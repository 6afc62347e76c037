/** A signal by which a spotter decides, to be drawn. */
export interface SignalTrace {
  /** What it is of. */
  readonly name: string;
  /** Frame of its first value. */
  readonly first: number;
  /** Frames from one value to the next. */
  readonly step: number;
  readonly values: ArrayLike<number>;
  /** How high it must be for an expression; null where there is no one such height. */
  readonly threshold: number | null;
}
