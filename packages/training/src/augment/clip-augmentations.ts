import { choice, integer, number } from '@mer/options';
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
    apexLater: number(
      'Apex may move to a later frame too, by at most this share of the span from apex to offset; every frame between is as likely.',
      {
        min: 0,
        below: 1,
        default: 0,
      },
    ),
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
    difference: choice(
      '`wrapped` takes differences of whole gray levels modulo 256, as the code of TSFmicro does without meaning to: it chooses about as chance does.',
      ['true', 'wrapped'],
      { default: 'true' },
    ),
    share: number('Candidates lie within this share of the span from onset to apex, counted from either.', {
      above: 0,
      below: 1,
      default: 0.0375,
    }),
  },
  groups: (settings) => [[{ apply: (clip) => toStrongestPair(clip, settings) }]],
});

/** Every change of clips; an experiment's `use` adds others. */
export const clipAugmentations = [phases, mirror, jitter, strongestPair] as const;

function jittered(
  clip: Clip,
  { onset, apex, apexLater = 0, offset }: { onset: number; apex: number; apexLater?: number; offset: number },
  stream: RandomStream,
) {
  const peak = clip.apex ?? Math.round((clip.onset + clip.offset) / 2);
  const draw = (share: number, span: number) => uniformBelow(Math.floor(share * span) + 1, stream);
  const rise = peak - clip.onset;
  const start = clip.onset + draw(onset, rise);
  const later = Math.floor(apexLater * (clip.offset - peak));
  const moved = peak + later - uniformBelow(Math.floor(apex * rise) + later + 1, stream);
  const top = Math.max(moved, start);
  const end = Math.max(clip.offset - draw(offset, clip.offset - peak), top);
  return { ...clip, onset: start, apex: clip.apex === null ? null : top, offset: end };
}

/** Moves onset and apex to the pair of frames, near the annotated ones, that differ most (L2). */
async function toStrongestPair(
  clip: Clip,
  { share, difference }: { share: number; difference?: 'true' | 'wrapped' },
): Promise<Clip> {
  const { apex } = clip;
  if (apex === null || apex <= clip.onset) return clip;
  const reach = Math.floor(share * (apex - clip.onset));
  const wrapped = difference === 'wrapped';
  let best = { onset: clip.onset, apex, norm: -1 };
  for (const [start, end] of pairsNear(clip.onset, apex, reach)) {
    if (end <= start) continue;
    const sum = tf.tidy(() => {
      const [first, last] = [start, end].map((at) => tf.slice(clip.frames, [at, 0, 0, 0], [1, -1, -1, -1]));
      return tf.sum(tf.square(wrapped ? wrappedDifference(last!, first!) : tf.sub(last!, first!)));
    });
    const norm = (await sum.data())[0]!;
    sum.dispose();
    if (norm > best.norm) best = { onset: start, apex: end, norm };
  }
  return { ...clip, onset: best.onset, apex: best.apex };
}

/** The pairs that may be chosen, in the order of the authors' code: of equal ones the first is taken, the annotated one where all are alike. */
function pairsNear(onset: number, apex: number, reach: number): [onset: number, apex: number][] {
  const steps = Array.from({ length: reach }, (_, i) => i + 1);
  const ofStart = (start: number) => steps.map((step): [number, number] => [start, apex - step]);
  return [
    [onset, apex],
    ...steps.flatMap((step): [number, number][] => [[onset + step, apex], ...ofStart(onset + step)]),
    ...ofStart(onset),
  ];
}

/** The difference of whole gray levels modulo 256: what subtracting bytes from bytes gives. */
function wrappedDifference(last: tf.Tensor, first: tf.Tensor): tf.Tensor {
  const levels = (frame: tf.Tensor) => tf.round(tf.mul(frame, 255));
  const signed = tf.sub(levels(last), levels(first));
  return tf.add(signed, tf.mul(tf.cast(tf.less(signed, 0), 'float32'), 256));
}
