import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { checkCommonOptions, checkInteger, checkKeys, checkRate } from './checks.js';
import { BlockTransformer } from './layers/block-transformer.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { LayerNormalization } from './layers/layer-normalization.js';
import { registerLayers } from './layers/register-layers.js';

/** Options of {@link createHtNet}. */
export interface HtNetOptions {
  /** Number of classes; 3 by default. */
  classes?: number;
  /** Height, width and channels of the input, height and width alike; `[28, 28, 3]` by default. */
  inputShape?: readonly [number, number, number];
  /** Side of a patch; 7 by default. */
  patch?: number;
  /** Width of the tokens of the first level; every level doubles it. 256 by default. */
  width?: number;
  /** Number of heads of the first level; every level doubles it. 3 by default. */
  heads?: number;
  /** Transformer blocks per level; `[2, 2, 10]` by default. */
  depths?: readonly number[];
  /** Share of the elements that training drops after each linear layer; 0 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

/**
 * HTNet: a hierarchical transformer on an image put together from the flow around eyes and mouth.
 *
 * Input `[batch, 28, 28, 3]`: the 14x14 crops of the flow around the left eye, the left half of the mouth, the right eye and
 * the right half of the mouth, in a 2x2 grid. Output: logits `[batch, classes]`. Patches of 7x7; levels of transformer blocks
 * that see one block of the grid each, joined 2x2 by convolution 3x3, layer norm and max-pool 3 with step 2. Weights of the
 * authors' PyTorch network load by name.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createHtNet } from '@mer/models';
 *
 * const model = createHtNet({ width: 12, depths: [1, 1, 1] });
 * console.log((model.predict(tf.zeros([2, 28, 28, 3])) as tf.Tensor).shape); // [ 2, 3 ]
 * ```
 *
 * Reference: Wang, Zhang, Luo, Sankaranarayana 2024, arXiv 2307.14637; layers and names of the authors' code. With its settings
 * every block holds one token.
 */
export function createHtNet(options: HtNetOptions = {}): tfl.LayersModel {
  const task = 'create HTNet';
  checkKeys(task, options, ['classes', 'inputShape', 'patch', 'width', 'heads', 'depths', 'dropout', 'seed']);
  const { classes = 3, inputShape = [28, 28, 3], patch = 7, width = 256, heads = 3, depths = [2, 2, 10] } = options;
  const { dropout = 0, seed = 0 } = options;
  checkCommonOptions(task, { classes, inputShape, seed });
  for (const [name, value] of Object.entries({ patch, width, heads })) checkInteger(task, name, value);
  for (const depth of depths) checkInteger(task, 'each of depths', depth);
  checkRate(task, 'dropout', dropout);
  const cells = 2 ** (depths.length - 1) * patch;
  if (inputShape[0] !== inputShape[1] || inputShape[0] % cells !== 0) {
    throw new RangeError(
      `Cannot ${task} as inputShape must be square with a multiple of ${cells} as side (patch ${patch}, ${depths.length} levels): current value is [${inputShape}]`,
    );
  }
  registerLayers();
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  let x: Node = nn.conv(input, 'to_patch_embedding.1', {
    filters: width,
    kernelSize: patch,
    stride: patch,
    layout: 'patches',
  });
  depths.forEach((depth, level) => {
    const blocks = 2 ** (depths.length - 1 - level);
    const args = { blocks, depth, heads: heads * 2 ** level, dropout };
    x = nn.apply(new BlockTransformer({ ...nn.named(`layers.${level}.0`), ...args }), x);
    if (level === depths.length - 1) return;
    x = nn.conv(x, `layers.${level}.1.0`, { filters: width * 2 ** (level + 1), kernelSize: 3, padding: 1 });
    x = nn.apply(new LayerNormalization({ ...nn.named(`layers.${level}.1.1`), style: 'channels' }), x);
    x = nn.maxPool(x, `layers.${level}.1.2`, { size: 3, stride: 2, padding: 1 });
  });
  x = nn.apply(new LayerNormalization({ ...nn.named('mlp_head.0'), style: 'channels' }), x);
  x = nn.globalAveragePool(x, 'mlp_head.1');
  const outputs = nn.linear(x, 'mlp_head.2', { units: classes, head: true });
  return buildModel({ name: 'htnet', inputs: input, outputs });
}
