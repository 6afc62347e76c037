import { join } from 'node:path';
import {
  buildReport,
  buildTrainedReport,
  type GalleryItem,
  loadParts,
  makeGallery,
  type OwnParts,
  type ReportData,
  type Run,
  readRun,
  readTrainedRun,
  reportData,
  summaryText,
  trainedReportData,
  trainedText,
  writeMlflow,
  writeReport,
  writeTensorboard,
} from '@mer/experiments';
import { visible } from '@mer/options';
import { Interrupted, UsageError } from '../errors.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createCounter } from '../progress.js';

interface Options {
  out?: string;
  data?: string;
  use: string[];
  pictures: boolean;
  tensorboard?: string;
  mlflow?: string;
  json?: boolean;
}

/** `mer report <run>` */
export async function report(dir: string, options: Options): Promise<void> {
  const { out = dir, data: root, use, pictures, tensorboard, mlflow, json } = options;
  const own = await loadParts(use);
  const trained = await readTrainedRun(dir, { own });
  if (trained) {
    const asked = tensorboard === undefined ? (mlflow === undefined ? undefined : '--mlflow') : '--tensorboard';
    if (asked) {
      throw new UsageError(
        `Cannot use ${asked} with ${dir} as its network was trained on everybody: there is no test to write curves and scores of`,
      );
    }
    const { summary } = trainedReportData(trained);
    await writeReport(out, await buildTrainedReport(trained));
    if (json) printJson(summary);
    else print(`${trainedText(summary)}\n`);
    say(`report: ${join(out, 'report.html')}\n`);
    return;
  }
  const run = await readRun(dir, { own });
  const data = reportData(run);
  const gallery = pictures ? await pictureSamples(run, data, { root, own }) : [];
  await writeReport(out, await buildReport(run, { data, gallery }));
  if (json) printJson(data.summary);
  else print(`${summaryText(data.summary)}\n`);
  say(`report: ${join(out, 'report.html')}\n`);
  if (tensorboard !== undefined) {
    await writeTensorboard(run, tensorboard);
    say(`curves: tensorboard --logdir ${visible(tensorboard)}\n`);
  }
  if (mlflow !== undefined) {
    await writeMlflow(run, mlflow);
    say(
      `MLflow: ${visible(mlflow)}, read with MLFLOW_ALLOW_FILE_STORE=true, or taken over by mlflow migrate-filestore\n`,
    );
  }
}

/** Pictures of the worst mistakes and of a right prediction of each class; without the data set the report goes without, and says so. */
async function pictureSamples(
  run: Run,
  { mistakes, surest }: ReportData,
  { root, own }: { root: string | undefined; own: OwnParts },
): Promise<GalleryItem[]> {
  const right = surest.filter(({ truth }, i) => surest.findIndex((other) => other.truth === truth) === i);
  const progress = createCounter(terminal, 'drawn', 'samples');
  try {
    return await interruptible('stopped', (signal) =>
      makeGallery(run, [...mistakes.slice(0, 8), ...right], { root, own, onProgress: progress.show, signal }),
    );
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    progress.end();
    say(
      `no pictures of samples: ${(error as Error).message} (--data names the folder of the data set, --no-pictures leaves them out)\n`,
    );
    return [];
  } finally {
    progress.end();
  }
}
