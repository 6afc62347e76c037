import { type BackendName, backendTraits } from '@mer/backends';
import type { Experiment } from '../schema/experiment.js';

/** How a process came to end that was not told to. */
export interface Crash {
  /** What ended it: `ended by SIGKILL`, or what its backend threw. */
  reason: string;
  /** It ended itself as its backend's memory had failed: another process would fare no better. */
  outOfMemory: boolean;
  /** The most memory that it held, in bytes, where that is known. */
  memory: number | undefined;
}

/** What WebAssembly, its kernels and JavaScript say when there is no memory left, or when what they hold of it is spoilt. */
const sayings = [
  /^Aborted\(/,
  /Cannot allocate \d+ bytes/,
  /memory access out of bounds/,
  /outside the bounds of the buffer|offset is out of bounds/,
  /Cannot enlarge memory/,
  /allocation failed/,
  /out of memory/i,
];

/** Whether an error says that the backend's memory has failed: the process that threw it may not go on computing. */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'RuntimeError' || sayings.some((saying) => saying.test(error.message));
}

/** Why something cannot go on: `its process was ended by SIGKILL, most likely by the system as memory ran short: it had held 2134 MB`. */
export function crashText({ reason, outOfMemory, memory }: Crash, backend: BackendName | 'auto'): string {
  const held = memory === undefined ? '' : `: it had held ${(memory / 1e6).toFixed(0)} MB`;
  if (outOfMemory) {
    const said = reason.replace(/\. Build with .*$/s, '');
    const room =
      backend !== 'auto' && backendTraits(backend).inHeap
        ? '; WebAssembly has room for 4 GiB, whatever the machine has'
        : '';
    return `its process ended as the memory of the ${backend} backend failed (${said})${held}${room}`;
  }
  const cause = reason === 'ended by SIGKILL' ? ', most likely by the system as memory ran short' : '';
  return `its process was ${reason}${cause}${held}`;
}

/** What to do where training has crashed for memory, or is likely to have; `workers` are those of a run that has begun. */
export function crashCure(
  { outOfMemory, reason }: Crash,
  { training: { batchSize } }: Pick<Experiment, 'training'>,
  workers?: number,
): string {
  const own = workers === undefined ? '' : '; with another --out';
  const cures = [
    ...(outOfMemory || workers === undefined || workers === 1 ? [] : [`fewer --workers (now ${workers})`]),
    batchSize > 1 ? `a smaller training.batchSize (now ${batchSize}${own})` : 'smaller images',
    ...(reason === 'ended by SIGKILL' ? [] : ['another backend (mer backends)']),
  ];
  return `use ${cures.join(' or ')}`;
}
