import { basename, dirname, join } from 'node:path';
import {
  dryRunSweep,
  openTensorboard,
  readRuns,
  resultTable,
  resultTableText,
  runSweep,
  type Sweep,
  type SweepDryRun,
  type SweepEvent,
  sweepFailure,
  type TensorboardLog,
} from '@mer/experiments';
import { visible } from '@mer/options';
import type { RunOptions } from '../experiment-options.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createCounter, createProgress, duration } from '../progress.js';
import { withQueue } from '../queue-option.js';
import { table } from '../table.js';

/** `mer run` of an experiment with cells: a run for each, and the table of all. */
export async function runCells(sweep: Sweep, options: RunOptions): Promise<void> {
  const out = options.out ?? join('runs', sweep.name);
  const { workers, shard, cell: only, final = false, cache = join(dirname(out), '.cache'), json } = options;
  if (options.dryRun) return planCells(sweep, out, json);
  let progress = createProgress(terminal);
  const curves = new Map<string, TensorboardLog>();
  const log = (event: SweepEvent) => {
    if (options.tensorboard === undefined) return;
    const { cell } = event;
    const of = curves.get(cell) ?? openTensorboard(options.tensorboard, { name: `${sweep.name}/${cell}` });
    curves.set(cell, of);
    if (event.type !== 'cell') of.onEvent(event);
  };
  const tell = (event: SweepEvent | { type: 'sweep' }) => printJson(event, 0);
  const show = (event: SweepEvent) => {
    if (event.type !== 'cell') return progress.onEvent(event);
    if (event.state === 'begun') {
      progress.end();
      progress = createProgress(terminal);
      progress.note(`cell ${event.index}/${event.of}  ${event.cell}`);
    }
    if (event.state === 'failed') progress.note(`cell ${event.cell} failed, the others go on: ${event.error}`);
  };
  const onEvent = (event: SweepEvent) => {
    (json ? tell : show)(event);
    log(event);
  };
  try {
    const result = await withQueue(options, out, (runner) =>
      interruptible(`stopped; run the same command again to go on with ${out}`, (signal) =>
        runSweep(sweep, { out, only, workers, shard, final, cache, runner, signal, onEvent }),
      ),
    );
    progress.end();
    for (const [cell, { finish }] of curves) await finish(join(out, cell));
    if (json) printJson({ type: 'sweep', ...result }, 0);
    else if (result.cells.some(({ summary }) => summary)) {
      print(
        `${resultTableText(resultTable(await readRuns(only.length > 0 ? result.cells.map(({ dir }) => dir) : [out], { own: sweep.own })))}\n`,
      );
    }
    say(`sweep: ${out} (mer table ${visible(out)} writes the table in other formats)\n`);
    const failure = sweepFailure(result);
    if (failure) throw failure;
  } finally {
    progress.end();
  }
}

async function planCells(sweep: Sweep, out: string, json: boolean | undefined): Promise<void> {
  const counter = createCounter(terminal, 'planned', 'cells');
  let plan: SweepDryRun;
  try {
    plan = await interruptible('stopped', (signal) =>
      dryRunSweep(sweep, { onCell: (index, of) => counter.show(index - 1, of), signal }),
    );
  } finally {
    counter.end();
  }
  if (json) printJson(plan, 0);
  else print(`${planText(plan, out)}\n`);
  const wrong = plan.cells.flatMap(({ name, error }) => (error === undefined ? [] : `  ${name}: ${error}`));
  if (wrong.length > 0) {
    throw new Error(
      `Cannot run ${wrong.length} of the ${plan.cells.length} cells of ${sweep.name}:\n${wrong.join('\n')}`,
    );
  }
}

function planText({ name, cells, folds, seconds, memory }: SweepDryRun, out: string): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  return [
    `${name}: nothing has been run or written; ${cells.length} cells, ${folds} folds`,
    ...table([
      ['cell', 'model', 'parameters', 'folds', 'a fold', 'changes'],
      ...cells.map(({ name: cell, set, plan }) => [
        cell,
        plan?.model ?? 'cannot run',
        plan?.parameters.toLocaleString('en') ?? '',
        plan ? String(plan.folds * plan.seeds.length) : '',
        plan ? duration(plan.seconds.fold) : '',
        shortened(set.join(' ')),
      ]),
    ]).map((line) => `  ${line}`),
    `  time: about ${duration(seconds.prepare)} to prepare, ${duration(seconds.total)} in all with one worker; pictures that cells share are prepared once`,
    `  memory: ${megabytes(memory.worker)} a worker; about ${megabytes(memory.prepared)} of prepared images on disk`,
    `  sweep: ${out}, a run in ${basename(out)}/<cell> for each`,
  ].join('\n');
}

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text);
