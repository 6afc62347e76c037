import { isName } from './annotations/check-rows.js';
import type { ClipDataset, Sample } from './dataset.js';
import { frameRange } from './frames/frame-range.js';
import { frameStack } from './frames/frame-stack.js';
import { resolveOptions } from './option-spec.js';
import { emotionPatterns, type SyntheticEmotion } from './synthetic/action-units.js';
import { drawClip } from './synthetic/clip.js';
import { planClip } from './synthetic/clip-plan.js';

export type { SyntheticEmotion } from './synthetic/action-units.js';

/** Emotions that the synthetic faces can show. */
export const syntheticEmotions = Object.freeze(Object.keys(emotionPatterns)) as readonly SyntheticEmotion[];

/** Options of {@link createSyntheticDataset}. */
export interface SyntheticOptions {
  /** Name of the set, which its samples carry. Default `synthetic`; others serve cross-data-set experiments. */
  name?: string;
  /** Number of subjects. Default 8. */
  subjects?: number;
  /** Clips per subject, spread evenly over the classes. Default 9. */
  clipsPerSubject?: number;
  /** Emotions shown, at least two of {@link syntheticEmotions}. Default happiness, disgust, surprise. */
  classes?: readonly SyntheticEmotion[];
  /** Side of a frame, pixels. Default 64. */
  size?: number;
  /** Frames per clip. Default 16. */
  frames?: number;
  /** Greatest movement of the skin in a clip of ordinary strength, pixels. Default 1.2. */
  amplitude?: number;
  /** Standard deviation of the sensor noise, in 0..1 of the grey scale. Default 0.01. */
  noise?: number;
  /** Root mean square of the head's drift over a clip, pixels. Default 0.1. */
  drift?: number;
  /** Everything random follows from it. Default 0. */
  seed?: number;
}

/** The options of {@link createSyntheticDataset} as data. */
export const syntheticOptions = {
  name: {
    type: 'string',
    default: 'synthetic',
    description: 'Name of the set, which its samples carry: give two sets two names in a cross-data-set experiment.',
  },
  subjects: { type: 'integer', minimum: 2, maximum: 999, default: 8, description: 'Number of subjects.' },
  clipsPerSubject: {
    type: 'integer',
    minimum: 1,
    maximum: 999,
    default: 9,
    description: 'Clips per subject, spread evenly over the classes.',
  },
  classes: {
    type: 'strings',
    values: syntheticEmotions,
    minimumLength: 2,
    default: ['happiness', 'disgust', 'surprise'],
    description: 'Emotions shown.',
  },
  size: { type: 'integer', minimum: 16, maximum: 512, default: 64, description: 'Side of a frame, pixels.' },
  frames: { type: 'integer', minimum: 5, maximum: 500, default: 16, description: 'Frames per clip.' },
  amplitude: {
    type: 'number',
    minimum: 0,
    maximum: 8,
    default: 1.2,
    description: 'Greatest movement of the skin in a clip of ordinary strength, pixels.',
  },
  noise: {
    type: 'number',
    minimum: 0,
    maximum: 0.5,
    default: 0.01,
    description: 'Standard deviation of the sensor noise, in 0..1 of the grey scale.',
  },
  drift: {
    type: 'number',
    minimum: 0,
    maximum: 8,
    default: 0.1,
    description: "Root mean square of the head's drift over a clip, pixels.",
  },
  seed: {
    type: 'integer',
    minimum: 0,
    maximum: 4294967295,
    default: 0,
    description: 'Everything random follows from it.',
  },
} as const;

/**
 * Makes a small set of generated faces that show micro-expressions; nothing is read from disk.
 *
 * Each subject has a face of its own (shape, skin, hair, light) and habits (strength and asymmetry of its expressions).
 * A clip moves the skin by the action units of its emotion (a smile lifts the corners of the mouth, surprise the brows),
 * which rise from the onset to the apex and fall until the offset, while the head drifts and the sensor adds noise. A
 * class is recognised by where and how the skin moves, never by a subject's looks. Frames are 8-bit, as from a camera.
 *
 * Clips are drawn when read: the same options give the same clips, in any order of reading, and no clip is kept.
 *
 * @throws TypeError or RangeError for an option that is unknown or out of its range.
 *
 * @example
 * ```ts
 * import { createSyntheticDataset } from '@mer/datasets';
 *
 * const dataset = createSyntheticDataset({ subjects: 4, clipsPerSubject: 3, size: 32, frames: 9 });
 * const { frames, onset, apex, offset } = await dataset.readClip(0, { from: 'first', to: 'last' });
 * console.log(dataset.samples.length, frames.shape, onset < apex! && apex! < offset); // 12 [ 9, 32, 32, 3 ] true
 * ```
 */
export function createSyntheticDataset(options: SyntheticOptions = {}): ClipDataset {
  const settings = resolveOptions('synthetic', syntheticOptions, {
    ...options,
  }) as unknown as Required<SyntheticOptions>;
  const { name, subjects, clipsPerSubject, classes, size, frames, amplitude, noise, drift, seed } = settings;
  if (!isName(name)) {
    throw new RangeError(
      `Cannot open data set 'synthetic' as option name must be a name without slashes: current value is '${name}'`,
    );
  }
  const look = { seed, height: size, width: size, amplitude, noise, drift };
  const samples: Sample[] = [];
  for (let s = 1; s <= subjects; s++) {
    for (let c = 1; c <= clipsPerSubject; c++) {
      const subject = `sub${String(s).padStart(2, '0')}`;
      // Subjects start with different classes, so that the classes stay balanced when they do not divide the clips.
      const label = (c - 1 + (s - 1)) % classes.length;
      const clip = `EP${String(label + 1).padStart(2, '0')}_${String(c).padStart(2, '0')}`;
      samples.push(Object.freeze({ id: `${name}/${subject}/${clip}`, dataset: name, subject, clip, label }));
    }
  }
  return Object.freeze({
    kind: 'clips',
    name,
    classes: Object.freeze([...classes]),
    samples: Object.freeze(samples),
    notes: [],
    settings: { generator: 2, ...settings },
    sources: async () => [],
    readSource: async (path) => {
      throw new Error(`Cannot read '${path}' as the synthetic set has no files`);
    },
    async readClip(index, read = {}) {
      const sample = samples[index];
      if (!sample) {
        throw new RangeError(`Cannot read clip as index must be 0 to ${samples.length - 1}: current value is ${index}`);
      }
      const plan = planClip(seed, sample.subject, sample.clip, classes[sample.label]!, frames);
      const { first, last, marks } = frameRange(sample.id, { ...plan, count: frames }, read);
      const stack = frameStack(sample.id, last - first + 1, read);
      let position = 0;
      for (const data of drawClip(look, plan, { first, last })) {
        stack.put(position++, { width: size, height: size, channels: 3, data });
      }
      return { frames: stack.tensor(), ...marks };
    },
  } satisfies ClipDataset);
}
