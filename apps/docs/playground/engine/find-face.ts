// Where the face is: found by a detector whose weights the site has, or taken for the whole picture.
import { syntheticRecording } from '@mer/datasets';
import { createFaceMeshDetector, type FaceDetector, type Landmarks } from '@mer/representations';
import type { Progress } from '../protocol.ts';

/** Where the site has the weights: 2.2 MB, copied from the package that has them when the site is built. */
const models = () =>
  new URL(`${(import.meta as unknown as { env: { BASE_URL: string } }).env.BASE_URL}face`, location.origin).href;

let loading: Promise<FaceDetector> | undefined;

/** The detector; its weights are loaded once, when somebody asks for it. */
export function faceDetector(onProgress: (progress: Progress) => void): Promise<FaceDetector> {
  loading ??= (async () => {
    onProgress({ part: 'weights', done: 0, total: 2 });
    const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
    onProgress({ part: 'weights', done: 1, total: 2 });
    return createFaceMeshDetector({ models: models(), loadGraphModel });
  })();
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/** The points of a face that fills the largest square in the middle of a picture; those of the generated face. */
export function wholeFace(height: number, width: number): Landmarks {
  const side = Math.min(height, width);
  const { landmarksAt } = syntheticRecording({
    size: 224,
    seconds: 1,
    micros: 0,
    macros: 0,
    drift: 0,
    turns: 0,
    talks: 0,
  });
  return landmarksAt(0).map(
    ([x, y]) => [(x / 224) * side + (width - side) / 2, (y / 224) * side + (height - side) / 2] as const,
  );
}
