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
  const element = document.createElement('video');
  element.src = address;
  const sources = {
    ImageData: pictures,
    ImageBitmap: bitmaps,
    VideoFrame: bitmaps.map((bitmap, i) => new VideoFrame(bitmap, { timestamp: Math.round((i / fps) * 1e6) })),
    canvas: await each((image) => canvasOf(document.createElement('canvas'), image)),
    OffscreenCanvas: await each((image) => canvasOf(new OffscreenCanvas(1, 1), image)),
    stream: (async function* () {
      yield* pictures;
    })(),
    '<video>': element,
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
  predictor.dispose();
  return { off, levels: await levelsOff(element, pictures, fps), frames: pictures.length };
}

/** Mean difference of the levels of an element's frame in the middle from the decoded one (`same`), and from the nearer of its neighbors. */
async function levelsOff(element, pictures, fps) {
  const middle = Math.floor(pictures.length / 2);
  const there = new Promise((resolve) => element.addEventListener('seeked', resolve, { once: true }));
  element.currentTime = (middle + 0.5) / fps;
  await there;
  const { width, height } = pictures[middle];
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(element, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const off = (other) =>
    data.reduce((sum, value, i) => sum + Math.abs(value - other.data[i]), 0) / (3 * width * height);
  return { same: off(pictures[middle]), neighbor: Math.min(off(pictures[middle - 1]), off(pictures[middle + 1])) };
}
