/**
 * Trained networks for other programs.
 *
 * @module
 */
export * from './onnx/export-onnx.js';
