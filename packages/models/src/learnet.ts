import { integer, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { layerBuilder, type Node } from './layers/layer-builder.js';
import { networkOptions } from './network-options.js';

const learnetOptions = {
  ...networkOptions({ classes: 5, inputShape: [112, 112, 3] }),
  width: integer('Maps of the first convolution; the others have 1, 2, 4 and 16 times as many.', {
    min: 1,
    default: 16,
  }),
  hidden: integer('Width of the hidden linear layer.', { min: 1, default: 256 }),
  dropout: number('Share of the hidden units that training drops.', { min: 0, below: 1, default: 0.5 }),
  momentum: number(
    'Share of the moving statistics of batch norm that each batch replaces: 0.01 as Keras has it, which a few hundred steps do not fill.',
    { above: 0, max: 1, default: 0.01 },
  ),
};

/** Options of {@link createLearNet}. */
export type LearNetOptions = OptionsOf<typeof learnetOptions>;

/** LEARNet as a definition: paper, inputs, options, results. */
export const learnet = /* @__PURE__ */ declareModel({
  name: 'learnet',
  title: 'LEARNet: lateral accretive hybrid network',
  paper: 'Verma, Vipparthi, Singh, Murala 2020, arXiv 1904.09410',
  origin: 'authors-code',
  inputs: [
    {
      name: 'image',
      shape: [112, 112, 3],
      representations: ['dynamic-image'],
      values: 'dynamic image whose weights sum to the number of frames (variant nonzero), as the authors made it',
    },
  ],
  parameters: { classes: 5, trainable: 1866053 },
  results: [
    {
      id: 'casme2-paper',
      dataset: 'CASME II (classes not stated)',
      protocol: 'not stated',
      scores: { accuracy: 0.766 },
      source: 'LEARNet paper, CASME II',
      caveat: 'From memory of the field, about 76.6 %, not checked: treat as unknown. Classes and split not stated.',
    },
  ],
  presets: { small: { inputShape: [48, 48, 3], width: 8, hidden: 64, momentum: 0.1 } },
  options: learnetOptions,
  create: build,
});

/**
 * LEARNet: four lateral branches on a dynamic image, two of which add up their neighbor's maps on the way.
 *
 * Input `[batch, 112, 112, 3]`; output logits `[batch, classes]` (the authors' code ends in a softmax). Every convolution has
 * step 2, TensorFlow's `same` padding and a ReLU. Layers bear the names of the authors' Keras code, the batch norms those of
 * its variables; a weight file of Keras loads by name, without transposing: `Conv_S/kernel`, and what Keras names itself
 * (`batch_normalization_1/gamma`, `dense/kernel`) in the order in which that code makes it.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createLearNet } from '@mer/models';
 *
 * const model = createLearNet({ classes: 5, inputShape: [48, 48, 3], width: 4, hidden: 32 });
 * console.log((model.predict(tf.zeros([2, 48, 48, 3])) as tf.Tensor).shape); // [ 2, 5 ]
 * ```
 *
 * Reference: Verma, Vipparthi, Singh, Murala 2020, arXiv 1904.09410; layers of the authors' code.
 */
export function createLearNet(options: LearNetOptions = {}): tfl.LayersModel {
  return learnet.create(options);
}

/** The layers that the authors' code leaves for Keras to name, in the order in which it makes them. */
const NAMED_BY_KERAS: ReadonlyArray<readonly [theirs: string, ours: string]> = [
  ['batch_normalization', 'batch_r11'],
  ['batch_normalization_1', 'batch_r12'],
  ['batch_normalization_2', 'batch_r13'],
  ['batch_normalization_3', 'batch_r14'],
  ['batch_normalization_4', 'batch_X'],
  ['dense', 'FC1'],
  ['dense_1', 'out'],
];

function build({
  classes,
  inputShape,
  width,
  hidden,
  dropout,
  momentum,
  seed,
}: Resolved<typeof learnetOptions>): tfl.LayersModel {
  const nn = layerBuilder({ seed });
  const start = 'xavier-uniform' as const;
  const conv = (x: Node, name: string, filters: number, kernelSize: number) =>
    nn.conv(x, name, { filters, kernelSize, stride: 2, padding: 'same', activation: 'relu', start });
  const norm = (x: Node, name: string) => nn.batchNorm(x, name, { epsilon: 1e-3, momentum });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const first = conv(input, 'Conv_S', width, 3);

  /** Three convolutions of growing kernels. */
  const plain = (n: number) => {
    const a = conv(first, `Conv_${n}_1`, width, 1);
    const b = conv(a, `Conv_${n}_2`, 2 * width, 3);
    return { a, b, c: conv(b, `Conv_${n}_3`, 4 * width, 5) };
  };
  /** The same, with the maps of a plain branch added after the first two. */
  const accretive = (n: number, beside: { a: Node; b: Node }, norms: readonly [string, string]) => {
    const a = nn.add([beside.a, conv(first, `Conv_${n}_1`, width, 1)], `add_${n}_1`);
    const b = conv(norm(a, norms[0]), `Conv_${n}_2`, 2 * width, 3);
    const c = nn.add([beside.b, b], `add_${n}_2`);
    return conv(norm(c, norms[1]), `Conv_x_${n}`, 4 * width, 5);
  };
  const one = plain(1);
  const two = accretive(2, one, ['batch_r11', 'batch_r12']);
  const three = plain(3);
  const four = accretive(4, three, ['batch_r13', 'batch_r14']);
  let x = norm(nn.concat([one.c, two, three.c, four], 'concat'), 'batch_X');
  x = conv(x, 'Conv_5_1', 16 * width, 3);
  x = nn.apply(tfl.layers.flatten({ name: 'flatten' }), x);
  x = nn.linear(x, 'FC1', { units: hidden, activation: 'relu', start });
  x = nn.dropout(x, 'drop', dropout);
  const outputs = nn.linear(x, 'out', { units: classes, start, head: true });
  return buildModel({
    name: 'learnet',
    inputs: input,
    outputs,
    torchNames: { code: 'github.com/MonuVermaCV/LearNet', keras: NAMED_BY_KERAS },
  });
}
