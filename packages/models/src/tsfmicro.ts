import { choice, flag, integer, number, type OptionsOf, type Resolved, tuple } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel, type StoredEntry, storedNorm } from './build-model.js';
import { checkSides } from './check-sides.js';
import { declareModel } from './declare-model.js';
import { Difference } from './layers/combine.js';
import { Conv2dTranspose } from './layers/conv2d-transpose.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { RetentionBlock } from './layers/retention-block.js';
import { networkOptions } from './network-options.js';
import { positionBranch, storedByPositionBranch } from './position-branch.js';
import { IMAGENET_VALUES } from './published.js';

const tsfmicroOptions = {
  ...networkOptions(
    { classes: 5, inputShape: [224, 224, 3] },
    'Height, width and channels of a frame, height and width multiples of 16.',
  ),
  widths: tuple('Maps of the four stages, multiples of 4.', ['first', 'second', 'third', 'fourth'], {
    default: [64, 128, 256, 512],
  }),
  depths: tuple('Blocks of the four stages.', ['first', 'second', 'third', 'fourth'], { default: [1, 1, 2, 1] }),
  projection: integer('Width of the projection before the classifier.', { min: 1, default: 1024 }),
  fusion: choice(
    'Where the branches are joined: `parallel` sums their last maps (the published network); `early` sums two stems; `temporal-to-spatial` gives the last maps of the motion to the tokens; `spatial-to-temporal` gives the tokens, enlarged, to the stem of the motion; `residual` does that and sums the last maps too.',
    ['parallel', 'early', 'temporal-to-spatial', 'spatial-to-temporal', 'residual'],
    { default: 'parallel' },
  ),
  dropPath: number('Share of the samples whose last residual branch training drops, less for earlier ones.', {
    min: 0,
    below: 1,
    default: 0.1,
  }),
  antialias: flag(
    'Whether the onset frame is averaged when it is shrunk; not in torchvision before 0.17, which the authors had.',
    { default: false },
  ),
};

/** Options of {@link createTsfMicro}. */
export type TsfMicroOptions = OptionsOf<typeof tsfmicroOptions>;

/** TSFmicro as a definition: paper, inputs, options, results. */
export const tsfmicro = /* @__PURE__ */ declareModel({
  name: 'tsfmicro',
  title: 'TSFmicro: temporal and spatial fusion with a retention network',
  paper: 'TSFmicro 2025, arXiv 2505.16372',
  origin: 'authors-code',
  inputs: [
    { name: 'onset', shape: [224, 224, 3], representations: ['frame'], values: IMAGENET_VALUES },
    { name: 'apex', shape: [224, 224, 3], representations: ['frame'], values: IMAGENET_VALUES },
  ],
  parameters: { classes: 5, trainable: 12789413 },
  results: [],
  presets: { small: { inputShape: [48, 48, 3], widths: [16, 24, 32, 48], projection: 64 } },
  options: tsfmicroOptions,
  create: build,
});

/**
 * TSFmicro: a retention network on the difference of apex and onset tells how, a small transformer on the onset tells where.
 *
 * Inputs: `onset` and `apex`, `[batch, height, width, 3]` each, RGB from 0 to 1 less the ImageNet mean over the deviation.
 * Output: logits `[batch, classes]`. Weights of the authors' PyTorch networks load by name, one class of theirs per `fusion`;
 * what they store and never use is left out.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createTsfMicro } from '@mer/models';
 *
 * const model = createTsfMicro({ inputShape: [32, 32, 3], widths: [8, 8, 16, 16], projection: 32 });
 * const frame = tf.zeros([2, 32, 32, 3]);
 * console.log((model.predict([frame, frame]) as tf.Tensor).shape); // [ 2, 5 ]
 * ```
 *
 * Reference: TSFmicro, arXiv 2505.16372; layers and names of the authors' code, for `residual` of its parts.
 */
export function createTsfMicro(options: TsfMicroOptions = {}): tfl.LayersModel {
  return tsfmicro.create(options);
}

function build({
  classes,
  inputShape,
  widths,
  depths,
  projection,
  fusion,
  dropPath,
  antialias,
  seed,
}: Resolved<typeof tsfmicroOptions>): tfl.LayersModel {
  checkSides('create tsfmicro', inputShape, 16);
  const nn = layerBuilder({ seed });
  const main = layerBuilder({ seed, prefix: 'main_branch.' });
  const onset = tfl.input({ shape: [...inputShape], name: 'onset' });
  const apex = tfl.input({ shape: [...inputShape], name: 'apex' });
  const motion = nn.apply(new Difference(nn.named('difference')), [apex, onset]);
  const branch = { grid: [inputShape[0] / 16, inputShape[1] / 16], width: widths[3], antialias } as const;
  const stages = { widths, depths, dropPath };
  const head = { projection, classes };
  const finish = (outputs: Node, stored: readonly StoredEntry[]) =>
    buildModel({
      name: fusion === 'parallel' ? 'tsfmicro' : `tsfmicro-${fusion}`,
      inputs: [onset, apex],
      outputs,
      torchNames: {
        ...(fusion === 'residual'
          ? { noCode: "the authors' class of this fusion joins nothing: other values of fusion have theirs" }
          : { code: 'github.com/Cross-Innovation-Lab/TSFmicro' }),
        stored: [...widths.flatMap(relativePositions), ...stored],
      },
    });
  switch (fusion) {
    case 'parallel': {
      const how = retentionStages(main, stem(main, motion, 'patch_embed', widths[0]), stages);
      const where = positionBranch(nn, onset, branch);
      return finish(classify(main, main.add([how, where], 'fusion'), head), storedByPositionBranch(widths[3]));
    }
    case 'early': {
      const where = stem(nn, onset, 'ConvStem_T', widths[0]);
      const how = stem(nn, motion, 'ConvStem_S', widths[0]);
      const x = retentionStages(main, nn.add([how, where], 'fusion'), stages);
      return finish(classify(main, x, head), storedStem('main_branch.patch_embed', widths[0]));
    }
    case 'temporal-to-spatial': {
      const how = retentionStages(main, stem(main, motion, 'patch_embed', widths[0]), stages);
      const x = positionBranch(nn, onset, { ...branch, added: how });
      return finish(classify(nn, x, head), [
        ...storedByPositionBranch(widths[3]),
        ...storedHead('main_branch.', widths[3], head),
      ]);
    }
    case 'spatial-to-temporal':
    case 'residual': {
      const where = positionBranch(nn, onset, branch);
      const stemmed = stem(main, motion, 'patch_embed', widths[0]);
      let x = main.add([stemmed, enlarged(nn, where, widths)], 'early_fusion');
      x = retentionStages(main, x, stages);
      if (fusion === 'residual') x = main.add([x, where], 'fusion');
      return finish(classify(main, x, head), storedByPositionBranch(widths[3]));
    }
  }
}

/** Tables that the authors' code stores and this one computes: turns and decays of two heads. */
function relativePositions(width: number, stage: number): StoredEntry[] {
  const turns = width / HEADS / 2;
  const angles = Array.from(
    { length: width / HEADS },
    (_, i) => 1 / 10000 ** (Math.floor(i / 2) / Math.max(1, turns - 1)),
  );
  const decays = Array.from({ length: HEADS }, (_, head) =>
    Math.log(1 - 2 ** (-INITIAL - (rangeOf(stage) * head) / HEADS)),
  );
  const name = `main_branch.layers.${stage}.Relpos`;
  return [
    [`${name}.angle`, [angles.length], angles],
    [`${name}.decay`, [HEADS], decays],
  ];
}

/** A stem that is stored and never used. */
function storedStem(name: string, width: number): StoredEntry[] {
  const maps = [3, width >> 1, width >> 1, width, width];
  return [0, 1, 2, 3].flatMap((index): StoredEntry[] => [
    [`${name}.proj.${3 * index}.weight`, [maps[index + 1]!, maps[index]!, 3, 3]],
    [`${name}.proj.${3 * index}.bias`, [maps[index + 1]!]],
    ...storedNorm(`${name}.proj.${3 * index + 1}`, maps[index + 1]!),
  ]);
}

/** A classifier that is stored and never used. */
function storedHead(prefix: string, width: number, head: { projection: number; classes: number }): StoredEntry[] {
  return [
    [`${prefix}proj.weight`, [head.projection, width]],
    [`${prefix}proj.bias`, [head.projection]],
    // as the class has it, which could not follow its own projection
    ...storedNorm(`${prefix}norm`, width),
    [`${prefix}head.weight`, [head.classes, head.projection]],
    [`${prefix}head.bias`, [head.classes]],
  ];
}

/** Four convolutions 3x3, the first with step 2, with batch norm and GELU between. */
function stem(nn: LayerBuilder, input: Node, name: string, width: number): Node {
  let x = input;
  [width >> 1, width >> 1, width, width].forEach((filters, index) => {
    const part = `${name}.proj.${3 * index}`;
    x = nn.conv(x, part, { filters, kernelSize: 3, stride: index === 0 ? 2 : 1, padding: 1 });
    x = nn.batchNorm(x, `${name}.proj.${3 * index + 1}`);
    if (index < 3) x = nn.activation(x, `${name}.proj.${3 * index + 2}`, 'gelu');
  });
  return x;
}

interface StagesPlan {
  widths: readonly number[];
  depths: readonly number[];
  dropPath: number;
}

/** Heads of every block, the first exponent of their decay, and the range of the exponents. */
const HEADS = 2;
const INITIAL = 2;
const rangeOf = (stage: number) => (stage < 2 ? 4 : 6);

/** Retention blocks, along the axes in the first two stages and over the plane in the last two, halved in between. */
function retentionStages(nn: LayerBuilder, input: Node, { widths, depths, dropPath }: StagesPlan): Node {
  const total = depths.reduce((sum, depth) => sum + depth, 0);
  let x = input;
  let done = 0;
  depths.forEach((depth, stage) => {
    const mode = stage < 2 ? ('axes' as const) : ('plane' as const);
    for (let number = 0; number < depth; number++) {
      const rate = total === 1 ? 0 : (dropPath * done) / (total - 1);
      const args = { heads: HEADS, mode, initial: INITIAL, range: rangeOf(stage), expansion: 3, dropPath: rate };
      x = nn.apply(new RetentionBlock({ ...nn.named(`layers.${stage}.blocks.${number}`), ...args }), x);
      done += 1;
    }
    if (stage === depths.length - 1) return;
    const down = { filters: widths[stage + 1]!, kernelSize: 3, stride: 2, padding: 1 };
    x = nn.conv(x, `layers.${stage}.downsample.reduction`, down);
    x = nn.batchNorm(x, `layers.${stage}.downsample.norm`);
  });
  return x;
}

/** Three transposed convolutions from the grid to the size of the stem's maps. */
function enlarged(nn: LayerBuilder, input: Node, widths: readonly number[]): Node {
  return [2, 1, 0].reduce((x, stage, index) => {
    const args = { ...nn.named(`transposed_conv${index + 1}`), filters: widths[stage]! };
    return nn.apply(new Conv2dTranspose(args), x);
  }, input);
}

/** Linear layer, batch norm, swish, global average, linear layer. */
function classify(
  nn: LayerBuilder,
  input: Node,
  { projection, classes }: { projection: number; classes: number },
): Node {
  const start = 'truncated-normal' as const;
  let x = nn.linear(input, 'proj', { units: projection, start });
  x = nn.activation(nn.batchNorm(x, 'norm'), 'swish', 'swish');
  x = nn.globalAveragePool(x, 'avgpool');
  return nn.linear(x, 'head', { units: classes, start, head: true });
}
