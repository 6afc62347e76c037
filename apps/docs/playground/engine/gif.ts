// A GIF taken apart by the browser.
import { resize } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { checkRoom, fitted, MOST_FRAMES, MOST_GIF_PIXELS } from '../clip-source.ts';

/** The part of WebCodecs that is used; TypeScript's DOM library does not have it. */
interface Decoder {
  readonly tracks: { readonly ready: Promise<void>; readonly selectedTrack: { readonly frameCount: number } | null };
  readonly completed: Promise<void>;
  decode(options: {
    frameIndex: number;
  }): Promise<{ image: CanvasImageSource & { displayWidth: number; displayHeight: number; close(): void } }>;
  close(): void;
}
type DecoderClass = new (options: { data: ArrayBuffer; type: string }) => Decoder;

/** The frames `[T, H, W, 3]` of a GIF, from 0 to 1, at most `side` pixels wide or high, and their own size. */
export async function readGif(
  file: Blob,
  name: string,
  side: number,
): Promise<{ frames: tf.Tensor4D; from: [height: number, width: number] }> {
  const ImageDecoder = (globalThis as { ImageDecoder?: DecoderClass }).ImageDecoder;
  if (!ImageDecoder) {
    throw new Error(
      `Cannot open ${name} as this browser must be able to take a GIF apart (ImageDecoder): it is not. Drop its frames as PNG files`,
    );
  }
  const fail = (why: string, cause?: unknown) =>
    new Error(`Cannot open ${name} as it must be an intact GIF: ${why}`, { cause });
  const decoder = new ImageDecoder({ data: await file.arrayBuffer(), type: 'image/gif' });
  const images: tf.Tensor3D[] = [];
  try {
    let count = 0;
    try {
      await decoder.tracks.ready;
      await decoder.completed;
      count = decoder.tracks.selectedTrack?.frameCount ?? 0;
    } catch (cause) {
      throw fail((cause as Error).message, cause);
    }
    if (count < 3) throw fail(`a clip must have at least 3 frames, it has ${count}`);
    if (count > MOST_FRAMES) throw fail(`a clip may have ${MOST_FRAMES} frames here, it has ${count}`);
    let from: [height: number, width: number] | undefined;
    for (let frameIndex = 0; frameIndex < count; frameIndex++) {
      const decoded = await decoder.decode({ frameIndex }).catch((cause: Error) => {
        throw fail(`frame ${frameIndex + 1} of ${count}: ${cause.message}`, cause);
      });
      const { image } = decoded;
      const [height, width] = [image.displayHeight, image.displayWidth];
      try {
        if (count * height * width > MOST_GIF_PIXELS) {
          throw fail(
            `it may have ${MOST_GIF_PIXELS / 1e6} million pixels, ${count} frames of ${width} x ${height} have more`,
          );
        }
        from ??= [height, width];
        const size = fitted(height, width, side);
        checkRoom(count, ...size);
        const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
        context.drawImage(image, 0, 0);
        const { data } = context.getImageData(0, 0, width, height);
        images.push(
          tf.tidy(() => {
            const colors = tf.tensor3d(new Uint8Array(data.buffer), [height, width, 4], 'float32');
            const whole = tf.div(tf.slice(colors, [0, 0, 0], [height, width, 3]), 255) as tf.Tensor3D;
            return size[0] === height && size[1] === width ? whole : (resize(whole, { size }) as tf.Tensor3D);
          }),
        );
      } finally {
        image.close();
      }
    }
    return { frames: tf.stack(images) as tf.Tensor4D, from: from! };
  } finally {
    decoder.close();
    tf.dispose(images);
  }
}
