import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** That the program is not there: another decoder may be tried. */
export class NoFfmpegError extends Error {}

/** Containers that are read. A file of another kind, such as a playlist that names other files, is refused whatever its name. */
const FORMATS =
  'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,asf,flv,ogg,rawvideo,wrapped_avframe,framecrc,file';

/** The time base of frames is that of the file: of old and of new programs. */
let timeBase = '-1';

/** Options that make frames as they are stored, none added and none left out, with their times as text to a pipe. */
export const timesTo = (pipe: number): string[] => [
  ...['-map', '0:V:0', '-fps_mode', 'passthrough', '-c:v', 'wrapped_avframe', '-enc_time_base', timeBase],
  ...['-flush_packets', '1', '-f', 'framecrc', `pipe:${pipe}`],
];

/** Options that write the pixels of frames to a pipe, R, G, B, upright. */
export const pixelsTo = (pipe: number): string[] => [
  ...['-map', '0:V:0', '-fps_mode', 'passthrough', '-pix_fmt', 'rgb24', '-c:v', 'rawvideo', '-f', 'rawvideo'],
  `pipe:${pipe}`,
];

/** A run of ffmpeg. */
export interface FfmpegRun {
  /** Its pipe 1. */
  readonly out: Readable;
  /** Its pipe 3. */
  readonly side: Readable;
  /** Resolves when it has ended well; an error that says what was wrong with the file otherwise. */
  readonly ended: Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
}

/**
 * Starts ffmpeg on a file.
 *
 * @param file its absolute path
 * @param name what messages call it
 * @param outputs options behind the input
 * @param seek seconds from the begin of the file from which on frames are wanted
 */
export function startFfmpeg(
  {
    file,
    name,
    seek,
    signal,
  }: { file: string; name: string; seek?: number | undefined; signal?: AbortSignal | undefined },
  outputs: readonly string[],
): FfmpegRun {
  const program = process.env['FFMPEG_PATH'] || 'ffmpeg';
  const child: ChildProcess = spawn(
    program,
    [
      ...['-nostdin', '-v', 'error', '-xerror', '-protocol_whitelist', 'file,pipe', '-format_whitelist', FORMATS],
      ...(seek === undefined ? [] : ['-ss', seek.toFixed(6)]),
      // the protocol is named, so that no name of a file is taken for another one, or for an option
      ...['-i', `file:${file}`],
      ...outputs,
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], windowsHide: true },
  );
  let complaint = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-8192);
  });
  let stopped = false;
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (cause) => {
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      const message = `Cannot open video ${name} as the program ffmpeg must be installed: ${cause.message}`;
      reject(missing ? new NoFfmpegError(message, { cause }) : new Error(message, { cause }));
    });
    child.once('close', (code) => {
      if (signal?.aborted) reject(signal.reason);
      else if (stopped || code === 0) resolve();
      else reject(reasonOf(name, complaint));
    });
  });
  // whoever reads the pipes asks for it at their end; a run that is stopped is not asked
  ended.catch(() => {});
  const onAbort = () => void child.kill('SIGKILL');
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  return {
    out: child.stdout!,
    side: child.stdio[3] as Readable,
    ended,
    async stop() {
      stopped = true;
      signal?.removeEventListener('abort', onAbort);
      if (child.pid === undefined) return;
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      for (const pipe of [child.stdout!, child.stdio[3] as Readable]) pipe.destroy();
      await closed;
    },
  };
}

/** Whether a complaint is that the program wants the time base by another word; then it gets that from now on. */
export function usesNewWords(error: unknown): boolean {
  if (timeBase !== '-1' || !/enc_time_base/.test((error as Error).message ?? '')) return false;
  timeBase = 'demux';
  return true;
}

/** What ffmpeg complained about, in words for users. */
function reasonOf(name: string, complaint: string): Error {
  const lines = complaint
    .split('\n')
    .map((line) => line.replace(/^\[[^\]]*\] /, '').trim())
    .filter((line) => line !== '');
  const cannot = `Cannot open video ${name} as`;
  if (/fps_mode/.test(complaint)) return new Error(`${cannot} ffmpeg must be version 5.1 or newer`);
  if (/matches no streams|does not contain any stream/.test(complaint)) {
    return new Error(`${cannot} it must have a video stream: it has none`);
  }
  if (/not on whitelist/.test(complaint)) {
    return new Error(`${cannot} it must be a video (mp4, mov, webm, mkv, avi): it is another kind of file`);
  }
  if (/non.monoton/i.test(complaint)) {
    return new Error(
      `${cannot} each frame must be later than the one before: the times of this file go back. A copy with new times: ffmpeg -i <file> -vf setpts=N/30/TB <copy>.mp4`,
    );
  }
  const said = lines.find((line) => !/^Error (?:while|submitting)|^Conversion failed/.test(line)) ?? lines.at(-1);
  return new Error(
    `${cannot} it must be an intact video (mp4, mov, webm, mkv, avi): ffmpeg says "${said ?? 'nothing'}". What can be read of it: ffmpeg -i <file> -c:v ffv1 <copy>.mkv`,
  );
}
