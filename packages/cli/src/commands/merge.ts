import { loadParts, mergeRuns, summaryText } from '@mer/experiments';

/** `mer merge <run>... -o <dir>` */
export async function merge(
  runs: string[],
  { out, use, json }: { out: string; use: string[]; json?: boolean },
): Promise<void> {
  const summary = await mergeRuns(runs, out, { own: await loadParts(use) });
  process.stdout.write(json ? `${JSON.stringify(summary, null, 1)}\n` : `${summaryText(summary)}\n`);
  process.stderr.write(`run: ${out}\n`);
}
