import * as tf from '@tensorflow/tfjs-core';

/**
 * Mirrors `[batch, height, width, channels]` at its border, which is not repeated, by `border` rows and columns on each side.
 *
 * tfjs pads so by `mirrorPad`, but its gradient leaves out what was mirrored; this one adds it.
 */
export function reflectPad(x: tf.Tensor4D, border: number): tf.Tensor4D {
  const op = tf.customGrad((input) => ({
    value: mirrored(mirrored(input as tf.Tensor4D, 1, border), 2, border),
    gradFunc: (dy: tf.Tensor) => folded(folded(dy as tf.Tensor4D, 2, border), 1, border),
  }));
  return op(x) as tf.Tensor4D;
}

function mirrored(x: tf.Tensor4D, axis: 1 | 2, border: number): tf.Tensor4D {
  const last = x.shape[axis] - 1;
  return tf.concat([reversed(x, axis, 1, border), x, reversed(x, axis, last - border, border)], axis);
}

/** The adjoint of {@link mirrored}: what fell on the border goes back to where it came from. */
function folded(dy: tf.Tensor4D, axis: 1 | 2, border: number): tf.Tensor4D {
  const size = dy.shape[axis] - 2 * border;
  const placed = (from: number, at: number) => {
    const paddings: Array<[number, number]> = dy.shape.map(() => [0, 0]);
    paddings[axis] = [at, size - at - border];
    return tf.pad(reversed(dy, axis, from, border), paddings);
  };
  const inner = part(dy, axis, border, size);
  return tf.addN([inner, placed(0, 1), placed(size + border, size - 1 - border)]) as tf.Tensor4D;
}

function reversed(x: tf.Tensor4D, axis: 1 | 2, from: number, size: number): tf.Tensor4D {
  const lines = part(x, axis, from, size);
  return size === 1 ? lines : tf.reverse(lines, axis);
}

function part(x: tf.Tensor4D, axis: 1 | 2, from: number, size: number): tf.Tensor4D {
  const begin = [0, 0, 0, 0];
  begin[axis] = from;
  const length: number[] = [...x.shape];
  length[axis] = size;
  return tf.slice(x, begin as [number, number, number, number], length as [number, number, number, number]);
}
