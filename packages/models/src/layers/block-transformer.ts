import { integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { PositionEmbedding } from './embedding.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import type { LayerPass } from './layer-pass.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { TransformerBlock } from './transformer-block.js';

const blockTransformerOptions = {
  blocks: integer('Blocks per side: the maps are cut into `blocks` x `blocks` parts that do not see each other.', {
    min: 1,
  }),
  depth: integer('Number of transformer blocks.', { min: 1 }),
  heads: integer('Number of heads; the width of a head is the channels over this, rounded down.', { min: 1 }),
  expansion: number('Width of the hidden layers over the channels.', { above: 0, default: 4 }),
  dropout: number('Share of the elements that training drops.', { min: 0, below: 1, default: 0 }),
};

/** Arguments of {@link BlockTransformer}. */
export type BlockTransformerArgs = LayerArgs<typeof blockTransformerOptions>;

/**
 * Transformer blocks within each block of the maps `[batch, height, width, channels]`, with a learned number per place.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { BlockTransformer } from '@mer/models';
 *
 * const layer = new BlockTransformer({ blocks: 2, depth: 1, heads: 2 });
 * console.log(layer.apply(tf.zeros([1, 4, 4, 8])).shape); // [ 1, 4, 4, 8 ]
 * ```
 *
 * Reference: Zhang et al. 2022 (NesT), arXiv 2105.12723, as used by HTNet, arXiv 2307.14637, with the names of its code.
 */
export class BlockTransformer extends NetworkLayer<typeof blockTransformerOptions> {
  static className = 'MerBlockTransformer';
  private position!: PositionEmbedding;
  private readonly layers: TransformerBlock[] = [];

  constructor(args: BlockTransformerArgs) {
    super(args, blockTransformerOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const { blocks, depth, heads, expansion, dropout } = this.options;
    const [, height, width, channels] = shape as number[];
    if (height! % blocks !== 0 || width! % blocks !== 0) {
      throw new RangeError(
        `Cannot build layer ${this.name} as blocks must divide height and width: current values are ${blocks} and [${shape}]`,
      );
    }
    const { seed } = this;
    const tokens = [null, (height! / blocks) * (width! / blocks), channels!];
    this.position = this.addPart('pos_emb', new PositionEmbedding({ seed, kind: 'place' }), tokens);
    for (let number = 0; number < depth; number++) {
      const block = new TransformerBlock({ seed, heads, expansion, dropout, epsilon: 1e-5, style: 'htnet' });
      this.layers.push(this.addPart(`layers.${number}`, block, tokens));
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: LayerPass = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor4D;
      const [batch, height, width, channels] = x.shape;
      const { blocks } = this.options;
      const [rows, columns] = [height / blocks, width / blocks];
      const cut = tf.transpose(tf.reshape(x, [batch, blocks, rows, blocks, columns, channels]), [0, 1, 3, 2, 4, 5]);
      let tokens: tf.Tensor = tf.reshape(cut, [batch * blocks * blocks, rows * columns, channels]);
      tokens = this.position.call(tokens);
      for (const layer of this.layers) tokens = layer.call(tokens, kwargs);
      const parts = tf.reshape(tokens, [batch, blocks, blocks, rows, columns, channels]);
      return tf.reshape(tf.transpose(parts, [0, 1, 3, 2, 4, 5]), x.shape);
    });
  }
}
