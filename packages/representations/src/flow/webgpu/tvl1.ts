import * as tf from '@tensorflow/tfjs-core';
import type { FlowImage } from '../pair.js';
import { GpuRun } from './gpu-run.js';
import { coarseToFine, normalized, pyramid } from './levels.js';
import {
  checkShader,
  copyShader,
  dualShader,
  gradientShader,
  linearizeShader,
  medianShader,
  primalShader,
} from './shaders.js';

/** The options of TV-L1, all given. */
interface Settings {
  tau: number;
  lambda: number;
  theta: number;
  scales: number;
  scaleStep: number;
  warps: number;
  epsilon: number;
  innerIterations: number;
  outerIterations: number;
  median: number;
  presmooth: number;
  pyramidSmooth: number;
  normalize: boolean;
}

/** {@link tvl1Flow} by WGSL kernels. */
export function tvl1OnGpu(from: FlowImage, to: FlowImage, o: Settings): tf.Tensor3D {
  const [a, b] = o.normalize ? normalized(from, to) : [from, to];
  const run = new GpuRun();
  try {
    return coarseToFine(run, pyramid(run, a, b, o), o.scaleStep, ({ width, height, from: first, to: second }, flow) => {
      const n = width * height;
      const size = { width, height };
      const planes = run.floats(3 * n);
      run.run(gradientShader, size, [second, planes], n);
      const [term, dual, spare] = [run.floats(4 * n), run.floats(4 * n), run.floats(2 * n)];
      const groups = Math.ceil(n / 256);
      const [partial, flag] = [run.floats(groups), run.floats(4)];
      const linearize = run.bind(linearizeShader, size, [first, planes, flow, term, flag], n);
      const primal = run.bind(
        primalShader,
        { ...size, p: o.lambda * o.theta, q: o.theta },
        [term, dual, flow, flag, partial],
        n,
      );
      const dualStep = run.bind(dualShader, { ...size, p: o.tau / o.theta }, [flow, dual, flag], n, 2);
      const check = run.bind(checkShader, { ...size, a: groups, p: o.epsilon ** 2 * n }, [partial, flag], 1);
      const median = run.bind(medianShader, { ...size, a: o.median }, [flow, spare, flag], n, 2);
      const back = run.bind(copyShader, size, [spare, flow, flag], n, 2);
      for (let warp = 0; warp < o.warps; warp++) {
        run.dispatch(linearize);
        for (let outer = 0; outer < o.outerIterations; outer++) {
          if (o.median > 1) {
            run.dispatch(median);
            run.dispatch(back);
          }
          for (let inner = 0; inner < o.innerIterations; inner++) {
            run.dispatch(primal);
            run.dispatch(dualStep);
            run.dispatch(check);
          }
        }
      }
    });
  } finally {
    run.end();
    if (o.normalize) tf.dispose([a, b]);
  }
}
