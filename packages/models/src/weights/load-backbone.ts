import type * as tfl from '@tensorflow/tfjs-layers';
import { torchNamesOf } from '../build-model.js';
import { entriesOf, withoutTwins } from './entries.js';
import { type LoadWeightsReport, loadWeights, type WeightArrays } from './load-weights.js';
import { modelParameters } from './model-parameters.js';
import { stateDictNames } from './state-dict-names.js';

/**
 * Starts a network from a backbone that was trained elsewhere, for example torchvision's on ImageNet: its state dict goes into every
 * copy of that backbone in the model; the classifier and all other layers keep their own start.
 *
 * | model | backbone | copies |
 * | --- | --- | --- |
 * | AFN | ResNet-18 | `temporal`, `motion` |
 * | DIANet | ResNet-18 | `rise`, `fall` |
 * | FMANet | ResNet-18 without its first stage | the stems of both phases; the stages 2 to 4 once |
 * | SLSTT | ViT-B/16 of the authors' start (`B_16_imagenet1k.pth`) | `vit` |
 * | a backbone itself | its own | one |
 *
 * A state dict that lies beside others in a checkpoint is found by itself. The arrays come from a file of the user's (`readWeights(path)` of `@mer/io`) or from a URL of theirs (`parseWeights(bytes)`); nothing
 * is downloaded here. The report tells which weights keep their own start (`missing`; those of the classifier under
 * `reinitialized`) and which arrays have no place (`extra`, such as the classifier of ImageNet).
 *
 * @throws {TypeError} when the model has no backbone, or listing every array that is missing or whose shape does not fit.
 *
 * @example
 * ```ts
 * import { createModel, exportWeights, loadBackbone } from '@mer/models';
 *
 * const resnet = createModel('resnet18', { classes: 1000, width: 8 });
 * const trained = await exportWeights(resnet, { layout: 'pytorch' }); // or: await readWeights('resnet18.pth')
 * const report = loadBackbone(createModel('afn', { classes: 5, width: 8 }), trained);
 * console.log(report.loaded.length, report.extra); // 200 [ 'fc.weight', 'fc.bias' ]
 * console.log(report.reinitialized); // [ 'fc/kernel', 'fc/bias' ]
 * ```
 */
export function loadBackbone(model: tfl.LayersModel, file: WeightArrays): LoadWeightsReport {
  const task = `load a backbone into ${model.name}`;
  const torchNames = torchNamesOf(model);
  const { backbone } = torchNames;
  if (backbone === undefined) {
    throw new TypeError(
      `Cannot ${task} as the model must have one, such as a ResNet-18 in each of its branches; loadWeights() takes weights of ${model.name}`,
    );
  }
  const { copies, parts = [''] } = backbone;
  const starts = copies.flatMap((copy) => parts.map((part) => copy + part));
  const parameters = modelParameters(model);
  const places = new Set(
    parameters
      .filter(
        ({ head, computed, torchName }) => !head && !computed && starts.some((start) => torchName.startsWith(start)),
      )
      .map(({ torchName }) => torchName),
  );
  const fitOf = (arrays: WeightArrays, entry: string) => {
    const nameOf = stateDictNames(Object.keys(arrays), torchNames);
    const placesOf = (name: string) => {
      const own = nameOf(name);
      return own === null ? [] : copies.map((copy) => copy + own).filter((place) => places.has(place));
    };
    const names = Object.keys(arrays).filter((name) => !name.endsWith('num_batches_tracked'));
    const found = new Set(names.flatMap(placesOf));
    return { arrays, entry, placesOf, names, missing: [...places].filter((place) => !found.has(place)) };
  };
  const whole = fitOf(file, '');
  const entries =
    whole.missing.length === 0
      ? []
      : [...entriesOf(file, Math.ceil(places.size / copies.length))].map(([entry, own]) => fitOf(own, entry));
  const fitting = withoutTwins(
    entries.filter(({ missing }) => missing.length === 0),
    ({ arrays }) => Object.values(arrays).map(({ data }) => data),
  );
  if (fitting.length > 1) {
    throw new TypeError(
      `Cannot ${task} as one state dict of the file must fit: ${fitting.map(({ entry }) => entry).join(' and ')} do; give its arrays alone`,
    );
  }
  const { arrays, entry, placesOf, names, missing } = fitting[0] ?? whole;
  if (missing.length > 0) {
    throw new TypeError(
      `Cannot ${task} as the arrays must hold all of it: ${missing.length} of ${places.size} weights are missing, ${missing.slice(0, 4).join(', ')}${missing.length > 4 ? ', …' : ''}; the arrays are ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', …' : ''}`,
    );
  }
  const report = loadWeights(model, arrays, { mapping: placesOf, strict: false });
  const head = new Set(parameters.filter((entry) => entry.head).map(({ name }) => name));
  return {
    loaded: report.loaded,
    missing: report.missing.filter((name) => !head.has(name)),
    extra: names.filter((name) => placesOf(name).length === 0),
    reinitialized: report.missing.filter((name) => head.has(name)),
    entry,
  };
}
