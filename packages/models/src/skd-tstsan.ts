import { choice, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { declareModel } from './declare-model.js';
import { Regroup } from './layers/combine.js';
import { EfficientChannelAttention } from './layers/efficient-channel-attention.js';
import { type LayerBuilder, layerBuilder, type Node } from './layers/layer-builder.js';
import { MotionEncoder, MotionManipulator } from './layers/motion-magnification.js';
import { TemporalShift } from './layers/temporal-shift.js';
import { networkOptions } from './network-options.js';

const skdTstsanOptions = {
  ...networkOptions(
    { classes: 5, inputShape: [48, 48, 1] },
    'Height, width and channels of a face, at least 16 high and wide.',
  ),
  grid: integer('Rows and columns of the regions of a face.', { min: 1, default: 4 }),
  width: integer('Maps of the first stage; the last has twice as many.', { min: 8, default: 64 }),
  encoder: integer('Maps of the encoders that enlarge motion.', { min: 2, default: 32 }),
  factor: number('How much motion is enlarged; fixed, not learned.', { min: 0, default: 2 }),
  dropout: number('Share of the features that training drops before each classifier.', {
    min: 0,
    below: 1,
    default: 0.2,
  }),
  outputs: choice(
    '`all`: logits, those of both auxiliary classifiers, and the features before the three: what the loss `self-distillation` compares.',
    ['logits', 'all'],
    { default: 'logits' },
  ),
};

/** Options of {@link createSkdTstsan}. */
export type SkdTstsanOptions = OptionsOf<typeof skdTstsanOptions>;

const GRAY = 'gray face, stretched to 0..1';
const REGIONS = 'sixteen regions of that face, row by row, each as large as the face';
const FLOW = 'both components of the flow, each stretched to 0..1';

/** SKD-TSTSAN as a definition: paper, inputs, options, results. */
export const skdTstsan = /* @__PURE__ */ declareModel({
  name: 'skd-tstsan',
  title: 'SKD-TSTSAN: three streams with temporal shift and self-distillation',
  paper: 'Zhu, Liu, Hu, Sun, Liu, Du et al. 2024, arXiv 2406.17538',
  origin: 'authors-code',
  ours: 'Six inputs where the code of the authors slices one tensor of 38 channels; flow is not stored as JPEG in between; with outputs logits the auxiliary classifiers are left out.',
  inputs: [
    { name: 'apex', shape: [48, 48, 1], representations: ['frame'], values: GRAY },
    { name: 'onset', shape: [48, 48, 1], representations: ['frame'], values: GRAY },
    { name: 'apex-regions', shape: [48, 48, 16], representations: ['frame'], values: REGIONS },
    { name: 'onset-regions', shape: [48, 48, 16], representations: ['frame'], values: REGIONS },
    { name: 'rise', shape: [48, 48, 2], representations: ['flow'], values: `onset to apex: ${FLOW}` },
    { name: 'fall', shape: [48, 48, 2], representations: ['flow'], values: `apex to offset: ${FLOW}` },
  ],
  parameters: { classes: 5, trainable: 1610632 },
  results: [],
  presets: { small: { inputShape: [32, 32, 1], width: 16, encoder: 8 } },
  options: skdTstsanOptions,
  create: build,
});

/**
 * SKD-TSTSAN: regions of the face, the whole face and the flow of both phases in three streams, each with its motion enlarged by a learned encoder.
 *
 * Inputs: `apex` and `onset` `[batch, 48, 48, 1]`; their regions `[batch, 48, 48, 16]`; the flow of onset to apex and of apex to offset
 * `[batch, 48, 48, 2]`. Output: logits `[batch, classes]`; with `outputs: 'all'` also the logits of both auxiliary classifiers and the
 * features of all three, `[batch, 6 width]`, logits first. 2,946,214 parameters with `outputs: 'all'` and 5 classes; weights of the authors' PyTorch
 * network load by name into both.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createSkdTstsan } from '@mer/models';
 *
 * const model = createSkdTstsan({ inputShape: [16, 16, 1], width: 8, encoder: 4, outputs: 'all' });
 * const outputs = model.predict(model.inputs.map(({ shape }) => tf.zeros([2, ...shape.slice(1)] as number[]))) as tf.Tensor[];
 * console.log(outputs.map(({ shape }) => shape.join(' ')).join(', ')); // 2 5, 2 5, 2 5, 2 48, 2 48, 2 48
 * ```
 *
 * Reference: Zhu et al. 2024, arXiv 2406.17538; layers and names of the authors' code.
 */
export function createSkdTstsan(options: SkdTstsanOptions = {}): tfl.LayersModel {
  return skdTstsan.create(options);
}

type Plan = Resolved<typeof skdTstsanOptions>;

/** The stream of local regions, of the whole face, and of time. */
const STREAMS = ['L', 'S', 'T'] as const;
type Stream = (typeof STREAMS)[number];
type Maps = Readonly<Record<Stream, Node>>;

/** Segments of the stream of time: both phases. */
const PHASES = 2;

function build(plan: Plan): tfl.LayersModel {
  const { inputShape, grid, width, outputs, seed } = plan;
  const [height, side, channels] = inputShape;
  if (Math.min(height, side) < 16) {
    throw new RangeError(
      `Cannot create skd-tstsan as inputShape must be at least 16 high and wide: current value is [${inputShape}]`,
    );
  }
  const nn = layerBuilder({ seed });
  const image = (name: string, maps: number) => tfl.input({ shape: [height, side, maps], name });
  const [apex, onset] = [image('apex', channels), image('onset', channels)];
  const [apexRegions, onsetRegions] = [
    image('apex-regions', grid * grid * channels),
    image('onset-regions', grid * grid * channels),
  ];
  const [rise, fall] = [image('rise', 2), image('fall', 2)];

  let maps: Maps = {
    L: enlarged(nn, 'L', [apexRegions, onsetRegions], plan),
    S: enlarged(nn, 'S', [apex, onset], plan),
    // the flow of a face that does not move is zero, and so are its maps: there is no bias
    T: enlarged(nn, 'T', [segments(nn, [rise, fall])], plan),
  };
  const stage = (given: Maps, name: string, number: number, filters: number): Maps =>
    each((stream) => {
      const conv = `${name}conv${number}_${stream}`;
      const first = conv === 'conv1_T';
      const shifted =
        stream === 'T' && !first ? nn.apply(new TemporalShift(nn.named(`${conv}.shift`)), given.T) : given[stream];
      const kernel = number === 1 && name === '' ? { kernelSize: 5 } : { kernelSize: 3, padding: 1 };
      let x = nn.conv(shifted, stream === 'T' && !first ? `${conv}.net` : conv, { ...kernel, filters });
      x = nn.batchNorm(x, `${name}bn${number}_${stream}`);
      x = nn.activation(x, `${name}relu${number}_${stream}`, 'relu');
      return stream === 'L' ? nn.apply(new EfficientChannelAttention(nn.named(`${name}ECA${number}`)), x) : x;
    });
  const features = (given: Maps, name: string): Node =>
    nn.concat(
      STREAMS.map((stream) => {
        const pooled = nn.globalAveragePool(given[stream], `${name}pool_${stream}`);
        if (stream !== 'T') return pooled;
        const phases = nn.apply(new Regroup({ ...nn.named(`${name}phases`), shape: [-2, PHASES, 2 * width] }), pooled);
        return nn.globalAveragePool(phases, `${name}consensus`);
      }),
      `${name}features`,
    );
  const classify = (given: Node, name: string, fc: string) => {
    const { dropout: rate, classes: units } = plan;
    return nn.linear(nn.dropout(given, `${name}dropout`, rate), fc, { units, head: true });
  };
  const auxiliary = (given: Maps, name: string) => {
    const seen = features(stage(stage(given, name, 1, 2 * width), name, 2, 2 * width), name);
    return { seen, logits: classify(seen, name, `${name}fc`) };
  };

  maps = stage(maps, '', 1, width);
  maps = each((stream) => nn.maxPool(maps[stream], `maxpool_${stream}`, { size: 5, stride: 2, padding: 2 }));
  const first = outputs === 'all' ? auxiliary(maps, 'AC1_') : null;
  maps = stage(stage(maps, '', 2, width), '', 3, width);
  maps = each((stream) => nn.avgPool(maps[stream], `avgpool_${stream}`, { size: 3, stride: 2, padding: 1 }));
  const second = outputs === 'all' ? auxiliary(maps, 'AC2_') : null;
  const last = features(stage(stage(maps, '', 4, 2 * width), '', 5, 2 * width), '');
  const logits = classify(last, '', 'fc2');

  const inputs = [apex, onset, apexRegions, onsetRegions, rise, fall];
  const name = 'skd-tstsan';
  if (!first || !second)
    return buildModel({ name, inputs, outputs: logits, torchNames: { code: CODE, unused: ['AC1_', 'AC2_'] } });
  const all = [logits, first.logits, second.logits, last, first.seen, second.seen];
  return buildModel({ name, inputs, outputs: all, torchNames: { code: CODE } });
}

const CODE = 'github.com/GuanghaoZhu663/SKD-TSTSAN';

function each(make: (stream: Stream) => Node): Maps {
  return { L: make('L'), S: make('S'), T: make('T') };
}

/** The flows of both phases one after the other in the batch: `[2 batch, height, width, 2]`. */
function segments(nn: LayerBuilder, flows: readonly Node[]): Node {
  const [, ...shape] = flows[0]!.shape as number[];
  const parts = flows.map((flow, phase) =>
    nn.apply(new Regroup({ ...nn.named(`phase${phase}`), shape: [1, ...shape] }), flow),
  );
  const both = nn.apply(tfl.layers.concatenate({ name: 'both-phases', axis: 1 }), parts);
  return nn.apply(new Regroup({ ...nn.named('segments'), shape: [-2, ...shape] }), both);
}

/** The maps of the later frame with the motion since the earlier one enlarged; of the later one alone where the other is zero. */
function enlarged(nn: LayerBuilder, stream: Stream, frames: readonly Node[], { encoder, factor }: Plan): Node {
  const encode = new MotionEncoder({ ...nn.named(`Aug_Encoder_${stream}`), filters: encoder });
  const maps = frames.map((frame) => nn.apply(encode, frame));
  return nn.apply(
    new MotionManipulator({ ...nn.named(`Aug_Manipulator_${stream}`), factor }),
    maps.length === 1 ? maps[0]! : maps,
  );
}
