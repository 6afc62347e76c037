import type { FileLimits } from '@mer/io';
import type { AnnotatedDataset, DatasetNote } from '../dataset.js';
import type { AnyDataset } from '../recordings/recording.js';
import { decodePicture } from './decode-picture.js';
import { imageHeader } from './image-header.js';
import { limiter } from './read-frames.js';

/** What was found when every picture file was looked at. */
export interface ImageCheck {
  /** Picture files. */
  files: number;
  /** Bytes of all of them. */
  bytes: number;
  /** Files that cannot be read. */
  unreadable: number;
  /** Samples by the size of their pictures, such as `640x480`. */
  sizes: Record<string, number>;
  /** Samples by format. */
  formats: Record<string, number>;
  /** Whether every file was decoded, or only checked to be whole. */
  decoded: boolean;
}

/** Looks at every picture file of a data set; what is wrong becomes notes, one for each file. */
export async function checkImages(
  dataset: AnyDataset,
  { decode, limits }: { decode: boolean; limits?: Partial<FileLimits> | undefined },
  onProgress: (done: number, total: number) => void = () => {},
): Promise<{ images: ImageCheck; notes: DatasetNote[] }> {
  const images: ImageCheck = { files: 0, bytes: 0, unreadable: 0, sizes: {}, formats: {}, decoded: decode };
  const found: DatasetNote[][] = dataset.samples.map(() => []);
  const limited = limiter(decode ? 4 : 16);
  let done = 0;
  await Promise.all(
    dataset.samples.map(async ({ dataset: set, subject, clip }, index) => {
      const key = set === dataset.name ? `${subject}/${clip}` : `${set}/${subject}/${clip}`;
      const sizes = new Set<string>();
      const formats = new Set<string>();
      const files = await filesOf(dataset, index);
      await Promise.all(
        files.map((file) =>
          limited(async () => {
            try {
              const bytes = await dataset.readSource(file);
              images.bytes += bytes.length;
              const { width, height, format } = imageHeader(bytes);
              if (decode) await decodePicture(bytes, limits);
              sizes.add(`${width}x${height}`);
              formats.add(format);
            } catch (error) {
              images.unreadable++;
              found[index]!.push({ severity: 'error', key, file, message: (error as Error).message });
            }
          }),
        ),
      );
      images.files += files.length;
      if (sizes.size > 1) {
        const message = `its pictures have different sizes: ${[...sizes].sort().join(', ')}`;
        found[index]!.push({ severity: 'error', key, message });
      }
      for (const size of sizes) images.sizes[size] = (images.sizes[size] ?? 0) + 1;
      for (const format of formats) images.formats[format] = (images.formats[format] ?? 0) + 1;
      onProgress(++done, dataset.samples.length);
    }),
  );
  return { images, notes: found.flat() };
}

async function filesOf(dataset: AnyDataset, index: number): Promise<string[]> {
  if ('frames' in dataset) {
    const { folder, files } = (dataset as Pick<AnnotatedDataset, 'frames'>).frames(index);
    return files.map((file) => (folder ? `${folder}/${file}` : file));
  }
  return (await dataset.sources(index)).map(({ path }) => path);
}
