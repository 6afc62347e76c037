/**
 * Trained networks in other programs.
 *
 * @module @mer/predictor
 */

export * from './folder/model-file.js';
export type { FolderFiles } from './folder/open-folder.js';
export * from './folder/weight-encodings.js';
export * from './load-predictor.js';
export * from './onnx/export-onnx.js';
export type { Answer, Quality, Refusal } from './predict/answer.js';
export { type AnswerPicture, answerPictures } from './predict/answer-pictures.js';
export type { Ensemble, NetworkAnswer } from './predict/ensemble.js';
export * from './predict/examine-recording.js';
export { fillingFace } from './predict/filling-face.js';
export { type HeatMap, heatMapsOf } from './predict/heat-maps.js';
export {
  type ImageMaker,
  type ImageMakers,
  imageMaker,
  type MadeImage,
  type MakeImagesOptions,
  makeImages,
  makeSteps,
  type NamedSteps,
  type StepsPlace,
  sourceMaker,
} from './predict/input-makers.js';
export type { Aligned } from './predict/interval-clip.js';
export { labelOf, labelText, type ReadProbabilitiesOptions } from './predict/label-text.js';
export {
  type MakePredictorOptions,
  makePredictor,
  type PredictManyOptions,
  type PredictOptions,
  type Predictor,
  type PredictorDescription,
  type PredictPart,
} from './predict/make-predictor.js';
export type { Frame, PredictorSource } from './predict/open-recording.js';
export { disposeSource, type Source } from './predict/source.js';
export * from './tfjs/export-tfjs-layers.js';
