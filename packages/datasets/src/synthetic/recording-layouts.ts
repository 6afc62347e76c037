import { unitsCell } from '../tables/units-cell.js';
import { encodeWorkbook, type WorkbookCell } from '../tables/write-workbook.js';
import type { SyntheticEmotion } from './action-units.js';
import { films } from './plan-recordings.js';
import type { SyntheticExpression } from './recording.js';

/** A recording as it is laid down on disk. */
export interface LaidRecording {
  subject: string;
  video: string;
  /** How many recordings of the subject come before it. */
  index: number;
  intervals: readonly SyntheticExpression[];
}

/** How a release lays down its long videos. */
export interface RecordingLayout {
  /** Whose layout it is. */
  of: string;
  /** By which name the data set is read. */
  dataset: string;
  /** Frames per second of the release; any where it says so itself. */
  fps?: number;
  /** What its reader calls a recording, and whose it is. */
  called(recording: LaidRecording): { subject: string; recording: string };
  /** Folder of the frames of a recording, below the root. */
  folder(recording: LaidRecording): string;
  /** Name of a frame's file; `number` counts from 1. */
  frame(recording: LaidRecording, number: number): string;
  /** Name of the file with the annotations. */
  annotation: string;
  /** Its content. */
  annotate(recordings: readonly LaidRecording[], fps: number): Uint8Array | string;
}

const padded = (value: number | string, digits: number) => String(value).padStart(digits, '0');
const numberOf = (subject: string) => subject.replace(/\D/g, '');
const everyExpression = (recordings: readonly LaidRecording[]) =>
  recordings.flatMap((recording) =>
    recording.intervals.map((expression, i) => ({ recording, expression, number: i + 1 })),
  );

/** The four polarities of CAS(ME)^2. */
const valences: Readonly<Record<SyntheticEmotion, string>> = {
  happiness: 'positive',
  disgust: 'negative',
  repression: 'others',
  surprise: 'surprise',
  others: 'others',
};

const casMe2Layout: RecordingLayout = {
  of: 'CAS(ME)^2',
  dataset: 'cas-me2-recordings',
  fps: 30,
  called: ({ subject, video }) => ({
    subject,
    recording: `${numberOf(subject)}_${films[video as keyof typeof films]}`,
  }),
  folder: ({ subject, video }) =>
    `rawpic/${subject}/${numberOf(subject)}_${films[video as keyof typeof films]}generated`,
  frame: (_, number) => `img${padded(number, 3)}.jpg`,
  annotation: 'CAS(ME)^2code_final-synthetic.xlsx',
  annotate(recordings) {
    // participants are numbered from 1, folders are not: the second sheet says which is which, in a row for each expression
    const participants = [...new Set(recordings.map(({ subject }) => subject))];
    const participant = (subject: string) => participants.indexOf(subject) + 1;
    const expressions = everyExpression(recordings);
    return encodeWorkbook([
      {
        name: 'CASFEcode_final',
        rows: expressions.map(({ recording: { subject, video }, expression, number }): WorkbookCell[] => [
          participant(subject),
          `${video}_${number}`,
          expression.onset + 1,
          expression.apex + 1,
          expression.offset + 1,
          unitsCell(expression.actionUnits),
          valences[expression.emotion],
          `${expression.kind}-expression`,
          expression.emotion,
        ]),
      },
      {
        name: 'naming rule1',
        rows: expressions.map(({ recording: { subject } }): WorkbookCell[] => [
          Number(numberOf(subject)),
          subject,
          participant(subject),
        ]),
      },
      { name: 'naming rule2', rows: Object.entries(films).map(([video, code]): WorkbookCell[] => [code, video]) },
    ]);
  },
};

const sammName = ({ subject, index }: LaidRecording) => `${padded(numberOf(subject), 3)}_${index + 1}`;

const sammLongLayout: RecordingLayout = {
  of: 'SAMM Long Videos',
  dataset: 'samm-long-recordings',
  fps: 200,
  called: (recording) => ({ subject: padded(numberOf(recording.subject), 3), recording: sammName(recording) }),
  folder: (recording) => `SAMM_longvideos/${sammName(recording)}`,
  frame: (recording, number) => `${sammName(recording)}_${padded(number, 4)}.jpg`,
  annotation: 'SAMM_LongVideos-synthetic.xlsx',
  annotate(recordings) {
    const header = [
      ...['Subject', 'Filename', 'Inducement Code', 'Onset', 'Apex', 'Offset'],
      ...['Duration', 'Type', 'Action Units', 'Notes'],
    ];
    const rows = everyExpression(recordings).map(({ recording, expression, number }): WorkbookCell[] => [
      padded(numberOf(recording.subject), 3),
      `${sammName(recording)}_${number}`,
      recording.index + 1,
      expression.onset + 1,
      expression.apex + 1,
      expression.offset + 1,
      expression.offset - expression.onset + 1,
      expression.kind === 'micro' ? 'Micro - 1/2' : 'Macro',
      unitsCell(expression.actionUnits),
      null,
    ]);
    // the release has nine rows of remarks above
    const above: WorkbookCell[][] = [['SAMM Long Videos: generated faces, nobody is shown'], ...new Array(8).fill([])];
    return encodeWorkbook([{ name: 'FACS_Movement_Only', rows: [...above, header, ...rows] }]);
  },
};

/** Folders with a table, for any frame rate. */
const manifestLayout: RecordingLayout = {
  of: 'folders with a manifest',
  dataset: 'recording-folder',
  called: ({ subject, video }) => ({ subject, recording: video }),
  folder: ({ subject, video }) => `${subject}/${video}`,
  frame: (_, number) => `${padded(number, 5)}.jpg`,
  annotation: 'manifest.csv',
  annotate(recordings, fps) {
    const lines = recordings.flatMap(({ subject, video, intervals }) =>
      intervals.length === 0
        ? [`${subject},${video},,,,,,,${fps}`]
        : intervals.map(({ kind, onset, apex, offset, emotion, actionUnits }) =>
            [subject, video, kind, onset + 1, apex + 1, offset + 1, emotion, unitsCell(actionUnits), fps].join(','),
          ),
    );
    return `subject,recording,kind,onset,apex,offset,emotion,actionUnits,fps\n${lines.join('\n')}\n`;
  },
};

/** By the names that the option `layout` takes. */
export const recordingLayouts = {
  'cas-me2': casMe2Layout,
  'samm-long': sammLongLayout,
  manifest: manifestLayout,
} as const satisfies Readonly<Record<string, RecordingLayout>>;
