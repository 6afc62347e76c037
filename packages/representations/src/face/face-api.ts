import { checkValue, choice, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type { FaceDetector } from './face.js';
import { onReadableBackend } from './on-readable-backend.js';

/** One network of `@vladmandic/face-api`. */
export interface FaceApiNet {
  /** Whether its weights are there. */
  isLoaded: boolean;
  /** Reads the weights from a folder (Node). */
  loadFromDisk: (folder: string) => Promise<void>;
  /** Reads the weights from an address (browser). */
  loadFromUri: (uri: string) => Promise<void>;
}

/** The parts of `@vladmandic/face-api` that are used. */
export interface FaceApi {
  /** The networks. */
  nets: Record<'tinyFaceDetector' | 'ssdMobilenetv1' | 'faceLandmark68Net', FaceApiNet>;
  /** Settings of the fast detector. */
  TinyFaceDetectorOptions: new (options: {
    inputSize?: number;
    scoreThreshold?: number;
  }) => unknown;
  /** Settings of the accurate detector. */
  SsdMobilenetv1Options: new (options: {
    minConfidence?: number;
  }) => unknown;
  /** Finds every face. */
  detectAllFaces: (input: unknown, options: unknown) => FaceApiTask;
}

/** A detection of `@vladmandic/face-api` under way. */
export interface FaceApiTask {
  /** Adds the landmarks of each face that is found. */
  withFaceLandmarks: () => Promise<
    { detection: { score: number }; landmarks: { positions: { x: number; y: number }[] } }[]
  >;
}

/** Options of {@link createFaceApiDetector}. */
export interface FaceApiOptions {
  /** The module, where you have imported it yourself (in a browser: `@vladmandic/face-api/dist/face-api.esm-nobundle.js`). */
  faceapi?: FaceApi;
  /** Folder (Node) or address (browser) of the weights; in Node the package's own `model` folder by default. */
  models?: string;
  /** Which face detector: `'ssd'` (default, more accurate) or `'tiny'` (faster). */
  detector?: 'ssd' | 'tiny';
  /** Least score of a face, in 0..1; default 0.5 (`'ssd'`) or 0.4 (`'tiny'`). */
  score?: number;
}

const task = 'find faces';
const detectorOption = choice('Which face detector.', ['ssd', 'tiny'], {});
const scoreOption = number('Least score of a face.', { min: 0, max: 1 });

const isNode = () => typeof process !== 'undefined' && Boolean(process.versions?.node);

async function importFaceApi(): Promise<FaceApi> {
  const name = '@vladmandic/face-api/dist/face-api.node-wasm.js';
  try {
    const module = await import(/* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ name);
    return (module.default ?? module) as FaceApi;
  } catch (cause) {
    throw new Error(
      'Cannot find faces as @vladmandic/face-api and what it needs must be installed: run npm install @vladmandic/face-api @tensorflow/tfjs @tensorflow/tfjs-backend-wasm',
      { cause },
    );
  }
}

/** The folder of the weights that come with the package. */
function ownModels(): string {
  // asked for at run time, so that bundlers for browsers find no Node module to resolve
  const { createRequire } = process.getBuiltinModule('node:module');
  const { dirname, join } = process.getBuiltinModule('node:path');
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
}

/**
 * A face detector on top of `@vladmandic/face-api`, an optional package that brings its own weights.
 *
 * It runs on the tfjs backend that is active when it is called. The package reads values at once, which webgpu cannot: then `wasm`, or else `cpu`, is
 * the active backend while a detection is awaited, and compute nothing else meanwhile; in a browser import one of them. In Node it needs `@tensorflow/tfjs` and `@tensorflow/tfjs-backend-wasm` besides; in a
 * browser pass the module as `faceapi` and the address of its weights as `models`.
 *
 * @returns a detector of every face of an image, with its score and its points.
 * @throws Error if the package or its weights cannot be loaded (the message says what to install), or no backend can read values at once; RangeError on a
 * wrong option.
 *
 * @example
 * ```ts no-run
 * import { align, createFaceApiDetector, detectLandmarks, midi, pipe } from '@mer/representations';
 *
 * const detect = await createFaceApiDetector();
 * const image = pipe(align(), midi())(await detectLandmarks(clip, detect));
 * ```
 *
 * Reference: the face-api.js of Mühler, as maintained by Mandic.
 */
export async function createFaceApiDetector(options: FaceApiOptions = {}): Promise<FaceDetector> {
  const { detector = 'ssd', score = detector === 'ssd' ? 0.5 : 0.4 } = options;
  checkValue(task, 'detector', detectorOption, detector);
  checkValue(task, 'score', scoreOption, score);
  if (!options.faceapi && !isNode()) {
    throw new TypeError(
      'Cannot find faces as faceapi must be given in a browser: import it from @vladmandic/face-api/dist/face-api.esm-nobundle.js',
    );
  }
  const faceapi = options.faceapi ?? (await importFaceApi());
  const models = options.models ?? (isNode() ? ownModels() : undefined);
  if (models === undefined) {
    throw new TypeError('Cannot find faces as models must be the address of the weights: current value is none');
  }
  for (const net of [detector === 'ssd' ? 'ssdMobilenetv1' : 'tinyFaceDetector', 'faceLandmark68Net'] as const) {
    if (faceapi.nets[net].isLoaded) continue;
    try {
      await onReadableBackend(task, () =>
        isNode() ? faceapi.nets[net].loadFromDisk(models) : faceapi.nets[net].loadFromUri(models),
      );
    } catch (cause) {
      throw new Error(`Cannot find faces as the weights of ${net} must be readable: ${models}`, { cause });
    }
  }
  const settings =
    detector === 'ssd'
      ? new faceapi.SsdMobilenetv1Options({ minConfidence: score })
      : new faceapi.TinyFaceDetectorOptions({ inputSize: 416, scoreThreshold: score });
  return async (image) => {
    // read where they lie: a tensor of one backend that is used on another is read at once
    const values = await image.data<'float32'>();
    return onReadableBackend(task, async () => {
      const bytes = tf.tidy(() => {
        const given = tf.tensor3d(values, image.shape);
        return tf.mul(image.shape[2] === 1 ? tf.tile(given, [1, 1, 3]) : given, 255);
      });
      try {
        const found = await faceapi.detectAllFaces(bytes, settings).withFaceLandmarks();
        return found.map(({ detection, landmarks }) => ({
          score: detection.score,
          points: landmarks.positions.map(({ x, y }) => [x, y] as const),
        }));
      } finally {
        bytes.dispose();
      }
    });
  };
}
