import type { CombinedFlowOptions, MagnitudeModulatedFlowOptions } from './combined-flow.js';
import type { DualPhaseOptions } from './dual-phase.js';
import { alignEntry } from './face/align.js';
import type { FlowColorImageOptions, UvStrainOptions } from './flow/flow-image.js';
import {
  greyEntry,
  multiplyEntry,
  normalizeEntry,
  resizeEntry,
  reverseChannelsEntry,
  rgbEntry,
} from './image-steps.js';
import type { MestiOptions } from './mesti.js';
import type { MotionIntensityOptions } from './motion-intensity.js';
import { show } from './options.js';
import { pipe } from './pipe.js';
import { representations } from './registry.js';
import type { AnyStep, Step, StepData, StepEntry } from './step.js';
import { evenLightEntry } from './temporal/even-light.js';
import { interpolateEntry } from './temporal/interpolate.js';
import { magnifyEntry } from './temporal/magnify.js';
import { sampleEntry } from './temporal/sample.js';
import { spotEntry } from './temporal/spot-apex.js';
import { stabilizeEntry } from './temporal/stabilize.js';
import type { TemporalRankedOptions } from './temporal-ranked.js';

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
export const steps = Object.freeze({
  ...representations,
  align: alignEntry,
  stabilize: stabilizeEntry,
  'even-light': evenLightEntry,
  'spot-apex': spotEntry,
  interpolate: interpolateEntry,
  sample: sampleEntry,
  magnify: magnifyEntry,
  resize: resizeEntry,
  grey: greyEntry,
  rgb: rgbEntry,
  normalize: normalizeEntry,
  multiply: multiplyEntry,
  'reverse-channels': reverseChannelsEntry,
  // biome-ignore lint/suspicious/noExplicitAny: entries of every kind
} satisfies Record<string, StepEntry<object, any, any>>);

/** The name of a step in {@link steps}. */
export type StepName = keyof typeof steps;

/**
 * A step from plain data: what `JSON.stringify` made of one, or written by hand; options left out take their defaults.
 *
 * @param data `{ step, options? }`, `{ pipe: [data, …] }`, or a name.
 * @returns the step, not applied.
 * @throws RangeError if a name or an option is not known (the message lists what is); TypeError if the data is none of these.
 *
 * @example
 * ```ts
 * import { createStep, pipe, resize, trdi } from '@mer/representations';
 *
 * const step = pipe(resize(112), trdi({ grey: true }));
 * const again = createStep(JSON.parse(JSON.stringify(step)));
 * console.log(again.hash() === step.hash()); // true
 * ```
 *
 * Reference: this project's own.
 */
export function createStep(data: StepData | { step: string; options?: object } | string): AnyStep {
  const task = 'create a step';
  if (typeof data === 'string') return createStep({ step: data });
  if (typeof data !== 'object' || data === null) {
    throw new TypeError(`Cannot ${task} as data must be { step, options } or { pipe }: current value is ${show(data)}`);
  }
  const keys = Object.keys(data);
  if ('pipe' in data && keys.length === 1 && Array.isArray(data.pipe)) {
    return pipe(...data.pipe.map((part) => createStep(part))) as AnyStep;
  }
  if (!('step' in data) || keys.some((key) => key !== 'step' && key !== 'options')) {
    throw new TypeError(
      `Cannot ${task} as data must be { step, options } or { pipe }: its keys are ${keys.join(', ')}`,
    );
  }
  if (typeof data.step !== 'string' || !Object.hasOwn(steps, data.step)) {
    throw new RangeError(
      `Cannot ${task} as its name must be one of ${Object.keys(steps).join(', ')}: current value is ${show(data.step)}`,
    );
  }
  return (steps[data.step as StepName] as StepEntry).create(data.options);
}

/**
 * The step of {@link temporalRankedDynamicImage}, for a {@link pipe}.
 *
 * @example
 * ```ts
 * import { trdi } from '@mer/representations';
 *
 * console.log(String(trdi({ scaling: 'min-max' }))); // trdi({ scaling: 'min-max' })
 * ```
 */
export const trdi = (options?: TemporalRankedOptions): Step => representations.trdi.create(options);

/**
 * The step of {@link motionIntensityDynamicImage}, for a {@link pipe}.
 *
 * @example
 * ```ts
 * import { midi } from '@mer/representations';
 *
 * console.log(String(midi())); // midi()
 * ```
 */
export const midi = (options?: MotionIntensityOptions): Step => representations.midi.create(options);

/**
 * The step of {@link dualPhaseDynamicImage}, for a {@link pipe}.
 *
 * @example
 * ```ts
 * import { dualPhase } from '@mer/representations';
 *
 * console.log(dualPhase().outputShape([28, 28, 3])); // [ 28, 28, 6 ]
 * ```
 */
export const dualPhase = (options?: DualPhaseOptions): Step => representations['dual-phase'].create(options);

/**
 * The step of {@link combinedFlow}, for a {@link pipe}.
 *
 * @example
 * ```ts
 * import { cof } from '@mer/representations';
 *
 * console.log(String(cof({ flow: 'farneback' })).slice(0, 27)); // cof({ flow: { method: 'farn
 * ```
 */
export const cof = (options?: CombinedFlowOptions): Step => representations.cof.create(options);

/**
 * The step of {@link magnitudeModulatedFlow}, for a {@link pipe}.
 *
 * @example
 * ```ts
 * import { mmCof } from '@mer/representations';
 *
 * console.log(mmCof().name); // mm-cof
 * ```
 */
export const mmCof = (options?: MagnitudeModulatedFlowOptions): Step => representations['mm-cof'].create(options);

/**
 * The step of {@link uvStrainImage}, for a {@link pipe}.
 *
 * @example
 * ```ts
 * import { uvStrain } from '@mer/representations';
 *
 * console.log(uvStrain().outputShape([224, 224, 3])); // [ 28, 28, 3 ]
 * ```
 */
export const uvStrain = (options?: UvStrainOptions): Step => representations['u-v-strain'].create(options);

/**
 * The step of {@link flowColorImage}, for a {@link pipe}.
 *
 * @example
 * ```ts
 * import { flowColor } from '@mer/representations';
 *
 * console.log(flowColor().gives); // image
 * ```
 */
export const flowColor = (options?: FlowColorImageOptions): Step => representations['flow-color'].create(options);

/**
 * The step of {@link mesti}, for a {@link pipe}.
 *
 * @example
 * ```ts
 * import { mestiImage } from '@mer/representations';
 *
 * console.log(mestiImage().outputShape([64, 64, 1])); // [ 64, 64, 3 ]
 * ```
 */
export const mestiImage = (options?: MestiOptions): Step => representations.mesti.create(options);
