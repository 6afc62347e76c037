import { extname } from 'node:path';
import {
  loadParts,
  type ResultTable,
  readRuns,
  resultTable,
  resultTableCsv,
  resultTableHtml,
  resultTableLatex,
  resultTableMarkdown,
  resultTableText,
  type ScoreName,
} from '@mer/experiments';
import { writeFileAtomic } from '@mer/io';
import { suggestion } from '@mer/options';
import { UsageError } from '../errors.js';
import { print, printJson, say } from '../output.js';

type Format = 'text' | 'csv' | 'markdown' | 'latex' | 'json' | 'html';

interface Options {
  format?: Format;
  out?: string;
  against?: string;
  scores?: string[];
  sets?: boolean;
  use: string[];
}

const ENDINGS: Readonly<Record<string, Format>> = {
  '.txt': 'text',
  '.csv': 'csv',
  '.md': 'markdown',
  '.tex': 'latex',
  '.json': 'json',
  '.html': 'html',
};

/** `mer table <run or sweep>...` */
export async function table(
  dirs: readonly string[],
  { format, out, against, scores, sets, use }: Options,
): Promise<void> {
  const how = format ?? (out === undefined ? 'text' : formatOf(out));
  const runs = await readRuns(dirs, { own: await loadParts(use), onNote: (text) => say(`${text}\n`) });
  const made = resultTable(runs, { against });
  const shown = { scores: scores && scoresOf(made, scores), sets };
  if (out === undefined && how === 'json') return printJson(made);
  const text = {
    text: () => `${resultTableText(made, shown)}\n`,
    csv: () => resultTableCsv(made),
    markdown: () => resultTableMarkdown(made, shown),
    latex: () => resultTableLatex(made, shown),
    json: () => `${JSON.stringify(made, null, 1)}\n`,
    html: () => resultTableHtml(made, shown),
  }[how]();
  if (out === undefined) return print(text);
  await writeFileAtomic(out, new TextEncoder().encode(text));
  say(`table: ${out}\n`);
}

function formatOf(out: string): Format {
  const found = ENDINGS[extname(out).toLowerCase()];
  if (found) return found;
  throw new UsageError(
    `Cannot write ${out} as its ending must be one of ${Object.keys(ENDINGS).join(', ')}, or --format be given`,
  );
}

/** Names of scores as they stand in the table. */
function scoresOf({ rows }: ResultTable, names: readonly string[]): ScoreName[] {
  const there = [
    ...new Set(rows.flatMap(({ cells }) => Object.values(cells).flatMap(({ sets }) => Object.keys(sets[0]!.scores)))),
  ];
  const wrong = names.find((name) => !there.includes(name));
  if (wrong === undefined) return names as ScoreName[];
  throw new UsageError(
    `Cannot show a score as it must be one of ${there.join(', ')}: current value is '${wrong}'${suggestion(wrong, there)}`,
  );
}
