import { loadParts, mergeRuns, summaryText, trainedText } from '@mer/experiments';
import { print, printJson, say } from '../output.js';

/** `mer merge <run>... -o <dir>` */
export async function merge(
  runs: string[],
  { out, use, json }: { out: string; use: string[]; json?: boolean },
): Promise<void> {
  const summary = await mergeRuns(runs, out, { own: await loadParts(use) });
  if (json) printJson(summary);
  else print(`${'tests' in summary ? trainedText(summary) : summaryText(summary)}\n`);
  say(`run: ${out}\n`);
}
