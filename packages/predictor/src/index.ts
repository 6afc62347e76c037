/**
 * Trained networks for other programs.
 *
 * @module @mer/predictor
 */

export * from './folder/model-file.js';
export * from './folder/weight-encodings.js';
export * from './onnx/export-onnx.js';
export * from './tfjs/export-tfjs-layers.js';
