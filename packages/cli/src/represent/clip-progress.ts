import { duration, type ProgressStream } from '../progress.js';

/** What is known after each clip. */
export interface ClipCount {
  done: number;
  total: number;
  /** Clips of which something was made, not taken from an earlier run. */
  worked: number;
}

/**
 * Shows how far the clips of a data set are: a bar that rewrites itself on a terminal; elsewhere a plain line at the end and
 * at most one in `every` seconds before.
 */
export function clipProgress(
  stream: ProgressStream,
  { every = 10, now = () => performance.now() / 1000 }: { every?: number; now?: () => number } = {},
): { show(count: ClipCount): void; end(): void } {
  const begun = now();
  let last = begun;
  let shown = false;
  return {
    show({ done, total, worked }) {
      const seconds = now() - begun;
      // clips of an earlier run pass in no time: what is left is judged by those that took work
      const left = done < total && worked > 0 ? `  ${duration(((total - done) * seconds) / worked)} left` : '';
      const text = `${done}/${total} clips${left}`;
      if (stream.isTTY) {
        const width = 30;
        const full = Math.round((done / Math.max(1, total)) * width);
        const line = `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${text}`;
        stream.write(`\r\u001b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
        shown = true;
      } else if (done === total || now() - last >= every) {
        last = now();
        stream.write(`${text}\n`);
      }
    },
    end() {
      if (shown) stream.write('\r\u001b[2K');
      shown = false;
    },
  };
}
