import { type BackendReport, listBackends, type SpeedReport, speedTest } from '@mer/backends';
import { type Environment, environment } from '../environment.js';
import { print, printJson } from '../output.js';
import { table } from '../table.js';

type Row = BackendReport & Partial<Omit<SpeedReport, 'backend'>> & { running?: SpeedReport['backend'] };

/** `mer backends` */
export async function backends({ json, speed }: { json?: boolean; speed: boolean }): Promise<void> {
  const rows: Row[] = [];
  for (const report of await listBackends()) {
    rows.push(speed && report.available ? await timed(report) : report);
  }
  const here = environment();
  if (json) printJson({ ...here, backends: rows });
  else print(`${describe(rows)}\n\n${placeText(here)}\n`);
}

async function timed(report: BackendReport): Promise<Row> {
  try {
    const { backend: running, ...times } = await speedTest(report.name);
    return { ...report, ...times, running };
  } catch (error) {
    return { ...report, available: false, reason: (error as Error).message };
  }
}

function describe(rows: readonly Row[]): string {
  const available = rows.filter(({ available }) => available);
  const lines = table([
    ['backend', 'device', 'SIMD', 'threads', 'training step', 'prediction'],
    ...available.map(({ name, device, running, trainingMs, inferenceMs }) => [
      name,
      running?.device ?? device ?? '',
      running ? (running.simd ? 'yes' : 'no') : '',
      running ? String(running.threads) : '',
      milliseconds(trainingMs),
      milliseconds(inferenceMs),
    ]),
  ]);
  if (available.some(({ trainingMs }) => trainingMs !== undefined)) {
    lines.push('times: median over a second of a small network on 8 images of 28 x 28 x 3');
  }
  if (available.some(({ running }) => /oneDNN up to AVX2/.test(running?.device ?? ''))) {
    lines.push(
      'oneDNN: with AVX-512 it corrupts memory in training; DNNL_MAX_CPU_ISA in the environment chooses otherwise',
    );
  }
  const missing = rows.filter((row) => !row.available);
  if (missing.length > 0) lines.push('');
  for (const { name, reason } of missing) lines.push(`${name}: ${reason}`);
  return lines.join('\n');
}

/** Versions and machine, in a few lines. */
function placeText({ versions, system: { platform, cpu, cores, memory }, copies = [] }: Environment): string {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  return [
    `mer ${versions['@mer/cli']}, tfjs ${versions['@tensorflow/tfjs-core']}, Node ${versions['node']}`,
    `${platform}, ${cores} x ${cpu}, ${gigabytes(memory.free)} of ${gigabytes(memory.limit ?? memory.total)} free`,
    ...(copies.length > 0 ? [`tfjs-core is installed more than once: ${copies.join(', ')}`] : []),
  ].join('\n');
}

function milliseconds(time: number | undefined): string {
  return time === undefined ? '' : `${time.toFixed(time < 10 ? 2 : 1)} ms`;
}
