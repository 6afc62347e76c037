import type * as tf from '@tensorflow/tfjs-core';
import { gaussianWindow } from '../../blur.js';
import type { FlowImage } from '../pair.js';
import { GpuRun } from './gpu-run.js';
import { blurred, grayLevels, pairs, resized, roundEven } from './levels.js';
import { expandColumnsShader, expandRowsShader, matricesShader, solveShader, windowRowsShader } from './shaders.js';

/** The options of Farneback's method, all given. */
interface Settings {
  scaleStep: number;
  levels: number;
  window: number;
  iterations: number;
  polyRadius: number;
  polySigma: number;
}

/** The weights g, x g, x^2 g of a polynomial expansion, and the entries of its inverse normal matrix that are needed. */
function expansion(radius: number, sigma: number) {
  const g = Array.from({ length: radius + 1 }, (_, x) => Math.fround(Math.exp(-(x ** 2) / (2 * sigma ** 2))));
  const total = g.reduce((sum, weight, x) => sum + (x === 0 ? weight : 2 * weight), 0);
  const weights = g.map((weight) => Math.fround(weight / total));
  let [zeroth, second, fourth, mixed] = [0, 0, 0, 0];
  for (let y = -radius; y <= radius; y++) {
    for (let x = -radius; x <= radius; x++) {
      const weight = weights[Math.abs(y)]! * weights[Math.abs(x)]!;
      zeroth += weight;
      second += weight * x ** 2;
      fourth += weight * x ** 4;
      mixed += weight * x ** 2 * y ** 2;
    }
  }
  // the block of 1, x^2, y^2 is [[z, s, s], [s, f, m], [s, m, f]]; the others are diagonal, and m = s^2 / z
  const det = zeroth * (fourth ** 2 - mixed ** 2) - 2 * second ** 2 * (fourth - mixed);
  return {
    weights: [...weights, ...weights.map((weight, x) => weight * x), ...weights.map((weight, x) => weight * x ** 2)],
    ig11: 1 / second,
    ig03: -(second * (fourth - mixed)) / det,
    ig33: (zeroth * fourth - second ** 2) / det,
    ig55: 1 / mixed,
  };
}

/** {@link farnebackFlow} by WGSL kernels. */
export function farnebackOnGpu(from: FlowImage, to: FlowImage, o: Settings): tf.Tensor3D {
  const [height, width] = from.shape;
  const run = new GpuRun();
  try {
    const images = [grayLevels(run, from), grayLevels(run, to)] as const;
    const { weights, ig11, ig03, ig33, ig55 } = expansion(o.polyRadius, o.polySigma);
    const constants = run.constants(weights);
    let levels = 0;
    for (let scale = o.scaleStep; levels < o.levels; levels++, scale *= o.scaleStep) {
      if (width * scale < 32 || height * scale < 32) break;
    }
    let flow: GPUBuffer | null = null;
    let last = { width, height };
    for (let level = levels; level >= 0; level--) {
      const scale = o.scaleStep ** level;
      const sigma = (1 / scale - 1) / 2;
      const size = { width: roundEven(width * scale), height: roundEven(height * scale) };
      const n = size.width * size.height;
      const radius = Math.max(roundEven(sigma * 5) | 1, 3) >> 1;
      const window = sigma > 0 ? gaussianWindow(radius, sigma) : [0.25, 0.5, 0.25];
      const expanded = images.map((image) => {
        const small = resized(run, blurred(run, image, width, height, window), { width, height }, size);
        const [rows, result] = [run.floats(3 * n), run.floats(5 * n)];
        run.run(expandRowsShader, { ...size, a: o.polyRadius }, [small, rows, constants], n);
        const params = { ...size, a: o.polyRadius, p: ig11, q: ig03, r: ig33, s: ig55 };
        run.run(expandColumnsShader, params, [rows, result, constants], n);
        return result;
      });
      flow = flow ? resized(run, flow, last, size, { planes: 2, factor: 1 / o.scaleStep }) : run.floats(2 * n);
      last = size;
      const [sums, window5] = [run.floats(5 * n), run.floats(5 * n)];
      const m = o.window >> 1;
      const matrices = run.bind(matricesShader, size, [expanded[0]!, expanded[1]!, flow, sums], n);
      const rows = run.bind(windowRowsShader, { ...size, a: m }, [sums, window5], n, 5);
      const solve = run.bind(solveShader, { ...size, a: m }, [window5, flow], n);
      for (let i = 0; i < o.iterations; i++) {
        run.dispatch(matrices);
        run.dispatch(rows);
        run.dispatch(solve);
      }
    }
    return pairs(run, flow!, width, height);
  } finally {
    run.end();
  }
}
