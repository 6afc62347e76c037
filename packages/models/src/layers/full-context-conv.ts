import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { BatchNormalization, frameNormOptions } from './batch-normalization.js';
import { kernelStart } from './kernel-start.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import type { LayerPass } from './layer-pass.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';

const fullContextConvOptions = frameNormOptions();

/** Arguments of {@link FullContextConv}. */
export type FullContextConvArgs = LayerArgs<typeof fullContextConvOptions>;

/** Length of the stored kernels and positions; of larger ones the first are used. */
const LENGTH = 32;

type Direction = 'H' | 'W';

/** What one half of the maps passes along one direction: a kernel for each map, a bias, and positions of that direction. */
interface Pass {
  direction: Direction;
  kernel: tfl.LayerVariable;
  bias: tfl.LayerVariable;
  positions: tfl.LayerVariable;
}

/**
 * Full-context convolution: every place sees its whole row and column, round the border. One half of the maps goes along columns and then rows, the other along rows
 * and then columns:
 *
 *     x + conv(conv(norm(x + p1)) + p2)          kernels as long as the side, one for each map; p1 along the first direction, p2 along the second
 *
 * Input `[batch, side, side, channels]`, side at most 32, channels even; output the same.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { FullContextConv } from '@mer/models';
 *
 * console.log(new FullContextConv().apply(tf.zeros([1, 8, 8, 4])).shape); // [ 1, 8, 8, 4 ]
 * ```
 *
 * Reference: MOL, arXiv 2506.14511, after ParC-Net, arXiv 2203.03952; names of the MOL authors' code.
 */
export class FullContextConv extends NetworkLayer<typeof fullContextConvOptions> {
  static className = 'MerFullContextConv';
  private halves!: ReadonlyArray<{ norm: BatchNormalization; first: Pass; second: Pass }>;

  constructor(args: FullContextConvArgs = {}) {
    super(args, fullContextConvOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, side, side, channels]');
    const [, height, width, channels] = shape as number[];
    if (height !== width || height! > LENGTH || channels! % 2 !== 0) {
      throw new RangeError(
        `Cannot build layer ${this.name} as its input must be as high as wide, at most ${LENGTH}, with an even number of channels: current value is [${shape}]`,
      );
    }
    const maps = channels! / 2;
    const pass = (stage: 1 | 2, direction: Direction): Pass => {
      const name = `${stage}_${direction}`;
      const along = direction === 'H' ? [LENGTH, 1] : [1, LENGTH];
      return {
        direction,
        kernel: this.addParameter({
          name: `meta_kernel_${name}`,
          shape: [...along, maps, 1],
          start: kernelStart('fan-in', LENGTH, LENGTH),
          layout: 'depthwise2d',
        }),
        bias: this.addParameter({
          name: `meta_${name}_bias`,
          shape: [maps],
          start: { kind: 'normal', deviation: 1 },
        }),
        positions: this.addParameter({
          name: `meta_pe_${name}`,
          shape: [1, maps, ...along],
          start: { kind: 'normal', deviation: 1 },
        }),
      };
    };
    const norm = (number: 1 | 2) =>
      this.addPart(`pre_Norm_${number}`, new BatchNormalization(this.options), [...shape.slice(0, 3), maps]);
    this.halves = [
      { norm: norm(1), first: pass(1, 'H'), second: pass(2, 'W') },
      { norm: norm(2), first: pass(1, 'W'), second: pass(2, 'H') },
    ];
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const parts = tf.split(x, 2, 3).map((half, i) => {
        const { norm, first, second } = this.halves[i]!;
        const side = half.shape[1]!;
        const placed = tf.add(half, tf.transpose(positionsOf(first, side), [3, 1, 2, 0]));
        // maps first, then the first direction, the second, and the batch
        const across = first.direction === 'H' ? [3, 1, 2, 0] : [3, 2, 1, 0];
        const once = along(first, tf.transpose(norm.call(placed, kwargs), across));
        const between = positionsOf(second, side);
        const inner = tf.add(once, second.direction === 'W' ? between : tf.transpose(between, [0, 2, 1, 3]));
        const twice = along(second, tf.transpose(inner, [0, 2, 1, 3]));
        const back = second.direction === 'W' ? [3, 2, 1, 0] : [3, 1, 2, 0];
        return tf.add(half, tf.transpose(twice, back));
      });
      return tf.concat(parts, 3);
    });
  }
}

/** The positions of a direction that are used: `[maps, side or 1, 1 or side, 1]`, height before width. */
function positionsOf({ positions, direction }: Pass, side: number): tf.Tensor4D {
  const whole = positions.read() as tf.Tensor4D;
  const maps = whole.shape[1];
  const [rows, columns] = direction === 'H' ? [side, 1] : [1, side];
  const used = tf.slice(whole, [0, 0, 0, 0], [1, maps, rows!, columns!]);
  return tf.reshape(used, [maps, rows!, columns!, 1]);
}

/** out(y) = sum over k of kernel(k) x((y + k) mod side) + bias, along the second axis of `[maps, side, side, batch]`: a product of matrices for each map. */
function along({ kernel, bias }: Pass, x: tf.Tensor): tf.Tensor {
  const [maps, side, other, batch] = x.shape as [number, number, number, number];
  const taps = tf.slice(tf.reshape(kernel.read(), [LENGTH, maps]), [0, 0], [side, maps]);
  const which = Array.from({ length: side * side }, (_, i) => ((i % side) - Math.floor(i / side) + side) % side);
  const round = tf.matMul(tf.cast(tf.oneHot(tf.tensor1d(which, 'int32'), side), 'float32'), taps);
  const matrices = tf.transpose(tf.reshape(round, [side, side, maps]), [2, 0, 1]);
  const sums = tf.matMul(matrices, tf.reshape(x, [maps, side, other * batch]));
  return tf.reshape(tf.add(sums, tf.reshape(bias.read(), [maps, 1, 1])), x.shape);
}
