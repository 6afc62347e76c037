import { loadMediabunny } from '../video/load-mediabunny.js';
import { checkFps, type OpenVideoOptions, type Video, videoOf } from '../video/video.js';
import { decodeByWebCodecs } from '../video/webcodecs.js';

/** See the Node entry; in a browser the video is a `Blob`, a `File` or an address, and WebCodecs decodes it. */
export async function openVideo(source: string | URL | Blob, options: OpenVideoOptions = {}): Promise<Video> {
  const name = source instanceof Blob ? ((source as Partial<File>).name ?? 'given as a Blob') : String(source);
  checkFps(name, options.fps);
  options.signal?.throwIfAborted();
  if (options.decoder === 'ffmpeg') {
    throw new RangeError(`Cannot open video ${name} as ffmpeg is a program for Node: leave out decoder in a browser`);
  }
  if (!('VideoDecoder' in globalThis)) {
    throw new Error(
      `Cannot open video ${name} as the browser must have WebCodecs (VideoDecoder), which it has on pages that are served by https or from localhost`,
    );
  }
  const bunny = await loadMediabunny(name);
  const from = source instanceof Blob ? new bunny.BlobSource(source) : new bunny.UrlSource(source);
  return videoOf(await decodeByWebCodecs(from, name, bunny, options), options);
}
