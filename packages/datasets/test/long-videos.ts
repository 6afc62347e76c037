import { encodeWorkbook, type WorkbookCell } from '../src/tables/write-workbook.js';
import { addFrames } from './releases.js';

type Files = Record<string, Uint8Array | string>;

/** Deals `n` things to places, one after the other: how many each place has. */
const deal = (n: number, places: number) =>
  Array.from({ length: places }, (_, i) => Math.floor(n / places) + (i < n % places ? 1 : 0));

/**
 * SAMM Long Videos with the counts of its release: 147 videos of 30 subjects, 159 micro-movements in 79 of them and 343 macro-movements in 130, each video has one;
 * ten macro-movements with onset 0 and two with 1, six apexes of -1, numbers written as decimals. Frames of every video.
 */
export function sammLongRelease(): Files {
  const videos = Array.from({ length: 30 }, (_, i) => String(6 + i).padStart(3, '0')).flatMap((subject, i) =>
    Array.from({ length: i < 27 ? 5 : 4 }, (_, n) => [subject, `${subject}_${1 + n}`] as const),
  );
  const micro = deal(159, 79);
  const macro = deal(343, 130);
  const rows: WorkbookCell[][] = [];
  const files: Files = {};
  for (const [i, [subject, video]] of videos.entries()) {
    const kinds = [...Array(micro[i] ?? 0).fill('Micro - 1/2'), ...Array(macro[i - 17] ?? 0).fill('Macro')];
    for (const [n, kind] of kinds.entries()) {
      const early = kind === 'Macro' && n === (micro[i] ?? 0) && i >= 20 && i < 32;
      const onset = early ? (i < 30 ? 0 : 1) : 3 + n * 6;
      const apex = i < 6 && n === 0 ? -1 : onset + 2;
      const name = `${video}_${1 + n}`;
      rows.push([
        subject,
        name,
        Number(video.slice(4)),
        `${onset}.0`,
        `${apex}.0`,
        `${onset + 5}.0`,
        6,
        kind,
        '4+7',
        null,
      ]);
    }
    addFrames(files, `SAMM_longvideos/${video}`, 1, 45, (n) => `${video}_${String(n).padStart(4, '0')}.jpg`);
  }
  const header = 'Subject,Filename,Inducement Code,Onset,Apex,Offset,Duration,Type,Action Units,Notes'.split(',');
  const prose = Array.from({ length: 9 }, (): WorkbookCell[] => ['SAMM Long Videos: movements']);
  files['SAMM_LongVideos_V2_Release.xlsx'] = encodeWorkbook([
    { name: 'FACS_Movement_Only', rows: [...prose, header, ...rows] },
  ]);
  return files;
}

const casMe2Subjects = [15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 40];
const casMe2Videos = ['disgust1', 'disgust2', 'anger1', 'anger2', 'happy1', 'happy2', 'happy3', 'happy4', 'happy5'];
const casMe2Codes = ['0101', '0102', '0401', '0402', '0502', '0503', '0505', '0507', '0508'];
const casMe2Names = ['disgustingteeth', 'maggots', 'chickenexplosion', 'bigboss', 'funnyfarting', '', '', '', ''];

/**
 * CAS(ME)^2 with the counts of its release: 98 videos of 22 subjects, 57 micro-expressions in 33 videos of 14 subjects and 300 macro-expressions, three videos
 * without any, 44 offsets of 0, one `happyiness`. No header; two sheets of naming rules. Frames of every video.
 */
export function casMe2LongRelease(): Files {
  const videos = casMe2Subjects.flatMap((subject, participant) =>
    // nine subjects show five videos, the others four or five, 98 in all
    Array.from(
      { length: participant < 10 ? 5 : 4 },
      (_, n) => [subject, participant + 1, (participant + n) % 9] as const,
    ),
  );
  // every other video of the first 14 participants: 33
  const spread = new Set(videos.filter(([, participant]) => participant <= 14).filter((_, i) => i % 2 === 0));
  const quiet = new Set(videos.slice(-3));
  const loud = videos.filter((one) => !quiet.has(one));
  const macro = deal(300, loud.length);
  const micro = deal(57, spread.size);
  const valence = [
    ...Array(21).fill('negative'),
    ...Array(19).fill('others'),
    ...Array(9).fill('surprise'),
    ...Array(8).fill('positive'),
  ];
  const rows: WorkbookCell[][] = [];
  const files: Files = {};
  let ends = 44;
  for (const video of videos) {
    const [subject, participant, which] = video;
    const counts = {
      micro: spread.has(video) ? micro[[...spread].indexOf(video)]! : 0,
      macro: macro[loud.indexOf(video)] ?? 0,
    };
    let n = 0;
    for (const kind of ['micro', 'macro'] as const) {
      for (let i = 0; i < counts[kind]; i++) {
        const onset = 2 + n * 12;
        n++;
        const open = kind === 'macro' && i === 0 && ends-- > 0;
        const coded = kind === 'micro' ? valence.shift() : 'positive';
        rows.push([
          ...[participant, `${casMe2Videos[which]}_${n}`, onset, onset + 4, open ? 0 : onset + 9, i % 2 ? '4+7' : 4],
          ...[coded, `${kind}-expression`, rows.length === 5 ? 'happyiness' : 'disgust'],
        ]);
      }
    }
    const folder = `rawpic/s${subject}/${subject}_${casMe2Codes[which]}${casMe2Names[which]}`;
    addFrames(files, folder, 1, 90, (at) => `img${String(at).padStart(3, '0')}.jpg`);
  }
  files['CAS(ME)^2code_final(Updated).xlsx'] = encodeWorkbook([
    { name: 'CASFEcode_final', rows },
    {
      name: 'naming rule1',
      rows: rows.map(([id]) => [casMe2Subjects[Number(id) - 1]!, `s${casMe2Subjects[Number(id) - 1]}`, id!]),
    },
    { name: 'naming rule2', rows: casMe2Videos.map((video, i) => [casMe2Codes[i]!, video]) },
  ]);
  return files;
}

/**
 * Part A of CAS(ME)^3 with the counts of `CAS(ME)3_part_A_v2.xls`: 3346 macro- and 860 micro-expressions of 98 and 94 subjects in 956 videos, numbers as text, and the
 * list of micro-expressions with their emotions. Frames of thirteen videos of 100 subjects; those of part B beside them.
 */
export function casMe3PartA(xls: (rows: WorkbookCell[][]) => Uint8Array): Files {
  const files: Files = {};
  const videos: [string, string][] = [];
  for (let n = 1; n <= 100; n++) {
    for (const letter of 'abcdefghijklm') {
      videos.push([`spNO.${n}`, letter]);
      addFrames(files, `part_A/spNO.${n}/${letter}/color`, 1, 13, (at) => `${at}.jpg`);
      if (n < 3) addFrames(files, `part_B/spNO.${n + 300}/${letter}/color`, 1, 3, (at) => `${at}.jpg`);
    }
  }
  // 98 subjects, nine or ten videos of each
  const used = deal(956, 98).flatMap((count, i) => videos.slice(i * 13, i * 13 + count));
  const firstOf94 = used.filter(([subject]) => Number(subject.slice(5)) <= 94);
  const rows: WorkbookCell[][] = [];
  const label: WorkbookCell[][] = [];
  const times = new Map<string, number>();
  const add = (subject: string, letter: string, kind: 'Macro' | 'Micro') => {
    const n = times.get(`${subject}/${letter}`) ?? 0;
    times.set(`${subject}/${letter}`, n + 1);
    const numbers = [1 + n, 2 + n, 4 + n].map(String);
    rows.push([subject, letter, ...numbers, '4+15+R10', `${kind}-expression`, 'VII']);
    if (kind === 'Micro') label.push([subject, letter, ...numbers, '4+15+R10', 'VII', 'disgust']);
  };
  for (let i = 0; i < 3346; i++) add(...used[i % used.length]!, 'Macro');
  for (let i = 0; i < 860; i++) add(...firstOf94[(i * 7) % firstOf94.length]!, 'Micro');
  const header = 'Subject,Filename,Onset,Apex,Offset,AU,Expression type,Objective class'.split(',');
  files['annotation/partA/CAS(ME)3_part_A_v2.xls'] = xls([header, ...rows]);
  const columns = 'Subject,Filename,Onset,Apex,Offset,AU,Objective class,emotion'.split(',');
  files['annotation/partA/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx'] = encodeWorkbook([
    { name: 'label', rows: [columns, ...label] },
  ]);
  return files;
}

/** Part C of CAS(ME)^3: 165 micro-expressions of 30 subjects with their emotions, 303 macro-expressions of 28; cells of units as they are written there. */
export function casMe3PartC(): Files {
  const files: Files = {};
  const emotions = [
    ...Array(99).fill('negative'),
    ...Array(30).fill('surprise'),
    ...Array(20).fill('others'),
    ...Array(16).fill('positive'),
  ];
  const units: WorkbookCell[] = ['R4,5', 1, '14,L24,', '4，11'];
  const subjects = Array.from({ length: 31 }, (_, i) => 1 + i).filter((n) => n !== 22);
  const micro = emotions.map((emotion, i): WorkbookCell[] => {
    const [subject, n] = [subjects[i % 30]!, Math.floor(i / 30)];
    return [subject, 1 + n, 10 + n * 10, 15 + n * 10, units[i % 4]!, emotion];
  });
  const all = Array.from({ length: 303 }, (_, i): WorkbookCell[] => {
    const [subject, n] = [4 + (i % 28), Math.floor(i / 28)];
    return [subject, 100 + n * 8, 107 + n * 8, 7, 0, i % 2];
  });
  const found = micro
    .filter(([subject]) => Number(subject) > 3)
    .map(([subject, , from, to]): WorkbookCell[] => [subject!, from!, to!, 5, 1, 1]);
  files['annotation/partC/CAS(ME)3_part_C_ME.xlsx'] = encodeWorkbook([
    { name: 'mockCrimeME', rows: [['sub', 'count', 'onset', 'offset', 'au', 'emotion'], ...micro] },
  ]);
  files['annotation/partC/CAS(ME)3_part_C.xlsx'] = encodeWorkbook([
    { name: 'organize', rows: [['Subject', 'Onset', 'Offset', 'diff', 'Exp_type', 'risk'], ...all, ...found] },
  ]);
  for (let n = 1; n <= 31; n++) addFrames(files, `part_C/${n}/color`, 1, 200, (at) => `${at}.jpg`);
  return files;
}
