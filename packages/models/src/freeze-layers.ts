import type * as tfl from '@tensorflow/tfjs-layers';
import { torchNamesOf } from './build-model.js';
import { holdStill } from './run/still-layers.js';
import { type ModelParameter, modelParameters } from './weights/model-parameters.js';

/** Words that name layers by what they are. */
const LAYER_GROUPS = ['(backbone)', '(head)', '(body)'] as const;

/** Options of {@link freezeLayers}. */
export interface FreezeLayersOptions {
  /**
   * What frozen layers do in training. `fixed`, the default: they run as in evaluation, so that batch norms take their running statistics and leave them alone, and nothing is
   * dropped: `requires_grad_(False)` and `eval()` of PyTorch. `moving`: only their weights stay; batch norms take the batch's statistics and their running ones move:
   * `requires_grad_(False)` alone.
   */
  readonly statistics?: 'fixed' | 'moving';
}

/**
 * The weights of the layers that names stand for, running statistics among them, in the model's order.
 *
 * A name is a layer's, or the start of several up to a dot, as PyTorch's state dict has them: `layer1` is `layer1.0.conv1.weight` and all others below it. `(backbone)`: what
 * weights of a backbone go into ({@link loadBackbone}); `(head)`: the last linear layers; `(body)`: all but these.
 *
 * @param model - any model of layers
 * @param names - names of layers
 * @throws RangeError where a name stands for no layer with weights; the message lists those there are
 *
 * @example
 * ```ts
 * import { createModel, parametersNamed } from '@mer/models';
 *
 * const model = createModel('resnet18', { classes: 3, width: 4, inputShape: [32, 32, 3] });
 * console.log(parametersNamed(model, ['fc']).map(({ torchName }) => torchName)); // [ 'fc.weight', 'fc.bias' ]
 * ```
 */
export function parametersNamed(model: tfl.LayersModel, names: readonly string[]): ModelParameter[] {
  const all = modelParameters(model);
  const chosen = new Set<ModelParameter>();
  for (const name of names) {
    const named = all.filter(matcher(model, name));
    if (named.length === 0) {
      const known = [...new Set(all.map(({ torchName }) => torchName.split('.')[0]!))];
      const words = LAYER_GROUPS.filter((word) => all.some(matcher(model, word)));
      throw new RangeError(
        `Cannot find layers of ${model.name} as a name must be that of a layer, or the start of several (${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}), or one of ${words.join(', ')}: current value is ${name}`,
      );
    }
    for (const parameter of named) chosen.add(parameter);
  }
  return all.filter((parameter) => chosen.has(parameter));
}

/**
 * Leaves layers out of training until the function that is given back is called: their weights have no gradient, and by default they run as in evaluation wherever the model is run by
 * {@link runModel}, as `fit` of `@mer/training` does.
 *
 * @param model - any model of layers
 * @param names - as {@link parametersNamed} takes them
 * @param options - what frozen layers do in training
 * @returns a function that lets them train again, if they did before
 * @throws RangeError where a name stands for no layer, nothing would be left to train, or a part of a layer with running statistics is named and not the whole
 *
 * @example
 * ```ts
 * import { createModel, freezeLayers } from '@mer/models';
 *
 * const model = createModel('resnet18', { classes: 3, width: 4, inputShape: [32, 32, 3] });
 * const thaw = freezeLayers(model, ['(body)']);
 * console.log(model.trainableWeights.length); // 2
 * thaw();
 * console.log(model.trainableWeights.length); // 62
 * ```
 *
 * Reference: `torch.nn.Module.requires_grad_` and `eval`.
 */
export function freezeLayers(
  model: tfl.LayersModel,
  names: readonly string[],
  { statistics = 'fixed' }: FreezeLayersOptions = {},
): () => void {
  const frozen = new Set(parametersNamed(model, names).map(({ variable }) => variable));
  const trained = model.trainableWeights.filter((variable) => frozen.has(variable));
  if (trained.length === model.trainableWeights.length && trained.length > 0) {
    throw new RangeError(`Cannot freeze ${names.join(', ')} of ${model.name} as no weight would be left to train`);
  }
  const release = statistics === 'fixed' ? holdStill(stillLayers(model, names, frozen)) : undefined;
  for (const variable of trained) variable.trainable = false;
  return () => {
    release?.();
    for (const variable of trained) variable.trainable = true;
  };
}

/** The layers all of whose weights are frozen, and those without weights that are named. */
function stillLayers(
  model: tfl.LayersModel,
  names: readonly string[],
  frozen: ReadonlySet<tfl.LayerVariable>,
): tfl.layers.Layer[] {
  const parameters = modelParameters(model);
  return model.layers.filter((layer) => {
    if (layer.weights.length === 0) {
      return names.some((name) => matcher(model, name)({ torchName: layer.name, head: false }));
    }
    const own = layer.weights.filter((variable) => frozen.has(variable));
    if (own.length === 0) return false;
    if (own.length === layer.weights.length) return true;
    const statistics = parameters.filter(({ variable, trainable }) => !trainable && own.includes(variable));
    if (statistics.length === 0) return false;
    throw new RangeError(
      `Cannot freeze ${statistics[0]!.torchName} of ${model.name} as a layer with running statistics must be frozen as a whole: name ${layer.name}, or let them move (statistics: moving)`,
    );
  });
}

function matcher(
  model: tfl.LayersModel,
  name: string,
): (parameter: Pick<ModelParameter, 'torchName' | 'head'>) => boolean {
  if (name === '(head)') return ({ head }) => head;
  if (name === '(body)') return ({ head }) => !head;
  if (name === '(backbone)') {
    const { copies = [], parts = [''] } = torchNamesOf(model).backbone ?? {};
    const starts = copies.flatMap((copy) => parts.map((part) => copy + part));
    return ({ torchName, head }) => !head && starts.some((start) => torchName.startsWith(start));
  }
  const start = name.endsWith('.') ? name : `${name}.`;
  return ({ torchName }) => torchName === name || torchName.startsWith(start);
}
