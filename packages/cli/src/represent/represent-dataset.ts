import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnnotatedDataset, type ClipDataset, readOrOpenClip, type Sample } from '@mer/datasets';
import { fileNameOf, lockFolder, type OwnParts, removeHalfWritten } from '@mer/experiments';
import { makeFolder, systemErrorCode, writeFileAtomic } from '@mer/io';
import { hashOf } from '@mer/options';
import { type AnyStep, type Clip, isLongClip, type LongClip, spotApex } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import type { ClipCount } from './clip-progress.js';
import { fileSize, writeRepresentation } from './write-image.js';

/** Raised when the same key would stand for other files than before. */
const layout = 1;

/** What {@link representDataset} needs besides the data set. */
export interface RepresentDatasetOptions {
  /** The representations by the names that their files get. */
  steps: ReadonlyMap<string, AnyStep>;
  /** Folder to write to. */
  out: string;
  /** Frames are resized to a square of this side as they are read. */
  size?: number | undefined;
  /** Modules of anybody's own parts: files made with others are made anew. */
  modules?: OwnParts['modules'];
  signal: AbortSignal;
  onProgress: (count: ClipCount) => void;
}

/** What {@link representDataset} did. */
export interface RepresentedDataset {
  clips: number;
  /** Representations written now, and those that an earlier run had written. */
  made: number;
  kept: number;
  /** Clips whose apex nobody annotated, of those that were read. */
  spotted: number;
  /** What could not be made, and why. */
  failed: { id: string; representation: string; message: string }[];
}

/** What stands beside the files of one representation of one clip; written last, so that it vouches for them. */
interface Label {
  /** Hash of all that the files depend on. */
  key: string;
  id: string;
  subject: string;
  clip: string;
  /** Its class; all of its labels joined by + where there is any number. */
  class: string;
  step: unknown;
  shape: readonly number[];
  /** Indices into the frames that were read. */
  onset: number;
  apex: number;
  apexSpotted: boolean;
  offset: number;
  /** Bytes of each file. */
  files: Record<string, number>;
}

/** The folder of a sample: its identifier, each part made a file name. */
export function sampleFolder(id: string): string {
  return join(...id.split('/').map(fileNameOf));
}

/** A hash of everything that the files of a sample depend on but the representation. */
async function sampleKey(dataset: ClipDataset, index: number, size: number | undefined): Promise<string> {
  const record = (dataset as Partial<AnnotatedDataset>).records?.[index];
  const marks = record && [record.onset, record.apex, record.offset];
  const files = (await dataset.sources(index)).map((file) => [file.path, file.size, file.modified ?? null]);
  // nothing on disk: the settings tell what is generated
  const settings = files.length ? null : dataset.settings;
  const { landmarks } = dataset.settings as { landmarks?: string };
  const read = [...(landmarks === undefined ? [] : [landmarks]), size ?? null];
  return hashOf([layout, dataset.name, dataset.samples[index]!.id, marks, files, settings, ...read]);
}

/** Where nothing can be written any more, the other clips fare no better. */
const NOWHERE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

async function isWritten(path: string, key: string): Promise<boolean> {
  try {
    const label = JSON.parse(await readFile(`${path}.json`, 'utf8')) as Label;
    if (label.key !== key) return false;
    const endings = Object.keys(label.files);
    if (endings.length === 0 || endings.some((ending) => !/^[a-z]+$/.test(ending))) return false;
    const sizes = await Promise.all(endings.map((ending) => fileSize(`${path}.${ending}`)));
    return Object.values(label.files).every((size, i) => size === sizes[i]);
  } catch {
    return false;
  }
}

/**
 * Makes representations of every clip of a data set, one folder for each clip. What an earlier run has made of the same
 * files with the same options is kept; a clip is read only if something of it is missing, and one at a time.
 *
 * A clip that cannot be read, or of which something cannot be made, is noted and passed over. No other process may work in the folder meanwhile.
 */
export async function representDataset(
  dataset: ClipDataset,
  options: RepresentDatasetOptions,
): Promise<RepresentedDataset> {
  const lock = await lockFolder(options.out);
  try {
    await removeHalfWritten(options.out);
    return await representAlone(dataset, options);
  } finally {
    await lock.release();
  }
}

async function representAlone(
  dataset: ClipDataset,
  { steps, out, size, modules = [], signal, onProgress }: RepresentDatasetOptions,
): Promise<RepresentedDataset> {
  const total = dataset.samples.length;
  const done: RepresentedDataset = { clips: total, made: 0, kept: 0, spotted: 0, failed: [] };
  const own = modules.map(({ hash }) => hash).sort();
  let worked = 0;
  for (const [index, sample] of dataset.samples.entries()) {
    signal.throwIfAborted();
    const folder = join(out, sampleFolder(sample.id));
    const source = await sampleKey(dataset, index, size);
    const missing: { name: string; step: AnyStep; key: string }[] = [];
    for (const [name, step] of steps) {
      const key = hashOf([source, own, step.hash()]);
      if (await isWritten(join(folder, name), key)) done.kept++;
      else missing.push({ name, step, key });
    }
    if (missing.length > 0) {
      worked++;
      await makeFolder(folder);
      const fail = (representation: string, cause: unknown) =>
        done.failed.push({ id: sample.id, representation, message: (cause as Error).message });
      const clip = await readMarked(dataset, index, size).catch((cause: unknown) => void fail('', cause));
      if (clip) {
        try {
          if (clip.spotted) done.spotted++;
          for (const { name, step, key } of missing) {
            signal.throwIfAborted();
            try {
              await writeOne(join(folder, name), key, step, clip, sample, dataset.classes);
              done.made++;
            } catch (cause) {
              if (NOWHERE.has(systemErrorCode(cause) ?? '')) throw cause;
              fail(name, cause);
            }
          }
        } finally {
          if (!isLongClip(clip)) clip.frames.dispose();
        }
      }
    }
    onProgress({ done: index + 1, total, worked });
  }
  return done;
}

type MarkedClip = (Clip | LongClip) & { apex: number; spotted: boolean };

async function readMarked(dataset: ClipDataset, index: number, size: number | undefined): Promise<MarkedClip> {
  const clip = await readOrOpenClip(dataset, index, size === undefined ? {} : { size });
  if (clip.apex !== null) return { ...clip, apex: clip.apex, spotted: false };
  try {
    const marked = await spotApex().applyAsync(clip);
    return { ...marked, apex: marked.apex!, spotted: true };
  } finally {
    if (!isLongClip(clip)) clip.frames.dispose();
  }
}

async function writeOne(
  path: string,
  key: string,
  step: AnyStep,
  clip: MarkedClip,
  { id, subject, clip: name, label }: Sample,
  classes: readonly string[],
): Promise<void> {
  const image = (await step.applyAsync(clip)) as tf.Tensor3D;
  try {
    // the old label must not vouch for new files
    await rm(`${path}.json`, { force: true });
    const files: Record<string, number> = {};
    for (const ending of await writeRepresentation(path, image)) files[ending] = (await fileSize(`${path}.${ending}`))!;
    const { onset, apex, offset, spotted } = clip;
    const text: Label = {
      key,
      id,
      subject,
      clip: name,
      class: typeof label === 'number' ? classes[label]! : label.map((one) => classes[one]!).join('+'),
      step: step.toJSON(),
      shape: image.shape,
      onset,
      apex,
      apexSpotted: spotted,
      offset,
      files,
    };
    await writeFileAtomic(`${path}.json`, `${JSON.stringify(text, null, 1)}\n`);
  } finally {
    tf.dispose(image);
  }
}
