import { loadMediabunny, type Mediabunny } from '../video/load-mediabunny.js';
import type { OpenVideoOptions, VideoDecoding } from '../video/video.js';
import { decodeByWebCodecs } from '../video/webcodecs.js';

/** What mediabunny looks for among the globals. */
const CLASSES = ['VideoDecoder', 'VideoFrame', 'EncodedVideoChunk', 'VideoColorSpace'] as const;

const INSTALL = 'the program ffmpeg must be installed (Debian: apt install ffmpeg), or, for all but avi, packages';

/** Decodes a file, or a blob, by WebCodecs in Node: the packages mediabunny and @napi-rs/webcodecs. */
export async function decodeInNode(
  source: string | Blob,
  name: string,
  options: OpenVideoOptions,
): Promise<VideoDecoding> {
  let bunny: Mediabunny;
  try {
    bunny = await loadMediabunny(name);
    await webCodecs();
  } catch (cause) {
    throw new Error(
      `Cannot open video ${name} as ${INSTALL} beside @mer/io: npm install mediabunny @napi-rs/webcodecs`,
      { cause },
    );
  }
  const from = typeof source === 'string' ? new bunny.FilePathSource(source) : new bunny.BlobSource(source);
  const decoding = await awake(() => decodeByWebCodecs(from, name, bunny, options));
  return {
    ...decoding,
    async *decode(first, signal) {
      const frames = decoding.decode(first, signal);
      try {
        for (;;) {
          const { done, value } = await awake(() => frames.next());
          if (done) return;
          yield value;
        }
      } finally {
        await frames.return();
      }
    },
  };
}

/** Waits for work in threads that Node does not know of: without a timer it would take itself for done, and end. */
async function awake<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** The classes of WebCodecs among the globals, as in a browser, unless they are there. */
async function webCodecs(): Promise<void> {
  if (CLASSES.every((name) => name in globalThis)) return;
  // straight in a `try`: only there do bundlers take an absent package for optional
  try {
    const classes = (await import('@napi-rs/webcodecs')) as unknown as Record<string, unknown>;
    for (const name of CLASSES) (globalThis as Record<string, unknown>)[name] ??= classes[name];
  } catch (cause) {
    throw new Error('the package @napi-rs/webcodecs must be installed', { cause });
  }
}
