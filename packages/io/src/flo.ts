import type { ArrayData } from './array-data.js';
import { decodeElements, encodeElements } from './elements.js';

const cannot = 'Cannot read flo';
const magic = 202021.25;

/**
 * A component of a `.flo` file whose absolute value is beyond this marks a pixel whose flow is unknown.
 *
 * @example
 * ```ts
 * import { unknownFlowThreshold } from '@mer/io';
 *
 * console.log(1666666752 > unknownFlowThreshold); // true
 * ```
 */
export const unknownFlowThreshold = 1e9;

/**
 * The optical flow of a Middlebury `.flo` file: `float32`, shape `[height, width, 2]`, pixels, (u, v), u to the right, v down.
 *
 * Unknown flow is kept as it is: a pixel with a component beyond {@link unknownFlowThreshold} (the Middlebury sets write 1666666752) has
 * no known flow, and must be masked before anything is computed.
 *
 * @throws Error where the bytes are not such a file, with what is wrong.
 *
 * @example
 * ```ts
 * import { encodeFlo, parseFlo } from '@mer/io';
 *
 * const flow = { dtype: 'float32' as const, shape: [1, 1, 2], data: Float32Array.of(0.5, -2) };
 * console.log(parseFlo(encodeFlo(flow))); // { dtype: 'float32', shape: [ 1, 1, 2 ], data: Float32Array(2) [ 0.5, -2 ] }
 * ```
 *
 * Reference: Baker et al., A Database and Evaluation Methodology for Optical Flow, IJCV 92 (2011); the format: flowIO of
 * https://vision.middlebury.edu/flow/.
 */
export function parseFlo(bytes: Uint8Array): ArrayData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getFloat32(0, true) !== magic) {
    throw new Error(`${cannot} as the file must begin with the number 202021.25 ("PIEH") and its size: it does not`);
  }
  const width = view.getInt32(4, true);
  const height = view.getInt32(8, true);
  if (width < 1 || height < 1)
    throw new Error(`${cannot} as its size must be positive: current value is ${width} x ${height}`);
  const needed = 12 + 8 * width * height;
  if (needed !== bytes.length) {
    throw new Error(
      `${cannot} as its flow must fill the file: ${width} x ${height} needs ${needed} bytes, the file has ${bytes.length}`,
    );
  }
  return { dtype: 'float32', shape: [height, width, 2], data: decodeElements(bytes.subarray(12), 'float32') };
}

/**
 * An optical flow `float32` `[height, width, 2]`, (u, v) in pixels, as the bytes of a Middlebury `.flo` file.
 *
 * @throws TypeError for another dtype or shape.
 *
 * @example
 * ```ts
 * import { encodeFlo } from '@mer/io';
 *
 * console.log(encodeFlo({ dtype: 'float32', shape: [2, 3, 2], data: new Float32Array(12) }).length); // 60
 * ```
 *
 * Reference: as {@link parseFlo}.
 */
export function encodeFlo(flow: ArrayData): Uint8Array<ArrayBuffer> {
  const [height, width, components] = flow.shape;
  if (flow.dtype !== 'float32' || flow.shape.length !== 3 || components !== 2 || !height || !width) {
    throw new TypeError(
      `Cannot write flo as flow must be float32 with the shape [height, width, 2]: current value is ${flow.dtype} [${flow.shape.join(', ')}]`,
    );
  }
  const values = encodeElements(flow, 'Cannot write flo');
  const bytes = new Uint8Array(12 + values.length);
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, magic, true);
  view.setInt32(4, width, true);
  view.setInt32(8, height, true);
  bytes.set(values, 12);
  return bytes;
}
