import type { ExpressionKind, Interval } from '@mer/metrics';

/** A part of a recording that a spotter took for an expression; frames from 0, both ends inclusive. */
export interface SpottedInterval extends Interval {
  /** First frame. */
  readonly onset: number;
  /** The frame of strongest movement. */
  readonly apex: number;
  /** Last frame. */
  readonly offset: number;
  /** How sure the spotter is, in its own measure: greater is surer. */
  readonly score: number;
  /** What it is taken for. */
  readonly kind: ExpressionKind;
}
