/** How frames follow each other in time. */
export interface FrameRate {
  /** Frames a second; the mean where they come at varying times, 0 for a single frame. */
  readonly fps: number;
  /** Whether every frame lies where this rate puts it, as nearly as the file can say. */
  readonly constant: boolean;
}

/**
 * The rate of frames, and whether it is constant.
 *
 * Whole rates (30) and those of television (30000 / 1001) are tried before the mean, as files round times.
 *
 * @param times of the frames, seconds from the first, ascending
 * @param tick to how many seconds the file rounds times
 */
export function frameRate(times: ArrayLike<number>, tick: number): FrameRate {
  const last = times.length - 1;
  const span = last > 0 ? times[last]! - times[0]! : 0;
  if (!(span > 0)) return { fps: 0, constant: true };
  const mean = last / span;
  const near = Math.max(1, Math.round(mean));
  const film = (Math.max(1, Math.round((mean * 1001) / 1000)) * 1000) / 1001;
  // both ends of a gap are rounded
  const fits = (fps: number) => {
    for (let i = 0; i <= last; i++) if (Math.abs(times[i]! - times[0]! - i / fps) > tick * 1.01 + 1e-9) return false;
    return true;
  };
  const fps = [near, film, mean].find(fits);
  return fps === undefined ? { fps: mean, constant: false } : { fps, constant: true };
}

/**
 * Which frames stand at times that are evenly spaced: for each time from the first frame to the last, the frame nearest to it (of two that are
 * equally near the earlier).
 *
 * @param times of the frames, seconds, ascending
 * @param fps of the times wanted
 */
export function nearestFrames(times: ArrayLike<number>, fps: number): Int32Array {
  const first = times[0]!;
  const count = resampledCount(times, fps);
  const frames = new Int32Array(count);
  let at = 0;
  for (let k = 0; k < count; k++) {
    const wanted = first + k / fps;
    while (at + 1 < times.length && Math.abs(times[at + 1]! - wanted) < Math.abs(times[at]! - wanted) - 1e-9) at++;
    frames[k] = at;
  }
  return frames;
}

/** How many evenly spaced times there are from the first frame to the last. */
export function resampledCount(times: ArrayLike<number>, fps: number): number {
  return Math.floor((times[times.length - 1]! - times[0]!) * fps + 1e-3) + 1;
}
