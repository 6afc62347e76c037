import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { useBackend } from '@mer/backends';
import { encodeImage, type NumericArray, writeFileAtomic, writeFlo, writeNpy } from '@mer/io';
import { type Clip, flowToColor, representationEntry } from '@mer/representations';
import { setValue } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';
import { contactSheet, type SheetPicture } from '../represent/contact-sheet.js';
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
  try {
    await mkdir(out, { recursive: true });
    const frame = (index: number) =>
      tf.tidy(() => tf.squeeze(tf.slice(clip.frames, [index, 0, 0, 0], [1, -1, -1, -1]), [0]) as tf.Tensor3D);
    const apex = clip.apex!;
    const pictures: SheetPicture[] = [
      await picture(frame(clip.onset), [`onset, frame ${numbers[clip.onset]}`]),
      await picture(frame(apex), [`apex, frame ${numbers[apex]}${spotted ? ' (spotted)' : ''}`]),
      await picture(frame(clip.offset), [`offset, frame ${numbers[clip.offset]}`]),
    ];
    for (const { name, make } of makers) {
      const image = make(clip);
      await writeRaw(join(out, name), image);
      const [height, width, channels] = image.shape;
      const range = tf.tidy(() => [tf.min(image), tf.max(image)].map((value) => value.dataSync()[0]!.toPrecision(3)));
      process.stdout.write(`${name}: ${height} x ${width} x ${channels}, ${range.join(' to ')}\n`);
      const caption = [name, `${width} x ${height} x ${channels}, ${range.join(' to ')}`];
      const drawn = drawable(image);
      if (!drawn) {
        image.dispose();
        continue;
      }
      const shown = await picture(drawn, caption);
      pictures.push(shown);
      await writeFileAtomic(join(out, `${name}.png`), shown.png);
    }
    const sheet = contactSheet(basename(resolve(path)), pictures);
    await writeFileAtomic(join(out, 'contact-sheet.svg'), sheet);
    const { default: sharp } = await import('sharp');
    await writeFileAtomic(join(out, 'contact-sheet.png'), await sharp(Buffer.from(sheet)).png().toBuffer());
    process.stderr.write(`pictures: ${out}\n`);
  } finally {
    clip.frames.dispose();
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

/**
 * An image of 1 or 3 channels in 0..1 for the eye; takes over the tensor given. Values of 0..255 are divided, others outside of 0..1 stretched from
 * least to greatest; a flow is coloured; two images in one (6 channels) stand side by side. Histograms give nothing.
 */
function drawable(image: tf.Tensor3D): tf.Tensor3D | undefined {
  const [height, width, channels] = image.shape;
  if (Math.min(height, width) < 8) return undefined;
  const drawn = tf.tidy(() => {
    if (channels === 2) return flowToColor(image);
    if (channels === 6) return tf.concat(tf.split(image, 2, 2), 1) as tf.Tensor3D;
    if (channels !== 1 && channels !== 3) return undefined;
    const [least, greatest] = [tf.min(image).dataSync()[0]!, tf.max(image).dataSync()[0]!];
    if (least >= 0 && greatest <= 1.001) return tf.clone(image);
    if (least >= 0 && greatest > 2 && greatest <= 255) return tf.div(image, 255) as tf.Tensor3D;
    return tf.div(tf.sub(image, least), Math.max(greatest - least, 1e-12)) as tf.Tensor3D;
  }) as tf.Tensor3D | undefined;
  if (drawn) image.dispose();
  return drawn;
}

/** Encodes an image in 0..1 and disposes of it. */
async function picture(image: tf.Tensor3D, caption: string[]): Promise<SheetPicture> {
  const [height, width] = image.shape;
  const clipped = tf.clipByValue(image, 0, 1);
  image.dispose();
  const png = await encodeImage(clipped, 'png');
  clipped.dispose();
  return { caption, png, width, height };
}
