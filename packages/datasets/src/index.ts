/**
 * The data sets of micro-expression recognition, read as they really are.
 *
 * @module @mer/datasets
 */

export type {
  AnnotatedContext,
  AnnotatedDeclaration,
  ClipFinder,
  FoundClip,
} from './adapters/annotated-declaration.js';
export type { AnnotatedEntries, CommonEntries } from './adapters/annotated-options.js';
export { defineAnnotatedDataset } from './adapters/define-annotated-dataset.js';
export type { ActionUnitCell, ActionUnitSide, AnnotatedActionUnit } from './annotations/action-units.js';
export type { FaultPolicy } from './annotations/check-rows.js';
export { type ClassScheme, hasLabel, type LabelKind, type SampleLabel } from './annotations/class-schemes.js';
export type { AnnotationRow, ClipRecord, RawField, RawRow } from './annotations/clip-record.js';
export type { Correction } from './annotations/corrections.js';
export type { Emotion, ObjectiveClass } from './annotations/emotions.js';
export { composeDatasets } from './compose.js';
export { type ClipCount, countClips } from './count-clips.js';
export type {
  AnnotatedDataset,
  AnnotationFile,
  ClipDataset,
  Dataset,
  DatasetBase,
  DatasetNote,
  ImageDataset,
  Sample,
  SourceFile,
} from './dataset.js';
export { DatasetError, formatNote } from './dataset-error.js';
export type { DatasetTraits, Megc2019Trait } from './dataset-traits.js';
export { type DatasetName, datasets } from './datasets.js';
export {
  type DatasetDeclaration,
  type DatasetDefinition,
  defineDataset,
  type OpenGiven,
  type OpenMode,
  type OpenOptions,
  type OpenSource,
} from './define-dataset.js';
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
export { readCsv } from './files/read-text.js';
export { type FingerprintOptions, fingerprint } from './fingerprint.js';
export type { FolderLook } from './folder-look.js';
export type { ImageCheck } from './frames/check-images.js';
export type { ClipFrames } from './frames/clip-frames.js';
export { isLong, longClipBytes } from './frames/is-long.js';
export { openFrames, type ReadFramesOptions, readFrames } from './frames/read-frames.js';
export {
  type AnnotationSummary,
  type DatasetInspection,
  type InspectOptions,
  inspectDataset,
  type RecordingSummary,
  type SampleCounts,
  type SubjectCounts,
  type Summary,
} from './inspect.js';
export { inspectFolder } from './inspect-folder.js';
export { naturalOrder } from './natural-order.js';
export { type ClipSource, type OpenClipSourceOptions, openClipSource } from './open-clip-source.js';
export { findDataset, type OpenDatasetOptions, openDataset } from './open-dataset.js';
export { type ReadClipOptions, readClipOptions } from './read-clip-options.js';
export { readOrOpenClip } from './read-or-open-clip.js';
export { defineRecordings } from './recordings/define-recordings.js';
export { openRecordings } from './recordings/open-recordings.js';
export type {
  AnyDataset,
  ExpressionKind,
  RecordedExpression,
  Recording,
  RecordingDataset,
} from './recordings/recording.js';
export type {
  ExpressionRow,
  FoundRecording,
  RecordingContext,
  RecordingDeclaration,
  RecordingSource,
} from './recordings/recording-declaration.js';
export type { RecordingEntries } from './recordings/recording-options.js';
export { fourDme, openFourDme } from './sets/4dme.js';
export { casMe2, openCasMe2 } from './sets/cas-me2.js';
export { casMe2Recordings } from './sets/cas-me2-recordings.js';
export { casMe3, openCasMe3 } from './sets/cas-me3.js';
export { casMe3C, openCasMe3C } from './sets/cas-me3-c.js';
export { casMe3Recordings } from './sets/cas-me3-recordings.js';
export { casme1, openCasme1 } from './sets/casme1.js';
export { casme2, openCasme2 } from './sets/casme2.js';
export { clipFolder, openClipFolder } from './sets/clip-folder.js';
export { type CompositeOptions, composite, openComposite } from './sets/composite.js';
export { dfme, openDfme } from './sets/dfme.js';
export { imageFolder, openImageFolder } from './sets/image-folder.js';
export { megcUnseen } from './sets/megc-unseen.js';
export { megc2019, openMegc2019 } from './sets/megc2019.js';
export { megc2019Flow, openMegc2019Flow } from './sets/megc2019-flow.js';
export { mmew, openMmew } from './sets/mmew.js';
export { mmewMacro, openMmewMacro } from './sets/mmew-macro.js';
export { recordingFolder } from './sets/recording-folder.js';
export { openSamm, samm } from './sets/samm.js';
export { openSammLong, sammLong } from './sets/samm-long.js';
export { sammLongRecordings } from './sets/samm-long-recordings.js';
export { openSmic, smic } from './sets/smic.js';
export { createSyntheticDataset, type SyntheticOptions, synthetic } from './sets/synthetic.js';
export type { SyntheticEmotion } from './synthetic/action-units.js';
export { type PlanRecordingsOptions, planRecordings } from './synthetic/plan-recordings.js';
export {
  type SyntheticDistractor,
  type SyntheticExpression,
  type SyntheticRecording,
  type SyntheticRecordingOptions,
  syntheticRecording,
} from './synthetic/recording.js';
export type { RecordingSettings } from './synthetic/recording-plan.js';
export {
  type WriteRecordingsHooks,
  type WriteRecordingsOptions,
  type WrittenRecordings,
  writeRecordingsOptions,
  writeSyntheticRecordings,
} from './write-recordings.js';
export {
  type WriteSyntheticHooks,
  type WriteSyntheticOptions,
  type WrittenSynthetic,
  writeSyntheticDataset,
  writeSyntheticOptions,
} from './write-synthetic.js';
