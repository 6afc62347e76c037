// What page and Node do alike: load each folder, answer about one video, and tell what they found.
import { openVideo } from '@mer/io';
import { loadPredictor } from '@mer/predictor';

/** SHA-256 of all decoded pixels of a video, hexadecimal. */
async function pixelsHash(video) {
  const opened = await openVideo(video, { decoder: 'webcodecs' });
  const frames = [];
  for await (const { data } of opened.frames()) frames.push(data);
  await opened.close();
  const all = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The answers of each network for a video, with the milliseconds that they took. */
export async function ask(folders, video, marks) {
  const found = [];
  for (const { name, folder } of folders) {
    const begun = performance.now();
    const predictor = await loadPredictor(folder, { backend: 'wasm' });
    const loaded = performance.now();
    const options = { face: 'fills', decoder: 'webcodecs', force: true };
    const given = await predictor.predict(video, { ...options, marks });
    const first = performance.now();
    const spotted = await predictor.predict(video, { ...options, heatMaps: true });
    predictor.dispose();
    found.push({
      name,
      loadMs: loaded - begun,
      firstMs: first - loaded,
      probabilities: [given.probabilities, spotted.probabilities],
      apex: spotted.marks.apex,
      motion: spotted.quality.motion.pixels,
      seen: spotted.inputs.map(({ values }) => Array.from(values)),
      heat: (spotted.heatMaps ?? []).map(({ values }) => Array.from(values)),
    });
  }
  return { pixels: await pixelsHash(video), found };
}
