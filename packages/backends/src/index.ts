/**
 * Every TensorFlow.js backend behind one call, and a wasm backend that trains.
 *
 * @module @mer/backends
 */

export type { BackendInfo, SkippedBackend, UseBackendOptions } from './backend-info.js';
export { type BackendName, type BackendTraits, backendNames, backendTraits } from './backend-traits.js';
export type { BatchNormTrainingOptions } from './batch-norm-training.js';
export { batchNormTraining } from './batch-norm-training.js';
export { gelu } from './gelu.js';
export type { LayerNormOptions } from './layer-norm.js';
export { layerNorm } from './layer-norm.js';
export type { BackendReport } from './list-backends.js';
export { listBackends } from './list-backends.js';
export { accumulate } from './memory/accumulate.js';
export { type RecomputedOptions, type RecomputedPass, type Rows, recomputed } from './memory/recomputed.js';
export { type MemoryMoment, type Rehearsal, rehearse } from './memory/rehearsal.js';
export { type ValueAndGradientsOptions, valueAndGradients } from './memory/value-and-gradients.js';
export type { SpeedReport, SpeedTestOptions } from './speed-test.js';
export { speedTest } from './speed-test.js';
export { swish } from './swish.js';
export { useBackend } from './use-backend.js';
export { AllocationError, reserveMemory } from './wasm-kernels/allocations.js';
