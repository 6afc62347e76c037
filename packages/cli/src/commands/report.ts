import { join } from 'node:path';
import { buildReport, readRun, reportData, summaryText, writeReport } from '@mer/training';

interface Options {
  out?: string;
  json?: boolean;
}

/** `mer report <run>` */
export async function report(dir: string, { out = dir, json }: Options): Promise<void> {
  const run = await readRun(dir);
  const data = reportData(run);
  await writeReport(out, buildReport(run, { data }));
  process.stdout.write(json ? `${JSON.stringify(data.summary, null, 1)}\n` : `${summaryText(data.summary)}\n`);
  process.stderr.write(`report: ${join(out, 'report.html')}\n`);
}
