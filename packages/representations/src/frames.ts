import * as tf from '@tensorflow/tfjs-core';
import { hostValues, isHostBackend } from './host.js';

/** The frames `first` .. `first + count - 1`. (tfjs's wasm backend copies all frames to slice some, so this does not.) */
export function sliceFrames(frames: tf.Tensor4D, first: number, count: number): tf.Tensor4D {
  const [total, height, width, channels] = frames.shape;
  if (first === 0 && count === total) return tf.clone(frames);
  if (isHostBackend()) {
    const size = height * width * channels;
    const part = hostValues(frames, 'take frames').slice(first * size, (first + count) * size);
    return tf.tensor4d(part, [count, height, width, channels]);
  }
  return tf.slice(frames, [first, 0, 0, 0], [count, -1, -1, -1]);
}

/** Frame `index` of frames `[T, H, W, C]` as an image `[H, W, C]`. */
export function frameAt(frames: tf.Tensor4D, index: number): tf.Tensor3D {
  return tf.tidy(() => tf.squeeze(sliceFrames(frames, index, 1), [0]) as tf.Tensor3D);
}

/** Images `[H, W, *]` side by side in the channels. */
export function concatChannels(images: readonly tf.Tensor3D[]): tf.Tensor3D {
  if (!isHostBackend()) return tf.concat([...images], 2);
  const [height, width] = images[0]!.shape;
  const channels = images.map((image) => image.shape[2]);
  const total = channels.reduce((sum, count) => sum + count, 0);
  const result = new Float32Array(height * width * total);
  let offset = 0;
  for (const [k, image] of images.entries()) {
    const values = hostValues(image, 'put images together');
    const count = channels[k]!;
    for (let i = 0, from = 0, to = offset; i < height * width; i++, to += total) {
      for (let c = 0; c < count; c++) result[to + c] = values[from++]!;
    }
    offset += count;
  }
  return tf.tensor3d(result, [height, width, total]);
}

/** One channel of `[H, W, C]`, `[H, W, 1]`. */
export function channelOf(image: tf.Tensor3D, channel: number): tf.Tensor3D {
  const [height, width, channels] = image.shape;
  if (!isHostBackend()) return tf.slice(image, [0, 0, channel], [height, width, 1]);
  const values = hostValues(image, 'take a channel');
  const result = new Float32Array(height * width);
  for (let i = 0, at = channel; i < result.length; i++, at += channels) result[i] = values[at]!;
  return tf.tensor3d(result, [height, width, 1]);
}
