import { utils, write } from '@e965/xlsx';
import { encodeWorkbook, type WorkbookCell } from '../src/tables/write-workbook.js';
import { addFrames } from './releases.js';

type Files = Record<string, Uint8Array | string>;

/** One annotated clip of a release. */
interface QuirkClip {
  subject: string;
  clip: string;
  emotion: string;
  onset: number;
}

/** A release that is small and in its real layout: what its workbook and its tree look like before anybody touches them. */
export interface PlainRelease {
  /** Name of the workbook without its ending. */
  book: string;
  header: readonly string[];
  /** Columns that the adapter knows by these names: column, header. */
  named: Readonly<Record<string, string>>;
  clips: readonly QuirkClip[];
  row(clip: QuirkClip): WorkbookCell[];
  folder(clip: QuirkClip): string;
  frame(clip: QuirkClip, number: number): string;
}

const LENGTH = 6;

const clips = (
  subjects: readonly string[],
  nameOf: (subject: string, n: number) => string,
  emotions: readonly string[],
) =>
  subjects.flatMap((subject, s) =>
    emotions.slice(0, 2 + (s % 2)).map((emotion, n): QuirkClip => {
      return { subject, clip: nameOf(subject, n), emotion, onset: 40 + 10 * n + s };
    }),
  );

/** The releases that are spoiled, by the name of their data set. */
export const plainReleases = {
  casme2: {
    book: 'CASME2-coding-20140508',
    header: [
      'Subject',
      'Filename',
      '',
      'OnsetFrame',
      'ApexFrame',
      'OffsetFrame',
      '',
      'Action Units',
      'Estimated Emotion',
    ],
    named: { subject: 'Subject', onset: 'OnsetFrame', emotion: 'Estimated Emotion' },
    clips: clips(['01', '02', '17'], (_, n) => ['EP02_01f', 'EP03_02', 'EP09f'][n]!, [
      'disgust',
      'happiness',
      'surprise',
    ]),
    row: ({ subject, clip, onset, emotion }) => [
      subject,
      clip,
      null,
      onset,
      onset + 3,
      onset + LENGTH - 1,
      null,
      '4+L10',
      emotion,
    ],
    folder: ({ subject, clip }) => `CASME2_RAW_selected/CASME2_RAW_selected/sub${subject}/${clip}`,
    frame: (_, number) => `img${number}.jpg`,
  },
  samm: {
    book: 'SAMM_Micro_FACS_Codes_v2',
    header: [
      'Subject',
      'Filename',
      'Inducement Code',
      'Onset Frame',
      'Apex Frame',
      'Offset Frame',
      'Duration',
      'Micro',
      'Action Units',
      'Estimated Emotion',
      'Objective Classes',
      'Notes',
    ],
    named: { subject: 'Subject', onset: 'Onset Frame', emotion: 'Estimated Emotion' },
    clips: clips(['006', '011', '036'], (subject, n) => `${subject}_${1 + n}_${2 + n}`, [
      'Anger',
      'Happiness',
      'Surprise',
    ]),
    row: ({ subject, clip, onset, emotion }) => [
      subject,
      clip,
      1,
      onset,
      onset + 3,
      onset + LENGTH - 1,
      LENGTH,
      'Micro - 1/2',
      'ref(7B)+43',
      emotion,
      'I',
      null,
    ],
    folder: ({ subject, clip }) => `SAMM/${subject}/${clip}`,
    frame: ({ subject }, number) => `${subject}_${String(number).padStart(5, '0')}.jpg`,
  },
  casme1: {
    book: 'CASME',
    header: ['Subject', 'Filename', '', 'OnsetF', 'ApexF1', 'ApexF2', 'OffsetF', '', 'AU', 'Emotion', 'Notes'],
    named: { subject: 'Subject', onset: 'OnsetF', emotion: 'Emotion' },
    clips: clips(['1', '2', '19'], (_, n) => ['EP01_12', 'EP02_03', 'EP07_1'][n]!, ['tense', 'disgust', 'repression']),
    row: ({ subject, clip, onset, emotion }) => [
      Number(subject),
      clip,
      null,
      onset,
      onset + 3,
      0,
      onset + LENGTH - 1,
      null,
      '4+7',
      emotion,
      null,
    ],
    folder: ({ subject, clip }) => `CASME_raw_selected/sub${subject.padStart(2, '0')}/${clip}`,
    frame: ({ clip }, number) => `${clip}-${String(number).padStart(3, '0')}.jpg`,
  },
} as const satisfies Readonly<Record<string, PlainRelease>>;

/** A release on its way to disk. */
interface Made {
  release: PlainRelease;
  rows: WorkbookCell[][];
  header: WorkbookCell[];
  above: WorkbookCell[][];
  /** Whether an empty row stands between any two. */
  blanks: boolean;
  formula: boolean;
  save(rows: WorkbookCell[][], formula: boolean): readonly [ending: string, bytes: Uint8Array | string];
  folder(clip: QuirkClip): string;
  /** Whether the clips are videos, not folders of frames. */
  videos: boolean;
  options: Record<string, unknown>;
}

/** What a quirk changes: two of one part cannot be combined. */
type Part = 'file' | 'place' | 'cells' | 'headers' | 'tree';

/** A quirk of files that go round. */
export interface Quirk {
  part: Part;
  spoil(made: Made): void;
  /** What the error says, where it cannot be read. */
  refused?: RegExp;
  /** What a note says. */
  says?: RegExp;
  /** Whether it is one of workbooks alone, not of text files. */
  workbooks?: true;
}

const number = (subject: string) => Number(subject);

const asText = (separator: string) => (rows: WorkbookCell[][]) => {
  const width = Math.max(...rows.map(({ length }) => length));
  const cell = (value: WorkbookCell | undefined) => {
    const text = value === null || value === undefined ? '' : String(value);
    return text.includes(separator) || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => Array.from({ length: width }, (_, i) => cell(row[i])).join(separator)).join('\r\n');
};

const bigEndian = (text: string) => {
  const bytes = Buffer.from(text, 'utf16le');
  return new Uint8Array(bytes.swap16());
};

const sheetOf = (rows: WorkbookCell[][], formula: boolean, bookType: 'xlsx' | 'biff8') => {
  const sheet = utils.aoa_to_sheet(rows);
  if (formula) {
    const last = utils.encode_cell({ r: rows.length - 1, c: 3 });
    sheet[last] = { t: 'n', f: 'A1+1' };
  }
  const book = utils.book_new();
  utils.book_append_sheet(book, sheet, 'Sheet1');
  return new Uint8Array(write(book, { type: 'array', bookType }));
};

const treeOf = (folder: (clip: QuirkClip) => string, more: Partial<Quirk> = {}): Quirk => ({
  part: 'tree',
  spoil: (made) => void (made.folder = folder),
  ...more,
});

const found = /clips are found by their names/;

/** Every quirk by name. */
export const quirks = {
  'a workbook as .xls': {
    part: 'file',
    spoil: (made) => void (made.save = (rows, formula) => ['.xls', sheetOf(rows, formula, 'biff8')]),
  },
  'a table with commas': { part: 'file', spoil: (made) => void (made.save = (rows) => ['.csv', asText(',')(rows)]) },
  'a table with semicolons': {
    part: 'file',
    spoil: (made) => void (made.save = (rows) => ['.csv', asText(';')(rows)]),
  },
  'a table with tabs': { part: 'file', spoil: (made) => void (made.save = (rows) => ['.tsv', asText('\t')(rows)]) },
  'a UTF-16 table with tabs, as spreadsheet programs save "Unicode text"': {
    part: 'file',
    spoil: (made) =>
      void (made.save = (rows) => ['.csv', new Uint8Array(Buffer.from(`\ufeff${asText('\t')(rows)}`, 'utf16le'))]),
  },
  'a UTF-16 table, the greater byte first, without a mark': {
    part: 'file',
    spoil: (made) => void (made.save = (rows) => ['.csv', bigEndian(asText(';')(rows))]),
  },
  'a UTF-8 table with a byte-order mark': {
    part: 'file',
    spoil: (made) => void (made.save = (rows) => ['.csv', `\ufeff${asText(',')(rows)}`]),
  },
  'a header below seventy rows of prose': {
    part: 'place',
    spoil: (made) =>
      void (made.above = Array.from({ length: 70 }, (_, i): WorkbookCell[] => [`Subject of line ${i}`, 'Filename'])),
  },
  'a header below blank rows': { part: 'place', spoil: (made) => void (made.above = [[], [null, null], []]) },
  'blank rows between the others': { part: 'place', spoil: (made) => void (made.blanks = true) },
  'merged cells of subjects': {
    part: 'cells',
    spoil(made) {
      made.rows = made.rows.map((row, i) => (i > 0 && row[0] === made.rows[i - 1]![0] ? row.with(0, null) : row));
    },
    says: /it has no subject of its own, and takes that of row \d+ \(merged cells\)/,
  },
  'formulas without values': {
    part: 'cells',
    spoil: (made) => void (made.formula = true),
    refused: /it has formulas whose values are not stored \(onset in row \d+\)/,
    workbooks: true,
  },
  'further columns': {
    part: 'cells',
    spoil(made) {
      made.header = ['No.', ...made.header, 'checked by', 'onset_path'];
      made.rows = made.rows.map((row, i) => [i + 1, ...row, 'A; B', `x/img${i}.jpg`]);
    },
  },
  'spaces around texts': {
    part: 'cells',
    spoil: (made) =>
      void (made.rows = made.rows.map((row) => row.map((cell) => (typeof cell === 'string' ? ` ${cell} ` : cell)))),
  },
  'numbers as text': {
    part: 'cells',
    spoil: (made) =>
      void (made.rows = made.rows.map((row) => row.map((cell) => (typeof cell === 'number' ? String(cell) : cell)))),
  },
  'headers in capitals, with underscores': {
    part: 'headers',
    spoil: (made) =>
      void (made.header = made.header.map((cell) =>
        typeof cell === 'string' ? cell.toUpperCase().replaceAll(' ', '_') : cell,
      )),
  },
  'headers of other words, with the option columns': {
    part: 'headers',
    spoil(made) {
      const words: Record<string, string> = { subject: 'Person', onset: 'Start', emotion: '情绪' };
      const { named } = made.release;
      for (const [column, word] of Object.entries(words)) {
        made.header = made.header.map((cell) => (cell === named[column] ? word : cell));
      }
      made.options['columns'] = words;
    },
  },
  'folders 01/EP02_01f': treeOf(({ subject, clip }) => `${subject.padStart(2, '0')}/${clip}`),
  'folders s1/EP02_01f': treeOf(({ subject, clip }) => `frames/s${number(subject)}/${clip}`),
  'folders Subject 1/EP02_01f': treeOf(({ subject, clip }) => `Subject ${number(subject)}/${clip}`),
  'flat folders sub01_EP02_01f': treeOf(({ subject, clip }) => `frames/sub${subject.padStart(2, '0')}_${clip}`, {
    says: found,
  }),
  'folders by emotion, flat': treeOf(
    ({ subject, clip, emotion }) => `${emotion}/sub${subject.padStart(2, '0')}_${clip}`,
    { says: found },
  ),
  'folders by emotion and subject': treeOf(({ subject, clip, emotion }) => `${emotion}/s${number(subject)}/${clip}`),
  'a tree of its own, with the option layout': {
    part: 'tree',
    spoil(made) {
      made.folder = ({ subject, clip, emotion }) => `take_${number(subject)}/x_${emotion}/${clip}_crop`;
      made.options['layout'] = 'take_{subject}/x_*/{clip}_crop';
    },
  },
  'a tree of video files': {
    part: 'tree',
    spoil: (made) => void (made.videos = true),
    refused: /videos are there \(.*\.(?:avi|mp4), …\): take the frames out of the videos first/,
  },
} as const satisfies Readonly<Record<string, Quirk>>;

/** The name of a quirk. */
export type QuirkName = keyof typeof quirks;

/** The files and options of a release with some quirks; their parts must differ. */
export function spoiled(
  release: PlainRelease,
  names: readonly QuirkName[],
): { files: Files; options: Record<string, unknown> } {
  const made: Made = {
    release,
    rows: release.clips.map((clip) => release.row(clip)),
    header: release.header.map((cell) => cell || null),
    above: [],
    blanks: false,
    formula: false,
    save: (rows, formula) => [
      '.xlsx',
      formula ? sheetOf(rows, true, 'xlsx') : encodeWorkbook([{ name: 'Sheet1', rows }]),
    ],
    folder: release.folder,
    videos: false,
    options: {},
  };
  for (const name of names) quirks[name].spoil(made);
  const table = [...made.above, made.header, ...made.rows].flatMap((row) => (made.blanks ? [row, []] : [row]));
  // the last row ends the table, for the formula in it
  if (made.blanks) table.pop();
  const [ending, bytes] = made.save(table, made.formula);
  const files: Files = { [`${release.book}${ending}`]: bytes };
  for (const [i, clip] of release.clips.entries()) {
    const folder = made.folder(clip);
    if (made.videos) files[`${folder}.${i % 2 ? 'avi' : 'mp4'}`] = 'x';
    else addFrames(files, folder, clip.onset, clip.onset + LENGTH - 1, (n) => release.frame(clip, n));
  }
  return { files, options: made.options };
}
