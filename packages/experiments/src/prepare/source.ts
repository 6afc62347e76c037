import { type Dataset, readOrOpenClip } from '@mer/datasets';
import { disposeSource, type Source } from '@mer/predictor';
import type { Experiment } from '../schema/experiment.js';

/** Reads one sample as the experiment says, a long clip when its frames are needed; the tensor belongs to the caller. */
export async function readSource(dataset: Dataset, { data }: Experiment, index: number): Promise<Source> {
  if (dataset.kind === 'images') return dataset.readImage(index);
  return readOrOpenClip(dataset, index, defined(data.frames));
}

function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

/** A sample that was read, or why it cannot be. */
type ReadSample = { index: number } & (
  | { source: Source; failure?: undefined }
  | { source?: undefined; failure: Error }
);

/** Samples from `first` on, each read while the one before is worked on. */
export async function* readSamples(
  dataset: Dataset,
  experiment: Experiment,
  { first, signal }: { first: number; signal: AbortSignal | undefined },
): AsyncGenerator<ReadSample> {
  const read = (index: number): Promise<Source> | undefined => {
    if (index >= dataset.samples.length) return undefined;
    const source = readSource(dataset, experiment, index);
    // awaited in its turn; until then a failure is nobody's
    source.catch(() => {});
    return source;
  };
  let next = read(first);
  try {
    for (let index = first; next; index++) {
      signal?.throwIfAborted();
      const sample: ReadSample = await next.then(
        (source) => ({ index, source }),
        (cause: Error) => {
          const message = `Cannot prepare ${dataset.samples[index]!.id}: ${cause.message}`;
          return { index, failure: new Error(message, { cause }) };
        },
      );
      next = read(index + 1);
      yield sample;
    }
  } finally {
    const left = await next?.catch(() => undefined);
    if (left) disposeSource(left);
  }
}
