import { flag, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { blockStart, blocksOption } from './blocks.js';
import { type FrameSource, resolveSpan, spanOption } from './clip.js';
import { declareRepresentation } from './declare-step.js';
import { type Reading, readLater, readNow } from './reading.js';
import { luma } from './to-gray.js';

const lbpTopOptions = {
  blocks: blocksOption([5, 5]),
  radiusX: number('Radius along x in pixels.', { above: 0, default: 1 }),
  radiusY: number('Radius along y in pixels.', { above: 0, default: 1 }),
  radiusT: number('Radius along time in frames.', { above: 0, default: 1 }),
  neighbors: integer('Neighbors on each circle.', { min: 4, max: 16, default: 8 }),
  uniform: flag('Whether all patterns with more than two changes of bit share a bin (59 bins for 8 neighbors).', {
    default: true,
  }),
  span: spanOption(),
};

/** Options of {@link lbpTop}. */
export type LbpTopOptions = OptionsOf<typeof lbpTopOptions>;

/**
 * The bin of each pattern of `neighbors` bits: the patterns with at most two changes around the circle in rising order, then one
 * bin for all others; or every pattern by itself.
 */
export function patternBins(neighbors: number, uniform: boolean): { bins: Uint16Array; count: number } {
  const patterns = 2 ** neighbors;
  const bins = new Uint16Array(patterns);
  if (!uniform) {
    for (let code = 0; code < patterns; code++) bins[code] = code;
    return { bins, count: patterns };
  }
  const changes = (code: number) => {
    const turned = ((code << 1) | (code >> (neighbors - 1))) & (patterns - 1);
    let count = 0;
    for (let bits = code ^ turned; bits; bits &= bits - 1) count++;
    return count;
  };
  let next = 0;
  const other = neighbors * (neighbors - 1) + 2;
  for (let code = 0; code < patterns; code++) bins[code] = changes(code) <= 2 ? next++ : other;
  return { bins, count: other + 1 };
}

/** Number of bins of one block: three planes. */
export function lbpTopBins({ neighbors, uniform }: { neighbors: number; uniform: boolean }): number {
  return 3 * (uniform ? neighbors * (neighbors - 1) + 3 : 2 ** neighbors);
}

/** One neighbor: four corners around a position between pixels, as offsets into the volume, with weights. */
interface Neighbor {
  offsets: [number, number, number, number];
  weights: [number, number, number, number];
}

/** The circle of a plane: `a` is the first axis (cosine), `b` the second (minus sine), each with radius and stride. */
function circle(
  count: number,
  a: { radius: number; stride: number },
  b: { radius: number; stride: number },
): Neighbor[] {
  return Array.from({ length: count }, (_, p) => {
    // exact positions on the axes: cos(pi / 2) is not quite 0 in floating point
    const clean = (value: number) => Math.round(value * 1e5) / 1e5;
    const x = clean(a.radius * Math.cos((2 * Math.PI * p) / count));
    const y = clean(-b.radius * Math.sin((2 * Math.PI * p) / count));
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - x0, y - y0];
    const [x1, y1] = [fx > 0 ? x0 + 1 : x0, fy > 0 ? y0 + 1 : y0];
    return {
      offsets: [
        x0 * a.stride + y0 * b.stride,
        x1 * a.stride + y0 * b.stride,
        x0 * a.stride + y1 * b.stride,
        x1 * a.stride + y1 * b.stride,
      ],
      weights: [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy],
    };
  });
}

const task = 'compute LBP-TOP';

/**
 * Local binary patterns on three orthogonal planes (LBP-TOP): the texture of a clip in space and in time, as histograms.
 *
 *     code = sum_p [g_p >= g_c] 2^p      neighbors g_p on a circle around g_c in the planes XY, XT and YT, interpolated bilinearly
 *
 * with g_p at (x + R_x cos, y - R_y sin), (x + R_x cos, t - R_t sin) and (y + R_y cos, t - R_t sin) of 2 pi p / P. Every pixel whose circles
 * lie inside the clip counts; its block is that of its position. Each block's histogram of a plane sums to 1.
 *
 * @param source a clip or frames `[T, H, W, C]`, float32 (color is made gray).
 * @returns `[rows, columns, 3 B]`: per block the histograms XY, XT, YT of B bins (59 for 8 neighbors with `uniform`); zero
 * for a block without such pixels.
 * @throws Error on a backend that cannot read values at once (webgpu): await `lbpTop(options).applyAsync(source)` there.
 * @throws RangeError if the span or the frames are too small for the radii, a value is NaN or infinite, or on a wrong option.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { lbpTop } from '@mer/representations';
 *
 * const frames = tf.randomUniform([6, 20, 20, 1], 0, 1, 'float32', 1) as tf.Tensor4D;
 * console.log(lbpTop(frames, { blocks: [2, 2] }).shape); // [ 2, 2, 177 ]
 * ```
 *
 * Reference: Zhao, Pietikäinen, "Dynamic Texture Recognition Using Local Binary Patterns with an Application to Facial
 * Expressions", TPAMI 29(6), 2007. The order of the bins (rising code, all other patterns last) is ours.
 */
export const lbpTop = /* @__PURE__ */ declareRepresentation({
  name: 'lbp-top',
  title: 'Local binary patterns on three orthogonal planes, as histograms',
  paper: 'Zhao, Pietikäinen, TPAMI 29(6), 2007',
  ours: 'the order of the bins',
  traits: { histogram: true },
  options: lbpTopOptions,
  compute: (source: FrameSource, options) => readNow(patterns(source, options), task),
  computeAsync: (source, options) => readLater(patterns(source, options)),
  outputShape: (_frame, options) => [...options.blocks, lbpTopBins(options)],
});

function* patterns(
  source: FrameSource,
  { blocks, radiusX, radiusY, radiusT, neighbors, uniform, span }: Resolved<typeof lbpTopOptions>,
): Reading<tf.Tensor3D> {
  const { frames, first, last } = resolveSpan(source, span, task);
  const [, height, width, channels] = frames.shape;
  const count = last - first + 1;
  const [mx, my, mt] = [Math.ceil(radiusX), Math.ceil(radiusY), Math.ceil(radiusT)];
  if (width <= 2 * mx || height <= 2 * my || count <= 2 * mt) {
    throw new RangeError(
      `Cannot ${task} as there must be more than twice the radii (${radiusX}, ${radiusY}, ${radiusT}) of columns, rows and frames: current values are ${width}, ${height}, ${count}`,
    );
  }
  if (channels !== 1 && channels !== 3) {
    throw new TypeError(
      `Cannot ${task} as frames must have 1 or 3 channels: current shape is [${frames.shape.join(', ')}]`,
    );
  }
  const size = height * width;
  const all = yield tf.clone(frames);
  const values = all.subarray(first * size * channels, (last + 1) * size * channels);
  // a comparison with NaN is false: it would count as a pattern
  if (!Number.isFinite(values.reduce((sum, value) => sum + value, 0))) {
    throw new RangeError(`Cannot ${task} as frames must hold finite numbers: some are NaN or infinite`);
  }
  let gray: ArrayLike<number> = values;
  if (channels === 3) {
    const made = new Float32Array(count * size);
    const [r, g, b] = luma;
    for (let i = 0, j = 0; i < made.length; i++, j += 3) {
      made[i] = r * values[j]! + g * values[j + 1]! + b * values[j + 2]!;
    }
    gray = made;
  }
  const x = { radius: radiusX, stride: 1 };
  const y = { radius: radiusY, stride: width };
  const t = { radius: radiusT, stride: size };
  const planes = [circle(neighbors, x, y), circle(neighbors, x, t), circle(neighbors, y, t)];
  const { bins, count: binCount } = patternBins(neighbors, uniform);
  const [rows, columns] = blocks;
  const histograms = new Float32Array(rows * columns * 3 * binCount);
  const blockOf = (size: number, parts: number) => {
    const of = new Int32Array(size);
    for (let i = 0; i < parts; i++) of.fill(i, blockStart(i, parts, size), blockStart(i + 1, parts, size));
    return of;
  };
  const rowOf = blockOf(height, rows);
  const columnOf = blockOf(width, columns);
  for (let frame = mt; frame < count - mt; frame++) {
    for (let row = my; row < height - my; row++) {
      for (let column = mx; column < width - mx; column++) {
        const at = frame * size + row * width + column;
        const center = gray[at]!;
        const block = (rowOf[row]! * columns + columnOf[column]!) * 3 * binCount;
        for (let plane = 0; plane < 3; plane++) {
          let code = 0;
          const ring = planes[plane]!;
          for (let p = 0; p < neighbors; p++) {
            const { offsets, weights } = ring[p]!;
            const value =
              weights[0] * gray[at + offsets[0]]! +
              weights[1] * gray[at + offsets[1]]! +
              weights[2] * gray[at + offsets[2]]! +
              weights[3] * gray[at + offsets[3]]!;
            if (value >= center) code |= 1 << p;
          }
          histograms[block + plane * binCount + bins[code]!]!++;
        }
      }
    }
  }
  for (let from = 0; from < histograms.length; from += binCount) {
    let total = 0;
    for (let i = 0; i < binCount; i++) total += histograms[from + i]!;
    if (total > 0) for (let i = 0; i < binCount; i++) histograms[from + i]! /= total;
  }
  return tf.tensor3d(histograms, [rows, columns, 3 * binCount]);
}
