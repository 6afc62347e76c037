import { integer, list, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { BlockTransformer } from './layers/block-transformer.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { LayerNormalization } from './layers/layer-normalization.js';
import { networkOptions } from './network-options.js';
import { MEGC2019, UNCHECKED } from './published.js';

const htnetOptions = {
  ...networkOptions(
    { classes: 3, inputShape: [28, 28, 3] },
    'Height, width and channels of the flow image, height and width alike.',
  ),
  patch: integer('Side of a patch.', { min: 1, default: 7 }),
  width: integer('Width of the tokens of the first level; every level doubles it.', { min: 1, default: 256 }),
  heads: integer('Number of heads of the first level; every level doubles it.', { min: 1, default: 3 }),
  depths: list('Transformer blocks per level.', integer('Blocks.', { min: 1 }), { min: 1, default: [2, 2, 10] }),
  dropout: number('Share of the elements that training drops after each linear layer.', {
    min: 0,
    below: 1,
    default: 0,
  }),
};

/** Options of {@link createHtNet}. */
export type HtNetOptions = OptionsOf<typeof htnetOptions>;

/** HTNet as a definition: paper, inputs, options, results. */
export const htnet = /* @__PURE__ */ declareModel({
  name: 'htnet',
  title: 'HTNet: hierarchical transformer on facial areas',
  paper: 'Wang, Zhang, Luo, Sankaranarayana 2024, arXiv 2307.14637',
  origin: 'authors-code',
  inputs: [
    {
      name: 'image',
      shape: [28, 28, 3],
      representations: ['uv-strain', 'flow'],
      values: 'flow of onset to apex around both eyes and both halves of the mouth, put together 2x2',
    },
  ],
  parameters: { classes: 3, trainable: 139582982 },
  results: [
    {
      id: 'megc2019-paper',
      dataset: MEGC2019,
      protocol: 'leave one subject out, best of 800 epochs on the test subject',
      scores: { uf1: 0.8603, uar: 0.8475 },
      source: 'HTNet paper',
      caveat: `The epoch is chosen on the test subject: not comparable with others. ${UNCHECKED}`,
    },
  ],
  presets: { small: { width: 24, depths: [1, 1, 1] } },
  options: htnetOptions,
  create: build,
});

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
  return htnet.create(options);
}

function build({
  classes,
  inputShape,
  patch,
  width,
  heads,
  depths,
  dropout,
  seed,
}: Resolved<typeof htnetOptions>): tfl.LayersModel {
  const cells = 2 ** (depths.length - 1) * patch;
  if (inputShape[0] !== inputShape[1] || inputShape[0] % cells !== 0) {
    throw new RangeError(
      `Cannot create htnet as inputShape must be square with a multiple of ${cells} as side (patch ${patch}, ${depths.length} levels): current value is [${inputShape}]`,
    );
  }
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
  return buildModel({
    name: 'htnet',
    inputs: input,
    outputs,
    torchNames: { code: 'github.com/wangzhifengharrison/HTNet' },
  });
}
