import { randomBeta } from 'd3-random';
import { type RandomStream, randomOrder, uniform } from '../random.js';

/** What is mixed in a batch. */
export interface Mix {
  /** Share of the sample itself. */
  share: number;
  /** For each sample the one that it is mixed with. */
  partner: number[];
}

/**
 * Draws a mix of a batch: one share from Beta(alpha, alpha), and a random order of partners.
 *
 * Reference: Zhang et al., ICLR 2018.
 */
export function drawMix(batch: number, alpha: number, stream: RandomStream): Mix {
  const share = randomBeta.source(() => uniform(stream))(alpha, alpha)();
  return { share, partner: randomOrder(batch, stream) };
}

/** Mixes the rows of `[batch, size]` values with their partners'. */
export function mixRows(values: Float32Array, { share, partner }: Mix): Float32Array {
  const size = values.length / partner.length;
  const mixed = new Float32Array(values.length);
  for (const [row, other] of partner.entries()) {
    for (let i = 0; i < size; i++) {
      mixed[row * size + i] = share * values[row * size + i]! + (1 - share) * values[other * size + i]!;
    }
  }
  return mixed;
}
