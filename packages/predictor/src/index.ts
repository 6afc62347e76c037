/**
 * Trained networks for other programs.
 *
 * @module @mer/predictor
 */

export * from './onnx/export-onnx.js';
