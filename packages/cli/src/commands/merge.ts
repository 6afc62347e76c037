import { mergeRuns, summaryText } from '@mer/experiments';

/** `mer merge <run>... -o <dir>` */
export async function merge(runs: string[], { out, json }: { out: string; json?: boolean }): Promise<void> {
  const summary = await mergeRuns(runs, out);
  process.stdout.write(json ? `${JSON.stringify(summary, null, 1)}\n` : `${summaryText(summary)}\n`);
  process.stderr.write(`run: ${out}\n`);
}
