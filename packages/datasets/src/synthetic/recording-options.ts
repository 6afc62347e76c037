import { flag, integer, number } from '@mer/options';

/** The options that one generated recording and a plan of several have in common. */
// @__NO_SIDE_EFFECTS__
export const recordingEntries = () => ({
  seed: integer('Everything random follows from it.', { min: 0, max: 4294967295, default: 0 }),
  seconds: number('Length of a recording, seconds.', { min: 1, max: 3600, default: 60 }),
  fps: integer('Frames per second.', { min: 10, max: 1000, default: 30 }),
  size: integer('Side of a frame, which the face fills; pixels.', { min: 32, max: 1024, default: 224 }),
  amplitude: number(
    'Greatest movement of the skin that a micro-expression may make, pixels of a face image of 224 pixels; each makes 0.6 to 1 of it.',
    { min: 0, max: 6, default: 1 },
  ),
  macroAmplitude: number('The same of macro-expressions; each makes 0.5 to 1 of it.', { min: 0, max: 6, default: 3 }),
  distractorAmplitude: number('Greatest movement by a turn of the head and by talking, pixels at 224.', {
    min: 0,
    max: 6,
    default: 3,
  }),
  blinks: number('Blinks per minute.', { min: 0, max: 120, default: 15 }),
  turns: number('Turns, nods and tilts of the head per minute.', { min: 0, max: 60, default: 6 }),
  talks: number('How often per minute somebody talks, for 1 to 5 seconds.', { min: 0, max: 20, default: 2 }),
  gazes: number('Glances elsewhere per minute.', { min: 0, max: 120, default: 12 }),
  drift: number("Root mean square of the head's slow drift, pixels at 224.", { min: 0, max: 8, default: 0.8 }),
  noise: number('Standard deviation of the sensor noise, in 0..1 of the gray scale.', {
    min: 0,
    max: 0.5,
    default: 0.008,
  }),
  light: number('Root mean square of the slow change of the light, as a share of it.', {
    min: 0,
    max: 0.3,
    default: 0.01,
  }),
  overlap: number(
    'Share of the expressions during which distractors may occur; the others are kept clear of them, drift, noise and light aside.',
    { min: 0, max: 1, default: 0.25 },
  ),
  crowded: flag('Whether expressions of one recording may overlap.', { default: false }),
});
