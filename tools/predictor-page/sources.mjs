// What a page alone has: the pixels of one video as each kind of picture that a page knows, and the video as an element; the answer for the pixels must be that for the file.
import { openVideo } from '@mer/io';
import { loadPredictor } from '@mer/predictor';

/** The largest difference of probabilities from those for the file, by kind of source. */
export async function askOfSources(folder, file, address, marks) {
  const opened = await openVideo(file, { decoder: 'webcodecs' });
  const pictures = [];
  for await (const { data, width, height } of opened.frames()) {
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      image.data.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
      image.data[4 * i + 3] = 255;
    }
    pictures.push(image);
  }
  const { fps } = opened;
  await opened.close();
  const each = (make) => Promise.all(pictures.map(make));
  const canvasOf = (canvas, image) => {
    Object.assign(canvas, { width: image.width, height: image.height });
    canvas.getContext('2d', { willReadFrequently: true }).putImageData(image, 0, 0);
    return canvas;
  };
  const bitmaps = await each((image) => createImageBitmap(image));
  const elementOf = (src) => Object.assign(document.createElement('video'), { src });
  const sources = {
    ImageData: pictures,
    ImageBitmap: bitmaps,
    VideoFrame: bitmaps.map((bitmap, i) => new VideoFrame(bitmap, { timestamp: Math.round((i / fps) * 1e6) })),
    canvas: await each((image) => canvasOf(document.createElement('canvas'), image)),
    OffscreenCanvas: await each((image) => canvasOf(new OffscreenCanvas(1, 1), image)),
    stream: (async function* () {
      yield* pictures;
    })(),
    '<video>': elementOf(address),
  };
  const predictor = await loadPredictor(folder, { backend: 'wasm' });
  const options = { face: 'fills', decoder: 'webcodecs', force: true, marks };
  const { probabilities } = await predictor.predict(file, options);
  const off = {};
  for (const [kind, source] of Object.entries(sources)) {
    const answer = await predictor.predict(source, { ...options, fps });
    off[kind] = Math.max(...answer.probabilities.map((value, i) => Math.abs(value - probabilities[i])));
  }
  for (const frame of sources.VideoFrame) frame.close();
  const refused = await predictor.predict(elementOf(`${address}?whole`), { ...options, fps }).then(
    () => 'it was not',
    ({ message }) => message,
  );
  predictor.dispose();
  return { off, refused, frames: pictures.length };
}
