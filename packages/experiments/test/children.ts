import { execFileSync } from 'node:child_process';

/** Processes that this one has started. */
export function children(): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return parent === process.pid && line.includes('worker') ? [pid!] : [];
  });
}

/** Whether {@link children} works here. */
export const canListProcesses = (() => {
  try {
    execFileSync('ps', ['-eo', 'pid=']);
    return true;
  } catch {
    return false;
  }
})();
