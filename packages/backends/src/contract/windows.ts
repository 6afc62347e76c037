import { build, filled, type NdArray } from './nd-array.js';

/** A window sliding over [n, ...spatial, c]: sizes per spatial axis. */
export type Windows = {
  size: readonly number[];
  strides: readonly number[];
  dilations: readonly number[];
  /** Padding before and after each spatial axis. */
  pads: readonly (readonly [number, number])[];
};

/** Padding of an axis as tfjs takes it. */
export function axisPads(
  pad: 'same' | 'valid' | number,
  length: number,
  size: number,
  stride: number,
  dilation: number,
): [number, number] {
  if (pad === 'valid') return [0, 0];
  if (pad !== 'same') return [pad, pad];
  const reach = (size - 1) * dilation + 1;
  const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + reach - length);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** Lengths of the output. */
export function outputSpatial(spatial: readonly number[], w: Windows): number[] {
  return spatial.map((length, axis) => {
    const reach = (w.size[axis]! - 1) * w.dilations[axis]! + 1;
    return Math.floor((length + w.pads[axis]![0] + w.pads[axis]![1] - reach) / w.strides[axis]!) + 1;
  });
}

/** Calls `visit` for every output position and every tap that lies inside: flat places of output, input and tap. */
export function forEachTap(
  batch: number,
  spatial: readonly number[],
  w: Windows,
  visit: (output: number, input: number, tap: number) => void,
): void {
  const out = outputSpatial(spatial, w);
  const walk = (axis: number, output: number, input: number, tap: number) => {
    if (axis === spatial.length) {
      visit(output, input, tap);
      return;
    }
    for (let o = 0; o < out[axis]!; o++) {
      for (let k = 0; k < w.size[axis]!; k++) {
        const i = o * w.strides[axis]! - w.pads[axis]![0] + k * w.dilations[axis]!;
        if (i < 0 || i >= spatial[axis]!) continue;
        walk(axis + 1, output * out[axis]! + o, input * spatial[axis]! + i, tap * w.size[axis]! + k);
      }
    }
  };
  for (let n = 0; n < batch; n++) walk(0, n, n, 0);
}

/** Convolution and its two gradients: y += x f, dx += dy f, df += dy x over all taps and channels. */
export function convolution(x: NdArray, filter: NdArray, w: Windows) {
  const spatial = x.shape.slice(1, -1);
  const batch = x.shape[0]!;
  const [inputs, outputs] = filter.shape.slice(-2) as [number, number];
  const shape = [batch, ...outputSpatial(spatial, w), outputs];
  const each = (visit: (y: number, x: number, f: number) => void) =>
    forEachTap(batch, spatial, w, (output, input, tap) => {
      for (let i = 0; i < inputs; i++) {
        for (let o = 0; o < outputs; o++) {
          visit(output * outputs + o, input * inputs + i, (tap * inputs + i) * outputs + o);
        }
      }
    });
  return bilinear(x, filter, shape, each);
}

/** Depthwise convolution and its two gradients; filter [h, w, c, multiplier]. */
export function depthwiseConvolution(x: NdArray, filter: NdArray, w: Windows) {
  const spatial = x.shape.slice(1, -1);
  const batch = x.shape[0]!;
  const [channels, multiplier] = filter.shape.slice(-2) as [number, number];
  const shape = [batch, ...outputSpatial(spatial, w), channels * multiplier];
  const each = (visit: (y: number, x: number, f: number) => void) =>
    forEachTap(batch, spatial, w, (output, input, tap) => {
      for (let c = 0; c < channels * multiplier; c++) {
        visit(
          output * channels * multiplier + c,
          input * channels + Math.floor(c / multiplier),
          tap * channels * multiplier + c,
        );
      }
    });
  return bilinear(x, filter, shape, each);
}

/** A result that is a sum of products of two arrays, with its gradients. */
export function bilinear(
  a: NdArray,
  b: NdArray,
  shape: readonly number[],
  each: (visit: (y: number, a: number, b: number) => void) => void,
) {
  return {
    forward(): NdArray {
      const y = filled(shape);
      each((o, i, j) => {
        y.data[o]! += a.data[i]! * b.data[j]!;
      });
      return y;
    },
    backward(dy: NdArray): [NdArray, NdArray] {
      const da = filled(a.shape);
      const db = filled(b.shape);
      each((o, i, j) => {
        da.data[i]! += dy.data[o]! * b.data[j]!;
        db.data[j]! += dy.data[o]! * a.data[i]!;
      });
      return [da, db];
    },
  };
}

/** Reduces every window of every channel. */
export function pooled(x: NdArray, w: Windows, reduce: (values: number[]) => number): NdArray {
  const spatial = x.shape.slice(1, -1);
  const channels = x.shape[x.shape.length - 1]!;
  const shape = [x.shape[0]!, ...outputSpatial(spatial, w), channels];
  const values: number[][] = build(shape, () => 0).data.reduce<number[][]>((list) => {
    list.push([]);
    return list;
  }, []);
  forEachTap(x.shape[0]!, spatial, w, (output, input) => {
    for (let c = 0; c < channels; c++) values[output * channels + c]!.push(x.data[input * channels + c]!);
  });
  return { shape, data: Float64Array.from(values, reduce) };
}
