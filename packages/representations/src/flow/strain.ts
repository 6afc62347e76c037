import { checkOptions, choice, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { channelOf } from '../frames.js';
import { hostValues, isHostBackend } from '../host.js';

/** Throws unless `flow` is a float tensor `[H, W, 2]`. */
export function checkFlow(flow: tf.Tensor3D, task: string): void {
  const shape = (flow as tf.Tensor | undefined)?.shape;
  if (!Array.isArray(shape) || shape.length !== 3 || shape[2] !== 2) {
    throw new TypeError(
      `Cannot ${task} as the flow must have the shape [H, W, 2]: current value is ${Array.isArray(shape) ? `[${shape.join(', ')}]` : String(flow)}`,
    );
  }
  if (flow.dtype !== 'float32') {
    throw new TypeError(`Cannot ${task} as the flow must be float32: current dtype is ${flow.dtype}`);
  }
}

/** The components u and v of a flow, `[H, W, 1]` each. */
export function components(flow: tf.Tensor3D): [tf.Tensor3D, tf.Tensor3D] {
  return [channelOf(flow, 0), channelOf(flow, 1)];
}

/**
 * The length of a flow at each pixel: `sqrt(u^2 + v^2)`.
 *
 * @param flow `[H, W, 2]`, pixels, (u, v).
 * @returns `[H, W, 1]`, pixels.
 * @throws TypeError if the flow is no float `[H, W, 2]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { flowMagnitude } from '@mer/representations';
 *
 * console.log(flowMagnitude(tf.tensor3d([3, -4], [1, 1, 2])).dataSync()[0]); // 5
 * ```
 *
 * Reference: common knowledge.
 */
export function flowMagnitude(flow: tf.Tensor3D): tf.Tensor3D {
  checkFlow(flow, 'compute the magnitude of a flow');
  return tf.tidy(() => tf.sqrt(tf.sum(tf.square(flow), 2, true)));
}

/**
 * The direction of a flow at each pixel: `atan2(v, u)`.
 *
 * @param flow `[H, W, 2]`, pixels, (u, v), v down.
 * @returns `[H, W, 1]`, radians in (-pi, pi], 0 to the right, pi / 2 down; 0 where there is no motion.
 * @throws TypeError if the flow is no float `[H, W, 2]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { flowOrientation } from '@mer/representations';
 *
 * console.log(flowOrientation(tf.tensor3d([0, 2], [1, 1, 2])).dataSync()[0]?.toFixed(3)); // 1.571
 * ```
 *
 * Reference: common knowledge.
 */
export function flowOrientation(flow: tf.Tensor3D): tf.Tensor3D {
  checkFlow(flow, 'compute the orientation of a flow');
  return tf.tidy(() => {
    const [u, v] = components(flow);
    return tf.atan2(v, u);
  });
}

/** The options of {@link opticalStrain}. */
export const opticalStrainOptions = {
  differences: choice(
    "How strain differentiates: `'central'` (one-sided at the border), or `'forward'`, which repeats the strain of the last but one row and column in the last.",
    ['central', 'forward'],
    { default: 'central' },
  ),
};

/** Options of {@link opticalStrain}. */
export type OpticalStrainOptions = OptionsOf<typeof opticalStrainOptions>;

/** The derivative of `[H, W, 1]` along an axis; central, one-sided at the ends. Zero where the axis has one element. */
function derivative(image: tf.Tensor3D, axis: 0 | 1): tf.Tensor3D {
  const size = image.shape[axis];
  if (size < 2) return tf.zerosLike(image);
  const at = (begin: number, length: number) => {
    const begins = [0, 0, 0];
    const sizes = [...image.shape];
    begins[axis] = begin;
    sizes[axis] = length;
    return tf.slice(image, begins as [number, number, number], sizes as [number, number, number]);
  };
  const first = tf.sub(at(1, 1), at(0, 1));
  const last = tf.sub(at(size - 1, 1), at(size - 2, 1));
  if (size === 2) return tf.concat([first, last], axis) as tf.Tensor3D;
  const middle = tf.mul(tf.sub(at(2, size - 2), at(0, size - 2)), 0.5);
  return tf.concat([first, middle, last], axis) as tf.Tensor3D;
}

/** The forward difference along an axis; 0 in the last position. */
function forward(image: tf.Tensor3D, axis: 0 | 1): tf.Tensor3D {
  const size = image.shape[axis];
  if (size < 2) return tf.zerosLike(image);
  const [height, width] = image.shape;
  const [later, earlier] =
    axis === 0
      ? [tf.slice(image, [1, 0, 0], [size - 1, width, 1]), tf.slice(image, [0, 0, 0], [size - 1, width, 1])]
      : [tf.slice(image, [0, 1, 0], [height, size - 1, 1]), tf.slice(image, [0, 0, 0], [height, size - 1, 1])];
  const pads: [number, number][] = [
    [0, 0],
    [0, 0],
    [0, 0],
  ];
  pads[axis] = [0, 1];
  return tf.pad(tf.sub(later, earlier), pads) as tf.Tensor3D;
}

/** Repeats the last but one row and column in the last. */
function repeatLast(image: tf.Tensor3D): tf.Tensor3D {
  const [height, width] = image.shape;
  let result = image;
  if (width > 1) {
    result = tf.concat(
      [tf.slice(result, [0, 0, 0], [height, width - 1, 1]), tf.slice(result, [0, width - 2, 0], [height, 1, 1])],
      1,
    );
  }
  if (height > 1) {
    result = tf.concat(
      [tf.slice(result, [0, 0, 0], [height - 1, width, 1]), tf.slice(result, [height - 2, 0, 0], [1, width, 1])],
      0,
    );
  }
  return result;
}

/** The strain of a flow in main memory. */
function strainOnHost(flow: tf.Tensor3D, differences: 'central' | 'forward'): tf.Tensor3D {
  const [height, width] = flow.shape;
  const values = hostValues(flow, 'compute optical strain');
  const result = new Float32Array(height * width);
  // with forward differences, the last row and column repeat the one before
  const [lastY, lastX] = differences === 'central' ? [height - 1, width - 1] : [height - 2, width - 2];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [row, column] = [Math.max(0, Math.min(y, lastY)), Math.max(0, Math.min(x, lastX))];
      const [y0, x0] = differences === 'central' ? [Math.max(0, row - 1), Math.max(0, column - 1)] : [row, column];
      const [y1, x1] = [Math.min(height - 1, row + 1), Math.min(width - 1, column + 1)];
      const left = 2 * (row * width + x0);
      const right = 2 * (row * width + x1);
      const above = 2 * (y0 * width + column);
      const below = 2 * (y1 * width + column);
      const [dx, dy] = [x1 > x0 ? x1 - x0 : 1, y1 > y0 ? y1 - y0 : 1];
      const ux = (values[right]! - values[left]!) / dx;
      const vx = (values[right + 1]! - values[left + 1]!) / dx;
      const uy = (values[below]! - values[above]!) / dy;
      const vy = (values[below + 1]! - values[above + 1]!) / dy;
      result[y * width + x] = Math.sqrt(ux * ux + vy * vy + 0.5 * (uy + vx) * (uy + vx));
    }
  }
  return tf.tensor3d(result, [height, width, 1]);
}

/**
 * The magnitude of optical strain: how much skin is stretched, compressed and sheared.
 *
 *     eps = 1/2 (grad u + grad u^T)          |eps| = sqrt(u_x^2 + v_y^2 + 1/2 (u_y + v_x)^2)
 *
 * Unlike the flow itself it does not see a shift of the whole face.
 *
 * @param flow `[H, W, 2]`, pixels, (u, v).
 * @returns `[H, W, 1]`, pixels per pixel, >= 0.
 * @throws TypeError if the flow is no float `[H, W, 2]`; RangeError on an unknown way of differentiating.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { opticalStrain } from '@mer/representations';
 *
 * // u = 0.1 x, v = 0: stretched by a tenth
 * const flow = tf.tensor3d([0, 0, 0.1, 0, 0.2, 0], [1, 3, 2]);
 * console.log(opticalStrain(flow).dataSync()[1]?.toFixed(3)); // 0.100
 * ```
 *
 * Reference: Shreve et al., "Macro- and micro-expression spotting in long videos using spatio-temporal strain", FG 2011;
 * Liong et al., STSTNet, FG 2019, arXiv 1902.03634, equations 5 to 7 (the misprint there corrected). `'forward'` with the
 * repeated border is what public code of several papers does.
 */
export function opticalStrain(flow: tf.Tensor3D, options: OpticalStrainOptions = {}): tf.Tensor3D {
  const task = 'compute optical strain';
  checkFlow(flow, task);
  const { differences } = checkOptions(task, opticalStrainOptions, options);
  if (isHostBackend()) return strainOnHost(flow, differences);
  return tf.tidy(() => {
    const [u, v] = components(flow);
    const d = differences === 'central' ? derivative : forward;
    const shear = tf.add(d(u, 0), d(v, 1));
    const strain = tf.sqrt(
      tf.add(tf.add(tf.square(d(u, 1)), tf.square(d(v, 0))), tf.mul(tf.square(shear), 0.5)),
    ) as tf.Tensor3D;
    return differences === 'central' ? strain : repeatLast(strain);
  });
}
