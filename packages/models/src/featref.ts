import { choice, flag, integer, type OptionsOf, type Resolved, tuple } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { ChannelSlice } from './layers/combine.js';
import { ExpressionProposal } from './layers/expression-proposal.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { networkOptions } from './network-options.js';
import { MEGC2019, UNCHECKED } from './published.js';

const featrefOptions = {
  ...networkOptions(
    { classes: 3, inputShape: [28, 28, 3] },
    'Height, width and channels of the flow image, at least 2 channels.',
  ),
  flow: tuple('Which channels hold the horizontal and the vertical flow.', ['u', 'v'], {
    default: [0, 1],
    of: 'integers',
  }),
  widths: tuple('Maps of each of the four paths of both Inception blocks.', ['first', 'second'], { default: [6, 16] }),
  hidden: integer('Width of the features that all classes share.', { min: 1, default: 1024 }),
  attention: flag(
    'Whether each class turns an attention of its own on the shared features; without it the classifier and the proposals see them as they are, which leaves a dual Inception network.',
    { default: true },
  ),
  factor: integer("Width between the two factors of each class's attention; one full matrix where it is left out.", {
    min: 1,
    optional: true,
  }),
  join: choice('How the features of the classes are joined.', ['concat', 'sum'], { default: 'concat' }),
  outputs: choice(
    '`all`: logits, and a proposal for each class, which the loss `featref` compares with the class.',
    ['logits', 'all'],
    { default: 'logits' },
  ),
};

/** Options of {@link createFeatRef}. */
export type FeatRefOptions = OptionsOf<typeof featrefOptions>;

/** FeatRef as a definition: paper, inputs, options, results. */
export const featref = /* @__PURE__ */ declareModel({
  name: 'featref',
  title: 'FeatRef: features of each expression and their fusion',
  paper: 'Zhou, Mao, Huang, Zhang, Zhang 2022, arXiv 2101.04838',
  origin: 'abstract',
  ours: "The equations of the attention and of the proposals, the fusion; from the abstract: shared features of an Inception module on flow, an expression proposal module with attention factors and a proposal loss, a classifier on the fusion. The Inception blocks are those of a re-implementation of the same first author's Dual-Inception, published with Off-TANet.",
  inputs: [
    {
      name: 'image',
      shape: [28, 28, 3],
      representations: ['uv-strain', 'flow'],
      values: 'u and v of onset to apex, and strain, which is not read',
    },
  ],
  parameters: { classes: 3, trainable: 9604811 },
  results: [
    {
      id: 'megc2019-paper',
      dataset: MEGC2019,
      protocol: 'leave one subject out; which epoch is not stated',
      scores: { uf1: 0.7838, uar: 0.7832 },
      source: 'FeatRef paper',
      caveat: UNCHECKED,
    },
  ],
  presets: { small: { widths: [4, 8], hidden: 64 } },
  options: featrefOptions,
  create: build,
});

/**
 * FeatRef: the horizontal and the vertical flow through two Inception blocks each give features that all classes share; each class turns its own attention
 * on them, and a linear layer classifies what all of them see.
 *
 * Input `[batch, height, width, channels]`, of which two are read. Outputs: logits `[batch, classes]`; with `outputs: 'all'` also a proposal for each class
 * `[batch, classes]`, a logit of its own for "this sample is of class k". Per component two blocks of four paths (1x1 and 5x5, 1x1 and 3x3, max-pool 3 and 1x1,
 * 1x1) with max-pool 2; both flattened (channel, row, column) side by side; linear with ReLU; {@link ExpressionProposal}; linear.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createFeatRef } from '@mer/models';
 *
 * const model = createFeatRef({ classes: 3, widths: [2, 4], hidden: 16, outputs: 'all' });
 * const [logits, proposals] = model.predict(tf.zeros([2, 28, 28, 3])) as tf.Tensor[];
 * console.log(logits!.shape, proposals!.shape); // [ 2, 3 ] [ 2, 3 ]
 * ```
 *
 * Reference: Zhou, Mao, Huang, Zhang, Zhang 2022, arXiv 2101.04838. From the abstract: shared Inception features of the flow, attention factors and a proposal
 * loss for each expression, a classifier on the fusion. This project's choices: the equations, the fusion. The Inception blocks, their names and sizes are those
 * of the Dual-Inception of the same first author as published with Off-TANet, whose state dict loads by name but for its last layer.
 */
export function createFeatRef(options: FeatRefOptions = {}): tfl.LayersModel {
  return featref.create(options);
}

function build(options: Resolved<typeof featrefOptions>): tfl.LayersModel {
  const { classes, inputShape, flow, widths, hidden, attention, factor, join, outputs, seed } = options;
  if (flow.some((channel) => channel < 0 || channel >= inputShape[2])) {
    throw new RangeError(
      `Cannot create featref as flow must be channels of inputShape [${inputShape}]: current value is [${flow}]`,
    );
  }
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const streams = flow.map((channel, index) => {
    const name = `icpt${index + 1}`;
    let x: Node = nn.apply(new ChannelSlice({ ...nn.named(`${name}.flow`), start: channel, size: 1 }), input);
    widths.forEach((width, block) => {
      x = inceptionBlock(layerBuilder({ seed, prefix: `${name}.${block}.` }), x, width);
    });
    return nn.flatten(x, `${name}.flatten`);
  });
  const shared = nn.linear(nn.concat(streams, 'concat'), 'dense.0', { units: hidden, activation: 'relu' });
  const head = (x: Node) => nn.linear(x, 'fc', { units: classes, head: true });
  const name = 'featref';
  const scores = outputs === 'all';
  if (!attention) {
    const proposals = scores ? [nn.linear(shared, 'proposal', { units: classes, head: true })] : [];
    return buildModel({ name, inputs: input, outputs: [head(shared), ...proposals] });
  }
  const layer = new ExpressionProposal({
    ...nn.named('proposal'),
    classes,
    join,
    scores,
    head: true,
    ...(factor !== undefined && { factor }),
  });
  const made = layer.apply(shared) as unknown as Node | Node[];
  if (Array.isArray(made)) return buildModel({ name, inputs: input, outputs: [head(made[0]!), made[1]!] });
  return buildModel({ name, inputs: input, outputs: head(made), torchNames: { unused: ['proposal.proposal.'] } });
}

/** Four paths of one width side by side, then max-pool 2; the last path has no ReLU, as in the re-implementation. */
function inceptionBlock(nn: LayerBuilder, x: Node, filters: number): Node {
  const one = { filters, kernelSize: 1 };
  const active = { activation: 'relu' } as const;
  const fives = nn.conv(x, 'path1.0', { ...one, ...active });
  const threes = nn.conv(x, 'path2.0', { ...one, ...active });
  const paths = [
    nn.conv(fives, 'path1.2', { filters, kernelSize: 5, padding: 2, ...active }),
    nn.conv(threes, 'path2.2', { filters, kernelSize: 3, padding: 1, ...active }),
    nn.conv(nn.maxPool(x, 'path3.0', { size: 3, stride: 1, padding: 1 }), 'path3.1', { ...one, ...active }),
    nn.conv(x, 'path4', one),
  ];
  return nn.maxPool(nn.concat(paths, 'concat'), 'pool', { size: 2 });
}
