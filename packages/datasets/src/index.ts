export type { ClipDataset, Dataset, DatasetBase, DatasetNote, ImageDataset, Sample, SourceFile } from './dataset.js';
export { DatasetError } from './dataset-error.js';
export { type CsvRow, parseCsv } from './files/csv.js';
export type { DataFolder, FolderEntry } from './files/data-folder.js';
export { openFolder } from './files/open-folder.js';
export { safePath } from './files/safe-path.js';
export { type FingerprintOptions, fingerprint } from './fingerprint.js';
export { type DatasetInspection, inspectDataset, type SampleCounts, type SubjectCounts } from './inspect.js';
export { type Megc2019FlowOptions, megc2019Classes, megc2019FlowOptions, openMegc2019Flow } from './megc2019-flow.js';
export { naturalOrder } from './natural-order.js';
export { type OptionSpec, type OptionSpecs, resolveOptions } from './option-spec.js';
export type { ReadClipOptions } from './read-clip-options.js';
export { type DatasetEntry, type DatasetName, datasets, listDatasets, openDataset } from './registry.js';
export {
  createSyntheticDataset,
  type SyntheticEmotion,
  type SyntheticOptions,
  syntheticEmotions,
  syntheticOptions,
} from './synthetic.js';
