import { checkOptions, choice, number, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { hostValues, isHostBackend } from '../host.js';
import { checkFlow, components, flowMagnitude } from './strain.js';

/** The options of {@link flowToColor}. */
export const flowToColorOptions = {
  style: choice(
    "`'hsv'` (black = no motion) or the Middlebury wheel `'middlebury'` (white = no motion).",
    ['hsv', 'middlebury'],
    {
      default: 'hsv',
    },
  ),
  max: number('The magnitude drawn at full strength, in pixels; 0 for the largest in the image.', {
    min: 0,
    default: 0,
  }),
};

/** Options of {@link flowToColor}. */
export type FlowToColorOptions = OptionsOf<typeof flowToColorOptions>;

/** `numerator / denominator`, 0 where the denominator is 0. */
export function safeDivide<T extends tf.Tensor>(numerator: T, denominator: tf.Tensor): T {
  return tf.tidy(() => {
    const zero = tf.equal(denominator, 0);
    const safe = tf.where(zero, tf.onesLike(denominator), denominator);
    return tf.mul(tf.div(numerator, safe), tf.sub(1, tf.cast(zero, 'float32'))) as T;
  });
}

/** RGB in 0..1 of full saturation: hue in turns, value in 0..1, both `[H, W, 1]`. */
export function hueToRgb(hue: tf.Tensor3D, value: tf.Tensor3D): tf.Tensor3D {
  if (isHostBackend()) {
    const task = 'draw colors';
    const [hues, strengths] = [hostValues(hue, task), hostValues(value, task)];
    const result = new Float32Array(3 * hues.length);
    for (let i = 0; i < hues.length; i++) {
      const sixths = (hues[i]! - Math.floor(hues[i]!)) * 6;
      for (const [c, n] of [5, 3, 1].entries()) {
        const k = (sixths + n) % 6;
        result[3 * i + c] = strengths[i]! * (1 - Math.max(0, Math.min(k, 4 - k, 1)));
      }
    }
    return tf.tensor3d(result, [hue.shape[0], hue.shape[1], 3]);
  }
  return tf.tidy(() => {
    const sixths = tf.mul(tf.sub(hue, tf.floor(hue)), 6);
    const channel = (n: number) => {
      const k = tf.mod(tf.add(sixths, n), 6);
      const dip = tf.clipByValue(tf.minimum(k, tf.sub(4, k)), 0, 1);
      return tf.mul(value, tf.sub(1, dip));
    };
    return tf.concat([channel(5), channel(3), channel(1)], 2) as tf.Tensor3D;
  });
}

/** The 55 colors of the Middlebury wheel, RGB in 0..1. */
function wheel(): Float32Array {
  const colors: number[] = [];
  // from one pure color to the next: which channels are full, and which one rises or falls in how many steps
  const arcs: [steps: number, color: (part: number) => [number, number, number]][] = [
    [15, (p) => [1, p, 0]],
    [6, (p) => [1 - p, 1, 0]],
    [4, (p) => [0, 1, p]],
    [11, (p) => [0, 1 - p, 1]],
    [13, (p) => [p, 0, 1]],
    [6, (p) => [1, 0, 1 - p]],
  ];
  for (const [steps, color] of arcs) {
    // the levels of the original are bytes: floor(255 i / steps)
    for (let i = 0; i < steps; i++) {
      const level = Math.floor((255 * i) / steps) / 255;
      colors.push(...color(level));
    }
  }
  return Float32Array.from(colors);
}

/** The Middlebury colors of a flow in main memory; `full` is the magnitude at full strength. */
function wheelOnHost(flow: tf.Tensor3D, full: number): tf.Tensor3D {
  const values = hostValues(flow, 'draw a flow in colors');
  const colors = wheel();
  const [height, width] = flow.shape;
  const result = new Float32Array(3 * height * width);
  for (let i = 0; i < height * width; i++) {
    const [u, v] = [values[2 * i]!, values[2 * i + 1]!];
    const radius = full > 0 ? Math.hypot(u, v) / full : 0;
    const position = (Math.atan2(-v, -u) / (2 * Math.PI) + 0.5) * 54;
    const before = Math.floor(position);
    const part = position - before;
    for (let c = 0; c < 3; c++) {
      const color = (1 - part) * colors[3 * (before % 55) + c]! + part * colors[3 * ((before + 1) % 55) + c]!;
      result[3 * i + c] = radius <= 1 ? 1 - radius * (1 - color) : 0.75 * color;
    }
  }
  return tf.tensor3d(result, [height, width, 3]);
}

/**
 * A flow drawn in colors: hue tells the direction, strength the magnitude.
 *
 *     hsv          hue = atan2(v, u), saturation 1, value = (|f| - min |f|) / (max |f| - min |f|)
 *     middlebury   color of the wheel at atan2(-v, -u), paler towards 0: 1 - r (1 - color), r = |f| / max |f|; r > 1 darker
 *
 * With `max`, value = min(|f| / max, 1) in `hsv`, so that images of several clips can be compared.
 *
 * @param flow `[H, W, 2]`, pixels, (u, v).
 * @returns `[H, W, 3]`, RGB in 0..1; a flow of one magnitude everywhere (none, for instance) is black in `hsv` without `max`.
 * @throws TypeError if the flow is no float `[H, W, 2]`; RangeError on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { flowToColor } from '@mer/representations';
 *
 * const flow = tf.tensor3d([0, 0, 2, 0], [1, 2, 2]); // still, and to the right
 * console.log(flowToColor(flow).dataSync()); // Float32Array(6) [ 0, 0, 0, 1, 0, 0 ]
 * ```
 *
 * Reference: HSV as drawn in SLSTT and in OpenCV's samples; the wheel of Baker et al., "A Database and Evaluation
 * Methodology for Optical Flow", IJCV 2011.
 */
export function flowToColor(flow: tf.Tensor3D, options: FlowToColorOptions = {}): tf.Tensor3D {
  const task = 'draw a flow in colors';
  checkFlow(flow, task);
  const { style, max } = checkOptions(task, flowToColorOptions, options);
  return tf.tidy(() => {
    const magnitude = flowMagnitude(flow);
    if (style === 'middlebury' && isHostBackend()) {
      return wheelOnHost(flow, max > 0 ? max : hostValues(tf.max(magnitude), task)[0]!);
    }
    const [u, v] = components(flow);
    if (style === 'hsv') {
      const low = max > 0 ? tf.scalar(0) : tf.min(magnitude);
      const range = max > 0 ? tf.scalar(max) : tf.sub(tf.max(magnitude), low);
      const value = tf.clipByValue(safeDivide(tf.sub(magnitude, low) as tf.Tensor3D, range), 0, 1);
      return hueToRgb(tf.div(tf.atan2(v, u), 2 * Math.PI), value as tf.Tensor3D);
    }
    const radius = safeDivide(magnitude, max > 0 ? tf.scalar(max) : tf.max(magnitude));
    const colors = tf.tensor2d(wheel(), [55, 3]);
    const position = tf.mul(tf.add(tf.div(tf.atan2(tf.neg(v), tf.neg(u)), 2 * Math.PI), 0.5), 54);
    const before = tf.floor(position);
    const part = tf.sub(position, before);
    const pick = (index: tf.Tensor) =>
      tf.gather(colors, tf.cast(tf.reshape(tf.mod(index, 55), flow.shape.slice(0, 2)), 'int32')) as tf.Tensor;
    const color = tf.add(tf.mul(pick(before), tf.sub(1, part)), tf.mul(pick(tf.add(before, 1)), part));
    const inside = tf.cast(tf.lessEqual(radius, 1), 'float32');
    const pale = tf.sub(1, tf.mul(radius, tf.sub(1, color)));
    return tf.add(tf.mul(inside, pale), tf.mul(tf.sub(1, inside), tf.mul(color, 0.75)));
  });
}
