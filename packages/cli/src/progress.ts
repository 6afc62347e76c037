import type { RunEvent } from '@mer/experiments';
import { visible } from '@mer/options';

/** Where progress goes: standard error, as a rule. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

/** Least time between two drawings of the same lines, in milliseconds: epochs come faster than anybody reads. */
const PAUSE = 100;

/** A fold that trains now. */
interface Training {
  label: string;
  epochs: number;
  /** Its first epoch here, which tells the pace, and its last. */
  first: EpochEvent;
  last: EpochEvent;
}

type EpochEvent = Extract<RunEvent, { type: 'epoch' | 'training' }>;

/**
 * Shows how a run goes: on a terminal one line that rewrites itself, and where several folds train at the same time one more for each; elsewhere one plain line for
 * each fold that is done, at most one in `every` seconds.
 */
export function createProgress(
  stream: ProgressStream,
  { every = 0 }: { every?: number } = {},
): { onEvent(event: RunEvent): void; note(text: string): void; end(): void } {
  let begun = performance.now();
  let folds = { done: 0, total: 0, ran: 0 };
  let workers = 1;
  let lastFold = 0;
  let memory = 0;
  const training = new Map<string, Training>();
  const lines = createLines(stream);
  const plain = (text: string) => {
    stream.write(`${lines.cleared()}${visible(text)}\n`);
  };
  /** The line of the whole, and those of the folds that train; as many as the terminal has room for. */
  const show = (now: boolean) => {
    if (!stream.isTTY) return;
    const { value: newest } = [...training.values()].reduce(
      (found, { last }) => (last.time >= found.time ? { time: last.time, value: last } : found),
      { time: Number.NEGATIVE_INFINITY, value: undefined as EpochEvent | undefined },
    );
    const head = `${bar(folds.done, folds.total)} ${folds.done}/${folds.total} folds${pace() ? `  ${pace()}` : ''}`;
    if (workers === 1) {
      lines.draw([`${head}${newest ? `  ${newest.fold} ${epochText(newest)}` : ''}`], now);
      return;
    }
    const room = Math.max(1, (stream.rows ?? 24) - 2);
    const shown = [...training.values()].slice(0, training.size > room ? room - 1 : room);
    const left = training.size - shown.length;
    lines.draw([head, ...shown.map(trainingText), ...(left > 0 ? [`  and ${left} more`] : [])], now);
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
          lines.draw(
            [`${bar(event.done, event.total)} preparing ${event.done}/${event.total} samples`],
            event.done === event.total,
          );
          break;
        case 'frozen':
          lines.draw(
            [
              `${bar(event.done, event.total)} frozen layers ${event.done}/${event.total} (fold ${event.fold}, seed ${event.seed})`,
            ],
            event.done === event.total,
          );
          break;
        case 'ready':
          ({ workers } = event);
          begun = performance.now();
          folds = { done: event.foldsDone, total: event.folds, ran: 0 };
          plain(
            `${event.samples} samples, ${event.subjects} subjects, ${event.classes.length} classes (${event.classes.join(', ')}), ` +
              `${event.folds} folds${event.foldsDone ? `, ${event.foldsDone} done before` : ''}, backend ${event.backend}` +
              `${event.workers > 1 ? `, ${event.workers} workers` : ''}`,
          );
          break;
        case 'training':
        case 'epoch': {
          const of = keyOf(event);
          const before = training.get(of);
          const goesOn =
            before && before.first.attempt === event.attempt && before.last.record.epoch < event.record.epoch;
          const label = event.seed === 0 ? event.fold : `${event.fold} (seed ${event.seed})`;
          training.set(of, { label, epochs: event.epochs, first: goesOn ? before.first : event, last: event });
          show(event.record.epoch === event.epochs);
          break;
        }
        case 'crash':
          training.delete(keyOf(event));
          plain(
            `the worker of fold ${event.fold} (seed ${event.seed}) was ${event.reason}` +
              `${event.memory === undefined ? '' : ` when it had held ${(event.memory / 1e6).toFixed(0)} MB`}: ` +
              `${event.again ? 'the fold is run once more' : 'given up, the other folds go on'}`,
          );
          break;
        case 'fold': {
          folds.done += 1;
          folds.ran += 1;
          training.delete(keyOf(event));
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
          else if (training.size > 0) show(true);
          break;
        }
      }
    },
    note: plain,
    end: () => {
      const text = lines.cleared();
      if (text !== '') stream.write(text);
    },
  };
}

const keyOf = ({ seed, fold }: { seed: number; fold: string }) => JSON.stringify([seed, fold]);

/** `12/100  loss 0.1234  accuracy 0.950` */
function epochText({ epochs, record: { epoch, loss, accuracy } }: EpochEvent): string {
  return `${epoch}/${epochs}  loss ${loss.toFixed(4)}  accuracy ${accuracy.toFixed(3)}`;
}

/** The same with who it is, in columns, and how long it will take. */
function trainingText({ label, first, last }: Training): string {
  const ran = last.record.epoch - first.record.epoch;
  const left = ran > 0 ? (((last.time - first.time) / ran) * (last.epochs - last.record.epoch)) / 1000 : undefined;
  return `  ${label.padEnd(10)} ${epochText(last)}${left === undefined ? '' : `  ${duration(left)} left`}`;
}

/** Lines at the end of a terminal that are written over, each cut to its width. */
function createLines(stream: ProgressStream): {
  draw(lines: readonly string[], now?: boolean): void;
  cleared(): string;
} {
  let drawn = 0;
  let last = 0;
  /** To the beginning of the first of them. */
  const back = () => (drawn > 1 ? `\r\u001b[${drawn - 1}A` : '\r');
  return {
    draw(lines, now = false) {
      if (!stream.isTTY || (!now && drawn > 0 && performance.now() - last < PAUSE)) return;
      last = performance.now();
      const width = (stream.columns ?? 80) - 1;
      const text = lines.map((line) => `\u001b[2K${visible(line).slice(0, width)}`).join('\n');
      // those that are no longer there
      const rest = drawn > lines.length ? '\u001b[0J' : '';
      stream.write(`${drawn > 0 ? back() : '\r'}${text}${rest}`);
      drawn = lines.length;
    },
    /** What removes them, to be written before anything else is. */
    cleared() {
      if (drawn === 0) return '';
      const text = `${back()}\u001b[2K${drawn > 1 ? '\u001b[0J' : ''}`;
      drawn = 0;
      return text;
    },
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
