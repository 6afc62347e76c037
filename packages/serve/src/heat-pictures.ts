import { encodeImage } from '@mer/io';
import { overlayHeatMap } from '@mer/models';
import type { Answer } from '@mer/predictor';
import { displayImage } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

/** For each input of a network where it looked, over what it saw, as PNG. */
export async function heatPictures({ inputs, heatMaps = [] }: Answer): Promise<{ input: string; png: string }[]> {
  const pictures: { input: string; png: string }[] = [];
  for (const { name, shape, values } of heatMaps) {
    const seen = inputs.find((input) => input.name === name);
    if (!seen) continue;
    const image = tf.tidy(() => middleOf(tf.tensor(seen.values, seen.shape)));
    const shown = await displayImage(image);
    const overlay = tf.tidy(() => {
      const map = tf.tensor2d(values, shape);
      return overlayHeatMap(shown, tf.div(map, tf.maximum(tf.max(map), 1e-7)) as tf.Tensor2D);
    });
    try {
      pictures.push({ input: name, png: Buffer.from(await encodeImage(overlay, 'png')).toString('base64') });
    } finally {
      tf.dispose([image, shown, overlay]);
    }
  }
  return pictures;
}

/** Of a sequence the image in the middle. */
function middleOf(input: tf.Tensor): tf.Tensor3D {
  if (input.rank !== 4) return input as tf.Tensor3D;
  return tf.squeeze(tf.slice(input, Math.floor(input.shape[0]! / 2), 1), [0]);
}
