import { either, integer, list, number, text } from '@mer/options';
import * as v from 'valibot';
import { loose } from './loose.js';

const name = (about: string) => text(about, {});
const count = (about: string) => integer(about, { min: 0 });

const label = (about: string) =>
  either(about, [count('A class.'), list('Labels.', count('A label.'), { different: true })], {});

const predictions = list(
  'Tested samples.',
  loose({
    id: name('data set / subject / clip.'),
    dataset: v.string('a text'),
    subject: v.string('a text'),
    clip: v.string('a text'),
    truth: label('Class annotated, or all labels.'),
    predicted: label('Class predicted, or all labels.'),
    logits: list('Outputs.', number('An output.', {}), {}),
    drawn: v.optional(loose({ psnr: number('Decibels.', {}), ssim: number('A similarity.', { max: 1 }) })),
    marks: v.optional(
      loose({
        onset: number('First frame.', {}),
        apex: v.nullable(number('Strongest frame.', {})),
        offset: number('Last frame.', {}),
        fps: number('Frames a second.', {}),
      }),
    ),
  }),
  {},
);

/** What `predictions.json` must hold; what its numbers must be for the classes of the run is checked by {@link readFold}. */
export const predictionsSchema = loose({
  fold: v.string('a text'),
  seed: count('Seed.'),
  epochChoice: name('How the epoch was chosen.'),
  epoch: count('The epoch tested.'),
  trained: count('Training samples.'),
  validationSubjects: list('Subjects held out.', v.string('a text'), {}),
  untrained: v.optional(list('Classes without a training sample.', count('A class.'), {})),
  predictions,
  oracle: v.optional(loose({ epoch: count('The epoch.'), predictions })),
});

const measured = number('A number.', {});
/** Absent, or null where it was no finite number. */
const missable = v.nullish(measured);

/** What `history.json` must hold. */
export const historySchema = loose({
  seconds: number('Wall-clock time.', { min: 0 }),
  processorSeconds: v.optional(number('Time of all cores.', { min: 0 })),
  epochs: list(
    'Epochs.',
    loose({
      epoch: count('1 for the first.'),
      loss: measured,
      accuracy: measured,
      learningRate: measured,
      validationLoss: missable,
      validationAccuracy: missable,
      testLoss: missable,
      testAccuracy: missable,
    }),
    {},
  ),
});
