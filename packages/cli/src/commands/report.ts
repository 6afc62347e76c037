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
  writeReport,
} from '@mer/experiments';
import { Interrupted } from '../errors.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createCounter } from '../progress.js';

interface Options {
  out?: string;
  data?: string;
  use: string[];
  pictures: boolean;
  json?: boolean;
}

/** `mer report <run>` */
export async function report(dir: string, { out = dir, data: root, use, pictures, json }: Options): Promise<void> {
  const own = await loadParts(use);
  const trained = await readTrainedRun(dir, { own });
  if (trained) {
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
