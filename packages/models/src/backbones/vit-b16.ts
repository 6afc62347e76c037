import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from '../build-model.js';
import { checkCommonOptions, checkInteger, checkKeys, checkRate } from '../checks.js';
import { Regroup } from '../layers/combine.js';
import { ClassToken, PositionEmbedding, TakeToken } from '../layers/embedding.js';
import { layerBuilder } from '../layers/layer-builder.js';
import { LayerNormalization } from '../layers/layer-normalization.js';
import { registerLayers } from '../layers/register-layers.js';
import { SeededDropout } from '../layers/seeded-dropout.js';
import { TransformerBlock } from '../layers/transformer-block.js';

/** Options of {@link createVitB16}. */
export interface VitB16Options {
  /** Number of classes; 1000 by default, as in ImageNet. */
  classes?: number;
  /** Height, width and channels of the input, multiples of `patch`; `[224, 224, 3]` by default. */
  inputShape?: readonly [number, number, number];
  /** Side of a patch; 16 by default. */
  patch?: number;
  /** Width of the tokens; 768 by default. */
  width?: number;
  /** Number of blocks; 12 by default. */
  depth?: number;
  /** Number of heads, which divides `width`; 12 by default. */
  heads?: number;
  /** Share of the elements that training drops after each linear layer; 0 by default. */
  dropout?: number;
  /** Seed of the initial weights and of the dropout masks; 0 by default. */
  seed?: number;
}

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
  const task = 'create vit-b16';
  checkKeys(task, options, ['classes', 'inputShape', 'patch', 'width', 'depth', 'heads', 'dropout', 'seed']);
  const { classes = 1000, inputShape = [224, 224, 3], patch = 16, width = 768, depth = 12, heads = 12 } = options;
  const { dropout = 0, seed = 0 } = options;
  checkCommonOptions(task, { classes, inputShape, seed });
  for (const [name, value] of Object.entries({ patch, width, depth, heads })) checkInteger(task, name, value);
  checkRate(task, 'dropout', dropout);
  if (width % heads !== 0) {
    throw new RangeError(`Cannot ${task} as heads must divide width: current values are ${heads} and ${width}`);
  }
  if (inputShape[0] % patch !== 0 || inputShape[1] % patch !== 0) {
    throw new RangeError(
      `Cannot ${task} as inputShape must be multiples of the patch's side ${patch}: current value is [${inputShape}]`,
    );
  }
  registerLayers();
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
      backbone: { copies: [''] },
      renamed: [
        ['\\.mlp\\.linear_1\\.', '.mlp.0.'],
        ['\\.mlp\\.linear_2\\.', '.mlp.3.'],
      ],
    },
  });
}
