import type { ExpressionKind } from '@mer/metrics';
import { group, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import { flowOption } from '@mer/representations';
import type { SpottedInterval } from '../intervals/spotted-interval.js';
import { momentCount } from '../learning/answer-moments.js';
import { defineLearningSpotter } from '../learning/define-learning-spotter.js';
import { findPeaks } from '../signal/find-peaks.js';
import { framesOf } from './flow-course.js';
import { averaged } from './flow-peaks.js';
import { rateOption } from './interval-options.js';
import { momentImages } from './moment-images.js';

/** What is looked for of one kind, in seconds. */
const kindOptions = (usual: Record<'smooth' | 'distance' | 'before' | 'after' | 'shortest' | 'longest', number>) => {
  const seconds = (words: string, name: keyof typeof usual) =>
    number(`${words}, seconds.`, { min: 0, max: 60, default: usual[name] });
  return {
    smooth: seconds('Scores are averaged over so much before and after', 'smooth'),
    distance: seconds('From one peak to the next at least', 'distance'),
    before: seconds('An onset is looked for so long before the peak', 'before'),
    after: seconds('And an offset so long after it', 'after'),
    shortest: seconds('Intervals last longer than this', 'shortest'),
    longest: seconds('And shorter than this', 'longest'),
  };
};

const options = {
  rate: rateOption(),
  ahead: number('How far ahead the long look goes, seconds; the short one goes to the next frame.', {
    above: 0,
    max: 10,
    default: 0.2,
  }),
  flow: flowOption('tvl1'),
  soft: number('Share of labels that rise to the apex and fall, beside those of 0 and 1.', {
    min: 0,
    max: 1,
    default: 0.3,
  }),
  epochs: integer('Epochs of training; 0 where given weights stay as they are.', { min: 0, max: 10000, default: 10 }),
  batchSize: integer('Moments in a step of training.', { min: 1, max: 4096, default: 128 }),
  learningRate: number('Learning rate of Adam.', { above: 0, max: 10, default: 5e-5 }),
  threshold: number('Least averaged score of a peak, and of onset and offset.', { min: 0, max: 1, default: 0.7 }),
  margin: number('How far the score over the length of a micro-expression lies above that over a macro-expression.', {
    min: -1,
    max: 1,
    default: 0.4,
  }),
  micro: group(
    'Micro-expressions.',
    kindOptions({ smooth: 0.2, distance: 0.4, before: 0.5, after: 0.5, shortest: 1 / 6, longest: 1 }),
  ),
  macro: group(
    'Macro-expressions.',
    kindOptions({ smooth: 0.6, distance: 1.2, before: 1.5, after: 1.5, shortest: 0.5, longest: 3 }),
  ),
};

/** Options of {@link mtsn}. */
export type MtsnSpotterOptions = OptionsOf<typeof options>;

/** What the network of {@link mtsn} answers to each frame of a recording that was looked at. */
export interface MomentScores {
  /** Frames a second of what follows. */
  readonly rate: number;
  /** One of so many frames of the recording was looked at. */
  readonly stride: number;
  /** How many frames the recording has. */
  readonly frames: number;
  readonly values: Float32Array;
}

/** Onset and offset below this are no condition where the peak is above it. */
const SURE = 0.95;
/** Side of the images. */
const SIZE = 28;
const kinds = ['micro', 'macro'] as const;

/**
 * Spots expressions by MTSN: one network scores each frame for both kinds of expressions, of the flow over half a micro-expression and of that to the next frame; the
 * scores are averaged over the lengths of both kinds, peaks found, and around each the frames that differ most from it, but lie above the threshold.
 *
 * A micro-expression stands out of the scores that are averaged over the length of a macro-expression, too. Trained on as many moments without an expression
 * as with one; mean squared error against labels of 0 and 1 and, in part, such that rise to the apex and fall; Adam. The
 * networks learn in a study (`mer spot`); {@link withNetworks} takes those that have learned, the authors' among them.
 *
 * @example
 * ```ts
 * import { checkOptions } from '@mer/options';
 * import { mtsn } from '@mer/spotting';
 *
 * const values = new Float32Array(120);
 * values.fill(0.75, 40, 56).fill(1, 44, 52);
 * const found = mtsn.decide({ rate: 30, stride: 1, frames: 126, values }, checkOptions('decide', mtsn.options, {}));
 * console.log(found.map(({ kind }) => kind)); // [ 'micro' ]
 * ```
 *
 * Reference: Liong, See, Chan, "MTSN: A multi-temporal stream network for spotting facial macro- and micro-expression with hard and soft pseudo-labels", FME 2022, and
 * its released code, which has hard labels twice instead of the soft ones. F1 0.4104 (macro), 0.0808 (micro) on CAS(ME)^2, where several intervals count for one truth; a
 * reproduction was reported as failing.
 */
export const mtsn = /* @__PURE__ */ defineLearningSpotter({
  name: 'mtsn',
  title: 'MTSN: scores of one network for the flow over long and short',
  paper: 'Liong, See, Chan, FME 2022',
  ours: 'lengths in seconds, the preparation of the images (as of SOFTNet, in steps of 1/255), both kinds compared at the same frame, a side without a frame above the threshold ends at the peak, initial weights of the package',
  options,
  decides: ['threshold', 'margin', 'micro', 'macro'],
  trace: (measured: MomentScores, settings) =>
    kinds.map((kind) => {
      const { first, values } = smoothed(measured, settings[kind].smooth);
      const { stride } = measured;
      const shown = { name: `score, ${kind}`, first: first * stride, step: stride, values };
      return { ...shown, threshold: settings.threshold };
    }),
  decide,
  learning: {
    networks: { both: ['long', 'short'] },
    trains: ['soft', 'epochs', 'batchSize', 'learningRate'],
    look: (recording, { rate, ahead, flow }, watch) =>
      momentImages(recording, { rate, ahead: { long: ahead, short: 0 }, flow, size: SIZE }, watch),
    create: async (_network, _options, seed) => (await import('@mer/models')).createMtsn({ seed: seed >>> 0 }),
    targets(_network, moments, truth, { soft }) {
      const { stride } = moments;
      const targets = new Float32Array(momentCount(moments, ['long', 'short']));
      for (const { onset, offset, apex: known } of truth) {
        const apex = known ?? (onset + offset) / 2;
        for (let i = Math.ceil(onset / stride); i <= Math.floor(offset / stride) && i < targets.length; i++) {
          const frame = i * stride;
          const side = frame < apex ? (frame - onset) / (apex - onset) : (offset - frame) / Math.max(1, offset - apex);
          // squared errors against both labels are least at their mean
          targets[i] = Math.max(targets[i]!, 1 - soft + soft * Math.min(1, side));
        }
      }
      return targets;
    },
    training: (_network, { epochs, batchSize, learningRate }: Resolved<typeof options>) => ({
      ...{ epochs, batchSize, optimizer: 'adam' as const, learningRate, quiet: { each: 1 }, copies: [] },
    }),
    measured: ({ rate, stride, frames }, answers): MomentScores => ({ rate, stride, frames, values: answers['both']! }),
  },
});

function decide(measured: MomentScores, settings: Resolved<typeof options>): SpottedInterval[] {
  const { stride, frames } = measured;
  const courses = {
    micro: smoothed(measured, settings.micro.smooth),
    macro: smoothed(measured, settings.macro.smooth),
  };
  const found = kinds.flatMap((kind) =>
    aroundPeaks(courses[kind], measured.rate, settings, kind).filter(
      ({ apex, score }) => kind === 'macro' || score - valueAt(courses.macro, apex) > settings.margin,
    ),
  );
  return found
    .map(({ onset, apex, offset, ...rest }) => ({
      ...{ onset: onset * stride, apex: apex * stride, offset: Math.min(frames - 1, offset * stride) },
      ...rest,
    }))
    .sort((a, b) => a.onset - b.onset || a.offset - b.offset);
}

/** Scores that are averaged; `values[0]` belongs to the frame `first`. */
interface Course {
  readonly first: number;
  readonly values: Float64Array;
}

function smoothed({ values, rate }: MomentScores, seconds: number): Course {
  const first = framesOf(seconds, rate);
  return { first, values: averaged(values, first) };
}

/** The averaged score of a frame; beyond the ends that of the end. */
function valueAt({ first, values }: Course, frame: number): number {
  return values[Math.min(values.length - 1, Math.max(0, frame - first))] ?? 0;
}

/** Intervals around the peaks of one kind, in frames that were looked at. */
function aroundPeaks(
  { first, values }: Course,
  rate: number,
  { threshold, ...settings }: Resolved<typeof options>,
  kind: ExpressionKind,
): SpottedInterval[] {
  const { distance, before, after, shortest, longest } = settings[kind];
  const peaks = findPeaks(values, { height: threshold, distance: framesOf(distance, rate) });
  return peaks.flatMap((peak) => {
    const onset = furthest(values, peak, -Math.round(before * rate), threshold);
    const offset = furthest(values, peak, Math.round(after * rate), threshold);
    const [score, seconds] = [values[peak]!, (offset - onset) / rate];
    const stands = score > SURE || (score > values[onset]! && score > values[offset]!);
    if (!stands || !(seconds > shortest && seconds < longest)) return [];
    return [{ onset: onset + first, apex: peak + first, offset: offset + first, score, kind }];
  });
}

/** Up to so many places from a peak the one above the threshold that differs most from it; the peak where there is none. */
function furthest(values: Float64Array, peak: number, reach: number, threshold: number): number {
  let [best, most] = [peak, 0];
  const [low, high] = [
    Math.max(0, Math.min(peak, peak + reach)),
    Math.min(values.length - 1, Math.max(peak, peak + reach)),
  ];
  for (let i = low; i <= high; i++) {
    const difference = Math.abs(values[peak]! - values[i]!);
    if (difference > most && values[i]! > threshold) [best, most] = [i, difference];
  }
  return best;
}
