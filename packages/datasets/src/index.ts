/**
 * The data sets of micro-expression recognition, read as they really are.
 *
 * @module @mer/datasets
 */

export type { AnnotatedOptions, OpenMode } from './adapters/open-adapter.js';
export type { FrameTree } from './adapters/subject-tree.js';
export {
  type ActionUnitCell,
  type ActionUnitSide,
  type AnnotatedActionUnit,
  parseActionUnits,
} from './annotations/action-units.js';
export type { FaultPolicy } from './annotations/check-rows.js';
export { type ClassScheme, classSchemes } from './annotations/class-schemes.js';
export type { ClipRecord, RawField } from './annotations/clip-record.js';
export { type Correction, corrections } from './annotations/corrections.js';
export {
  type Emotion,
  emotions,
  type ObjectiveClass,
  objectiveClasses,
  parseEmotion,
} from './annotations/emotions.js';
export { type CasMe2Options, openCasMe2 } from './cas-me2.js';
export { type CasMe3Options, openCasMe3 } from './cas-me3.js';
export { type Casme1Options, openCasme1 } from './casme1.js';
export { type Casme2Options, openCasme2 } from './casme2.js';
export { composeDatasets } from './compose.js';
export {
  type CompositeCommonOptions,
  type CompositeOptions,
  type CompositePart,
  compositeOptions,
  compositeParts,
  openComposite,
} from './composite.js';
export type {
  AnnotatedDataset,
  ClipDataset,
  Dataset,
  DatasetBase,
  DatasetNote,
  ImageDataset,
  Sample,
  SourceFile,
} from './dataset.js';
export { DatasetError, formatNote } from './dataset-error.js';
export { type CsvRow, parseCsv } from './files/csv.js';
export type { DataFolder, FileInfo, FolderEntry } from './files/data-folder.js';
export {
  type BrowserDirectory,
  type BrowserFile,
  type BrowserFileHandle,
  folderFromFiles,
  folderFromHandle,
} from './files/folder-from-browser.js';
export { openFolder } from './files/open-folder.js';
export { safePath } from './files/safe-path.js';
export { type FingerprintOptions, fingerprint } from './fingerprint.js';
export { type ClipFolderOptions, openClipFolder } from './folder.js';
export type { ImageCheck } from './frames/check-images.js';
export type { ClipFrames } from './frames/clip-frames.js';
export { type ReadFramesOptions, readFrames } from './frames/read-frames.js';
export {
  type AnnotationSummary,
  type DatasetInspection,
  type InspectOptions,
  inspectDataset,
  type SampleCounts,
  type SubjectCounts,
  type Summary,
} from './inspect.js';
export { inspectFolder } from './inspect-folder.js';
export { type Megc2019Options, megc2019Options, openMegc2019 } from './megc2019.js';
export { type Megc2019FlowOptions, megc2019Classes, megc2019FlowOptions, openMegc2019Flow } from './megc2019-flow.js';
export { type MmewOptions, openMmew } from './mmew.js';
export { naturalOrder } from './natural-order.js';
export { type OptionSpec, type OptionSpecs, resolveOptions } from './option-spec.js';
export type { ReadClipOptions } from './read-clip-options.js';
export { type DatasetEntry, type DatasetName, datasets, listDatasets, openDataset } from './registry.js';
export { openSamm, type SammOptions } from './samm.js';
export { openSmic, type SmicOptions } from './smic.js';
export {
  createSyntheticDataset,
  type SyntheticEmotion,
  type SyntheticOptions,
  syntheticEmotions,
  syntheticOptions,
} from './synthetic.js';
export { encodeWorkbook, type WorkbookCell, type WorkbookSheet } from './tables/write-workbook.js';
export {
  syntheticDifficulties,
  type WriteSyntheticHooks,
  type WriteSyntheticOptions,
  type WrittenSynthetic,
  writeSyntheticDataset,
  writeSyntheticOptions,
} from './write-synthetic.js';
