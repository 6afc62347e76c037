import { checkValue, choice, integer, number } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { blazeFaces, cutSquare, type GraphNetwork, type Square, squareTransform } from './blaze-face.js';
import { boxAround, type Face, type FaceDetector, type FoundFace } from './face.js';
import { meshLandmarks } from './mesh-points.js';
import { humanModels, type LoadGraphNetwork, loadFromFiles } from './model-files.js';
import { applyTransform } from './transform.js';

/** Options of {@link createFaceMeshDetector}. */
export interface FaceMeshOptions {
  /** Folder (Node) or address (browser) of `blazeface.json` and `facemesh.json`; in Node those of `@vladmandic/human` by default. */
  models?: string;
  /** `loadGraphModel` of `@tensorflow/tfjs-converter`; needed in a browser only. */
  loadGraphModel?: LoadGraphNetwork;
  /** Least score of a face, in 0..1; default 0.5. */
  score?: number;
  /** Whether faces lying on their side and upside down are looked for where no upright one is found; default true. */
  anyTurn?: boolean;
  /** Every how many frames of a clip to look for faces that were not there; between, only where faces were. Default 5. */
  look?: number;
}

const task = 'find faces';
const scoreOption = number('Least score of a face.', { min: 0, max: 1 });
const lookOption = integer('Every how many frames to look for new faces.', { min: 1 });
const turnOption = choice('Whether faces may lie on their side.', [true, false], {});

/** Side of the images that the mesh takes. */
const side = 192;

/** What is around the points of a face, as a share of what they span. */
const margin = 1.5;

/** Least score of a place to look at more closely: the mesh decides. */
const hint = 0.35;

/** The network's certainty before it is squeezed into 0..1: there 0.99 is nothing special. */
const FLAG = 'StatefulPartitionedCall/model_1/conv2d_31/BiasAdd';

/**
 * Where that certainty is as much for a face as against, and how fast it becomes one. On upright photographs it was 14 and more for faces, 6 and less for the
 * rest, 12 and less for faces upside down.
 */
const even = 10;
const spread = 2;

type MeshedFace = Pick<Face, 'score' | 'points' | 'mesh'>;

interface Networks {
  detector: GraphNetwork;
  mesh: GraphNetwork;
}

/**
 * A face detector of two networks of MediaPipe: BlazeFace finds where faces are, and a mesh of 468 points is laid over each; its own certainty,
 * spread out, is the score.
 * The weights are those in `@vladmandic/human`, an optional package.
 *
 * It runs on the active tfjs backend and never reads values at once, as webgpu asks. In a clip it looks where the face was in the frame before, so
 * that most frames cost the mesh alone. Faces at any angle in the plane of the image are found.
 *
 * @throws Error if the package or its weights cannot be loaded (the message says what to install); TypeError or RangeError on a wrong option
 *
 * @example
 * ```ts no-run
 * import { align, createFaceMeshDetector, detectLandmarks, midi, pipe } from '@mer/representations';
 *
 * const detect = await createFaceMeshDetector();
 * const image = pipe(align(), midi())(await detectLandmarks(clip, detect));
 * ```
 *
 * Reference: BlazeFace (Bazarevsky et al., 2019, arXiv 1907.05047) and the face mesh (Kartynnik et al., 2019, arXiv 1907.06724), weights as converted by
 * Mandic. The second look at each new face and the turned images are this project's own.
 */
export async function createFaceMeshDetector(options: FaceMeshOptions = {}): Promise<FaceDetector> {
  const { score = 0.5, anyTurn = true, look = 5 } = options;
  checkValue(task, 'score', scoreOption, score);
  checkValue(task, 'anyTurn', turnOption, anyTurn);
  checkValue(task, 'look', lookOption, look);
  const load = loadFromFiles(task, options.models ?? humanModels(task), options.loadGraphModel);
  // weights stay on the backend that they were loaded on
  const networks = new Map<string, Promise<Networks>>();
  const here = () => {
    const backend = tf.getBackend();
    const loaded =
      networks.get(backend) ??
      Promise.all([load('blazeface'), load('facemesh')]).then(([detector, mesh]) => ({ detector, mesh }));
    networks.set(backend, loaded);
    loaded.catch(() => networks.delete(backend));
    return loaded;
  };
  await here();
  let frames = 0;
  return async (image, near) => {
    const { detector, mesh } = await here();
    const colored = tf.tidy(() =>
      image.shape[2] === 1 ? (tf.tile(image, [1, 1, 3]) as tf.Tensor3D) : tf.clone(image),
    );
    try {
      const at = async (square: Square) => meshAt(mesh, colored, square);
      const again: FoundFace[] = [];
      for (const face of near ?? []) {
        const found = await at(squareAround(face));
        if (found.score >= score) again.push(found);
      }
      frames = near === undefined ? 0 : frames + 1;
      const lost = again.length === 0 || again.length < near!.length;
      if (!lost && frames % look !== 0) return distinct(again);
      for (const angle of anyTurn ? [0, 0.5, 1, -0.5] : [0]) {
        const found: FoundFace[] = [];
        for (const { square } of await blazeFaces(detector, colored, { score: hint, angle: angle * Math.PI })) {
          if (again.some((face) => lies(square, face))) continue;
          // BlazeFace mistakes chins for foreheads
          const ways = [await at(square), await at({ ...square, angle: square.angle + Math.PI })] as const;
          const first = ways[0].score >= ways[1].score ? ways[0] : ways[1];
          // the points tell better than the detector where to cut
          const second = await at(squareAround(first));
          if (second.score >= score) found.push(second);
        }
        const all = distinct([...again, ...found]);
        if (all.length > 0) return all;
      }
      return [];
    } finally {
      colored.dispose();
    }
  };
}

/** The mesh of what a square of the image shows, and how certain it is a face. */
async function meshAt(network: GraphNetwork, image: tf.Tensor3D, square: Square): Promise<MeshedFace> {
  const outputs = tf.tidy(() => network.execute(cutSquare(image, square, side), ['Identity_2', FLAG]) as tf.Tensor[]);
  try {
    const [values, flag] = await Promise.all(outputs.map((output) => output.data<'float32'>()));
    const transform = squareTransform(square, side);
    const scale = square.side / side;
    const mesh = Array.from({ length: 468 }, (_, i) => {
      const [x, y, z] = values!.subarray(3 * i);
      return [...applyTransform(transform, [x! - 0.5, y! - 0.5]), z! * scale] as const;
    });
    return { score: 1 / (1 + Math.exp(-(flag![0]! - even) / spread)), points: meshLandmarks(mesh), mesh };
  } finally {
    tf.dispose(outputs);
  }
}

/** The upright square around a face that has a mesh (or its 68 points). */
function squareAround({ mesh, points }: Pick<Face, 'points'> & Partial<Face>): Square {
  const all: readonly (readonly number[])[] = mesh ?? points;
  const [left, right] = mesh ? [mesh[33]!, mesh[263]!] : [points[36]!, points[45]!];
  const angle = Math.atan2(right[1]! - left[1]!, right[0]! - left[0]!);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const xs = all.map(([x, y]) => cos * x! + sin * y!);
  const ys = all.map(([x, y]) => cos * y! - sin * x!);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [u, v] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return { x: cos * u - sin * v, y: sin * u + cos * v, side: margin * Math.max(x1 - x0, y1 - y0), angle };
}

/** Whether the middle of a square lies in a face. */
function lies({ x, y }: Square, { points }: Pick<Face, 'points'>): boolean {
  const box = boxAround(points);
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}

/** Faces without those that lie over one before. */
function distinct(faces: readonly FoundFace[]): FoundFace[] {
  const kept: FoundFace[] = [];
  for (const face of faces) {
    const [x, y] = face.points[30]!;
    const apart = (other: FoundFace) => Math.hypot(other.points[30]![0] - x, other.points[30]![1] - y);
    const reach = Math.hypot(face.points[16]![0] - face.points[0]![0], face.points[16]![1] - face.points[0]![1]) / 3;
    if (!kept.some((other) => apart(other) < reach)) kept.push(face);
  }
  return kept;
}
