/** Gradients that look at no number of what they save, only at shapes. */
export const SHAPES_ONLY: ReadonlySet<string> = new Set([
  'Add',
  'AddN',
  'AvgPool',
  'BroadcastTo',
  'Concat',
  'ExpandDims',
  'Mean',
  'MirrorPad',
  'Pack',
  'PadV2',
  'Reshape',
  'Slice',
  'Sub',
  'Sum',
]);

/** Inputs that are saved for the gradient by others alone: where those need none, the shape will do. */
export const SAVED_FOR: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  BatchMatMul: { a: ['b'], b: ['a'] },
  Multiply: { a: ['b'], b: ['a'] },
  RealDiv: { a: ['b'] },
};

/** Gradients that can take the output in the place of the input that they save: both are above 0 at the same places. */
export const OUTPUT_INSTEAD: ReadonlySet<string> = new Set(['Relu']);

/**
 * Kernels so cheap that their outputs are made again rather than kept, where their inputs are there anyway. Of several outputs the first alone.
 *
 * Which of a batch normalization's outputs are its statistics is said by `STATISTICS`: with them it makes the same numbers in one pass.
 */
export const CHEAP: ReadonlySet<string> = new Set([
  'Add',
  'BatchNormReluTraining',
  'BatchNormTraining',
  'Concat',
  'Elu',
  'FusedBatchNorm',
  'Gelu',
  'LayerNormTraining',
  'LeakyRelu',
  'MaxPool',
  'Multiply',
  'RealDiv',
  'Relu',
  'Relu6',
  'Sigmoid',
  'Square',
  'Sub',
  'Swish',
  'Tanh',
]);

/** Outputs that a kernel takes again as inputs of these names, to make its first output in fewer passes. */
export const STATISTICS: Readonly<Record<string, readonly string[]>> = {
  BatchNormReluTraining: ['mean', 'variance'],
  BatchNormTraining: ['mean', 'variance'],
};

/** Kernels whose inputs are kept for their output's sake alone: together they are smaller than the outputs that repeat them. */
export const KEEPS_INPUTS: ReadonlySet<string> = new Set(['Concat']);

/** Tensors of fewer bytes are simply kept. */
export const SMALL = 1 << 14;
