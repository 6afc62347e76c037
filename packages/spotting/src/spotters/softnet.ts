import { integer, number, type OptionsOf, type Resolved } from '@mer/options';
import { flowOption } from '@mer/representations';
import { defineLearningSpotter } from '../learning/define-learning-spotter.js';
import type { FlowCourse } from './flow-course.js';
import { flowPeaks } from './flow-peaks.js';
import { halfLengths, peakOption, rateOption } from './interval-options.js';
import { momentImages } from './moment-images.js';

const options = {
  rate: rateOption(),
  ...halfLengths(),
  flow: flowOption('tvl1'),
  epochs: integer('Epochs of training; 0 where given weights stay as they are.', { min: 0, max: 10000, default: 10 }),
  batchSize: integer('Moments in a step of training.', { min: 1, max: 4096, default: 12 }),
  learningRate: number('Learning rate of SGD.', { above: 0, max: 10, default: 5e-4 }),
  quiet: number('Share of the moments without an expression that are trained on.', {
    above: 0,
    max: 1,
    default: 0.5,
  }),
  threshold: peakOption(),
};

/** Options of {@link softnet}. */
export type SoftnetSpotterOptions = OptionsOf<typeof options>;

/**
 * Spots expressions by SOFTNet: two small networks, one for micro- and one for macro-expressions, score for each frame how much the flow over half an expression looks
 * like one; peaks of the scores become intervals as those of {@link flowPeaks} do.
 *
 * The networks learn from annotated recordings: a study (`mer spot`) trains them on all subjects but one; {@link withNetworks} takes those that have learned, the
 * authors' among them. A moment is one of an expression where its k frames meet those after the onset up to the offset. Half of the other moments are trained on,
 * and of micro-expressions three changed copies of each (mirrored, blurred, noisy). Mean squared error, SGD.
 *
 * @example
 * ```ts
 * import { checkOptions } from '@mer/options';
 * import { softnet } from '@mer/spotting';
 *
 * const options = checkOptions('train', softnet.options, {});
 * const shape = [14, 42, 42, 3] as const;
 * const images = { micro: { reach: 6, shape }, macro: { reach: 18, shape: [2, 42, 42, 3] as const } };
 * const counts = { rate: 30, stride: 1, frames: 20, images };
 * const targets = softnet.learning.targets('micro', counts, [{ onset: 10, offset: 12, kind: 'micro' }], options);
 * console.log(targets.join('')); // 00000011111110
 * ```
 *
 * Reference: Liong, See, Wong, "Shallow optical flow three-stream CNN for macro- and micro-expression spotting from long videos", ICIP 2021, and its released code: F1
 * 0.2410 (macro), 0.1173 (micro) on CAS(ME)^2, 0.2169 and 0.1520 on SAMM Long Videos, videos without an expression left out and the threshold searched there.
 */
export const softnet = /* @__PURE__ */ defineLearningSpotter({
  name: 'softnet',
  title: 'SOFTNet: scores of a network for the flow of each moment',
  paper: 'Liong, See, Wong, ICIP 2021, arXiv 2106.06489',
  ours: 'lengths in seconds, the face square of landmarks, images in steps of 1/255, recordings without an expression of the kind are trained on too, intervals cut off at the ends',
  options,
  decides: ['threshold'],
  trace: (measured: FlowCourse, settings) =>
    flowPeaks.trace!(measured, settings as never).map((one) => ({ ...one, name: one.name.replace('motion', 'score') })),
  decide: (measured: FlowCourse, settings) => flowPeaks.decide(measured, settings as never),
  learning: {
    networks: { micro: ['micro'], macro: ['macro'] },
    trains: ['epochs', 'batchSize', 'learningRate', 'quiet'],
    look: (recording, { rate, micro, macro, flow }, watch) =>
      momentImages(recording, { rate, ahead: { micro, macro }, flow, size: SIZE }, watch),
    create: async (_network, _options, seed) => (await import('@mer/models')).createSoftnet({ seed: seed >>> 0 }),
    targets(network, { stride, images }, truth) {
      const { reach, shape } = images[network]!;
      const targets = new Float32Array(shape[0]);
      for (const { onset, offset, kind } of truth) {
        if (kind !== network) continue;
        // frames i..i + reach - 1 that meet onset + 1..offset
        const first = Math.max(0, Math.floor(onset / stride) + 2 - reach);
        targets.fill(1, first, Math.max(first, Math.floor(offset / stride) + 1));
      }
      return targets;
    },
    training: (network, { epochs, batchSize, learningRate, quiet }: Resolved<typeof options>) => ({
      ...{ epochs, batchSize, optimizer: 'sgd' as const, learningRate, quiet: { share: quiet } },
      copies: network === 'micro' ? (['flip', 'blur', 'noise'] as const) : [],
    }),
    measured: ({ rate, stride, frames, images }, answers): FlowCourse => ({
      ...{ rate, stride, frames },
      courses: {
        micro: { reach: images['micro']!.reach, values: answers['micro']! },
        macro: { reach: images['macro']!.reach, values: answers['macro']! },
      },
    }),
  },
});

/** Side of the images. */
const SIZE = 42;
