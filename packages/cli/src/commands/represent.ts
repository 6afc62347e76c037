import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { type NumericArray, writeFlo, writeImage, writeNpy } from '@mer/io';
import { type Clip, contactSheet, displayImage, representationEntry, type SheetTile } from '@mer/representations';
import { setValue } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';
import { type Marks, readClip } from '../represent/read-clip.js';

interface Options extends Marks {
  as: string[];
  out: string;
  set: string[];
  size?: number;
  backend: string;
}

/** `mer represent <clip> --as <names> -o <dir>` */
export async function represent(
  path: string,
  { as: names, out, set, size, backend, ...marks }: Options,
): Promise<void> {
  const options = set.reduce<unknown>(setValue, {}) as Record<string, object>;
  const stray = Object.keys(options).find((name) => !names.includes(name));
  if (stray)
    throw new UsageError(`Cannot set ${stray} as it must be one of the representations asked for: ${names.join(', ')}`);
  const makers = names.map((name) => ({ name, make: makerOf(name, options[name]) }));
  await useBackend(backend as Parameters<typeof useBackend>[0]);
  const { clip, numbers, spotted } = await readClip(path, marks, size);
  const tiles: SheetTile[] = [];
  try {
    await mkdir(out, { recursive: true });
    const frame = (index: number) =>
      tf.tidy(() => tf.squeeze(tf.slice(clip.frames, [index, 0, 0, 0], [1, -1, -1, -1]), [0]) as tf.Tensor3D);
    const apex = clip.apex!;
    tiles.push(
      { image: frame(clip.onset), caption: `onset, frame ${numbers[clip.onset]}` },
      { image: frame(apex), caption: `apex, frame ${numbers[apex]}${spotted ? ' (spotted)' : ''}` },
      { image: frame(clip.offset), caption: `offset, frame ${numbers[clip.offset]}` },
    );
    for (const { name, make } of makers) {
      const image = make(clip);
      tiles.push({ image, caption: name });
      await writeRaw(join(out, name), image);
      await writePicture(join(out, `${name}.png`), displayImage(image));
      const range = tf.tidy(() => [tf.min(image), tf.max(image)].map((value) => value.dataSync()[0]!.toPrecision(3)));
      process.stdout.write(`${name}: ${image.shape.join(' x ')}, ${range.join(' to ')}\n`);
    }
    await writePicture(join(out, 'contact-sheet.png'), contactSheet(tiles));
    process.stderr.write(`pictures: ${out}\n`);
  } finally {
    tf.dispose([clip.frames, ...tiles.map(({ image }) => image)]);
  }
}

function makerOf(name: string, options: object | undefined): (clip: Clip) => tf.Tensor3D {
  try {
    return representationEntry(name).create(options);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

async function writeRaw(path: string, image: tf.Tensor3D): Promise<void> {
  const array = { dtype: 'float32' as const, shape: [...image.shape], data: (await image.data()) as NumericArray };
  await writeNpy(`${path}.npy`, array);
  if (image.shape[2] === 2) await writeFlo(`${path}.flo`, array);
}

/** Writes an RGB picture in 0..1 and disposes of it. */
async function writePicture(path: string, picture: tf.Tensor3D): Promise<void> {
  await writeImage(path, picture);
  picture.dispose();
}
