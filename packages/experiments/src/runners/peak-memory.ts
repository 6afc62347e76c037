import { readFile } from 'node:fs/promises';

/** How often a process is looked at, in milliseconds. */
const PAUSE = 200;

/** The most memory that this process has held so far, in bytes. */
export function ownPeakMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** Follows the most memory that another process has held, for the time when it can no longer be asked; Linux tells while it works, other systems do not. */
export interface MemoryWatch {
  /** Begins to follow a process, which says itself what it has held before. */
  follow(pid: number, memory: number): void;
  /** The most it has held so far, in bytes; undefined where nobody knows. */
  peak(): number | undefined;
  /** Ends it. */
  stop(): void;
}

/** Makes a {@link MemoryWatch} that follows nothing yet. */
export function watchMemory(): MemoryWatch {
  let timer: NodeJS.Timeout | undefined;
  let peak: number | undefined;
  const stop = () => clearInterval(timer);
  return {
    follow(pid, memory) {
      stop();
      peak = memory;
      if (process.platform !== 'linux') return;
      const look = async () => {
        const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
        const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
        if (kilobytes !== undefined) peak = Math.max(peak ?? 0, Number(kilobytes) * 1024);
      };
      void look();
      timer = setInterval(look, PAUSE).unref();
    },
    peak: () => peak,
    stop,
  };
}
