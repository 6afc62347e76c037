import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import type { Clip } from './clip.js';
import { fourPartFlow } from './flow/four-part-flow.js';
import { uvStrain } from './flow/uv-strain.js';
import { fourParts } from './four-parts.js';
import { frameReader } from './frame-reader.js';

/** An image whose first channel is the row and whose second is the column. */
const places = (side: number) =>
  tf.tensor3d(Array.from({ length: side * side }, (_, i) => [Math.floor(i / side), i % side]).flat(), [side, side, 2]);

/** Row and column where each quarter of a composite was cut. */
function corners(image: tf.Tensor3D): number[][] {
  const half = image.shape[0] / 2;
  return [
    [0, 0],
    [0, half],
    [half, 0],
    [half, half],
  ].map(([y, x]) => [...tf.slice(image, [y!, x!, 0], [1, 1, 2]).dataSync()]);
}

it('fourParts() cuts where the code of HTNet does without a face, and at those points with true axes', () => {
  // int(point) - 7 by hand, points clipped to 7..21: rows, then columns
  expect(corners(fourParts(places(28), { axes: 'released' }))).toEqual([
    [2, 4],
    [14, 3],
    [3, 14],
    [13, 14],
  ]);
  expect(corners(fourParts(places(28)))).toEqual([
    [4, 2],
    [14, 3],
    [3, 14],
    [14, 13],
  ]);
  // parts keep to the image in any size
  expect(fourParts(places(30)).shape).toEqual([28, 28, 2]);
  expect(() => fourParts(tf.zeros([3, 8, 1]) as tf.Tensor3D)).toThrow(
    'at least 4 high and wide: current size is 8 x 3',
  );
});

it('fourPartFlow() cuts the flow at the landmarks nearest to the apex, of long clips too', async () => {
  const [height, width] = [56, 84];
  const frames = tf.randomUniform([9, height, width, 1], 0, 1, 'float32', 1) as tf.Tensor4D;
  const at = (dx: number): [number, number][] => {
    const points: [number, number][] = Array.from({ length: 68 }, () => [0, 0]);
    for (let i = 36; i < 42; i++) points[i] = [26 + dx, 19];
    for (let i = 42; i < 48; i++) points[i] = [59 + dx, 19];
    points[48] = [29 + dx, 41];
    points[54] = [2000, 41];
    return points;
  };
  const landmarks = [
    { frame: 1, points: at(0) },
    { frame: 8, points: at(20) },
  ];
  const clip: Clip = { frames, onset: 0, apex: 4, offset: 8, landmarks };
  const options = { flow: 'farneback', size: 28 } as const;
  const whole = uvStrain(clip, options);
  // 26.5 / 3 = 8.8, 19.5 / 2 = 9.75; 59.5 / 3 = 19.8; 29.5 / 3 = 9.8, 41.5 / 2 = 20.75; the last lies outside
  const cut = (y: number, x: number) => tf.slice(whole, [y, x, 0], [14, 14, 3]);
  const expected = tf
    .concat([tf.concat([cut(2, 1), cut(13, 2)], 1), tf.concat([cut(2, 12), cut(13, 14)], 1)], 0)
    .dataSync();
  expect(fourPartFlow(clip, options).dataSync()).toEqual(expected);
  const long = await fourPartFlow(options).applyAsync({ ...clip, frames: frameReader(frames) });
  expect(long.dataSync()).toEqual(expected);
  const { landmarks: _, ...bare } = clip;
  expect(() => fourPartFlow(bare, options)).toThrow('must have landmarks: current value is none (find them with');
});
