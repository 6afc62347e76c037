import { integer, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from '../build-model.js';
import { checkSides } from '../check-sides.js';
import { declareModel } from '../declare-model.js';
import { Regroup } from '../layers/combine.js';
import { ClassToken, PositionEmbedding, TakeToken } from '../layers/embedding.js';
import { layerBuilder } from '../layers/layer-builder.js';
import { LayerNormalization } from '../layers/layer-normalization.js';
import { SeededDropout } from '../layers/seeded-dropout.js';
import { TransformerBlock } from '../layers/transformer-block.js';
import { networkOptions } from '../network-options.js';
import { imagenetResult, TORCHVISION, TORCHVISION_INPUTS } from './torchvision.js';

const vitB16Options = {
  ...networkOptions(
    { classes: 1000, inputShape: [224, 224, 3] },
    'Height, width and channels of an image, height and width multiples of `patch`.',
  ),
  patch: integer('Side of a patch.', { min: 1, default: 16 }),
  width: integer('Width of the tokens.', { min: 1, default: 768 }),
  depth: integer('Number of blocks.', { min: 1, default: 12 }),
  heads: integer('Number of heads, which divides `width`.', { min: 1, default: 12 }),
  dropout: number('Share of the elements that training drops after each linear layer.', {
    min: 0,
    below: 1,
    default: 0,
  }),
};

/** Options of {@link createVitB16}. */
export type VitB16Options = OptionsOf<typeof vitB16Options>;

/** ViT-B/16 as a definition: paper, inputs, options, results. */
export const vitB16 = /* @__PURE__ */ declareModel({
  name: 'vit-b16',
  title: 'ViT-B/16',
  paper: 'Dosovitskiy et al. 2021, arXiv 2010.11929',
  origin: 'torchvision',
  inputs: TORCHVISION_INPUTS,
  parameters: { classes: 1000, trainable: 86567656 },
  results: [imagenetResult(0.81072)],
  presets: { small: { inputShape: [48, 48, 3], patch: 8, width: 96, depth: 3, heads: 3 } },
  options: vitB16Options,
  create: build,
});

/**
 * ViT-B/16, as in torchvision, whose weights load by name, those of older files too.
 *
 * Input `[batch, height, width, 3]`, output logits `[batch, classes]`. 86,567,656 parameters with 1000 classes. The table of
 * positions belongs to one input size: weights of another size do not load.
 *
 * @example
 * ```ts
 * import { createVitB16 } from '@mer/models';
 *
 * const model = createVitB16({ classes: 5, inputShape: [48, 48, 3], width: 96, depth: 3, heads: 3 });
 * console.log(model.outputs[0]!.shape); // [ null, 5 ]
 * ```
 *
 * Reference: Dosovitskiy et al. 2021, arXiv 2010.11929; layer names of torchvision.
 */
export function createVitB16(options: VitB16Options = {}): tfl.LayersModel {
  return vitB16.create(options);
}

function build({
  classes,
  inputShape,
  patch,
  width,
  depth,
  heads,
  dropout,
  seed,
}: Resolved<typeof vitB16Options>): tfl.LayersModel {
  if (width % heads !== 0) {
    throw new RangeError(`Cannot create vit-b16 as heads must divide width: current values are ${heads} and ${width}`);
  }
  checkSides('create vit-b16', inputShape, patch);
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  let x = nn.conv(input, 'conv_proj', { filters: width, kernelSize: patch, stride: patch });
  x = nn.apply(new Regroup({ ...nn.named('tokens'), shape: [-1, width] }), x);
  x = nn.apply(new ClassToken(nn.named('class_token')), x);
  x = nn.apply(new PositionEmbedding(nn.named('encoder.pos_embedding')), x);
  x = nn.apply(new SeededDropout({ ...nn.named('encoder.dropout'), rate: dropout }), x);
  for (let number = 0; number < depth; number++) {
    const named = nn.named(`encoder.layers.encoder_layer_${number}`);
    x = nn.apply(new TransformerBlock({ ...named, heads, dropout, style: 'torchvision' }), x);
  }
  x = nn.apply(new LayerNormalization({ ...nn.named('encoder.ln'), epsilon: 1e-6 }), x);
  x = nn.apply(new TakeToken(nn.named('take')), x);
  return buildModel({
    name: 'vit-b16',
    inputs: input,
    outputs: nn.linear(x, 'heads.head', { units: classes, head: true }),
    torchNames: {
      code: TORCHVISION,
      backbone: { copies: [''] },
      renamed: [
        ['\\.mlp\\.linear_1\\.', '.mlp.0.'],
        ['\\.mlp\\.linear_2\\.', '.mlp.3.'],
      ],
    },
  });
}
