import { integer, number } from '@mer/options';
import { type Clip, checkedAs, phasesOf } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { type RandomStream, randomStream, uniformBelow } from '../random.js';
import { type ClipChange, declareClipAugmentation } from './define-augmentation.js';

function phase(which: 'onsetApex' | 'apexOffset'): ClipChange {
  return {
    certain: true,
    apply(clip) {
      const [onset, offset] = phasesOf(clip)[which];
      const { apex } = clip;
      return { ...clip, onset, offset, apex: apex !== null && apex >= onset && apex <= offset ? apex : offset };
    },
  };
}

/** The whole, the rise and the fall of each clip. */
export const phases = /* @__PURE__ */ declareClipAugmentation({
  name: 'phases',
  title: 'Both phases beside the whole',
  paper: 'arXiv 2510.15466; that the whole clip stays in training is this project’s choice',
  options: {},
  groups: () => [[null], [phase('onsetApex')], [phase('apexOffset')]],
});

/** Every frame mirrored, as an alternative. */
export const mirror = /* @__PURE__ */ declareClipAugmentation({
  name: 'mirror',
  title: 'Mirrored',
  paper: null,
  options: {},
  groups: () => [
    [null, { apply: (clip) => ({ ...clip, frames: checkedAs(tf.reverse(clip.frames, 2), clip.frames) }) }],
  ],
});

const fraction = (about: string) => number(about, { above: 0, below: 1, default: 0.05 });

/** Other onsets, apexes and offsets, as alternatives. */
export const jitter = /* @__PURE__ */ declareClipAugmentation({
  name: 'jitter',
  title: 'Onset, apex and offset moved',
  paper: 'the code of MMNet (arXiv 2201.05297) and TSFmicro (arXiv 2505.16372)',
  options: {
    copies: integer('How many draws are prepared beside the annotated one.', { min: 1, max: 32, default: 4 }),
    onset: fraction('Onset moves to a later frame, by at most this share of the span from onset to apex.'),
    apex: fraction('Apex moves to an earlier frame, by at most this share of the span from onset to apex.'),
    offset: number('Offset moves to an earlier frame, by at most this share of the span from apex to offset.', {
      min: 0,
      below: 1,
      default: 0,
    }),
  },
  groups: (settings) => [
    [
      null,
      ...Array.from({ length: settings.copies }, (_, copy) => ({
        apply: (clip: Clip, key: readonly (string | number)[]) =>
          jittered(clip, settings, randomStream([...key, 'jitter', copy])),
      })),
    ],
  ],
});

/** The pair of frames that differ most, in the place of the annotated ones. */
export const strongestPair = /* @__PURE__ */ declareClipAugmentation({
  name: 'strongest-pair',
  title: 'The pair of frames that differ most',
  paper: 'the code of MMNet (arXiv 2201.05297) and TSFmicro (arXiv 2505.16372)',
  options: {
    share: number('Candidates lie within this share of the span from onset to apex, counted from either.', {
      above: 0,
      below: 1,
      default: 0.0375,
    }),
  },
  groups: ({ share }) => [[{ apply: (clip) => toStrongestPair(clip, share) }]],
});

/** Every change of clips; an experiment's `use` adds others. */
export const clipAugmentations = [phases, mirror, jitter, strongestPair] as const;

function jittered(
  clip: Clip,
  { onset, apex, offset }: { onset: number; apex: number; offset: number },
  stream: RandomStream,
) {
  const peak = clip.apex ?? Math.round((clip.onset + clip.offset) / 2);
  const draw = (share: number, span: number) => uniformBelow(Math.floor(share * span) + 1, stream);
  const rise = peak - clip.onset;
  const start = clip.onset + draw(onset, rise);
  const top = Math.max(peak - draw(apex, rise), start);
  const end = Math.max(clip.offset - draw(offset, clip.offset - peak), top);
  return { ...clip, onset: start, apex: clip.apex === null ? null : top, offset: end };
}

/** Moves onset and apex to the pair of frames, near the annotated ones, that differ most (L2). */
async function toStrongestPair(clip: Clip, share: number): Promise<Clip> {
  if (clip.apex === null || clip.apex <= clip.onset) return clip;
  const reach = Math.floor(share * (clip.apex - clip.onset));
  const starts = Array.from({ length: reach + 1 }, (_, i) => clip.onset + i);
  const ends = Array.from({ length: reach + 1 }, (_, i) => clip.apex! - reach + i);
  let best = { onset: clip.onset, apex: clip.apex, norm: -1 };
  for (const onset of starts) {
    for (const apex of ends) {
      if (apex <= onset) continue;
      const sum = tf.tidy(() => {
        const [first, last] = [onset, apex].map((at) => tf.slice(clip.frames, [at, 0, 0, 0], [1, -1, -1, -1]));
        return tf.sum(tf.square(tf.sub(last!, first!)));
      });
      const norm = (await sum.data())[0]!;
      sum.dispose();
      // of equal pairs the later apex: the annotated one, where all are alike
      if (norm >= best.norm) best = { onset, apex, norm };
    }
  }
  return { ...clip, onset: best.onset, apex: best.apex };
}
