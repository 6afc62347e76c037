import {
  type FileLimits,
  type FrameCursor,
  frameCursor,
  isPicture,
  openVideo,
  type Picture,
  pictureToImage,
  type RawImage,
} from '@mer/io';
import {
  type Clip,
  type FrameLandmarks,
  type FrameReader,
  frameReader,
  isLongClip,
  type LongClip,
} from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import { videoElementFrames } from './video-element.js';

/** One frame: a float32 tensor `[H, W, 1 or 3]` in 0..1, or a picture as programs and pages have it. */
export type Frame = tf.Tensor3D | Picture;

/**
 * What can be predicted: a clip with its marks; frames as one tensor `[T, H, W, C]`, as a list, as a stream that ends or as a reader; a video file (a `Blob` or `File`, an address in a page, a path in
 * Node); a `<video>` of a page; for networks of pictures one such picture, `[H, W, C]`.
 */
export type PredictorSource =
  | Clip
  | LongClip
  | FrameReader
  | tf.Tensor4D
  | tf.Tensor3D
  | readonly Frame[]
  | AsyncIterable<Frame>
  | HTMLVideoElement
  | Blob
  | URL
  | string;

/** How recordings are opened. */
export interface OpenRecordingOptions {
  /** Frames a second: of frames how they were taken, of a video those that are looked at. */
  fps?: number | undefined;
  /** Limits of what is read; those of @mer/io by default. */
  limits?: Partial<FileLimits> | undefined;
  /** What decodes a video file, see `openVideo` of @mer/io. */
  decoder?: 'auto' | 'ffmpeg' | 'webcodecs' | undefined;
  signal?: AbortSignal | undefined;
}

/** Frames to be looked at. */
export interface Recording {
  readonly frames: FrameReader;
  /** Where it is known. */
  readonly fps?: number | undefined;
  /** Of a clip. */
  readonly marks?: { readonly onset: number; readonly apex: number | null; readonly offset: number };
  readonly landmarks?: readonly FrameLandmarks[] | undefined;
  /** What a reader should know. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

const cannot = 'Cannot predict';
/** Frames a second at which a `<video>` is looked at where nobody says it. */
const ELEMENT_FPS = 30;
/** Bytes of frames up to which those of a video file are kept while it is open. */
const MOST_KEPT = 2 ** 26;
/** Most bytes of frames that are kept of a list or a stream. */
const MOST_BYTES = 2 ** 30;

/** Opens whatever may be predicted, but one picture. */
export async function openRecording(
  source: Exclude<PredictorSource, tf.Tensor3D>,
  { fps, limits, decoder, signal }: OpenRecordingOptions,
): Promise<Recording> {
  signal?.throwIfAborted();
  const close = async () => {};
  if (source instanceof tf.Tensor) return { frames: frameReader(source), fps, notes: [], close };
  if (typeof source === 'string' || source instanceof URL || source instanceof Blob) {
    return openFile(source, { fps, limits, decoder, signal });
  }
  if (typeof HTMLVideoElement !== 'undefined' && source instanceof HTMLVideoElement) {
    const rate = fps ?? ELEMENT_FPS;
    return collect(videoElementFrames(source, { fps: rate, signal }), { fps: rate, limits, signal });
  }
  if (isFrames(source)) return collect(source, { fps, limits, signal });
  if (isLongClip({ frames: source })) return { frames: source as FrameReader, fps, notes: [], close };
  if (typeof source === 'object' && source !== null && 'frames' in source) {
    const { frames, onset, apex, offset, landmarks } = source as Clip | LongClip;
    const reader = isLongClip(source) ? source.frames : frameReader(frames as tf.Tensor4D);
    return { frames: reader, fps, marks: { onset, apex, offset }, landmarks, notes: [], close };
  }
  throw new TypeError(
    `${cannot} as the source must be a clip, frames, a stream of frames, a video or its address: current value is ${Object.prototype.toString.call(source).slice(8, -1)}`,
  );
}

const isFrames = (value: unknown): value is readonly Frame[] | AsyncIterable<Frame> =>
  Array.isArray(value) || (typeof value === 'object' && value !== null && Symbol.asyncIterator in value);

/** A video file, its frames at even times. */
async function openFile(source: string | URL | Blob, { fps, ...options }: OpenRecordingOptions): Promise<Recording> {
  const { signal } = options;
  let video = await openVideo(source, { ...options, fps });
  const notes: string[] = [];
  if (fps === undefined && !video.stored.constant) {
    const even = Math.max(1, Math.round(video.fps));
    await video.close();
    video = await openVideo(source, { ...options, fps: even });
    notes.push(`its frames come at varying times: the nearest to ${even} even ones a second are taken`);
  }
  const { width, height, times } = video;
  const size = width * height * 3;
  const cursor = frameCursor(video, signal);
  const read = pixelReader(cursor, size * times.length <= MOST_KEPT);
  return {
    frames: {
      shape: [times.length, height, width, 3],
      async read(first, count) {
        const values = new Float32Array(count * size);
        await read(first, count, (data, i) => unitValues(data, values, i * size));
        return tf.tensor4d(values, [count, height, width, 3]);
      },
    },
    fps: video.fps,
    notes,
    async close() {
      await cursor.stop();
      await video.close();
    },
  };
}

/** Reads pixels of frames; those of a short video, which is looked at more than once, are kept. */
function pixelReader(cursor: FrameCursor, keeps: boolean) {
  const kept: Uint8Array[] = [];
  return async (first: number, count: number, use: (data: Uint8Array, before: number) => void) => {
    for (let at = first; at < first + count; ) {
      let missing = 0;
      while (at + missing < first + count && !kept[at + missing]) missing++;
      if (missing > 0) {
        const begin = at;
        await cursor.read(begin, missing, ({ data }, i) => {
          if (keeps) kept[begin + i] = data;
          use(data, begin + i - first);
        });
      } else use(kept[at]!, at - first);
      at += Math.max(1, missing);
    }
  };
}

function unitValues(data: Uint8Array | Uint8ClampedArray, into: Float32Array, at: number): void {
  for (let i = 0; i < data.length; i++) into[at + i] = data[i]! / 255;
}

/** Frames of a list or of a stream until it ends, kept; pixels as bytes. */
async function collect(
  source: readonly Frame[] | AsyncIterable<Frame>,
  { fps, limits, signal }: OpenRecordingOptions,
): Promise<Recording> {
  const most = limits?.frames ?? 100_000;
  const kept: (tf.Tensor3D | RawImage)[] = [];
  const times: number[] = [];
  let shape: [height: number, width: number, channels: number] | undefined;
  let bytes = 0;
  const close = async () => tf.dispose(kept.filter((frame) => frame instanceof tf.Tensor));
  try {
    for await (const frame of source as AsyncIterable<Frame>) {
      signal?.throwIfAborted();
      const place = `frame ${kept.length}`;
      const one = frame instanceof tf.Tensor ? tensorFrame(frame, place) : await pictureFrame(frame, place);
      kept.push(one);
      const found = one instanceof tf.Tensor ? one.shape : ([one.height, one.width, one.channels] as const);
      shape ??= [...found];
      if (found.join() !== shape.join()) {
        throw new TypeError(
          `${cannot} as its frames must all have one size: ${place} is [${found.join(', ')}], those before [${shape.join(', ')}]`,
        );
      }
      const { time, timestamp } = frame as { time?: number; timestamp?: number };
      const seconds = time ?? (typeof timestamp === 'number' ? timestamp / 1e6 : undefined);
      if (seconds !== undefined) times.push(seconds);
      bytes += found[0] * found[1] * found[2] * (one instanceof tf.Tensor ? 4 : 1);
      if (kept.length > most || bytes > MOST_BYTES) {
        throw new RangeError(
          `${cannot} as frames must be ${most} at most, and ${MOST_BYTES} bytes: ${kept.length} of [${shape.join(', ')}] have come; end the stream, or give fewer`,
        );
      }
    }
    if (!shape) throw new RangeError(`${cannot} as there must be frames: none came`);
  } catch (error) {
    await close();
    throw error;
  }
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const span = times.length === kept.length && times.length > 1 ? times.at(-1)! - times[0]! : 0;
  return {
    frames: {
      shape: [kept.length, height, width, channels],
      async read(first, count) {
        const wanted = kept.slice(first, first + count);
        if (wanted.length !== count || count < 1)
          throw new RangeError(`Cannot read frames ${first} to ${first + count - 1} of ${kept.length}`);
        if (wanted.every((frame) => frame instanceof tf.Tensor)) return tf.stack(wanted) as tf.Tensor4D;
        const values = new Float32Array(count * size);
        for (const [i, frame] of wanted.entries()) {
          if (frame instanceof tf.Tensor) values.set(await frame.data(), i * size);
          else unitValues(frame.data, values, i * size);
        }
        return tf.tensor4d(values, [count, height, width, channels]);
      },
    },
    fps: fps ?? (span > 0 ? (kept.length - 1) / span : undefined),
    notes: [],
    close,
  };
}

/** A clone, as whoever gives frames one by one may dispose of each. */
function tensorFrame(frame: tf.Tensor, place: string): tf.Tensor3D {
  if (frame.rank !== 3 || (frame.shape[2] !== 1 && frame.shape[2] !== 3) || frame.dtype !== 'float32') {
    throw new TypeError(
      `${cannot} as ${place} must be [height, width, 1 or 3], float32 in 0..1: it is ${frame.dtype} [${frame.shape.join(', ')}]`,
    );
  }
  return tf.clone(frame) as tf.Tensor3D;
}

async function pictureFrame(frame: Frame, place: string): Promise<RawImage> {
  if (!isPicture(frame)) {
    throw new TypeError(
      `${cannot} as ${place} must be a tensor, ImageData, ImageBitmap, VideoFrame, a canvas, or { width, height, channels, data }: it is ${Object.prototype.toString.call(frame).slice(8, -1)}`,
    );
  }
  return pictureToImage(frame);
}
