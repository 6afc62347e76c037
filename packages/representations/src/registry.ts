import type * as tf from '@tensorflow/tfjs-core';
import type { Clip } from './clip.js';
import {
  type CombinedFlowOptions,
  combinedFlow,
  combinedFlowRules,
  type MagnitudeModulatedFlowOptions,
  magnitudeModulatedFlow,
  magnitudeModulatedFlowRules,
} from './combined-flow.js';
import { type DualPhaseOptions, dualPhaseDynamicImage, dualPhaseRules } from './dual-phase.js';
import { type DynamicImageOptions, dynamicImage, dynamicImageRules } from './dynamic-image.js';
import {
  type FlowColorImageOptions,
  type FlowImageOptions,
  flowColorImage,
  flowColorImageRules,
  flowImage,
  flowImageRules,
  type UvStrainOptions,
  uvStrainImage,
  uvStrainRules,
} from './flow/flow-image.js';
import {
  type BiWoofOptions,
  biWoof,
  biWoofRules,
  type HoofOptions,
  hoof,
  hoofRules,
} from './flow/oriented-histogram.js';
import {
  type FrameDifferenceOptions,
  type FrameImageOptions,
  frameDifference,
  frameDifferenceRules,
  frameImage,
  frameImageRules,
} from './frame-images.js';
import { type Blocks, type LbpTopOptions, lbpTop, lbpTopAsync, lbpTopBins, lbpTopRules } from './lbp-top.js';
import { type MestiOptions, mesti, mestiRules } from './mesti.js';
import { type MotionIntensityOptions, motionIntensityDynamicImage, motionIntensityRules } from './motion-intensity.js';
import { type RankPoolingOptions, rankPooling, rankPoolingAsync, rankPoolingRules } from './rank-pooling.js';
import { defineStep, type ImageShape, type Step, type StepDefinition, type StepEntry } from './step.js';
import { type TemporalRankedOptions, temporalRankedDynamicImage } from './temporal-ranked.js';

/** One way to turn a clip into an image, as experiments name it. */
export type Representation<Options extends object = object> = StepEntry<Options, Clip, tf.Tensor3D>;

function define<Options extends object>(
  name: string,
  {
    version = 1,
    ...entry
  }: Omit<StepDefinition<Options, Clip, tf.Tensor3D>, 'takes' | 'gives' | 'version'> & { version?: number },
): Representation<Options> {
  return defineStep(name, { ...entry, version, takes: 'clip', gives: 'image' });
}

const dynamicImageShape = ([height, width, channels]: ImageShape, { grey }: { grey?: boolean }): ImageShape => [
  height,
  width,
  grey ? 1 : channels,
];

/**
 * Every representation by the name that experiments use.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { representations } from '@mer/representations';
 *
 * const represent = representations['dynamic-image'].create({ variant: 'linear', grey: true });
 * const clip = { frames: tf.zeros([5, 8, 8, 3]), onset: 0, apex: 2, offset: 4 } as const;
 * console.log(represent(clip).shape); // [ 8, 8, 1 ]
 * ```
 */
export const representations = Object.freeze({
  'dynamic-image': define<DynamicImageOptions>('dynamic-image', {
    title: 'Dynamic image (approximate rank pooling)',
    reference: 'Bilen et al., CVPR 2016',
    rules: dynamicImageRules,
    compute: dynamicImage,
    shape: dynamicImageShape,
  }),
  trdi: define<TemporalRankedOptions>('trdi', {
    title: 'Temporal-ranked dynamic image',
    reference: 'Man et al. 2025, arXiv 2510.09730, with our choice of weights',
    rules: dynamicImageRules,
    compute: temporalRankedDynamicImage,
    shape: dynamicImageShape,
  }),
  midi: define<MotionIntensityOptions>('midi', {
    title: 'Motion-intensity dynamic image',
    reference: 'Man et al. 2025, arXiv 2510.09730, with our choice of measure and weights',
    rules: motionIntensityRules,
    compute: motionIntensityDynamicImage,
    shape: dynamicImageShape,
  }),
  'rank-pooling': define<RankPoolingOptions>('rank-pooling', {
    title: 'Exact rank pooling (RankSVM)',
    reference: 'Fernando et al., CVPR 2015; Bilen et al., CVPR 2016',
    rules: rankPoolingRules,
    compute: rankPooling,
    computeAsync: rankPoolingAsync,
    shape: dynamicImageShape,
  }),
  'dual-phase': define<DualPhaseOptions>('dual-phase', {
    title: 'Dynamic images of both phases',
    reference: 'arXiv 2510.12219 and 2510.15466, with our fallback',
    rules: dualPhaseRules,
    compute: dualPhaseDynamicImage,
    shape: ([height, width, channels], { grey, phase }) => [
      height,
      width,
      (grey ? 1 : channels) * (phase === 'both' ? 2 : 1),
    ],
  }),
  mesti: define<MestiOptions>('mesti', {
    title: 'Motion gathered around the apex (MESTI-like)',
    reference: 'after arXiv 2509.00056; our definition',
    rules: mestiRules,
    compute: mesti,
    shape: ([height, width]) => [height, width, 3],
  }),
  flow: define<FlowImageOptions>('flow', {
    title: 'Optical flow between two marked frames',
    reference: 'TV-L1, Farneback or Horn-Schunck',
    rules: flowImageRules,
    compute: flowImage,
    shape: ([height, width], { channels }) => [height, width, channels === 'u-v' ? 2 : 3],
  }),
  'flow-color': define<FlowColorImageOptions>('flow-color', {
    title: 'Optical flow in colours',
    reference: 'HSV as in SLSTT (arXiv 2112.05851), or the Middlebury wheel',
    rules: flowColorImageRules,
    compute: flowColorImage,
    shape: ([height, width]) => [height, width, 3],
  }),
  'u-v-strain': define<UvStrainOptions>('u-v-strain', {
    title: 'Horizontal flow, vertical flow, optical strain',
    reference: 'STSTNet, Liong et al. 2019, arXiv 1902.03634',
    rules: uvStrainRules,
    compute: uvStrainImage,
    shape: ([height, width], { size }) => [size || height, size || width, 3],
  }),
  cof: define<CombinedFlowOptions>('cof', {
    title: 'Combined optical flow of both phases',
    reference: 'arXiv 2510.15471, with our choices',
    rules: combinedFlowRules,
    compute: combinedFlow,
    shape: ([height, width]) => [height, width, 3],
  }),
  'mm-cof': define<MagnitudeModulatedFlowOptions>('mm-cof', {
    title: 'Magnitude-modulated combined optical flow',
    reference: 'arXiv 2510.07810, with our choices',
    rules: magnitudeModulatedFlowRules,
    compute: magnitudeModulatedFlow,
    shape: ([height, width]) => [height, width, 3],
  }),
  frame: define<FrameImageOptions>('frame', {
    title: 'A marked frame, the apex by default',
    reference: 'Liong et al. 2018',
    rules: frameImageRules,
    compute: frameImage,
    shape: dynamicImageShape,
  }),
  'frame-difference': define<FrameDifferenceOptions>('frame-difference', {
    title: 'Difference of two marked frames, apex minus onset by default',
    reference: 'MMNet (arXiv 2201.05297), TSFmicro (arXiv 2505.16372)',
    rules: frameDifferenceRules,
    compute: frameDifference,
    shape: dynamicImageShape,
  }),
  'lbp-top': define<LbpTopOptions>('lbp-top', {
    title: 'Local binary patterns on three orthogonal planes, as histograms',
    reference: 'Zhao and Pietikäinen 2007',
    rules: lbpTopRules,
    compute: lbpTop,
    computeAsync: lbpTopAsync,
    shape: (_frame, options) => [...(options.blocks as Blocks), lbpTopBins(options as Required<LbpTopOptions>)],
  }),
  hoof: define<HoofOptions>('hoof', {
    title: 'Histograms of oriented optical flow',
    reference: 'Chaudhry et al. 2009',
    rules: hoofRules,
    compute: hoof,
    shape: (_frame, { blocks, bins }) => [...(blocks as Blocks), bins as number],
  }),
  'bi-woof': define<BiWoofOptions>('bi-woof', {
    title: 'Bi-weighted oriented optical flow, as histograms',
    reference: 'Liong et al. 2018',
    rules: biWoofRules,
    compute: biWoof,
    shape: (_frame, { blocks, bins }) => [...(blocks as Blocks), bins as number],
  }),
} satisfies Record<string, Representation>);

/** The name of a representation in {@link representations}. */
export type RepresentationName = keyof typeof representations;

/** The entry of a name that may come from a file, or a `RangeError` that lists the names there are. */
export function representationEntry(name: string): Representation {
  if (!Object.hasOwn(representations, name)) {
    throw new RangeError(
      `Cannot find a representation as name must be one of ${Object.keys(representations).join(', ')}: current value is '${name}'`,
    );
  }
  return representations[name as RepresentationName];
}

/**
 * The representation of a name, with options; both may come from a file and are checked.
 *
 * @param name a {@link RepresentationName}.
 * @param options the options of that representation; left out ones take the values of `representations[name].defaults`.
 * @returns `(clip) => image`, a {@link Step}.
 * @throws RangeError if the name or an option is not known (the message lists what is), or a value is out of range.
 *
 * @example
 * ```ts
 * import { createRepresentation } from '@mer/representations';
 *
 * try {
 *   createRepresentation('dynamic-image', { varant: 'linear' });
 * } catch (error) {
 *   console.log((error as Error).name); // RangeError
 * }
 * ```
 */
export function createRepresentation(name: string, options: object = {}): Step<Clip, tf.Tensor3D> {
  return representationEntry(name).create(options);
}
