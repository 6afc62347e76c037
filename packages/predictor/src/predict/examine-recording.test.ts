import '@tensorflow/tfjs-backend-cpu';
import { type FaceDetector, frameReader } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { examineRecording } from './examine-recording.js';

const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 17) * 3, 20 + Math.floor(i / 17) * 12] as const);
const beside = points.map(([x, y]) => [x + 200, y] as const);
const still = (count: number, width = 96) => frameReader(tf.fill([count, 96, width, 1], 0.5) as tf.Tensor4D);
const one: FaceDetector = async () => [{ points, score: 0.9 }];

describe('examineRecording()', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('refuses a recording without a face, and looks no further', async () => {
    const { reasons, face, motion, intervals } = await examineRecording(still(3), { detect: async () => [] });
    expect(reasons).toEqual([
      { code: 'no-face', text: expect.stringMatching(/^there is no face: .*none was found in any of the 3 frames/) },
    ]);
    expect([face, motion]).toEqual([undefined, undefined]);
    // with --force all of it
    expect(intervals).toMatchObject([
      { onset: 0, apex: null, offset: 2, from: { onset: 'first frame', offset: 'last frame' } },
    ]);
  });

  it('asks who is meant where there are two, and takes whom it is told', async () => {
    const detect: FaceDetector = async () => [
      { points, score: 0.9 },
      { points: beside, score: 0.8 },
    ];
    const { reasons } = await examineRecording(still(2, 320), { detect });
    expect(reasons[0]).toMatchObject({
      code: 'several-faces',
      text: expect.stringMatching(/there are 2 .*: say with several who is meant: largest, surest or middle$/),
    });
    const told = await examineRecording(still(2, 320), { detect, several: 'surest' });
    expect(told.reasons).toMatchObject([{ code: 'no-motion' }]);
    expect(told.face).toMatchObject({ from: 'detected', faces: 2, meanScore: 0.9, box: { x: 20 } });
  });

  it('refuses a face in less than half of the frames, and a face that does not move', async () => {
    let frame = 0;
    const { reasons } = await examineRecording(still(5), {
      detect: async (image) => (frame++ % 3 === 0 ? one(image) : []),
    });
    expect(reasons).toEqual([
      { code: 'face-missing', text: 'a face is in 2 of the 5 frames that were looked at, less than half' },
      { code: 'no-motion', text: 'nothing moves in the face: 0.00 pixels of 256, less than 0.3' },
    ]);
  });

  it('takes marks and landmarks as they are given', async () => {
    const landmarks = [
      { frame: 0, points: beside },
      { frame: 2, points },
    ];
    const marks = { onset: 3, offset: 4 };
    const { intervals, face, landmarks: used } = await examineRecording(still(6), { landmarks, marks });
    expect(intervals).toEqual([
      { onset: 3, apex: null, offset: 4, from: { onset: 'given', apex: 'spotted', offset: 'given' } },
    ]);
    expect(face).toMatchObject({ from: 'given', fill: Math.sqrt((48 * 36) / 96 ** 2) });
    // those of the last frame before the onset
    expect(used).toEqual([{ frame: 3, points }]);
  });
});
