import type { Dataset } from '@mer/datasets';
import type { Part } from '@mer/options';
import { disposeSource, type ImageMakers, type MadeImage, makeImages, type Source } from '@mer/predictor';
import { viewPlan } from '@mer/training';
import type { OwnParts } from '../parts/own-modules.js';
import { type Crash, crashText } from '../runners/crash.js';
import { CrashError, openProcesses, runTask } from '../runners/processes.js';
import type { Experiment } from '../schema/experiment.js';
import { imageMakers } from './image-makers.js';
import { readSamples, readSource } from './source.js';

/** The images of one sample, those of the wanted inputs and targets. */
export interface SampleImages {
  index: number;
  /** Absent where they cannot be made, */
  images?: MadeImage[];
  /** for this reason. */
  failure?: Error;
}

/** Which images {@link imagesHere} and {@link imagesInProcesses} make. */
export interface SampleImagesOptions {
  /** The first sample. */
  first: number;
  /** Inputs and targets whose images are wanted of a sample. */
  wanted: (index: number) => number[];
  /** Anybody's own parts. */
  own: OwnParts;
  signal: AbortSignal | undefined;
}

/** Makes the images of one sample after the other. */
export async function* imagesHere(
  dataset: Dataset,
  experiment: Experiment,
  { first, wanted, own, signal }: SampleImagesOptions,
): AsyncGenerator<SampleImages> {
  const { parts } = own;
  const makers = imageMakers(experiment, dataset.kind, parts);
  for await (const { index, source, failure } of readSamples(dataset, experiment, { first, signal })) {
    const { id } = dataset.samples[index]!;
    if (!source) {
      yield { index, failure };
      continue;
    }
    yield await imagesOf(source, experiment, { makers, wanted: wanted(index), id, parts, signal }).then(
      (images) => ({ index, images }),
      (error: Error) => {
        signal?.throwIfAborted();
        return { index, failure: error };
      },
    );
  }
}

/** Makes the images of one sample, as a worker does. */
export async function imagesOfSample(
  dataset: Dataset,
  experiment: Experiment,
  {
    index,
    ...rest
  }: { makers: ImageMakers; index: number; wanted: readonly number[]; parts: readonly Part[] | undefined },
): Promise<MadeImage[]> {
  const { id } = dataset.samples[index]!;
  const source = await readSource(dataset, experiment, index).catch((cause) => {
    throw cannotPrepare(id, cause);
  });
  return imagesOf(source, experiment, { ...rest, id, signal: undefined });
}

/** The images of one sample; gives up its source. */
async function imagesOf(
  source: Source,
  { training }: Experiment,
  {
    id,
    signal,
    ...rest
  }: {
    makers: ImageMakers;
    wanted: readonly number[];
    id: string;
    parts: readonly Part[] | undefined;
    signal: AbortSignal | undefined;
  },
): Promise<MadeImage[]> {
  const { clips, test } = training.augmentation;
  try {
    return await makeImages(source, { ...rest, clips, views: viewPlan(clips, test, rest.parts), id });
  } catch (cause) {
    throw signal?.aborted ? cause : cannotPrepare(id, cause);
  } finally {
    disposeSource(source);
  }
}

/** An error that names the sample. */
export function cannotPrepare(id: string, cause: unknown): Error {
  return new Error(`Cannot prepare ${id}: ${(cause as Error).message}`, { cause });
}

/** An error that names every sample. */
export function cannotPrepareThese(failures: readonly Error[], total: number): Error {
  const [first] = failures as [Error];
  if (failures.length === 1) return first;
  const lines = failures.map(({ message }) => message.replace(/^Cannot prepare /, ''));
  return new Error(`Cannot prepare ${failures.length} of ${total} samples:\n  ${lines.join('\n  ')}`, { cause: first });
}

/** The processes of {@link imagesInProcesses}. */
export interface PreparingProcesses {
  /** Processes that make images. */
  count: number;
  /** The backend of each. */
  backend: Experiment['backend'];
  /** Called when a process has ended without being told to, and its sample is tried once more. */
  onCrash?: ((crash: Crash) => void) | undefined;
}

/** Makes the images of samples (all are named in `ids`) in processes of their own, and gives them in order; a few samples are ahead, no more. */
export async function* imagesInProcesses(
  ids: readonly string[],
  experiment: Experiment,
  { first, wanted, own, signal, count, backend, onCrash }: SampleImagesOptions & PreparingProcesses,
): AsyncGenerator<SampleImages> {
  const processes = openProcesses(count, signal);
  const ahead: Promise<MadeImage[]>[] = [];
  try {
    for (let index = first, begun = first; index < ids.length; index++) {
      signal?.throwIfAborted();
      for (; begun < ids.length && begun <= index + count; begun++) {
        const args = [own.modules, { ...experiment, backend }, begun, wanted(begun)];
        const id = ids[begun]!;
        const images = runTask<MadeImage[]>(processes, 'images', args, { onCrash, signal }).catch((cause) => {
          throw cause instanceof CrashError
            ? new Error(
                `Cannot prepare ${id} as ${crashText(cause.crash, backend)}; try fewer --workers, or smaller frames (data.frames.size)`,
                { cause },
              )
            : cause;
        });
        // awaited in its turn; until then a failure is nobody's
        images.catch(() => {});
        ahead.push(images);
      }
      yield await ahead.shift()!.then(
        (images) => ({ index, images }),
        (error: Error) => {
          // without the memory for one, the others need not be tried
          if (error.cause instanceof CrashError) throw error;
          signal?.throwIfAborted();
          return { index, failure: error };
        },
      );
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await processes.close();
  }
}
