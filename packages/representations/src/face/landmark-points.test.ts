import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import type { Clip } from '../clip.js';
import { neighborFlow } from '../flow/neighbor-flow.js';
import { flowSequence } from '../flow/optical-flow.js';
import { frameReader } from '../frame-reader.js';
import { landmarkPoints } from './landmark-points.js';

const frames = tf.randomUniform([4, 16, 16, 1], 0, 1, 'float32', 1) as tf.Tensor4D;
const points = (by: number) => Array.from({ length: 68 }, (_, i) => [i + by, 2 * i] as const);
const clip: Clip = {
  frames,
  onset: 0,
  apex: 2,
  offset: 3,
  landmarks: [
    { frame: 0, points: points(0) },
    { frame: 3, points: points(0.5) },
  ],
};

it('landmarkPoints() gives every frame its points, or those of the nearest, of long clips too', async () => {
  const { frames: found, ...marks } = landmarkPoints(clip, { first: 1 });
  expect(marks).toEqual({ onset: 0, apex: 1, offset: 2 });
  const xs = tf.squeeze(tf.slice(found, [0, 5, 0, 0], [3, 1, 1, 1]));
  expect(xs.arraySync()).toEqual([5, 5.5, 5.5]);
  const long = (await landmarkPoints().applyAsync({ ...clip, frames: frameReader(frames) })) as Clip;
  expect(long.frames.shape).toEqual([4, 68, 1, 2]);
  expect(() => landmarkPoints(clip, { missing: 'refuse' })).toThrow('frame 1 has none (missing');
  expect(() => landmarkPoints(clip, { first: 4 })).toThrow('one of its 4 frames, 0 to 3: current value is 4');
  const { landmarks: _, ...bare } = clip;
  expect(() => landmarkPoints(bare)).toThrow('must have some: current value is none');
});

it('neighborFlow() is the flow of each frame to the next, whatever the marks', () => {
  const flows = neighborFlow({ ...clip, onset: 1 }, { flow: 'farneback' });
  expect(flows.frames.dataSync()).toEqual(flowSequence(frames, { flow: 'farneback' }).dataSync());
  expect([flows.onset, flows.apex, flows.offset, flows.landmarks]).toEqual([0, 1, 2, undefined]);
});
