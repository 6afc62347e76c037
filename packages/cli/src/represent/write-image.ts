import { stat } from 'node:fs/promises';
import { type NumericArray, writeFlo, writeImage, writeNpy } from '@mer/io';
import { displayImage } from '@mer/representations';
import type * as tf from '@tensorflow/tfjs-core';

/** Writes the values of an image as `<path>.npy`, of a flow as `<path>.flo` too, and its picture as `<path>.png`; gives the endings. */
export async function writeRepresentation(path: string, image: tf.Tensor3D): Promise<string[]> {
  const array = { dtype: 'float32' as const, shape: [...image.shape], data: (await image.data()) as NumericArray };
  const isFlow = image.shape[2] === 2;
  await writeNpy(`${path}.npy`, array);
  if (isFlow) await writeFlo(`${path}.flo`, array);
  await writePicture(`${path}.png`, await displayImage(image));
  return isFlow ? ['npy', 'flo', 'png'] : ['npy', 'png'];
}

/** Writes an RGB picture in 0..1 and disposes of it. */
export async function writePicture(path: string, picture: tf.Tensor3D): Promise<void> {
  try {
    await writeImage(path, picture);
  } finally {
    picture.dispose();
  }
}

/** The bytes of a file; undefined where there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
