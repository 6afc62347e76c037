import { useBackend } from '@mer/backends';
import { writeSyntheticDataset } from '@mer/datasets';
import { setValue } from '@mer/experiments';
import { UsageError } from '../errors.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, terminal } from '../output.js';
import { createCounter } from '../progress.js';

/** `mer synth <dir>` */
export async function synth(dir: string, { set, json }: { set: string[]; json?: boolean }): Promise<void> {
  const options = set.reduce<unknown>(setValue, {}) as object;
  const counter = createCounter(terminal, 'wrote', 'clips');
  try {
    await useBackend('cpu');
    const advice = `stopped: ${dir} is not whole; delete it and run the command again`;
    const written = await interruptible(advice, (signal) => {
      const onProgress = (done: number, total: number) => {
        signal.throwIfAborted();
        counter.show(done, total);
      };
      return writeSyntheticDataset(dir, options, { onProgress });
    });
    counter.end();
    const { root, workbook, clips, subjects, frames } = written;
    if (json) printJson(written);
    else {
      print(
        `${root}: ${clips} clips of ${subjects} subjects, ${frames} frames, ${workbook}\nread it with: mer datasets inspect casme2 ${root}\n`,
      );
    }
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof RangeError) throw new UsageError(cause.message, { cause });
    throw cause;
  } finally {
    counter.end();
  }
}
