import * as tf from '@tensorflow/tfjs-core';
import { gaussianWindow } from '../../blur.js';
import type { FlowImage } from '../pair.js';
import type { GpuRun } from './gpu-run.js';
import { blurShader, grayShader, interleaveShader, resizeShader } from './shaders.js';

/** One level of a pyramid. */
export interface Level {
  width: number;
  height: number;
  from: GPUBuffer;
  to: GPUBuffer;
}

/** Rounds halves to even, as the processors do. */
export function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

/** The gray levels of an image, 0..255. */
export function grayLevels(run: GpuRun, image: FlowImage): GPUBuffer {
  const [height, width] = image.shape;
  const gray = run.floats(height * width);
  const channels = image.shape.length === 3 && image.shape[2] === 3 ? 3 : 1;
  run.run(grayShader, { width, height, a: channels }, [run.input(image), gray], height * width);
  return gray;
}

/** An image blurred along both axes. */
export function blurred(
  run: GpuRun,
  image: GPUBuffer,
  width: number,
  height: number,
  window: ArrayLike<number>,
): GPUBuffer {
  const [across, result] = [run.floats(width * height), run.floats(width * height)];
  const weights = run.constants(window);
  const a = (window.length - 1) / 2;
  run.run(blurShader, { width, height, a, b: 0 }, [image, across, weights], width * height);
  run.run(blurShader, { width, height, a, b: 1 }, [across, result, weights], width * height);
  return result;
}

const gaussian = (sigma: number) => gaussianWindow(Math.ceil(5 * sigma), sigma);

/** `planes` planes of one size in another; `scale` is old pixels per new pixel where it is not the ratio of the sizes. */
export function resized(
  run: GpuRun,
  source: GPUBuffer,
  from: { width: number; height: number },
  to: { width: number; height: number },
  { planes = 1, factor = 1, scale }: { planes?: number; factor?: number; scale?: number } = {},
): GPUBuffer {
  const count = to.width * to.height;
  const target = run.floats(planes * count);
  run.run(
    resizeShader,
    {
      width: from.width,
      height: from.height,
      a: to.width,
      b: to.height,
      p: scale ?? from.width / to.width,
      q: scale ?? from.height / to.height,
      r: factor,
    },
    [source, target],
    count,
    planes,
  );
  return target;
}

/** Levels from fine to coarse, none smaller than 16 pixels. */
export function pyramid(
  run: GpuRun,
  from: FlowImage,
  to: FlowImage,
  o: { scales: number; scaleStep: number; presmooth: number; pyramidSmooth: number },
): Level[] {
  const [height, width] = from.shape;
  const smooth = (image: GPUBuffer) =>
    o.presmooth > 0 ? blurred(run, image, width, height, gaussian(o.presmooth)) : image;
  const levels: Level[] = [{ width, height, from: smooth(grayLevels(run, from)), to: smooth(grayLevels(run, to)) }];
  while (levels.length < o.scales) {
    const last = levels.at(-1)!;
    const size = { width: roundEven(last.width * o.scaleStep), height: roundEven(last.height * o.scaleStep) };
    if (size.width < 16 || size.height < 16) break;
    const shrink = (image: GPUBuffer) => {
      const sigma = o.pyramidSmooth * Math.sqrt(1 / o.scaleStep ** 2 - 1);
      const soft = sigma > 0 ? blurred(run, image, last.width, last.height, gaussian(sigma)) : image;
      return resized(run, soft, last, size, { scale: 1 / o.scaleStep });
    };
    levels.push({ ...size, from: shrink(last.from), to: shrink(last.to) });
  }
  return levels;
}

/** Both images stretched together to 0..1. */
export function normalized(from: FlowImage, to: FlowImage): [FlowImage, FlowImage] {
  return tf.tidy(() => {
    const low = tf.minimum(tf.min(from), tf.min(to));
    const range = tf.sub(tf.maximum(tf.max(from), tf.max(to)), low);
    const divisor = tf.where(tf.greater(range, 0), range, tf.onesLike(range));
    return [from, to].map((image) => tf.div(tf.sub(image, low), divisor)) as [FlowImage, FlowImage];
  });
}

/** Coarse to fine: `solve` improves the flow (planes u, v) of a level in place. */
export function coarseToFine(
  run: GpuRun,
  levels: readonly Level[],
  scaleStep: number,
  solve: (level: Level, flow: GPUBuffer) => void,
): tf.Tensor3D {
  let at = levels.at(-1)!;
  let flow = run.floats(2 * at.width * at.height);
  for (let s = levels.length - 1; ; s--) {
    solve(at, flow);
    if (s === 0) break;
    const finer = levels[s - 1]!;
    flow = resized(run, flow, at, finer, { planes: 2, factor: 1 / scaleStep });
    at = finer;
  }
  return pairs(run, flow, at.width, at.height);
}

/** A flow as a tensor `[H, W, 2]`. */
export function pairs(run: GpuRun, flow: GPUBuffer, width: number, height: number): tf.Tensor3D {
  const result = run.floats(2 * width * height);
  run.run(interleaveShader, { width, height }, [flow, result], width * height);
  return run.output(result, [height, width, 2]);
}
