import { findPart } from '@mer/options';
import { allDatasets, type OpenDatasetOptions, openDefinition } from '../open-dataset.js';
import type { RecordingDataset } from './recording.js';

/**
 * Opens a data set of long videos by its name, with options as they come from a configuration file.
 *
 * Its samples are the recordings, those without any expression among them: a spotter that sees something there is wrong, and should be told so.
 *
 * @throws RangeError for an unknown name (listing the known ones); TypeError or RangeError for a wrong option; TypeError for a data set of clips or images.
 * @throws DatasetError where the folder's content cannot be used, listing every problem.
 *
 * @example
 * ```ts no-run
 * import { openRecordings } from '@mer/datasets';
 *
 * const { samples, openRecording } = await openRecordings('samm-long-recordings', { root: 'data/SAMM-LV' });
 * console.log(samples.length, samples[0]?.expressions?.length); // 147 7
 * const frames = await openRecording(0, { size: 128, color: false });
 * const some = await frames.read(0, 50); // [50, 128, 128, 1]
 * ```
 */
export async function openRecordings(
  name: string,
  { parts, ...given }: OpenDatasetOptions = {},
): Promise<RecordingDataset> {
  const all = allDatasets(parts);
  const definition = findPart('data set', all, name);
  if (definition.samples !== 'recordings') {
    const names = all.filter(({ samples }) => samples === 'recordings').map((one) => one.name);
    throw new TypeError(
      `Cannot open recordings of '${name}' as its samples must be recordings: it holds ${definition.samples}, which openDataset opens; recordings are in ${names.join(', ')}`,
    );
  }
  return (await openDefinition(definition, all, given)) as RecordingDataset;
}
