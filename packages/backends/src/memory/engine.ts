import * as tf from '@tensorflow/tfjs-core';

/** A gradient function as the engine hands it to the tape; absent where the kernel has a registered one. */
export type OwnGradient = (dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;

/** What is used of tfjs's engine beyond its public face; `recording.test.ts` and `refused-operations.test.ts` notice when it changes. */
export interface EngineInternals {
  readonly state: {
    gradientDepth: number;
    kernelDepth: number;
    readonly tensorInfo: WeakMap<object, { backend: tf.KernelBackend }>;
  };
  addTapeNode(
    kernelName: string,
    inputs: tf.NamedTensorMap,
    outputs: tf.Tensor[],
    gradient: OwnGradient | null,
    saved: tf.Tensor[],
    attrs: tf.NamedAttrMap,
  ): void;
  getTensorsForGradient(kernelName: string, inputs: tf.NamedTensorMap, outputs: tf.Tensor[]): tf.Tensor[];
  saveTensorsForBackwardMode(tensors: tf.Tensor[]): tf.Tensor[];
}

/** The engine of tfjs, seen from inside. */
export function internals(): EngineInternals {
  return tf.engine() as unknown as EngineInternals;
}

/** Runs something whose kernels go onto no tape. */
export function untaped<T>(run: () => T): T {
  const { state } = internals();
  state.kernelDepth += 1;
  try {
    return run();
  } finally {
    state.kernelDepth -= 1;
  }
}

/** A tensor of the same data that lives until it is disposed of, whatever scope ends. */
export function reference<T extends tf.Tensor>(tensor: T): T {
  return untaped(() => tf.keep(tf.clone(tensor)));
}
