import { encodeImage } from '@mer/io';
import { type Answer, answerPictures } from '@mer/predictor';
import * as tf from '@tensorflow/tfjs-core';

/** For each input of a network where it looked, over what it saw, as PNG. */
export async function heatPictures(answer: Answer): Promise<{ input: string; png: string }[]> {
  const pictures: { input: string; png: string }[] = [];
  for await (const { input, seen, heat } of answerPictures(answer)) {
    try {
      if (heat) pictures.push({ input, png: Buffer.from(await encodeImage(heat, 'png')).toString('base64') });
    } finally {
      tf.dispose([seen, ...(heat ? [heat] : [])]);
    }
  }
  return pictures;
}
