import { tensor3d } from '@tensorflow/tfjs-core';
import type { LabelKind, SampleLabel } from '../annotations/class-schemes.js';
import type { DatasetNote, ImageDataset, Sample } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { type DataFolder, fileInfo } from '../files/data-folder.js';
import { decodePicture } from '../frames/decode-picture.js';

/** One image of a list: its sample, its file, and where it is listed. */
export interface ListedImage extends Sample {
  /** The file, relative to the root. */
  file: string;
  /** Where it is listed, for messages. */
  place: Pick<DatasetNote, 'file' | 'row'>;
}

/** Puts a listed image together. */
export function listedImage(
  { dataset, subject, clip }: Pick<Sample, 'dataset' | 'subject' | 'clip'>,
  label: SampleLabel,
  file: string,
  place: ListedImage['place'],
): ListedImage {
  return { id: `${dataset}/${subject}/${clip}`, dataset, subject, clip, label, file, place };
}

/**
 * A data set of listed images, in the order given, after a look at every file: it must exist, once, under one name.
 *
 * @throws DatasetError with the problems found so far and those of the files.
 */
export async function imageDataset(
  folder: DataFolder,
  images: readonly ListedImage[],
  {
    name,
    classes,
    labelKind,
    problems,
    notes = [],
    settings = {},
  }: {
    name: string;
    classes: readonly string[];
    labelKind?: LabelKind;
    problems: readonly DatasetNote[];
    notes?: readonly DatasetNote[];
    settings?: Readonly<Record<string, unknown>>;
  },
): Promise<ImageDataset> {
  const found = [...problems, ...sharedNames(images), ...(await missingFiles(folder, images))];
  if (found.length) throw new DatasetError(`Cannot open ${name} in ${folder.name}`, found);
  const at = (index: number): ListedImage => {
    const image = images[index];
    if (image) return image;
    throw new RangeError(`Cannot read image as index must be 0 to ${images.length - 1}: current value is ${index}`);
  };
  return Object.freeze({
    kind: 'images',
    name,
    classes,
    ...(labelKind === 'multiple' && { labelKind }),
    samples: Object.freeze(
      images.map(({ id, dataset, subject, clip, label }) => Object.freeze({ id, dataset, subject, clip, label })),
    ),
    notes,
    settings,
    async sources(index) {
      const { file } = at(index);
      return [{ path: file, size: 0, ...(await fileInfo(folder, file)) }];
    },
    readSource: (path) => folder.read(path),
    async readImage(index) {
      const { file, id } = at(index);
      const { width, height, channels, data } = await decodePicture(await folder.read(file), folder.limits).catch(
        (cause: unknown) => {
          throw new Error(
            `Cannot read image of ${id} as '${file}' in ${folder.name} must be a whole picture: ${(cause as Error).message}`,
            { cause },
          );
        },
      );
      if (channels !== 3) {
        throw new TypeError(
          `Cannot read image of ${id} as '${file}' in ${folder.name} must have 3 channels: current number is ${channels}`,
        );
      }
      return tensor3d(Float32Array.from(data), [height, width, channels]);
    },
  } satisfies ImageDataset);
}

/** Clips that are listed twice, and files that two clips share. */
function sharedNames(images: readonly ListedImage[]): DatasetNote[] {
  const problems: DatasetNote[] = [];
  const clips = new Map<string, ListedImage>();
  const files = new Map<string, ListedImage>();
  for (const row of images) {
    const name = (other: ListedImage) => (other.place.row ? `row ${other.place.row}` : `'${other.place.file}'`);
    const twin = clips.get(row.id);
    const sharer = files.get(row.file);
    if (twin)
      problems.push({ severity: 'error', key: row.id, ...row.place, message: `the clip is also in ${name(twin)}` });
    else if (sharer) {
      const message = `file '${row.file}' is also that of ${name(sharer)}`;
      problems.push({ severity: 'error', key: row.id, ...row.place, message });
    }
    clips.set(row.id, twin ?? row);
    files.set(row.file, sharer ?? row);
  }
  return problems;
}

/** Files that are not there, or empty. */
async function missingFiles(folder: DataFolder, images: readonly ListedImage[]): Promise<DatasetNote[]> {
  const sizes = await Promise.all(
    images.map(({ file }) => folder.size(file).catch((error: unknown) => error as Error)),
  );
  return sizes.flatMap((size, index): DatasetNote[] => {
    const { id, file, place } = images[index]!;
    const message =
      size === undefined
        ? `image '${file}' does not exist`
        : size === 0
          ? `image '${file}' is empty`
          : size instanceof Error
            ? size.message
            : undefined;
    return message ? [{ severity: 'error', key: id, ...place, message }] : [];
  });
}
