import { checkValue, integer, number } from '@mer/options';
import { MULBERRY32_STEP, mulberry32 } from '@mer/options/random';
import * as tf from '@tensorflow/tfjs-core';
import { streamState } from '../random.js';
import { oneTensor } from './layer-inputs.js';
import type { LayerPass } from './layer-pass.js';
import type { LayerTraits } from './layer-traits.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const seededDropoutOptions = {
  rate: number('Share of the elements that is set to zero.', { min: 0, below: 1 }),
};

const STEP = integer('Number of the next mask.', { min: 0 });

/** Arguments of {@link SeededDropout}. */
export type SeededDropoutArgs = LayerArgs<typeof seededDropoutOptions>;

/**
 * Dropout whose masks follow from a seed: in training, each element is zero with probability `rate` and divided by
 * `1 - rate` otherwise; in inference nothing changes.
 *
 * Mask number n of a layer depends on the seed, the layer's name and n alone, not on the backend; n counts the training
 * calls (`step`), and may be set to repeat or resume a run.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { SeededDropout } from '@mer/models';
 *
 * const layer = new SeededDropout({ name: 'drop', rate: 0.5, seed: 1 });
 * const first = layer.call(tf.ones([4]), { training: true }).dataSync();
 * layer.step = 0;
 * const again = layer.call(tf.ones([4]), { training: true }).dataSync();
 * console.log(first.every((value, index) => value === again[index])); // true
 * ```
 */
export class SeededDropout extends NetworkLayer<typeof seededDropoutOptions> {
  static className = 'MerSeededDropout';
  private calls = 0;

  constructor(args: SeededDropoutArgs) {
    super(args, seededDropoutOptions);
  }

  override get traits(): LayerTraits {
    return { drawsMasks: true };
  }

  /** How many masks have been drawn, which is also the number of the next one. */
  get step(): number {
    return this.calls;
  }

  set step(value: number) {
    this.calls = checkValue(`set the mask of dropout ${this.name}`, 'step', STEP, value);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training, rows }: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      if (!training || this.options.rate === 0) return tf.clone(x);
      const shape = this.maskShape(x.shape);
      const size = shape.reduce((product, length) => product * length, 1);
      const state = streamState(this.seed, `${this.streamName}/mask/${this.calls}`);
      const start = rows === undefined ? 0 : (size / rows.count) * rows.first;
      this.calls += 1;
      return tf.mul(x, tf.tensor(dropoutMask(size, this.options.rate, state, start), shape, 'float32'));
    });
  }

  /** Shape of the mask for an input shape; elements that share a value are dropped together. */
  protected maskShape(shape: number[]): number[] {
    return shape;
  }
}

/**
 * `size` values, each 0 with probability `rate` and `1 / (1 - rate)` otherwise.
 *
 * For a rate of one half each 32-bit draw gives 32 of them. With `start` they are those from that place on of the same stream.
 */
export function dropoutMask(size: number, rate: number, state: number, start = 0): Float32Array {
  const mask = new Float32Array(size);
  const kept = 1 / (1 - rate);
  if (rate === 0.5) {
    for (let index = 0; index < size; ) {
      const bit = (start + index) % 32;
      let bits = mulberry32((state + Math.imul((start + index - bit) / 32 + 1, MULBERRY32_STEP)) | 0) >>> bit;
      const end = Math.min(size, index + 32 - bit);
      for (; index < end; index++) {
        mask[index] = (bits & 1) * kept;
        bits >>>= 1;
      }
    }
    return mask;
  }
  const threshold = rate * 0x100000000;
  let current = (state + Math.imul(start, MULBERRY32_STEP)) | 0;
  for (let index = 0; index < size; index++) {
    current = (current + MULBERRY32_STEP) | 0;
    if (mulberry32(current) >= threshold) mask[index] = kept;
  }
  return mask;
}
