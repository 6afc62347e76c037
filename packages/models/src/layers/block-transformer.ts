import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger, checkRate } from '../checks.js';
import { PositionEmbedding } from './embedding.js';
import type { LayerPass } from './layer-pass.js';
import { checkLayerInput, NetworkLayer, type NetworkLayerArgs, oneShape, oneTensor } from './network-layer.js';
import { TransformerBlock } from './transformer-block.js';

/** Arguments of {@link BlockTransformer}. */
export interface BlockTransformerArgs extends NetworkLayerArgs {
  /** Blocks per side: the maps are cut into `blocks` x `blocks` parts that do not see each other. */
  blocks: number;
  /** Number of transformer blocks. */
  depth: number;
  /** Number of heads; the width of a head is the channels over this, rounded down. */
  heads: number;
  /** Width of the hidden layers over the channels; 4 by default. */
  expansion?: number;
  /** Share of the elements that training drops; 0 by default. */
  dropout?: number;
}

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
export class BlockTransformer extends NetworkLayer {
  static className = 'MerBlockTransformer';
  private readonly args: Required<Omit<BlockTransformerArgs, keyof NetworkLayerArgs>>;
  private position!: PositionEmbedding;
  private readonly layers: TransformerBlock[] = [];

  constructor(args: BlockTransformerArgs) {
    super(args);
    const { blocks, depth, heads, expansion = 4, dropout = 0 } = args;
    const task = `make block transformer ${this.name}`;
    for (const [name, value] of Object.entries({ blocks, depth, heads })) checkInteger(task, name, value);
    checkRate(task, 'dropout', dropout);
    this.args = { blocks, depth, heads, expansion, dropout };
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, height, width, channels]');
    const { blocks, depth, heads, expansion, dropout } = this.args;
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
      const { blocks } = this.args;
      const [rows, columns] = [height / blocks, width / blocks];
      const cut = tf.transpose(tf.reshape(x, [batch, blocks, rows, blocks, columns, channels]), [0, 1, 3, 2, 4, 5]);
      let tokens: tf.Tensor = tf.reshape(cut, [batch * blocks * blocks, rows * columns, channels]);
      tokens = this.position.call(tokens);
      for (const layer of this.layers) tokens = layer.call(tokens, kwargs);
      const parts = tf.reshape(tokens, [batch, blocks, blocks, rows, columns, channels]);
      return tf.reshape(tf.transpose(parts, [0, 1, 3, 2, 4, 5]), x.shape);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.args };
  }
}
