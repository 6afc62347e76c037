import { existsSync } from 'node:fs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebgpu } from '../../test/webgpu.js';
import { createFaceApiDetector, type FaceApi } from './face-api.js';

const picture = new URL('../../../../../shared/data/face-clip/img1.jpg', import.meta.url).pathname;
const image = tf.fill([8, 8, 3], 0.5) as tf.Tensor3D;

/** Reads values at once, as face-api does: where that is not possible, what it throws is nobody's to catch. */
function standIn(seen: string[]): FaceApi {
  const net = { isLoaded: true, loadFromDisk: async () => {}, loadFromUri: async () => {} };
  const positions = Array.from({ length: 68 }, (_, i) => ({ x: i, y: i }));
  const Settings = class {};
  return {
    nets: { tinyFaceDetector: net, ssdMobilenetv1: net, faceLandmark68Net: net },
    TinyFaceDetectorOptions: Settings,
    SsdMobilenetv1Options: Settings,
    detectAllFaces: (input) => ({
      withFaceLandmarks: async () => {
        const values = tf.tidy(() => tf.add(input as tf.Tensor, 1)).dataSync();
        await new Promise((later) => setTimeout(later, 5));
        seen.push(`${tf.getBackend()} ${values[0]}`);
        return [{ detection: { score: 0.9 }, landmarks: { positions } }];
      },
    }),
  };
}

/** A backend that computes as cpu does, and gives no values at once, as webgpu in Node. */
class Unreadable extends MathBackendCPU {
  override async read(dataId: object) {
    return super.readSync(dataId);
  }

  override readSync(): never {
    throw new ReferenceError('OffscreenCanvas is not defined');
  }
}

describe('the face detector on a backend that gives no values at once', () => {
  beforeAll(async () => {
    tf.registerBackend('webgpu', () => new Unreadable(), 0);
    tf.copyRegisteredKernels('cpu', 'webgpu');
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
    tf.removeBackend('webgpu');
    for (const { kernelName } of tf.getKernelsForBackend('webgpu')) tf.unregisterKernel(kernelName, 'webgpu');
  });

  it('runs on one that does, one detection after the other, and the one before is active again', async () => {
    await tf.setBackend('webgpu');
    expect(() => tf.add(image, 1).dataSync()).toThrow(ReferenceError);
    const seen: string[] = [];
    const detect = await createFaceApiDetector({ faceapi: standIn(seen) });
    const before = tf.memory().numTensors;
    const found = await Promise.all([detect(image), detect(image)]);
    expect(found.map((faces) => faces[0]?.points.length)).toEqual([68, 68]);
    expect(seen).toEqual(['cpu 128.5', 'cpu 128.5']);
    expect(tf.getBackend()).toBe('webgpu');
    expect(tf.memory().numTensors - before).toBe(2); // the stand-in's own
  });

  it('is active again where the detection fails', async () => {
    await tf.setBackend('webgpu');
    const faceapi = standIn([]);
    faceapi.detectAllFaces = () => ({ withFaceLandmarks: () => Promise.reject(new Error('no more')) });
    const detect = await createFaceApiDetector({ faceapi });
    await expect(detect(image)).rejects.toThrow('no more');
    expect(tf.getBackend()).toBe('webgpu');
  });

  it('stays where values can be read', async () => {
    await tf.setBackend('cpu');
    const seen: string[] = [];
    await (await createFaceApiDetector({ faceapi: standIn(seen) }))(image);
    expect(seen).toEqual(['cpu 128.5']);
    await expect(createFaceApiDetector({ faceapi: standIn([]), score: Number.NaN })).rejects.toThrow(/score must be/);
  });
});

describe.skipIf(!existsSync(picture))(
  'the face detector on webgpu (skipped without a real face, or an adapter)',
  () => {
    it('finds a face, and webgpu is active afterwards', async ({ skip }) => {
      if ((await startWebgpu()) === null) skip();
      await import('@tensorflow/tfjs-backend-wasm');
      const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const values = Float32Array.from(data, (value) => value / 255);
      const real = tf.mul(tf.tensor3d(values, [info.height, info.width, 3]), tf.scalar(1)) as tf.Tensor3D;
      const [face] = await (await createFaceApiDetector({ detector: 'tiny' }))(real);
      expect(face?.points).toHaveLength(68);
      expect(tf.getBackend()).toBe('webgpu');
      await tf.setBackend('cpu');
    });
  },
);
