import { integer, number, type OptionsOf } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import { gaussianBlur } from '../blur.js';
import { type Clip, checkClip } from '../clip.js';
import { declareStep } from '../declare-step.js';
import { resizeImages } from '../resize-images.js';
import { weightedSum } from '../weighted-sum.js';

const magnifyOptions = {
  alpha: number('How much the motion is amplified: motion becomes (1 + alpha) times as large.', { min: 0, default: 8 }),
  fps: number('Frames per second of the clip; 200 in CASME II and SAMM.', { above: 0, default: 200 }),
  low: number('Lower end of the band of frequencies that is amplified, Hz.', { min: 0, default: 0.5 }),
  high: number('Upper end of that band, Hz.', { above: 0, default: 15 }),
  wavelength: number('Spatial wavelengths below this many pixels are amplified less, the finer the less.', {
    above: 0,
    default: 16,
  }),
  levels: integer('Levels of the Laplacian pyramid.', { min: 1, max: 10, default: 4 }),
};

/** Options of {@link magnify}. */
export type MagnifyOptions = OptionsOf<typeof magnifyOptions>;

/** The pyramid smooths for itself. */
const plain = { antialias: false };

/**
 * The weights of a zero-phase band-pass filter along time: `band[t][s]` is the share of frame s in the filtered frame t.
 *
 * A projection on the cosines cos(pi k (t + 1/2) / T) whose frequency k fps / (2 T) lies in the band; k = 0 never does.
 */
export function bandPass(count: number, fps: number, low: number, high: number): number[][] {
  const chosen: number[] = [];
  for (let k = 1; k < count; k++) {
    const frequency = (k * fps) / (2 * count);
    if (frequency >= low && frequency <= high) chosen.push(k);
  }
  const cosine = (k: number, t: number) => Math.cos((Math.PI * k * (t + 0.5)) / count);
  return Array.from({ length: count }, (_, t) =>
    Array.from({ length: count }, (_, s) =>
      chosen.reduce((sum, k) => sum + (2 / count) * cosine(k, t) * cosine(k, s), 0),
    ),
  );
}

/**
 * A clip in which subtle motion is magnified (linear Eulerian magnification).
 *
 *     I'_t = I_t + sum over levels l of alpha_l (B L_l)_t       alpha_l = min(alpha, (1 + alpha) lambda_l / wavelength - 1), at least 0
 *
 * L_l: levels of a Laplacian pyramid of the frames; B: a temporal band-pass; lambda_l: the wavelength a level holds, 3 2^l pixels. The coarsest, low-pass
 * level stays as it is.
 *
 * @param clip the whole of it is filtered, frames outside onset to offset included.
 * @returns a new clip of the same shape, clipped to 0..1; onset, apex, offset and landmarks stay.
 * @throws RangeError if the clip has fewer than 2 frames, the band holds no frequency of the clip, or an option is wrong.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { magnify } from '@mer/representations';
 *
 * const clip = { frames: tf.fill([20, 32, 32, 1], 0.5) as tf.Tensor4D, onset: 0, apex: 10, offset: 19 };
 * console.log(magnify(clip).frames.shape); // [ 20, 32, 32, 1 ]
 * ```
 *
 * Reference: Wu, Rubinstein, Shih, Guttag, Durand, Freeman, "Eulerian Video Magnification for Revealing Subtle Changes in the
 * World", SIGGRAPH 2012: the pyramid, the linear form and the bound of alpha by wavelength. Ours: the zero-phase filter by cosines
 * (there recursive or ideal Fourier filters) and blur and bilinear interpolation in the pyramid.
 */
export const magnify = /* @__PURE__ */ declareStep({
  name: 'magnify',
  title: 'Subtle motion magnified (Eulerian)',
  paper: 'Wu, Rubinstein, Shih, Guttag, Durand, Freeman, SIGGRAPH 2012',
  ours: 'the zero-phase filter by cosines, and blur and bilinear interpolation in the pyramid',
  takes: 'clip',
  gives: 'clip',
  traits: { keepsRange: true },
  options: magnifyOptions,
  compute(clip: Clip, { alpha, fps, low, high, wavelength, levels }): Clip {
    const task = 'magnify the motion of a clip';
    checkClip(clip, task);
    const [count, height, width] = clip.frames.shape;
    if (count < 2) {
      throw new RangeError(`Cannot ${task} as it must have at least 2 frames: current value is ${count}`);
    }
    if (low > high) {
      throw new RangeError(`Cannot ${task} as low must be at most high: current values are ${low} and ${high}`);
    }
    const band = bandPass(count, fps, low, high);
    if (band[0]!.every((weight) => weight === 0)) {
      throw new RangeError(
        `Cannot ${task} as the band ${low}..${high} Hz must hold a frequency of the clip: ${count} frames at ${fps} Hz have multiples of ${(fps / (2 * count)).toFixed(3)} Hz below ${(fps / 2).toFixed(3)} Hz`,
      );
    }
    const gains = Array.from({ length: levels }, (_, l) =>
      Math.max(0, Math.min(alpha, ((1 + alpha) * 3 * 2 ** l) / wavelength - 1)),
    );
    const frames = tf.tidy(() => {
      const added: (tf.Tensor4D | null)[] = [];
      const sizes: [number, number][] = [];
      let current = clip.frames;
      for (let l = 0; l < levels; l++) {
        const [, h, w] = current.shape;
        sizes.push([h, w]);
        if (Math.min(h, w) < 4) {
          added.push(null);
          break;
        }
        const coarse = tf.tidy(() =>
          resizeImages(gaussianBlur(current, 1), [Math.ceil(h / 2), Math.ceil(w / 2)], plain),
        );
        const gain = gains[l]!;
        added.push(
          gain === 0
            ? null
            : tf.tidy(() => {
                const detail = tf.sub(current, resizeImages(coarse, [h, w], plain)) as tf.Tensor4D;
                const filtered = band.map((weights) =>
                  weightedSum(
                    detail,
                    weights.map((weight) => gain * weight),
                  ),
                );
                return tf.stack(filtered) as tf.Tensor4D;
              }),
        );
        current = coarse;
      }
      // from coarse to fine
      let sum: tf.Tensor4D | null = null;
      for (let l = added.length - 1; l >= 0; l--) {
        const finer: tf.Tensor4D | null = sum && resizeImages(sum, sizes[l]!, plain);
        const here = added[l] ?? null;
        sum = finer && here ? (tf.add(finer, here) as tf.Tensor4D) : (finer ?? here);
      }
      const magnified = sum ? tf.add(clip.frames, resizeImages(sum, [height, width], plain)) : tf.clone(clip.frames);
      return tf.clipByValue(magnified, 0, 1) as tf.Tensor4D;
    });
    return { ...clip, frames };
  },
  outputShape: (frame) => frame,
});
