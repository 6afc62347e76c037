import { partsByName } from '@mer/options';
import { cof } from './cof.js';
import { dualPhase } from './dual-phase.js';
import { dynamicImage } from './dynamic-image.js';
import { align } from './face/align.js';
import { biWoof } from './flow/bi-woof.js';
import { flow } from './flow/flow.js';
import { flowColor } from './flow/flow-color.js';
import { fourPartFlow } from './flow/four-part-flow.js';
import { hoof } from './flow/hoof.js';
import { longTermFlow } from './flow/long-term-flow.js';
import { uvStrain } from './flow/uv-strain.js';
import { fourParts } from './four-parts.js';
import { frame } from './frame.js';
import { frameDifference } from './frame-difference.js';
import { gray } from './gray.js';
import { lbpTop } from './lbp-top.js';
import { mesti } from './mesti.js';
import { midi } from './midi.js';
import { mmCof } from './mm-cof.js';
import { multiply } from './multiply.js';
import { normalize } from './normalize.js';
import { rankPooling } from './rank-pooling.js';
import { regions } from './regions.js';
import { resize } from './resize.js';
import { reverseChannels } from './reverse-channels.js';
import { rgb } from './rgb.js';
import { stretch } from './stretch.js';
import { evenLight } from './temporal/even-light.js';
import { interpolate } from './temporal/interpolate.js';
import { magnify } from './temporal/magnify.js';
import { sample } from './temporal/sample.js';
import { spotApex } from './temporal/spot-apex.js';
import { stabilize } from './temporal/stabilize.js';
import { trdi } from './trdi.js';

/** The representations: one line each. */
const pictures = [
  dynamicImage,
  trdi,
  midi,
  rankPooling,
  dualPhase,
  mesti,
  flow,
  flowColor,
  uvStrain,
  cof,
  mmCof,
  frame,
  frameDifference,
  lbpTop,
  hoof,
  biWoof,
] as const;

/**
 * Every representation by the name that experiments use: callable definitions, one line each.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { representations } from '@mer/representations';
 *
 * const represent = representations['dynamic-image']({ variant: 'linear', gray: true });
 * const clip = { frames: tf.zeros([5, 8, 8, 3]), onset: 0, apex: 2, offset: 4 } as const;
 * console.log(represent(clip).shape); // [ 8, 8, 1 ]
 * ```
 */
export const representations = /* @__PURE__ */ partsByName(pictures);

/** The name of a representation in {@link representations}. */
export type RepresentationName = keyof typeof representations;

/**
 * Every step by name: the {@link representations} and what can stand before and after them.
 *
 * @example
 * ```ts
 * import { steps } from '@mer/representations';
 *
 * console.log(steps.resize.title, steps.midi.gives); // Another size image
 * ```
 */
export const steps = /* @__PURE__ */ partsByName([
  ...pictures,
  align,
  stabilize,
  evenLight,
  spotApex,
  interpolate,
  sample,
  magnify,
  longTermFlow,
  resize,
  gray,
  rgb,
  normalize,
  multiply,
  reverseChannels,
  stretch,
  regions,
  fourParts,
  fourPartFlow,
]);

/** The name of a step in {@link steps}. */
export type StepName = keyof typeof steps;
