import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { face } from '../../test/made-up-face.js';
import { texture, worstDifference } from '../../test/synthetic-clip.js';
import { gaussianBlur } from '../blur.js';
import type { Clip, Landmarks } from '../clip.js';
import { opticalFlow } from '../flow/optical-flow.js';
import { frameReader } from '../frame-reader.js';
import { frameAt } from '../frames.js';
import { resize } from '../resize.js';
import { stabilize } from '../temporal/stabilize.js';
import { align } from './align.js';
import { createFaceApiDetector } from './face-api.js';
import { detectLandmarks, parseLandmarks } from './landmarks.js';
import { applyTransform, eyeCenters, faceTransform, invertTransform, similarity, type Transform } from './transform.js';
import { warpFrames } from './warp-frames.js';

const shared = process.env['MER_SHARED_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

describe('faceTransform()', () => {
  it('puts eyes level, in one place whatever the size and turn of the face', () => {
    for (const layout of ['similarity', 'mol'] as const) {
      const eyes = [face(100, 90, 40, 0.3), face(300, 200, 77, -0.4)].map((points) => {
        const back = invertTransform(faceTransform(points, { layout, size: 200 }));
        return eyeCenters(points).map((eye) => applyTransform(back, eye));
      });
      expect(worstDifference(eyes[0]!.flat(), eyes[1]!.flat())).toBeLessThan(1e-9);
      const [left, right] = eyes[0]!;
      expect(left![1]).toBeCloseTo(right![1], 9);
      expect(left![0]).toBeLessThan(right![0]);
    }
  });

  it('fits the average face by least squares', () => {
    const back = invertTransform(faceTransform(face(100, 90, 40, 0.3), { size: 200 }));
    const nose = applyTransform(back, face(100, 90, 40, 0.3)[30]!);
    expect(nose[0]).toBeCloseTo(99.5, 6);
    expect(Math.abs(nose[1] - 116)).toBeLessThan(12);
  });

  it('is the published squares', () => {
    const points = face(120, 110, 50, 0);
    const [a, b, c, , , f] = faceTransform(points, { layout: 'slstt', size: 101 });
    const side = points[8]![1] - points[19]![1] + (points[8]![1] - points[57]![1]);
    expect([a * 101, b]).toEqual([side, 0]);
    expect([c + 50 * a, f + 50 * a]).toEqual([expect.closeTo(points[30]![0], 9), expect.closeTo(points[30]![1], 9)]);
    const [scale] = faceTransform(points, { layout: 'mol', size: 100 });
    // eye centers .8 apart, mouth corners at .55: the box is .9 high
    expect(scale * 100).toBeCloseTo(2.5 * 50 * 0.9, 0);
  });

  it('comes nearer with zoom, about the middle', () => {
    const points = face(120, 110, 50, 0.2);
    const [plain, near] = [1, 2].map((zoom) => faceTransform(points, { size: 101, zoom }));
    expect(applyTransform(plain!, [50, 50])).toEqual(applyTransform(near!, [50, 50]).map((v) => expect.closeTo(v, 9)));
    expect(near![0]).toBeCloseTo(plain![0] / 2, 12);
  });

  it('rejects what is no face', () => {
    expect(() => faceTransform([[1, 2]])).toThrow(/68 points \[x, y\]: current value has 1/);
    expect(() => faceTransform(Array.from({ length: 68 }, () => [3, 3] as const))).toThrow(/span a face/);
    const broken = face(0, 0, 1, 0).map((point, i) => (i === 7 ? ([Number.NaN, 0] as const) : point));
    expect(() => faceTransform(broken)).toThrow(/number 7 is/);
    expect(() => faceTransform(face(0, 0, 9, 0), { layout: 'box' as never })).toThrow(
      /one of similarity, mol, slstt: current value is "box"/,
    );
  });
});

describe('similarity()', () => {
  it('finds a known similarity', () => {
    const truth: Transform = [1.2, -0.5, 7, 0.5, 1.2, -3];
    const from = [
      [0, 0],
      [3, 1],
      [2, 5],
      [-1, 2],
    ] as const;
    const found = similarity(
      from,
      from.map((point) => applyTransform(truth, point)),
    );
    expect(worstDifference(found, truth)).toBeLessThan(1e-12);
    expect(worstDifference(applyTransform(invertTransform(truth), applyTransform(truth, [4, 9])), [4, 9])).toBeLessThan(
      1e-12,
    );
  });
});

/** A texture seen through a transform. */
const seen = (height: number, width: number, transform: Transform = [1, 0, 0, 0, 1, 0]) =>
  tf.tensor4d(
    Array.from({ length: height * width }, (_, i) =>
      texture(...applyTransform(transform, [i % width, Math.floor(i / width)])),
    ),
    [1, height, width, 1],
  );

describe('warpFrames()', () => {
  it('samples bilinearly where the transform leads', () => {
    const transform: Transform = [0.9, -0.2, 12, 0.2, 0.9, 3];
    const warped = warpFrames(seen(60, 60), transform, [20, 25], { antialias: false });
    expect(worstDifference(warped.dataSync(), seen(20, 25, transform).dataSync())).toBeLessThan(0.03);
  });

  it('is exact at whole pixels and fills the border', () => {
    const frames = tf.randomUniform([2, 4, 5, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
    expect(warpFrames(frames, [1, 0, 0, 0, 1, 0], [4, 5]).dataSync()).toEqual(frames.dataSync());
    const shifted = warpFrames(frames, [1, 0, 1, 0, 1, 0], [4, 5], { border: 0.5 });
    expect(tf.slice(shifted, [0, 0, 0, 0], [2, 4, 4, 3]).dataSync()).toEqual(
      tf.slice(frames, [0, 0, 1, 0], [2, 4, 4, 3]).dataSync(),
    );
    expect(new Set(tf.slice(shifted, [0, 0, 4, 0], [2, 4, 1, 3]).dataSync())).toEqual(new Set([0.5]));
    expect(() => warpFrames(frames, [1, 0, 0, 0, 1, 0], 0)).toThrow(/positive integer/);
  });

  it('rejects what is no transform', () => {
    const frames = tf.zeros([1, 4, 5, 1]) as tf.Tensor4D;
    for (const wrong of [null, [1, 0, 0], [1, 0, Number.NaN, 0, 1, 0], 'x'] as unknown as Transform[]) {
      expect(() => warpFrames(frames, wrong, 4)).toThrow(/six finite numbers .*current value is/);
    }
    expect(() => warpFrames(frames, [0, 0, 0, 0, 0, 0], 4)).toThrow(/into a line/);
    expect(() => warpFrames(tf.zeros([4, 5, 1]) as unknown as tf.Tensor4D, [1, 0, 0, 0, 1, 0], 4)).toThrow(TypeError);
  });

  it('blurs only the part that is used, to the same result', () => {
    const frames = tf.randomUniform([2, 90, 120, 1], 0, 1, 'float32', 4) as tf.Tensor4D;
    const transform: Transform = [2.1, -0.4, 30, 0.4, 2.1, 12];
    const sigma = Math.sqrt(2.1 ** 2 + 0.4 ** 2 - 1) / 2;
    const all = warpFrames(gaussianBlur(frames, sigma), transform, [20, 25], { antialias: false });
    expect(worstDifference(warpFrames(frames, transform, [20, 25]).dataSync(), all.dataSync())).toBeLessThan(1e-6);
    const outside = warpFrames(frames, [2, 0, 500, 0, 2, 500], [20, 25], { border: 0.25 });
    expect(new Set(outside.dataSync())).toEqual(new Set([0.25]));
  });
});

describe('align()', () => {
  const clip: Clip = {
    frames: tf.tile(seen(160, 180), [3, 1, 1, 3]) as tf.Tensor4D,
    onset: 0,
    apex: 1,
    offset: 2,
    landmarks: [{ frame: 0, points: face(90, 80, 40, 0.2) }],
  };

  it('uses one transform for the clip and takes the landmarks along', () => {
    const before = tf.memory().numTensors;
    const aligned = align({ size: 96 })(clip);
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(aligned.frames.shape).toEqual([3, 96, 96, 3]);
    expect(aligned).toMatchObject({ onset: 0, apex: 1, offset: 2 });
    const [left, right] = eyeCenters(aligned.landmarks![0]!.points);
    expect(left[1]).toBeCloseTo(right[1], 6);
    expect(frameAt(aligned.frames, 0).dataSync()).toEqual(frameAt(aligned.frames, 2).dataSync());
  });

  it('follows the head frame by frame if asked to', () => {
    const landmarks = [0, 1, 2].map((frame) => ({ frame, points: face(90 + 5 * frame, 80, 40, 0.1 * frame) }));
    const aligned = align({ ...clip, landmarks }, { per: 'frame', layout: 'mol', size: 64 });
    const eyes = aligned.landmarks!.map(({ points }) => eyeCenters(points).flat());
    expect(worstDifference(eyes[0]!, eyes[2]!)).toBeLessThan(1e-6);
    expect(() => align(clip, { per: 'frame' })).toThrow(/frame 1 has none/);
  });

  it('rejects landmarks of another clip: of frames that there are not, or a face outside of the frame', () => {
    const before = tf.memory().numTensors;
    const at = (frame: number, points: Landmarks) => ({ ...clip, landmarks: [{ frame, points }] });
    expect(() => align(at(3, face(90, 80, 40, 0)))).toThrow(/frame in 0\.\.2: current value is 3/);
    expect(() => align(at(-1, face(90, 80, 40, 0)))).toThrow(/current value is -1/);
    expect(() => align(at(1, face(900, 80, 40, 0)))).toThrow(/outside of its 180 x 160 pixels/);
    expect(() => align(at(1, face(90, 80, -40, 0)), { layout: 'slstt' })).toThrow(/'slstt' has a side of -/);
    expect(align(at(1, face(-20, 80, 40, 0)), { size: 32 }).frames.shape).toEqual([3, 32, 32, 3]);
    expect(tf.memory().numTensors).toBe(before + 1);
  });

  it('says how to get landmarks where there are none', () => {
    expect(() => align({ ...clip, landmarks: undefined })).toThrow(/detectLandmarks\(\)/);
  });

  it('keeps landmarks in place when a clip is resized', () => {
    const half = resize([80, 90])(clip);
    const [x, y] = clip.landmarks![0]!.points[30]!;
    expect(half.landmarks![0]!.points[30]).toEqual([
      expect.closeTo((x + 0.5) / 2 - 0.5, 9),
      expect.closeTo((y + 0.5) / 2 - 0.5, 9),
    ]);
  });
});

describe('detectLandmarks()', () => {
  const clip: Clip = { frames: tf.zeros([4, 32, 32, 3]), onset: 1, apex: null, offset: 3 };
  const points = face(16, 16, 8, 0);

  it('takes the first face from the onset on, or one per frame', async () => {
    const before = tf.memory().numTensors;
    let calls = 0;
    const late = async () => (++calls < 2 ? [] : [{ points }]);
    expect((await detectLandmarks(clip, late)).landmarks).toEqual([{ frame: 2, points }]);
    const all = await detectLandmarks(clip, async () => [{ points }], { frames: 'all' });
    expect(all.landmarks?.map(({ frame }) => frame)).toEqual([0, 1, 2, 3]);
    expect(all.frames).toBe(clip.frames);
    const long = { ...clip, frames: frameReader(clip.frames) };
    expect((await detectLandmarks(long, async () => [{ points }])).landmarks).toEqual([{ frame: 1, points }]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('reports a clip without a face, or with several, and a detector that is none', async () => {
    await expect(detectLandmarks(clip, async () => [])).rejects.toThrow(/none was found in frames 1\.\.3/);
    await expect(detectLandmarks(clip, async () => [], { gap: 1 })).rejects.toThrow(/none was found in frames 1\.\.2/);
    await expect(detectLandmarks(clip, async () => [], { frames: 'all' })).rejects.toThrow(/any of the 4 frames/);
    const two = async () => [{ points }, { points: face(90, 16, 8, 0) }];
    await expect(detectLandmarks(clip, two)).rejects.toThrow(/must show one face: there are 2/);
    await expect(detectLandmarks(clip, async () => [{ points: [[1, 2]] }])).rejects.toThrow(/68 points/);
    await expect(detectLandmarks(clip, async () => points as never)).rejects.toThrow(/68 points/);
    await expect(detectLandmarks(clip, async () => null as never)).rejects.toThrow(/must give a list/);
  });
});

describe('parseLandmarks()', () => {
  const points = face(16, 16, 8, 0);
  const lines = points.map(([x, y]) => `${x} ${y}`).join('\n');

  it('reads lists, lines, .pts files and tables', () => {
    expect(parseLandmarks(JSON.stringify(points), 3)).toEqual([{ frame: 3, points }]);
    expect(parseLandmarks(JSON.stringify([{ frame: 2, points }]))).toEqual([{ frame: 2, points }]);
    expect(parseLandmarks(JSON.stringify({ 7: points }))).toEqual([{ frame: 7, points }]);
    expect(parseLandmarks(lines)).toEqual([{ frame: 0, points }]);
    expect(parseLandmarks(`version: 1\nn_points: 68\n{\n${lines}\n}\n`)).toEqual([{ frame: 0, points }]);
    const table = [points, points].map((one) => one.flat().join(',')).join('\n');
    expect(parseLandmarks(table).map(({ frame }) => frame)).toEqual([0, 1]);
  });

  it('names the line that is wrong', () => {
    expect(() => parseLandmarks('1 2\n3 x\n')).toThrow(/line 2 must hold 2 or 136 numbers: it is '3 x'/);
    expect(() => parseLandmarks('1 2\n3 4\n')).toThrow(/68 points.*has 2/);
    expect(() => parseLandmarks('[1')).toThrow(SyntaxError);
    expect(() => parseLandmarks('{"a": []}')).toThrow(/frame must be an integer/);
    expect(() => parseLandmarks('[null]')).toThrow(/each entry of the list must be .* one is null/);
    const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    expect(() => parseLandmarks(`[{"frame": ${nested}}]`)).toThrow(/a frame must be an integer/);
  });
});

describe('createFaceApiDetector()', () => {
  it('rejects an unknown detector', async () => {
    await expect(createFaceApiDetector({ detector: 'dlib' as never })).rejects.toThrow(
      /one of ssd, tiny: current value is "dlib"/,
    );
  });

  describe.skipIf(!existsSync(`${shared}/face-clip`))('on a real face (skipped without ../shared/data)', () => {
    beforeAll(async () => {
      await import('@tensorflow/tfjs-backend-wasm');
      await tf.setBackend('wasm');
      await tf.ready();
    });
    afterAll(() => tf.setBackend('cpu'));

    /** Frames of the real clip, by number. */
    async function real(numbers: readonly number[]): Promise<Clip> {
      const images = await Promise.all(
        numbers.map(async (i) => {
          const { data, info } = await sharp(`${shared}/face-clip/img${i}.jpg`)
            .removeAlpha()
            .raw()
            .toBuffer({ resolveWithObject: true });
          return tf.tensor3d(
            Float32Array.from(data, (value) => value / 255),
            [info.height, info.width, 3],
          );
        }),
      );
      const frames = tf.stack(images) as tf.Tensor4D;
      tf.dispose(images);
      return { frames, onset: 0, apex: 1, offset: numbers.length - 1 };
    }

    it('finds it; aligned by one transform, its eyes stay within a pixel while the head rests', async () => {
      const clip = await real([1, 2, 3]);
      const detect = await createFaceApiDetector({ detector: 'tiny' });
      const found = await detectLandmarks(clip, detect, { frames: 'all' });
      const [left, right] = eyeCenters(found.landmarks![0]!.points);
      expect(right[0] - left[0]).toBeGreaterThan(60);
      const aligned = align(found, { size: 224 });
      const eyes = aligned.landmarks!.map(({ points }) => eyeCenters(points).flat());
      for (const other of eyes) expect(worstDifference(other, eyes[0]!)).toBeLessThan(1);
    });

    it('over the whole clip the head leaves one transform; landmarks of each frame and stabilizing hold it', async () => {
      const clip = await real([1, 9, 17, 25, 33, 41, 49, 57]);
      const detect = await createFaceApiDetector({ detector: 'tiny' });
      const found = await detectLandmarks(clip, detect, { frames: 'all' });
      const drift = found.landmarks!.map(({ points }) => eyeCenters(points).flat());
      const furthest = Math.max(...drift.map((eyes) => worstDifference(eyes, drift[0]!)));
      expect(furthest).toBeGreaterThan(20);
      const once = align(found, { size: 160 });
      const moved = once.landmarks!.map(({ points }) => eyeCenters(points).flat());
      expect(Math.max(...moved.map((eyes) => worstDifference(eyes, moved[0]!)))).toBeGreaterThan(10);
      // held by the region of the eyes: the head nods, so nose and eyes do not move alike
      const region = [0.28, 0.2, 0.5, 0.8] as const;
      const stable = stabilize(align(found, { size: 160, per: 'frame' }), { region });
      // where the eyes are, by optical flow and not by the landmarks that it was aligned by
      const [eyes] = [eyeCenters(stable.landmarks![0]!.points)];
      for (let t = 1; t < 8; t++) {
        const field = opticalFlow(frameAt(stable.frames, 0), frameAt(stable.frames, t), 'farneback');
        for (const [x, y] of eyes) {
          const part = tf.slice(field, [Math.round(y) - 10, Math.round(x) - 16, 0], [20, 32, 2]);
          const [u, v] = tf.unstack(part, 2).map((component) => {
            const sorted = component.dataSync().slice().sort();
            return sorted[sorted.length >> 1]!;
          });
          expect(Math.abs(u!), `frame ${t}`).toBeLessThan(1);
          expect(Math.abs(v!), `frame ${t}`).toBeLessThan(1);
        }
      }
    });
  });
});
