import { printedScores, type ScoreName } from '../summaries/score-names.js';
import type { ResultTable, TableCell, TableRow, TableScore } from './result-table.js';

/** What is shown of a table. */
export interface GridOptions {
  /** Scores, in their order; all by default. */
  scores?: readonly ScoreName[] | undefined;
  /** Also each data set within a composite set. */
  sets?: boolean | undefined;
}

/** A cell as every format draws it. */
export type GridCell =
  | { text: string }
  | { score: TableScore | undefined }
  | { number: number | undefined; digits?: number };

/** A column of the grid. */
export interface GridColumn {
  /** What stands over several columns; empty over those that describe the row. */
  group: string;
  title: string;
  /** Text is set to the left, everything else to the right. */
  type: 'text' | 'score' | 'number';
}

/** Rows that belong together. */
export interface GridSection {
  kind: 'measured' | 'guessing' | 'published' | 'oracle';
  /** What stands above them. */
  title?: string;
  rows: { cells: GridCell[] /** What to know of it. */; caveat?: string }[];
}

/** A table laid out: what text, Markdown, LaTeX and HTML draw, so that they cannot disagree. */
export interface Grid {
  columns: GridColumn[];
  sections: GridSection[];
}

/** Lays a table out: the name and what tells it apart, then for each data set its scores. */
export function tableGrid(table: ResultTable, { scores, sets = false }: GridOptions = {}): Grid {
  const { data, rows, settings, against } = table;
  const shown = shownScores(table, scores);
  const seeds = new Set(rows.flatMap(({ cells }) => Object.values(cells).map((cell) => cell.seeds.length)));
  const parts = data.flatMap(({ key, title }) => {
    const names = setsOf(rows, key, sets);
    return names.map((set) => ({ key, set, group: set === 'all' ? title : set }));
  });
  const compared = against === undefined ? [] : shown.slice(0, 1);
  const describing: GridColumn[] = [
    { group: '', title: 'run', type: 'text' },
    ...settings.map((path) => ({ group: '', title: shortPath(path, settings), type: 'text' as const })),
    ...(seeds.size > 1 ? [{ group: '', title: 'seeds', type: 'number' as const }] : []),
  ];
  const columns: GridColumn[] = [
    ...describing,
    ...parts.flatMap(({ group, set }) => [
      ...shown.map(({ title }) => ({ group, title, type: 'score' as const })),
      ...(set === 'all' ? compared : []).flatMap(({ title }) => [
        { group, title: `${title} less ${against}`, type: 'number' as const },
        { group, title: 'p (Holm)', type: 'number' as const },
      ]),
    ]),
  ];
  const blank = describing.slice(1).map((): GridCell => ({ text: '' }));
  const beside = (of: (key: string, set: string, name: ScoreName) => TableScore | undefined) =>
    parts.flatMap(({ key, set }): GridCell[] => [
      ...shown.map(({ name }) => ({ score: of(key, set, name) })),
      ...(set === 'all' ? compared : []).flatMap((): GridCell[] => [{ number: undefined }, { number: undefined }]),
    ]);
  const plain = (value: number | undefined) => (value === undefined ? undefined : { value });
  const measured = rows.map((row) => ({
    cells: [
      { text: row.name },
      ...settings.map((path): GridCell => ({ text: row.settings[path] ?? '' })),
      ...(seeds.size > 1 ? [{ number: seedsOf(row), digits: 0 }] : []),
      ...parts.flatMap(({ key, set }): GridCell[] => [
        ...shown.map(({ name }) => ({ score: scoreIn(row.cells[key], set, name) })),
        ...(set === 'all' ? compared : []).flatMap(({ name }): GridCell[] => {
          const { difference, pCorrected } = scoreIn(row.cells[key], set, name) ?? {};
          return [
            { number: difference, digits: 4 },
            { number: pCorrected, digits: 4 },
          ];
        }),
      ]),
    ],
  }));
  const guesses = [...new Set(data.map(({ guessing }) => guessing.what))];
  const guessing = {
    cells: [
      { text: guesses.length === 1 ? `guessing ${guesses[0]}` : 'guessing the most frequent class' },
      ...blank,
      ...beside((key, set, name) =>
        set === 'all' ? plain(data.find((one) => one.key === key)!.guessing.scores[name]) : undefined,
      ),
    ],
  };
  const published = data.flatMap((one) =>
    one.published.map(({ source, caveat, rows: of, ...values }) => ({
      cells: [
        { text: of.length < rows.length ? `${source} (beside ${of.join(', ')})` : source },
        ...blank,
        ...beside((key, set, name) => (key === one.key && set === 'all' ? plain(valueIn(values, name)) : undefined)),
      ],
      caveat: caveat ?? NO_CAVEAT,
    })),
  );
  const oracle = rows
    .filter(({ cells }) => Object.values(cells).some((cell) => cell.oracle))
    .map((row) => ({
      cells: [
        { text: row.name },
        ...blank,
        ...beside((key, set, name) => (set === 'all' ? plain(row.cells[key]?.oracle?.[name]) : undefined)),
      ],
    }));
  return {
    columns,
    sections: [
      { kind: 'measured', rows: measured },
      { kind: 'guessing', rows: [guessing] },
      ...(published.length > 0
        ? [{ kind: 'published' as const, title: 'Published, measured elsewhere', rows: published }]
        : []),
      ...(oracle.length > 0
        ? [
            {
              kind: 'oracle' as const,
              title: 'NOT COMPARABLE: epoch chosen on the test subject (oracle)',
              rows: oracle,
            },
          ]
        : []),
    ],
  };
}

const NO_CAVEAT = 'No caveat is given: protocol and epoch choice behind these numbers were not checked.';

const valueIn = (values: object, name: ScoreName): number | undefined =>
  (values as { [score in ScoreName]?: number })[name];

function shownScores({ labelKind }: ResultTable, scores: readonly ScoreName[] | undefined) {
  const all = printedScores(labelKind);
  return scores === undefined ? all : scores.flatMap((name) => all.find((each) => each.name === name) ?? []);
}

/** All samples, and where asked for the data sets within. */
function setsOf(rows: readonly TableRow[], key: string, sets: boolean): string[] {
  const names = [...new Set(rows.flatMap((row) => row.cells[key]?.sets.map(({ name }) => name) ?? []))];
  return sets ? names : names.slice(0, 1);
}

const scoreIn = (cell: TableCell | undefined, set: string, name: ScoreName): TableScore | undefined =>
  cell?.sets.find((each) => each.name === set)?.scores[name];

function seedsOf({ cells }: TableRow): number {
  return Math.min(...Object.values(cells).map((cell) => cell.seeds.length));
}

/** The last words of a path that no other path ends in. */
function shortPath(path: string, all: readonly string[]): string {
  const words = path.split('.');
  for (
    let count = words.length === 1 ? 1 : /^(?:name|step|\d+)$/.test(words.at(-1)!) ? 2 : 1;
    count < words.length;
    count++
  ) {
    const short = words.slice(-count).join('.');
    if (all.filter((other) => other === short || other.endsWith(`.${short}`)).length === 1) return short;
  }
  return path;
}
