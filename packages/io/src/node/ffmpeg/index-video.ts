import { finished } from 'node:stream/promises';
import type { FileLimits } from '../../file-limits.js';
import { checkVideoSize, type VideoIndex } from '../../video/video.js';
import { readFrameLines } from './frame-lines.js';
import { startFfmpeg, timesTo, usesNewWords } from './run-ffmpeg.js';

/**
 * Looks through a video once: how many frames a decoder makes of it, when each is shown, and their size. Packets are not counted instead, as
 * in an AVI file a packet may hold two frames or none.
 */
export async function indexByFfmpeg(
  file: string,
  name: string,
  { limits, signal }: { limits?: Partial<FileLimits> | undefined; signal?: AbortSignal | undefined },
): Promise<VideoIndex & { start: number }> {
  const run = startFfmpeg({ file, name, signal }, timesTo(1));
  try {
    let tooLarge: unknown;
    const lines = readFrameLines(run.out, ({ times, width, height }) => {
      try {
        checkVideoSize(name, { frames: times.length, width, height }, limits);
      } catch (error) {
        tooLarge = error;
        run.out.destroy();
      }
    });
    await finished(run.out, { error: false }).catch(() => {});
    if (tooLarge) throw tooLarge;
    await run.ended;
    const { width, height, tick } = lines;
    const [start] = lines.times;
    if (start === undefined) throw new Error(`Cannot open video ${name} as it must have frames: it has none`);
    if (lines.times.some(Number.isNaN)) {
      throw new Error(
        `Cannot open video ${name} as each frame must have a time: one has none. A copy with times: ffmpeg -i <file> <copy>.mp4`,
      );
    }
    return { width, height, tick, start, times: Float64Array.from(lines.times, (time) => time - start) };
  } catch (error) {
    if (usesNewWords(error)) return indexByFfmpeg(file, name, { limits, signal });
    throw error;
  } finally {
    await run.stop();
  }
}
