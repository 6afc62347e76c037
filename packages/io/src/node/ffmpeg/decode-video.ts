import type { VideoIndex } from '../../video/video.js';
import { type FrameLines, readFrameLines } from './frame-lines.js';
import { pixelsTo, startFfmpeg, timesTo } from './run-ffmpeg.js';

/** Frames before the one that is sought from which on seeking is quicker than decoding what lies before. */
const NEAR = 32;

/** What one frame of a run is. */
export interface TimedPixels {
  /** Seconds from where the run began. */
  time: number;
  width: number;
  height: number;
  /** R, G, B. */
  data: Uint8Array;
}

/**
 * Pixels and times of the frames of a file, from one run of ffmpeg, as fast as they are taken: a full pipe makes it wait, and ending the loop ends it.
 */
export async function* runFrames(
  of: { file: string; name: string; seek?: number | undefined; signal?: AbortSignal | undefined },
  onHeader: (lines: FrameLines) => void = () => {},
): AsyncGenerator<TimedPixels, void, undefined> {
  const run = startFfmpeg(of, [...pixelsTo(1), ...timesTo(3)]);
  try {
    const lines = readFrameLines(run.side);
    const sideEnded = new Promise<void>((resolve) => run.side.once('close', resolve).once('end', resolve));
    // pixels may be there before ffmpeg has told of them
    let early: Buffer[] = [];
    let frame: Uint8Array | undefined;
    let filled = 0;
    const whole: Uint8Array[] = [];
    let given = 0;
    const take = (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; ) {
        frame ??= new Uint8Array(lines.width * lines.height * 3);
        const part = chunk.subarray(at, at + frame.length - filled);
        frame.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < frame.length) continue;
        whole.push(frame);
        frame = undefined;
        filled = 0;
      }
    };
    const ready = function* (): Generator<TimedPixels> {
      while (whole.length > 0 && given < lines.times.length) {
        if (given === 0) onHeader(lines);
        const { width, height } = lines;
        yield { time: lines.times[given++]!, width, height, data: whole.shift()! };
      }
    };
    const known = () => {
      if (lines.width === 0) return false;
      for (const chunk of early) take(chunk);
      early = [];
      return true;
    };
    try {
      for await (const chunk of run.out as AsyncIterable<Buffer>) {
        if (known()) take(chunk);
        else early.push(chunk);
        yield* ready();
      }
    } catch (error) {
      // an end by the signal is told by `ended`
      if (!of.signal?.aborted) throw error;
    }
    await run.ended;
    await sideEnded;
    known();
    yield* ready();
  } finally {
    await run.stop();
  }
}

/** The pixels of the stored frames from `first` on. */
export async function* decodeByFfmpeg(
  file: string,
  name: string,
  index: VideoIndex & { start: number },
  first: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { times, start, tick } = index;
  const seek = first > NEAR ? start + (times[first - 1]! + times[first]!) / 2 : undefined;
  if (seek !== undefined && seek > 0) {
    let found = false;
    try {
      for await (const { time, data } of runFrames({ file, name, seek, signal })) {
        // the file's index may have led to another frame: then what lies before is decoded
        if (!found && Math.abs(time + seek - start - times[first]!) > Math.max(1.5 * tick, 1e-5)) break;
        found = true;
        yield data;
      }
    } catch (error) {
      if (found || signal?.aborted) throw error;
    }
    if (found) return;
  }
  let at = 0;
  for await (const { data } of runFrames({ file, name, signal })) if (at++ >= first) yield data;
}
