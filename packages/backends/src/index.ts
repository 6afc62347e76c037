/**
 * Every TensorFlow.js backend behind one call, and a wasm backend that trains.
 *
 * @module @mer/backends
 */

export type { BackendInfo, BackendName, SkippedBackend, UseBackendOptions } from './backend-info.js';
export { backendNames } from './backend-info.js';
export type { BatchNormTrainingOptions } from './batch-norm-training.js';
export { batchNormTraining } from './batch-norm-training.js';
export { gelu } from './gelu.js';
export type { LayerNormOptions } from './layer-norm.js';
export { layerNorm } from './layer-norm.js';
export type { BackendReport } from './list-backends.js';
export { listBackends } from './list-backends.js';
export { accumulate } from './memory/accumulate.js';
export * from './memory/recomputed.js';
export * from './memory/rehearsal.js';
export * from './memory/value-and-gradients.js';
export type { SpeedReport, SpeedTestOptions } from './speed-test.js';
export { speedTest } from './speed-test.js';
export { swish } from './swish.js';
export { useBackend } from './use-backend.js';
export { AllocationError, reserveMemory } from './wasm-kernels/allocations.js';
