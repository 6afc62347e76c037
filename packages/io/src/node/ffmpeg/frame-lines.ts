import type { Readable } from 'node:stream';

/** What ffmpeg says of frames, line by line (its framecrc format). */
export interface FrameLines {
  /** Known before the first frame. */
  width: number;
  height: number;
  /** Seconds of one unit of time. */
  tick: number;
  /** Time of each frame in seconds; NaN where the file says none. */
  times: number[];
}

/** Reads the lines as they come; `onFrame` is told of each frame. */
export function readFrameLines(stream: Readable, onFrame: (lines: FrameLines) => void = () => {}): FrameLines {
  const lines: FrameLines = { width: 0, height: 0, tick: 0, times: [] };
  let rest = '';
  stream.setEncoding('latin1');
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop()!;
    for (const line of parts) {
      if (!line.startsWith('#')) {
        const pts = line.split(',')[2]?.trim() ?? '';
        lines.times.push(/^-?\d+$/.test(pts) ? Number(pts) * lines.tick : Number.NaN);
        onFrame(lines);
        continue;
      }
      const [, key, one, another] = /^#(tb|dimensions) 0: (\d+)[/x](\d+)/.exec(line) ?? [];
      if (key === 'tb') lines.tick = Number(one) / Number(another);
      if (key === 'dimensions') [lines.width, lines.height] = [Number(one), Number(another)];
    }
  });
  return lines;
}
