import { checkOptions, choice, integer, list, number, type OptionsOf, type Resolved, text } from '@mer/options';
import type { ClipDataset, Sample } from '../dataset.js';
import { defineDataset } from '../define-dataset.js';
import { frameRange } from '../frames/frame-range.js';
import { frameStack } from '../frames/frame-stack.js';
import { checkReadOptions } from '../read-clip-options.js';
import { emotionPatterns, type Pattern, type SyntheticEmotion } from '../synthetic/action-units.js';
import { drawClip } from '../synthetic/clip.js';
import { type ClipPlan, planClip } from '../synthetic/clip-plan.js';

/** Emotions that the synthetic faces can show. */
const syntheticEmotions = Object.keys(emotionPatterns) as readonly SyntheticEmotion[];

const options = {
  name: text('Name of the set, which its samples carry: give two sets two names in a cross-data-set experiment.', {
    pattern: /^(?!\.{1,2}$)[^\\/\0]+$/,
    expected: 'a name without slashes',
    default: 'synthetic',
  }),
  subjects: integer('Number of subjects.', { min: 2, max: 999, default: 8 }),
  clipsPerSubject: integer('Clips per subject, spread evenly over the classes.', { min: 1, max: 999, default: 9 }),
  classes: list('Emotions shown.', choice('An emotion.', syntheticEmotions, {}), {
    min: 2,
    different: true,
    default: ['happiness', 'disgust', 'surprise'],
  }),
  labels: choice(
    'What a sample is labeled with: the emotion that it shows, as where nothing is said, or every action unit that makes it up (any number of labels).',
    ['emotion', 'action-units'],
    { optional: true },
  ),
  size: integer('Side of a frame, pixels.', { min: 16, max: 512, default: 64 }),
  frames: integer('Frames per clip.', { min: 5, max: 500, default: 16 }),
  amplitude: number('Greatest movement of the skin in a clip of ordinary strength, pixels.', {
    min: 0,
    max: 8,
    default: 1.2,
  }),
  noise: number('Standard deviation of the sensor noise, in 0..1 of the gray scale.', {
    min: 0,
    max: 0.5,
    default: 0.01,
  }),
  drift: number("Root mean square of the head's drift over a clip, pixels.", { min: 0, max: 8, default: 0.1 }),
  seed: integer('Everything random follows from it.', { min: 0, max: 4294967295, default: 0 }),
};

/** Options of {@link createSyntheticDataset}. */
export type SyntheticOptions = OptionsOf<typeof options>;

/** The definition of the generated set. */
export const synthetic = /* @__PURE__ */ defineDataset({
  name: 'synthetic',
  title: 'Generated faces that show micro-expressions',
  samples: 'clips',
  needsRoot: false,
  options,
  traits: { apex: true, labelKind: ({ labels }) => (labels === 'action-units' ? 'multiple' : 'single') },
  open: ({ root: _root, mode: _mode, parts: _parts, ...settings }): ClipDataset => datasetOf(settings),
});

/**
 * Makes a small set of generated faces that show micro-expressions; nothing is read from disk.
 *
 * Each subject has a face of its own (shape, skin, hair, light) and habits (strength and asymmetry of its expressions).
 * A clip moves the skin by the action units of its emotion (a smile lifts the corners of the mouth, surprise the brows),
 * which rise from the onset to the apex and fall until the offset, while the head drifts and the sensor adds noise. A
 * class is recognized by where and how the skin moves, never by a subject's looks. Frames are 8-bit, as from a camera.
 *
 * With `labels: 'action-units'` the samples have any number of labels: the action units that take part.
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
export function createSyntheticDataset(given: SyntheticOptions = {}): ClipDataset {
  return datasetOf(checkOptions("open data set 'synthetic'", options, given));
}

function datasetOf(settings: Resolved<typeof options>): ClipDataset {
  const { labels, ...others } = settings;
  const { name, subjects, clipsPerSubject, classes: emotions, size, frames, amplitude, noise, drift, seed } = settings;
  const units = unitsIn(emotions);
  const classes = labels === 'action-units' ? units.map((unit) => `AU${unit}`) : emotions;
  const look = { seed, height: size, width: size, amplitude, noise, drift };
  const samples: Sample[] = [];
  const shown: SyntheticEmotion[] = [];
  for (let s = 1; s <= subjects; s++) {
    for (let c = 1; c <= clipsPerSubject; c++) {
      const subject = `sub${String(s).padStart(2, '0')}`;
      // Subjects start with different classes, so that the classes stay balanced when they do not divide the clips.
      const index = (c - 1 + (s - 1)) % emotions.length;
      const clip = `EP${String(index + 1).padStart(2, '0')}_${String(c).padStart(2, '0')}`;
      const emotion = emotions[index]!;
      shown.push(emotion);
      const label = labels === 'action-units' ? unitsOf(planClip(seed, subject, clip, emotion, frames), units) : index;
      samples.push(Object.freeze({ id: `${name}/${subject}/${clip}`, dataset: name, subject, clip, label }));
    }
  }
  return Object.freeze({
    kind: 'clips',
    name,
    classes: Object.freeze([...classes]),
    ...(labels === 'action-units' && { labelKind: 'multiple' as const }),
    samples: Object.freeze(samples),
    notes: [],
    settings: { generator: 2, ...others, ...(labels === 'action-units' && { labels }) },
    sources: async () => [],
    readSource: async (path) => {
      throw new Error(`Cannot read '${path}' as the synthetic set has no files`);
    },
    async readClip(index, read = {}) {
      const sample = samples[index];
      if (!sample) {
        throw new RangeError(`Cannot read clip as index must be 0 to ${samples.length - 1}: current value is ${index}`);
      }
      const plan = planClip(seed, sample.subject, sample.clip, shown[index]!, frames);
      const asked = checkReadOptions(sample.id, read);
      const { first, last, marks } = frameRange(sample.id, { ...plan, count: frames }, asked);
      const stack = frameStack(sample.id, last - first + 1, asked);
      let position = 0;
      for (const data of drawClip(look, plan, { first, last })) {
        stack.put(position++, { width: size, height: size, channels: 3, data });
      }
      return { frames: stack.tensor(), ...marks };
    },
  } satisfies ClipDataset);
}

/** The action units that some emotions can be made of, ascending. */
function unitsIn(emotions: readonly SyntheticEmotion[]): number[] {
  const patterns = emotions.flatMap((emotion): readonly Pattern[] => emotionPatterns[emotion]);
  const units = patterns.flatMap((pattern) => pattern.units.map(([unit]) => unit));
  return [...new Set(units)].sort((a, b) => a - b);
}

/** The places among the units of those that move in a clip, whichever side. */
function unitsOf({ units: moved }: ClipPlan, units: readonly number[]): number[] {
  return [...units.keys()].filter((i) => moved.some(({ unit }) => unit === units[i]));
}
