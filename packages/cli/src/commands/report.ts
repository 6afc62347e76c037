import { readRunSummary, summaryText } from '@mer/training';

/** `mer report <run>` */
export async function report(dir: string, { json }: { json?: boolean }): Promise<void> {
  const summary = await readRunSummary(dir);
  process.stdout.write(json ? `${JSON.stringify(summary, null, 1)}\n` : `${summaryText(summary)}\n`);
}
