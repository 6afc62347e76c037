import { useBackend } from '@mer/backends';
import {
  writeRecordingsOptions,
  writeSyntheticDataset,
  writeSyntheticOptions,
  writeSyntheticRecordings,
} from '@mer/datasets';
import { setValue } from '@mer/experiments';
import { describeOptions } from '@mer/options';
import { UsageError } from '../errors.js';
import { interruptible } from '../interrupt.js';
import { optionsTable } from '../options-table.js';
import { print, printJson, terminal } from '../output.js';
import { createCounter } from '../progress.js';

/** Options of {@link synth}. */
interface SynthOptions {
  set: string[];
  /** Whole recordings, to spot expressions in. */
  long?: boolean;
  json?: boolean;
}

/** `mer synth [dir]` */
export async function synth(dir: string | undefined, { set, long, json }: SynthOptions): Promise<void> {
  if (dir === undefined) {
    if (set.length > 0) {
      throw new UsageError('Cannot write synthetic data as it needs a folder: name one behind synth, new or empty');
    }
    const entries = long ? writeRecordingsOptions : writeSyntheticOptions;
    if (json) printJson({ options: describeOptions(entries) });
    else print(`${optionsTable(entries).join('\n')}\n`);
    return;
  }
  const options = set.reduce<unknown>(setValue, {}) as object;
  const counter = createCounter(terminal, 'wrote', long ? 'frames' : 'clips');
  try {
    await useBackend('cpu');
    const advice = `stopped: ${dir} is not whole; delete it and run the command again`;
    const write = long ? writeRecordings : writeClips;
    const [written, text] = await interruptible(advice, (signal) =>
      write(dir, options, {
        onProgress(done, total) {
          signal.throwIfAborted();
          counter.show(done, total);
        },
      }),
    );
    counter.end();
    if (json) printJson(written);
    else print(text);
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof RangeError) throw new UsageError(cause.message, { cause });
    throw cause;
  } finally {
    counter.end();
  }
}

type Hooks = Parameters<typeof writeSyntheticDataset>[2];

/** What was written, as data and in words. */
type Written = readonly [written: object, text: string];

async function writeClips(dir: string, options: object, hooks: Hooks): Promise<Written> {
  const written = await writeSyntheticDataset(dir, options, hooks);
  const { root, workbook, clips, subjects, frames } = written;
  const text = `${root}: ${clips} clips of ${subjects} subjects, ${frames} frames, ${workbook}\nread it with: mer datasets inspect casme2 ${root}\n`;
  return [written, text];
}

async function writeRecordings(dir: string, options: object, hooks: Hooks): Promise<Written> {
  const written = await writeSyntheticRecordings(dir, options, hooks);
  const { root, annotation, dataset, recordings, subjects, frames, fps, micros, macros, quiet } = written;
  const text =
    `${root}: ${recordings} recordings of ${subjects} subjects, ${frames} frames, ${fps} per second, ${annotation}\n` +
    `${micros} micro- and ${macros} macro-expressions; recordings without any: ${quiet}\n` +
    `read it with: mer datasets inspect ${dataset} ${root}\n`;
  return [written, text];
}
