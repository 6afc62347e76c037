import * as tf from '@tensorflow/tfjs-core';
import { checkTensorBytes } from './check-tensor-bytes.js';
import type { Pixels, RawImage } from './raw-image.js';

/** The scale of the values of an image tensor: `unit` 0 to 1, `byte` 0 to 255. */
export type ImageRange = 'unit' | 'byte';

/** How {@link imageToTensor} scales. */
export interface ImageToTensorOptions {
  /** `unit` (default) divides by 255, `byte` keeps the integers 0 to 255. */
  range?: ImageRange;
}

/** Float values of pixels of any depth. */
export function pixelsToTensor({ width, height, channels, data }: Pixels, range: ImageRange): tf.Tensor3D {
  checkRange(range);
  checkTensorBytes('convert image', [height, width, channels]);
  const wide = data instanceof Uint16Array;
  const values = new Float32Array(data.length);
  for (let i = 0; i < values.length; i++) {
    const value = data[i]!;
    if (range === 'unit') values[i] = value / (wide ? 65535 : 255);
    else values[i] = wide ? Math.round(value / 257) : value;
  }
  return tf.tensor3d(values, [height, width, channels], 'float32');
}

function checkRange(range: unknown): asserts range is ImageRange {
  if (range !== 'unit' && range !== 'byte') {
    throw new RangeError(`Cannot convert image as range must be 'unit' or 'byte': current value is ${String(range)}`);
  }
}

/**
 * A float32 tensor `[height, width, channels]` of a decoded image.
 *
 * @throws TypeError where the data do not fill the image.
 *
 * @example
 * ```ts
 * import { imageToTensor } from '@mer/io';
 *
 * const tensor = imageToTensor({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) });
 * console.log(tensor.shape); // [ 1, 2, 1 ]
 * console.log(await tensor.data()); // Float32Array(2) [ 0, 1 ]
 * tensor.dispose();
 * ```
 */
export function imageToTensor(image: RawImage, { range = 'unit' }: ImageToTensorOptions = {}): tf.Tensor3D {
  const { width, height, channels, data } = image;
  if (data.length !== width * height * channels) {
    throw new TypeError(
      `Cannot convert image as its data must fill ${width} x ${height} x ${channels}: current length is ${data.length}`,
    );
  }
  return pixelsToTensor(image, range);
}

/**
 * The 8-bit image of a tensor `[height, width, channels]` (1 gray, 3 RGB, 4 RGBA) or `[height, width]` (gray).
 *
 * Values are rounded to the nearest of the 256 levels. The tensor is not disposed.
 *
 * @throws TypeError for another shape or dtype; RangeError for a value that is no number or rounds to a level outside 0 to 255
 * (nothing is clipped silently: `tf.clipByValue(tensor, 0, 1)` does it where it is wanted).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { tensorToImage } from '@mer/io';
 *
 * const tensor = tf.tensor3d([[[0], [0.5], [1]]]);
 * console.log((await tensorToImage(tensor)).data); // Uint8Array(3) [ 0, 128, 255 ]
 * tensor.dispose();
 * ```
 */
export async function tensorToImage(
  tensor: tf.Tensor,
  { range = 'unit' }: ImageToTensorOptions = {},
): Promise<RawImage> {
  checkRange(range);
  const [height, width, channels = 1] = tensor.shape;
  const isImage = tensor.rank === 2 || tensor.rank === 3;
  if (!isImage || !width || !height || (channels !== 1 && channels !== 3 && channels !== 4)) {
    throw new TypeError(
      `Cannot convert tensor to image as its shape must be [height, width] or [height, width, 1, 3 or 4]: current value is [${tensor.shape.join(', ')}]`,
    );
  }
  if (tensor.dtype !== 'float32' && tensor.dtype !== 'int32') {
    throw new TypeError(
      `Cannot convert tensor to image as its dtype must be float32 or int32: current value is ${tensor.dtype}`,
    );
  }
  const values = await tensor.data<'float32'>();
  const data = new Uint8Array(values.length);
  const scale = range === 'unit' ? 255 : 1;
  for (let i = 0; i < data.length; i++) {
    const level = Math.round(values[i]! * scale);
    if (!(level >= 0 && level <= 255)) {
      throw new RangeError(
        `Cannot convert tensor to image as its values must lie within 0 to ${range === 'unit' ? "1 (range 'unit')" : "255 (range 'byte')"}: element ${i} is ${values[i]}`,
      );
    }
    data[i] = level;
  }
  return { width, height, channels, data };
}
