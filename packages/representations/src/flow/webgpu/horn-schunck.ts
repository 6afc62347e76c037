import type * as tf from '@tensorflow/tfjs-core';
import type { FlowImage } from '../pair.js';
import { GpuRun } from './gpu-run.js';
import { coarseToFine, pyramid } from './levels.js';
import { checkShader, copyShader, gradientShader, jacobiShader, linearizeShader } from './shaders.js';

/** The options of Horn-Schunck, all given. */
interface Settings {
  alpha: number;
  scales: number;
  scaleStep: number;
  warps: number;
  iterations: number;
  epsilon: number;
  presmooth: number;
  pyramidSmooth: number;
}

/** {@link hornSchunckFlow} by WGSL kernels. */
export function hornSchunckOnGpu(from: FlowImage, to: FlowImage, o: Settings): tf.Tensor3D {
  const run = new GpuRun();
  try {
    return coarseToFine(
      run,
      pyramid(run, from, to, o),
      o.scaleStep,
      ({ width, height, from: first, to: second }, flow) => {
        const n = width * height;
        const size = { width, height };
        const planes = run.floats(3 * n);
        run.run(gradientShader, size, [second, planes], n);
        const [term, next] = [run.floats(4 * n), run.floats(2 * n)];
        const groups = Math.ceil(n / 256);
        const [partial, flag] = [run.floats(groups), run.floats(4)];
        const linearize = run.bind(linearizeShader, { ...size, a: 1 }, [first, planes, flow, term, flag], n);
        const jacobi = run.bind(jacobiShader, { ...size, p: o.alpha ** 2 }, [term, flow, next, flag, partial], n);
        const back = run.bind(copyShader, size, [next, flow, flag], n, 2);
        const check = run.bind(checkShader, { ...size, a: groups, p: o.epsilon ** 2 * n }, [partial, flag], 1);
        for (let warp = 0; warp < o.warps; warp++) {
          run.dispatch(linearize);
          for (let i = 0; i < o.iterations; i++) {
            run.dispatch(jacobi);
            run.dispatch(back);
            run.dispatch(check);
          }
        }
      },
    );
  } finally {
    run.end();
  }
}
