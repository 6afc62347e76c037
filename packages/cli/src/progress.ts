import type { RunEvent } from '@mer/experiments';
import { visible } from '@mer/options';

/** Where progress goes: standard error, as a rule. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/**
 * Shows how a run goes: one line that rewrites itself on a terminal, one plain line for each fold elsewhere, at most one in `every` seconds.
 */
export function createProgress(
  stream: ProgressStream,
  { every = 0 }: { every?: number } = {},
): { onEvent(event: RunEvent): void; note(text: string): void; end(): void } {
  let begun = performance.now();
  let folds = { done: 0, total: 0, ran: 0 };
  let shown = false;
  let lastFold = 0;
  let memory = 0;
  const line = (text: string) => {
    if (!stream.isTTY) return;
    stream.write(`\r\u001b[2K${visible(text).slice(0, (stream.columns ?? 80) - 1)}`);
    shown = true;
  };
  const clear = () => {
    if (shown) stream.write('\r\u001b[2K');
    shown = false;
  };
  const plain = (text: string) => {
    clear();
    stream.write(`${visible(text)}\n`);
  };
  /** `12.3 folds/min  2 min 05 s left`, once a fold has been run. */
  const pace = () => {
    if (folds.ran === 0) return '';
    const seconds = (performance.now() - begun) / 1000;
    const left = ((folds.total - folds.done) * seconds) / folds.ran;
    return `${((folds.ran * 60) / seconds).toFixed(1)} folds/min  ${duration(left)} left`;
  };
  return {
    onEvent(event) {
      switch (event.type) {
        case 'note':
          plain(event.text);
          break;
        case 'prepare':
          line(`${bar(event.done, event.total)} preparing ${event.done}/${event.total} samples`);
          break;
        case 'ready':
          begun = performance.now();
          folds = { done: event.foldsDone, total: event.folds, ran: 0 };
          plain(
            `${event.samples} samples, ${event.subjects} subjects, ${event.classes.length} classes (${event.classes.join(', ')}), ` +
              `${event.folds} folds${event.foldsDone ? `, ${event.foldsDone} done before` : ''}, backend ${event.backend}` +
              `${event.workers > 1 ? `, ${event.workers} workers` : ''}`,
          );
          break;
        case 'epoch':
          if (stream.isTTY) {
            line(
              `${bar(folds.done, folds.total)} ${folds.done}/${folds.total} folds  ${pace() ? `${pace()}  ` : ''}` +
                `${event.fold} ${event.record.epoch}/${event.epochs}  ` +
                `loss ${event.record.loss.toFixed(4)}  accuracy ${event.record.accuracy.toFixed(3)}`,
            );
          }
          break;
        case 'crash':
          plain(
            `the worker of fold ${event.fold} (seed ${event.seed}) was ${event.reason}` +
              `${event.memory === undefined ? '' : ` when it had held ${(event.memory / 1e6).toFixed(0)} MB`}: ` +
              `${event.again ? 'the fold is run once more' : 'given up, the other folds go on'}`,
          );
          break;
        case 'fold': {
          folds.done += 1;
          folds.ran += 1;
          memory = Math.max(memory, event.memory);
          const seconds = performance.now() / 1000;
          const last = folds.done === folds.total;
          if (seconds - lastFold < every && !last) break;
          lastFold = seconds;
          const { correct, of, what } = event.decisions
            ? { ...event.decisions, what: 'labels right' }
            : { correct: event.correct, of: event.tested, what: 'right' };
          const right = event.tested > 0 ? `${correct}/${of} ${what}` : 'trained on all';
          const text = `fold ${folds.done}/${folds.total}  ${event.fold}  seed ${event.seed}  ${right}  ${event.seconds.toFixed(1)} s`;
          plain(last ? text : `${text}  ${pace()}`);
          if (last) plain(`most memory of a process: ${(memory / 1e6).toFixed(0)} MB`);
          break;
        }
      }
    },
    note: plain,
    end: clear,
  };
}

function bar(done: number, total: number): string {
  const width = 20;
  const full = total ? Math.round((done / total) * width) : 0;
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`;
}

/** Seconds as people say them: `42 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/** A count that rewrites itself on a terminal and says nothing elsewhere: `wrote 3/72 clips`. */
export function createCounter(
  stream: ProgressStream,
  verb: string,
  noun: string,
): { show(done: number, total: number): void; end(): void } {
  let shown = false;
  return {
    show(done, total) {
      if (!stream.isTTY) return;
      stream.write(`\r\u001b[2K${verb} ${done}/${total} ${noun}`);
      shown = true;
    },
    end() {
      if (shown) stream.write('\r\u001b[2K');
      shown = false;
    },
  };
}
