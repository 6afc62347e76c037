import { checkLimit, type FileLimits, type LimitOptions } from '../file-limits.js';
import type { RawImage } from '../raw-image.js';
import { frameRate, nearestFrames, resampledCount } from './frame-times.js';

/** One frame of a video: its pixels, upright, and when it is shown. */
export interface DecodedFrame extends RawImage {
  /** R, G, B. */
  channels: 3;
  /** Its position, from 0. */
  readonly index: number;
  /** Seconds from the first frame. */
  readonly time: number;
}

/** Which frames of a {@link Video} are read, and how that is ended. */
export interface VideoRange {
  /** The first, from 0 (default). */
  first?: number | undefined;
  /** The last; that of the video where it is not given. */
  last?: number | undefined;
  /** Ends the work: it then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** A video file whose frames were counted and are decoded when they are asked for. */
export interface Video {
  /** What messages call it. */
  readonly name: string;
  /** Pixels, upright. */
  readonly width: number;
  /** Pixels, upright. */
  readonly height: number;
  /** When each frame is shown, seconds from the first: of the frames given, which are those stored unless `fps` was asked for. */
  readonly times: Float64Array;
  /** Frames a second: those asked for, or else those of the file (the mean where they come at varying times). */
  readonly fps: number;
  /** The rate of the frames in the file. */
  readonly stored: {
    /** How many there are. */
    readonly frames: number;
    /** Frames a second, the mean where that is not constant. */
    readonly fps: number;
    /** Whether frames come at even times. */
    readonly constant: boolean;
  };
  /** What decodes it. */
  readonly decoder: 'ffmpeg' | 'webcodecs';
  /**
   * Its frames one after the other, each decoded when it is asked for, so that memory holds a few. Ending the loop early ends the decoder.
   *
   * @throws RangeError for a range that is not in the video; Error for a file that is damaged there.
   */
  frames(range?: VideoRange): AsyncGenerator<DecodedFrame, void, undefined>;
  /** Gives up what is held. */
  close(): Promise<void>;
}

/** How a video is opened. */
export interface OpenVideoOptions extends LimitOptions {
  /** Frames a second to give: for each evenly spaced time the frame nearest to it. As stored where it is not given. */
  readonly fps?: number | undefined;
  /** `auto` (default): ffmpeg where it is installed, in Node; else WebCodecs. */
  readonly decoder?: 'auto' | 'ffmpeg' | 'webcodecs' | undefined;
  /** Ends the work: it then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a decoder knows of a file after it has looked through it once. */
export interface VideoIndex {
  width: number;
  height: number;
  /** Of the stored frames, seconds from the first. */
  times: Float64Array;
  /** To how many seconds the file rounds times. */
  tick: number;
}

/** A way to decode one file. */
export interface VideoDecoding {
  name: string;
  decoder: Video['decoder'];
  index: VideoIndex;
  /** The pixels of the stored frames from `first` on, R, G, B. */
  decode(first: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, undefined>;
  close(): Promise<void>;
}

/** Throws unless a rate can be one. */
export function checkFps(name: string, fps: number | undefined): void {
  if (fps === undefined || (fps > 0 && fps <= 100_000)) return;
  throw new RangeError(
    `Cannot open video ${name} as fps must be a number above 0, up to 100000: current value is ${String(fps)}`,
  );
}

/** Throws where a video has more frames, or larger ones, than may be. */
export function checkVideoSize(
  name: string,
  { frames = 0, width = 0, height = 0 }: { frames?: number; width?: number; height?: number },
  limits: Partial<FileLimits> | undefined,
): void {
  const cannot = `Cannot open video ${name}`;
  checkLimit(cannot, 'the pixels of its frames', 'pixels', width * height, limits);
  checkLimit(cannot, 'the number of its frames', 'frames', frames, limits);
}

/** A video of what decodes it. */
export function videoOf(decoding: VideoDecoding, { fps, limits }: OpenVideoOptions): Video {
  const { name, index, decoder } = decoding;
  const { width, height, times: stored } = index;
  const rate = frameRate(stored, index.tick);
  if (fps !== undefined) checkVideoSize(name, { frames: resampledCount(stored, fps) }, limits);
  const which = fps === undefined ? undefined : nearestFrames(stored, fps);
  const times = which ? Float64Array.from(which, (_, k) => k / fps!) : stored;
  const storedAt = (k: number) => (which ? which[k]! : k);
  return {
    name,
    width,
    height,
    times,
    fps: fps ?? rate.fps,
    stored: { frames: stored.length, ...rate },
    decoder,
    async *frames({ first = 0, last = times.length - 1, signal } = {}) {
      if (!Number.isInteger(first) || !Number.isInteger(last) || first < 0 || last < first || last >= times.length) {
        throw new RangeError(
          `Cannot read frames of video ${name} as they must be 0 <= first <= last <= ${times.length - 1}: current values are ${first} and ${last}`,
        );
      }
      signal?.throwIfAborted();
      let k = first;
      let at = storedAt(first);
      for await (const data of decoding.decode(at, signal)) {
        signal?.throwIfAborted();
        for (let twice = false; k <= last && storedAt(k) === at; k++, twice = true) {
          yield { index: k, time: times[k]!, width, height, channels: 3, data: twice ? data.slice() : data };
        }
        if (k > last) return;
        at++;
      }
      throw new Error(
        `Cannot read video ${name} as its ${stored.length} frames must be intact: the decoder ended after ${at}`,
      );
    },
    close: () => decoding.close(),
  };
}
