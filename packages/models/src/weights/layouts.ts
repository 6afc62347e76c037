/**
 * How a PyTorch parameter and ours correspond.
 *
 * | layout | PyTorch | ours |
 * | --- | --- | --- |
 * | `same` | any | the same |
 * | `linear` | [out, in] | [in, out] |
 * | `conv2d` | [out, in, h, w] | [h, w, in, out] |
 * | `conv2dTranspose` | [in, out, h, w] | [h, w, out, in] |
 * | `depthwise2d` | [c m, 1, h, w] | [h, w, c, m] |
 * | `conv3d` | [out, in, d, h, w] | [d, h, w, in, out] |
 * | `conv1x1` | [out, in, 1, 1] | [in, out] |
 * | `conv1d` as long as its input: `wholeLine` | [out, 1, in] | [in, out] |
 * | `conv3d` with time last: `conv3dTimeLast` | [out, in, h, w, t] | [h, w, in, t, out] |
 * | `conv3d` with one step in time: `conv3dCollapsed` | [out, 1, h, w, t] | [h, w, t, out] |
 * | `patches` | [out, h w in, 1, 1] | [h, w, in, out] |
 * | `perChannel` | [1, c, 1, 1] | [c] |
 */
export type ParameterLayout =
  | 'same'
  | 'linear'
  | 'conv2d'
  | 'conv2dTranspose'
  | 'depthwise2d'
  | 'conv1x1'
  | 'wholeLine'
  | 'conv3dTimeLast'
  | 'conv3dCollapsed'
  | 'patches'
  | 'perChannel';

/** Axis i of ours is axis `PERMUTATIONS[layout][i]` of PyTorch's, once its axes of length 1 are dropped. */
const PERMUTATIONS = {
  same: null,
  linear: [1, 0],
  conv2d: [2, 3, 1, 0],
  conv2dTranspose: [2, 3, 1, 0],
  depthwise2d: [2, 3, 0, 1],
  conv1x1: [1, 0],
  wholeLine: [1, 0],
  conv3dTimeLast: [2, 3, 1, 4, 0],
  conv3dCollapsed: [1, 2, 3, 0],
  patches: [1, 2, 3, 0],
  perChannel: null,
} as const satisfies Record<ParameterLayout, readonly number[] | null>;

/** The shape in which PyTorch stores a parameter that has `shape` in our layout. */
export function torchShape(shape: readonly number[], layout: ParameterLayout): number[] {
  const axes = expandedTorchShape(shape, layout);
  switch (layout) {
    case 'depthwise2d':
      return [axes[0]! * axes[1]!, 1, axes[2]!, axes[3]!];
    case 'conv1x1':
      return [...axes, 1, 1];
    case 'wholeLine':
      return [axes[0]!, 1, axes[1]!];
    case 'conv3dCollapsed':
      return [axes[0]!, 1, ...axes.slice(1)];
    case 'patches':
      return [axes[0]!, axes[1]! * axes[2]! * axes[3]!, 1, 1];
    case 'perChannel':
      return [1, ...axes, 1, 1];
    default:
      return axes;
  }
}

/** PyTorch's values in our order; `shape` is the shape in our layout. */
export function fromTorch(
  data: ArrayLike<number>,
  shape: readonly number[],
  layout: ParameterLayout,
): ArrayLike<number> {
  const permutation = PERMUTATIONS[layout];
  return permutation === null ? data : permute(data, expandedTorchShape(shape, layout), permutation);
}

/** Our values in PyTorch's order; `shape` is the shape in our layout. */
export function toTorch(data: ArrayLike<number>, shape: readonly number[], layout: ParameterLayout): ArrayLike<number> {
  const permutation = PERMUTATIONS[layout];
  if (permutation === null) return data;
  const inverse = permutation.map((_, axis) => (permutation as readonly number[]).indexOf(axis));
  return permute(data, shape, inverse);
}

function expandedTorchShape(shape: readonly number[], layout: ParameterLayout): number[] {
  const permutation = PERMUTATIONS[layout];
  if (permutation === null) return [...shape];
  const result = new Array<number>(shape.length);
  permutation.forEach((axis, index) => {
    result[axis] = shape[index]!;
  });
  return result;
}

/** Transposes: axis i of the result is axis `permutation[i]` of the input, which has `shape`. */
function permute(data: ArrayLike<number>, shape: readonly number[], permutation: readonly number[]): Float32Array {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  const sizes = permutation.map((axis) => shape[axis]!);
  const steps = permutation.map((axis) => strides[axis]!);
  const result = new Float32Array(data.length);
  const last = sizes.length - 1;
  const index = new Array<number>(sizes.length).fill(0);
  let source = 0;
  for (let target = 0; target < result.length; ) {
    const size = sizes[last]!;
    const step = steps[last]!;
    for (let inner = 0; inner < size; inner++) result[target++] = data[source + inner * step]!;
    for (let axis = last - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      source += steps[axis]!;
      if (index[axis]! < sizes[axis]!) break;
      source -= steps[axis]! * sizes[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
