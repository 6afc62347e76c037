/**
 * The networks of micro-expression recognition, anybody's own beside them, and weights from their authors.
 *
 * @module @mer/models
 */

export { createModel, presetOption } from './create-model.js';
export type * from './declare-model.js';
export { defineModel } from './define-model.js';
export type { ColormapName } from './explain/colormaps.js';
export * from './explain/fusion-weights.js';
export * from './explain/grad-cam.js';
export * from './explain/overlay-heat-map.js';
export * from './fdp-loss.js';
export * from './find-model.js';
export { type FreezeLayersOptions, freezeLayers, parametersNamed } from './freeze-layers.js';
export * from './layer-table.js';
export * from './layers/all.js';
export { rankingLoss } from './layers/ranking-loss.js';
export * from './load-model.js';
export * from './network-options.js';
export * from './networks.js';
export * from './registry.js';
export * from './run/plan-segments.js';
export * from './run/run-frozen.js';
export * from './run/run-model.js';
export { createMtsn, type MtsnOptions } from './spotting/mtsn.js';
export { createSfamnet, type SfamnetOptions } from './spotting/sfamnet.js';
export { createSoftnet, type SoftnetOptions } from './spotting/softnet.js';
export * from './weights/export-author-weights.js';
export * from './weights/export-weights.js';
export type { ParameterLayout } from './weights/layouts.js';
export * from './weights/load-backbone.js';
export * from './weights/load-weights.js';
export * from './weights/model-parameters.js';
export * from './weights/pretrained.js';
export * from './weights/save-weights.js';
