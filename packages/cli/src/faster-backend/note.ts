import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BackendName } from '@mer/backends';
import type { Speeds, SpeedsRequest } from './measure.js';

/** How much faster another backend must be to be named. */
const WORTHWHILE = 1.3;

/**
 * What to say where another backend trains faster; undefined where none does, or not by much. Several workers of the current backend share the folds; of
 * another one process is counted.
 */
export function fasterBackendText(
  speeds: Speeds,
  { current, workers, shape }: Pick<SpeedsRequest, 'current' | 'shape'> & { workers: number },
): string | undefined {
  const own = speeds[current];
  if (own === undefined) return undefined;
  const others = (Object.entries(speeds) as [BackendName, number][]).filter(([name]) => name !== current);
  const [name, seconds] = others.sort(([, a], [, b]) => a - b)[0] ?? [];
  if (name === undefined || seconds === undefined) return undefined;
  const ratio = own / workers / seconds;
  if (ratio < WORTHWHILE) return undefined;
  const milliseconds = (time: number) => `${(time * 1000).toPrecision(2)} ms`;
  return (
    `note: backend ${name} trains ${ratio.toFixed(1)} times as fast here as ${current}${workers > 1 ? ` with ${workers} workers` : ''} ` +
    `(a step of a small network on images of ${shape[0]} x ${shape[1]}: ${milliseconds(seconds)} and ${milliseconds(own)}); ` +
    `to use it: --backend ${name}, with another --out`
  );
}

/**
 * Measures in a process of its own, beside the work, and tells where another backend would train faster. The environment variable `MER_BACKEND_NOTE=0` keeps it
 * from measuring.
 *
 * @returns ends the measurement, finished or not
 */
export function watchForFasterBackend(
  request: SpeedsRequest & { workers: number },
  tell: (text: string) => void,
): () => void {
  if (process.env['MER_BACKEND_NOTE'] === '0') return () => {};
  const script = fileURLToPath(new URL('./measure.js', import.meta.url));
  // tfjs and graphics drivers print what nobody asked for
  const child = spawn(process.execPath, [script, JSON.stringify(request)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  // it is a note: where it cannot be measured there is nothing to say
  child.on('error', () => {});
  child.on('close', (status) => {
    const note = status === 0 ? fasterBackendText(JSON.parse(text), request) : undefined;
    if (note !== undefined) tell(note);
  });
  return () => {
    child.removeAllListeners('close');
    child.kill('SIGKILL');
  };
}
