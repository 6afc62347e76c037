import { readFileSync } from 'node:fs';

/**
 * When a process of this machine began, in a form that tells it from a later one of the same number; undefined where the system does not say (anywhere but
 * on Linux) or there is no such process.
 */
export function startOf(pid: number): string | undefined {
  return statOf(pid)?.start;
}

/** Whether a process of this machine is there; one that has ended and waits for its parent is not. */
export function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return !/[ZX]/.test(statOf(pid)?.state ?? '');
}

/** State and start of a process, from the fields 3 and 22 of `/proc/<pid>/stat`. */
function statOf(pid: number): { state: string; start: string } | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the name of the program, in brackets, may hold spaces and brackets
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0]!, start: fields[19]! };
  } catch {
    return undefined;
  }
}
