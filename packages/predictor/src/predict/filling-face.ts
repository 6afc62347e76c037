import type { Landmarks } from '@mer/representations';

/** The 68 points of a face that looks into the camera and fills a square of side 1. */
const POINTS: Landmarks = [
  [0.1894, 0.511],
  [0.1909, 0.5874],
  [0.199, 0.6625],
  [0.2168, 0.7375],
  [0.2465, 0.8088],
  [0.2895, 0.8721],
  [0.3461, 0.9231],
  [0.4148, 0.9564],
  [0.4914, 0.9677],
  [0.568, 0.9564],
  [0.6366, 0.9231],
  [0.6933, 0.8721],
  [0.7362, 0.8088],
  [0.7659, 0.7375],
  [0.7837, 0.6625],
  [0.7918, 0.5874],
  [0.7934, 0.511],
  [0.2779, 0.4422],
  [0.3196, 0.4352],
  [0.366, 0.4317],
  [0.4123, 0.4326],
  [0.4541, 0.4371],
  [0.5287, 0.4371],
  [0.5704, 0.4326],
  [0.6167, 0.4317],
  [0.6631, 0.4352],
  [0.7048, 0.4422],
  [0.4914, 0.5384],
  [0.4914, 0.5849],
  [0.4914, 0.6313],
  [0.4914, 0.6777],
  [0.4302, 0.7158],
  [0.4608, 0.7191],
  [0.4914, 0.7225],
  [0.522, 0.7191],
  [0.5525, 0.7158],
  [0.2883, 0.5189],
  [0.3308, 0.4992],
  [0.3787, 0.5036],
  [0.4212, 0.5311],
  [0.3787, 0.5415],
  [0.3308, 0.5371],
  [0.5615, 0.5311],
  [0.6041, 0.5036],
  [0.6519, 0.4992],
  [0.6945, 0.5189],
  [0.6519, 0.5371],
  [0.6041, 0.5415],
  [0.3788, 0.8015],
  [0.4238, 0.791],
  [0.4643, 0.7872],
  [0.4914, 0.7865],
  [0.5184, 0.7872],
  [0.5589, 0.791],
  [0.604, 0.8015],
  [0.5589, 0.8279],
  [0.5229, 0.835],
  [0.4914, 0.8368],
  [0.4598, 0.835],
  [0.4238, 0.8279],
  [0.3957, 0.8016],
  [0.4576, 0.802],
  [0.4914, 0.8021],
  [0.5252, 0.802],
  [0.5871, 0.8016],
  [0.5252, 0.802],
  [0.4914, 0.8021],
  [0.4576, 0.802],
];

/**
 * The points of a face that fills the largest square in the middle of a picture: where it is known to, so that nothing needs to look for it.
 *
 * @param height - of the picture, pixels
 * @param width - of the picture, pixels
 * @returns 68 points, as a detector gives them
 *
 * @example
 * ```ts
 * import { fillingFace } from '@mer/predictor';
 *
 * console.log(fillingFace(128, 128).length); // 68
 * ```
 *
 * Reference: a face drawn by this project; its proportions are those of the generated recordings of @mer/datasets.
 */
export function fillingFace(height: number, width: number): Landmarks {
  const side = Math.min(height, width);
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  return POINTS.map(([x, y]) => [x * side + left, y * side + top] as const);
}
