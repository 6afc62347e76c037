import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Face, FaceDetector } from './face.js';
import { createFaceMeshDetector } from './face-mesh.js';
import { headAngles } from './head-angles.js';
import { meshLandmarks } from './mesh-points.js';

/** A photograph of four people that comes with an optional package. */
const photograph = () => {
  const folder = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));
  return join(folder, 'demo', 'sample4.jpg');
};

/** All four, or the one whose head is tilted by 30 degrees, turned. */
async function read(degrees?: number): Promise<tf.Tensor3D> {
  const all = await sharp(photograph()).resize(640).png().toBuffer();
  const one =
    degrees === undefined ? all : await sharp(all).extract({ left: 180, top: 0, width: 140, height: 140 }).toBuffer();
  const { data, info } = await sharp(one)
    .rotate(degrees ?? 0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return tf.tensor3d(
    Float32Array.from(data, (value) => value / 255),
    [info.height, info.width, 3],
  );
}

describe.skipIf(!existsSync(photograph()))(
  'createFaceMeshDetector() (skipped where the photograph is not installed)',
  () => {
    let detect: FaceDetector;
    beforeAll(async () => {
      await tf.setBackend('wasm');
      await tf.ready();
      detect = await createFaceMeshDetector();
    });
    afterAll(() => tf.setBackend('cpu').catch(() => false));

    it('finds everybody with 468 points, looks there again in the next frame, and leaves nothing behind', async () => {
      const image = await read();
      const before = tf.memory().numTensors;
      const faces = await detect(image);
      expect(faces.length).toBe(4);
      for (const { score, mesh } of faces) {
        expect(score).toBeGreaterThan(0.7);
        expect(mesh).toHaveLength(468);
      }
      const again = await detect(image, faces as Face[]);
      const [a, b] = [faces, again].map((all) => all.map(({ points }) => points[30]!).sort((p, q) => p[0] - q[0]));
      for (const [i, [x, y]] of a!.entries()) expect(Math.hypot(x - b![i]![0], y - b![i]![1])).toBeLessThan(1.5);
      expect(tf.memory().numTensors).toBe(before);
      image.dispose();
    });

    it.each([90, 180])('finds a face turned by %d degrees, and says so', async (degrees) => {
      const image = await read(degrees);
      const faces = await detect(image);
      expect(faces).toHaveLength(1);
      const off = headAngles(faces[0]!.points).roll - 30 - degrees;
      expect(Math.abs(((off + 900) % 360) - 180)).toBeLessThan(8);
      image.dispose();
    });

    it('finds none in noise', async () => {
      const image = tf.randomUniform([90, 120, 1], 0, 1, 'float32', 3) as tf.Tensor3D;
      expect(await detect(image)).toEqual([]);
      image.dispose();
    });
  },
);

describe('what a mesh needs', () => {
  it('is said', async () => {
    await expect(createFaceMeshDetector({ score: 2 })).rejects.toThrow(/score must be a number from 0 to 1/);
    await expect(createFaceMeshDetector({ models: '/nowhere' })).rejects.toThrow(/weights of .* readable: \/nowhere/);
    expect(() => meshLandmarks([[1, 2]])).toThrow(/468 or 478 points: current value has 1/);
  });
});
