import { integer, type OptionsOf, type Resolved } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from '../build-model.js';
import { declareModel } from '../declare-model.js';
import { layerBuilder } from '../layers/layer-builder.js';
import { networkOptions } from '../network-options.js';
import { RESNET18, RESNET50, type ResNetPlan, resnetStages, resnetStem } from './resnet-features.js';
import { cofResult, imagenetResult, TORCHVISION, TORCHVISION_INPUTS } from './torchvision.js';

const resnetOptions = {
  ...networkOptions({ classes: 1000, inputShape: [224, 224, 3] }),
  width: integer('Maps of the first stage; the others have 2, 4 and 8 times as many.', { min: 1, default: 64 }),
};

/** Options of {@link createResNet18} and {@link createResNet50}. */
export type ResNetOptions = OptionsOf<typeof resnetOptions>;

/** ResNet-18 as a definition: paper, inputs, options, results. */
export const resnet18 = /* @__PURE__ */ declareModel({
  name: 'resnet18',
  title: 'ResNet-18',
  paper: 'He, Zhang, Ren, Sun 2016, arXiv 1512.03385',
  origin: 'torchvision',
  inputs: TORCHVISION_INPUTS,
  parameters: { classes: 1000, trainable: 11689512 },
  results: [imagenetResult(0.69758)],
  presets: { small: { inputShape: [48, 48, 3], width: 8 } },
  options: resnetOptions,
  create: (given) => build('resnet18', RESNET18, given),
});

/**
 * ResNet-18, as in torchvision, whose weights load by name.
 *
 * Input `[batch, height, width, 3]`, RGB from 0 to 1 less the ImageNet mean over the deviation for ImageNet weights; output
 * logits `[batch, classes]`. 11,689,512 parameters with 1000 classes.
 *
 * @example
 * ```ts
 * import { countParameters, createResNet18 } from '@mer/models';
 *
 * const model = createResNet18({ classes: 5, inputShape: [48, 48, 3], width: 8 });
 * console.log(countParameters(model).trainable); // 177037
 * ```
 *
 * Reference: He, Zhang, Ren, Sun 2016, arXiv 1512.03385; layer names of torchvision.
 */
export function createResNet18(options: ResNetOptions = {}): tfl.LayersModel {
  return resnet18.create(options);
}

/** ResNet-50 as a definition: paper, inputs, options, results. */
export const resnet50 = /* @__PURE__ */ declareModel({
  name: 'resnet50',
  title: 'ResNet-50',
  paper: 'He, Zhang, Ren, Sun 2016, arXiv 1512.03385',
  origin: 'torchvision',
  inputs: TORCHVISION_INPUTS,
  parameters: { classes: 1000, trainable: 25557032 },
  results: [
    imagenetResult(0.7613),
    cofResult('samm-cof', {
      network: 'ResNet-50',
      dataset: 'SAMM',
      accuracy: 0.5926,
      fits: '59.26 % is 16 of 27 (a hold-out of a fifth) or 80 of 135.',
    }),
  ],
  presets: { small: { inputShape: [48, 48, 3], width: 8 } },
  options: resnetOptions,
  create: (given) => build('resnet50', RESNET50, given),
});

/**
 * ResNet-50 with the step in the 3x3 convolution, as in torchvision, whose weights load by name.
 *
 * Input and output as {@link createResNet18}. 25,557,032 parameters with 1000 classes.
 *
 * @example
 * ```ts
 * import { createResNet50 } from '@mer/models';
 *
 * const model = createResNet50({ classes: 5, inputShape: [48, 48, 3], width: 4 });
 * console.log(model.outputs[0]!.shape); // [ null, 5 ]
 * ```
 *
 * Reference: He, Zhang, Ren, Sun 2016, arXiv 1512.03385; layer names of torchvision.
 */
export function createResNet50(options: ResNetOptions = {}): tfl.LayersModel {
  return resnet50.create(options);
}

function build(
  name: string,
  plan: Omit<ResNetPlan, 'width'>,
  { classes, inputShape, width, seed }: Resolved<typeof resnetOptions>,
): tfl.LayersModel {
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  let x = resnetStages(nn, resnetStem(nn, input, width), { ...plan, width });
  x = nn.globalAveragePool(x, 'avgpool');
  const outputs = nn.linear(x, 'fc', { units: classes, head: true });
  return buildModel({ name, inputs: input, outputs, torchNames: { code: TORCHVISION, backbone: { copies: [''] } } });
}
