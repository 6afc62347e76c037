import { encodeWorkbook, type WorkbookCell } from '../src/tables/write-workbook.js';

/** A gray BMP of `width` x `height` pixels, small enough to stand for every frame of a fixture. */
export function bmp(width = 4, height = 3, level = 100): Uint8Array {
  const line = Math.ceil((width * 3) / 4) * 4;
  const bytes = new Uint8Array(54 + line * height).fill(level, 54);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  return bytes;
}

const frame = bmp();

/** Adds frames `first..last` of a clip; `name` makes a file name of a number. */
export function addFrames(
  files: Record<string, Uint8Array | string>,
  folder: string,
  first: number,
  last: number,
  name: (number: number) => string,
): void {
  for (let number = first; number <= last; number++) files[`${folder}/${name(number)}`] = frame;
}

/** Spreads values over `n` places: each as often as counted, in an order that is always the same. */
function spread<T extends string>(counts: Readonly<Record<T, number>>): T[] {
  const left = new Map(Object.entries(counts) as [T, number][]);
  const out: T[] = [];
  const total = [...left.values()].reduce((sum, n) => sum + n, 0);
  const step = [...left].map(([value, n]) => ({ value, n, owed: 0 }));
  for (let i = 0; i < total; i++) {
    for (const one of step) one.owed += one.n / total;
    const most = step.reduce((a, b) =>
      (b.owed > a.owed && left.get(b.value)! > 0) || left.get(a.value) === 0 ? b : a,
    );
    most.owed -= 1;
    left.set(most.value, left.get(most.value)! - 1);
    out.push(most.value);
  }
  return out;
}

export interface MadeClip {
  subject: string;
  clip: string;
  emotion: string;
  onset: number;
  apex: number | string;
  offset: number;
  units: WorkbookCell;
}

const casme2Counts = [9, 13, 7, 5, 19, 5, 9, 3, 14, 14, 10, 12, 8, 4, 3, 4, 36, 3, 16, 11, 2, 2, 12, 10, 7, 17];
const casme2Named: Record<string, string[]> = {
  '03': ['EP01_2', 'EP08_1'],
  '04': ['EP12_01f'],
  '05': ['EP09_05f', 'EP16_04f', 'EP12_03f'],
  '07': ['EP06_02_01', 'EP06_02_02'],
  '09': ['EP09f'],
  '12': ['EP09_06'],
  '16': ['EP01_08'],
  '20': ['EP16_01'],
  '24': ['EP07_01', 'EP07_04f', 'EP10_03'],
  '25': ['EP18_04f'],
};

/** The 255 clips of CASME II with the counts of the 2014 release and its named quirks. */
export function casme2Clips(release: '2014' | '2019' = '2014'): MadeClip[] {
  // Fixed by name: two disgust, three sadness. Subjects 10 and 18 (17 clips) show others alone.
  const rest = spread({
    others: 99 - 17,
    disgust: 61,
    happiness: 32,
    repression: 27,
    surprise: 25,
    sadness: 4,
    fear: 2,
  });
  const units: WorkbookCell[] = [4, '4+L10', 'R2+15', 12, '?', '14'];
  const clips: MadeClip[] = [];
  for (const [i, count] of casme2Counts.entries()) {
    const subject = String(i + 1).padStart(2, '0');
    for (let c = 0; c < count; c++) {
      const clip =
        casme2Named[subject]?.[c] ?? `EP${String(2 + (c % 18)).padStart(2, '0')}_${50 + c}${c % 3 ? '' : 'f'}`;
      const [onset, length] = [46 + (c % 7) * 10, 24 + ((i * 7 + c * 5) % 10)];
      const made: MadeClip = {
        subject,
        clip,
        emotion: '',
        onset,
        apex: onset + 10,
        offset: onset + length - 1,
        units: units[(i + c) % units.length]!,
      };
      const key = `${subject}/${clip}`;
      if (key === '04/EP12_01f') Object.assign(made, { onset: 261, apex: '/', offset: 321, emotion: 'disgust' });
      else if (key === '05/EP09_05f') Object.assign(made, { onset: 69, apex: 69, offset: 123, emotion: 'disgust' });
      else if (['24/EP07_01', '24/EP07_04f', '24/EP10_03'].includes(key)) {
        made.emotion = release === '2014' ? 'sadness' : 'surprise';
      } else made.emotion = subject === '10' || subject === '18' ? 'others' : rest.shift()!;
      if (['05/EP16_04f', '12/EP09_06', '20/EP16_01', '25/EP18_04f'].includes(key)) made.apex = made.offset;
      clips.push(made);
    }
  }
  return clips;
}

/** The coding workbook of CASME II: 2014 with its blank columns C and G, or 2019 with objective classes, or an edited copy. */
export function casme2Workbook(clips: readonly MadeClip[], release: '2014' | '2019' | 'edited' = '2014'): Uint8Array {
  const objective = spread({ I: 30, II: 18, III: 93, IV: 15, V: 18, VI: 2, VII: 79 });
  const rows = clips.map(({ subject, clip, onset, apex, offset, units, emotion }, i): WorkbookCell[] => {
    if (release === 'edited') return [subject, clip, onset, apex, offset, units, emotion];
    const row: WorkbookCell[] = [subject, clip, null, onset, apex, offset, null, units, emotion];
    return release === '2019' ? [...row, objective[i % objective.length]!] : row;
  });
  const frames = ['OnsetFrame', 'ApexFrame', 'OffsetFrame'];
  const header =
    release === 'edited'
      ? ['Subject', 'Filename', ...frames, 'Action Units', 'Estimated Emotion']
      : ['Subject', 'Filename', null, ...frames, null, 'Action Units', 'Estimated Emotion'];
  if (release === '2019') header.push('Objective Classes');
  return encodeWorkbook([
    { name: 'Sheet1', rows: [header, ...rows] },
    { name: 'Sheet2', rows: [] },
    { name: 'Sheet3', rows: [] },
  ]);
}

/** `CASME2-ObjectiveClasses.xlsx`. */
export function casme2ObjectiveWorkbook(clips: readonly MadeClip[]): Uint8Array {
  const classes = spread({ I: 25, II: 15, III: 99, IV: 26, V: 20, VI: 1, VII: 69 });
  const rows = clips.map(({ subject, clip }, i) => [subject, clip, classes[i]!]);
  return encodeWorkbook([{ name: 'Sheet1', rows: [['Subject', 'Filename', 'Objective Class'], ...rows] }]);
}

const sammCounts: Record<string, number> = {
  '006': 11,
  '007': 10,
  '009': 4,
  '010': 4,
  '011': 20,
  '012': 3,
  '013': 6,
  '014': 11,
  '015': 3,
  '016': 5,
  '017': 6,
  '018': 4,
  '019': 3,
  '020': 9,
  '021': 2,
  '022': 5,
  '023': 1,
  '024': 1,
  '025': 4,
  '026': 13,
  '028': 3,
  '030': 3,
  '031': 1,
  '032': 6,
  '033': 5,
  '034': 3,
  '035': 9,
  '036': 1,
  '037': 3,
};

export interface MadeSammClip extends MadeClip {
  objective: string;
}

/** The 159 clips of SAMM with the counts and named errors of the released workbook. */
export function sammClips(): MadeSammClip[] {
  // Subject 025 shows Other alone (it drops out of MEGC2019).
  const rest = spread({
    Anger: 57,
    Happiness: 26,
    Other: 22,
    Surprise: 15,
    Contempt: 12,
    Disgust: 9,
    Fear: 8,
    Sadness: 6,
  });
  const objective = spread({ I: 24, II: 13, III: 20, IV: 8, V: 3, VI: 7, VII: 84 });
  const units = ['(R6 or R12)+R15', 'ref(7B)+43', 'L12 + 61', '10A/B', 'A/L12', 'A9E+ref(10)', 'B18+25', '12+15 ', 4];
  const clips: MadeSammClip[] = [];
  for (const [subject, count] of Object.entries(sammCounts)) {
    for (let c = 0; c < count; c++) {
      const i = clips.length;
      const onset = 200 + c * 130;
      const made = {
        subject,
        clip: `${subject}_${1 + Math.floor(c / 3)}_${1 + (c % 3)}`,
        emotion: subject === '025' ? 'Other' : rest.shift()!,
        onset,
        apex: onset + 12,
        offset: onset + 29 + (i % 5),
        units: units[i % units.length]!,
        objective: objective[i]!,
      };
      if (subject === '028' && c === 0) Object.assign(made, { clip: '028_4_1', onset: 1100, apex: 1143, offset: 1134 });
      if (subject === '032' && c === 0) Object.assign(made, { clip: '032_3_1', onset: 4896, apex: 1930, offset: 4955 });
      if (subject === '032' && c === 1) Object.assign(made, { clip: '032_3_2', onset: 5126, apex: 5127, offset: 5180 });
      clips.push(made);
    }
  }
  return clips;
}

/** SAMM's workbook: 13 rows of prose, the header in row 14; or an edited copy with the header in row 1. */
export function sammWorkbook(clips: readonly MadeSammClip[], edited = false): Uint8Array {
  const header = [
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
  ];
  const rows = clips.map(({ subject, clip, onset, apex, offset, units, emotion, objective }): WorkbookCell[] => [
    subject,
    clip,
    Number(clip.split('_')[1]),
    onset,
    apex,
    offset,
    offset - onset + 1,
    'Micro - 1/2',
    units,
    emotion,
    objective,
    null,
  ]);
  const prose: WorkbookCell[][] = [
    ['SAMM Dataset - Master FACS Codes'],
    [],
    ['L', 'Left'],
    ['R', 'Right'],
    ['A', 'Asymmetrical'],
  ];
  while (prose.length < 13) prose.push([`Subject of line ${prose.length}`, 'Filename']);
  return encodeWorkbook([{ name: 'MICRO_ONLY', rows: edited ? [header, ...rows] : [...prose, header, ...rows] }]);
}

const smicSubjects = [1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13, 14, 15, 18, 19, 20];

export interface MadeSmicClip {
  subject: number;
  clip: string;
  emotion: 'negative' | 'positive' | 'surprise';
  onset: number;
  offset: number;
}

/** The 164 clips of SMIC-HS (70, 51, 43), with the names of the known quirks among them. */
export function smicClips(): MadeSmicClip[] {
  const named = [
    's1_ne_02',
    's1_ne_03',
    's2_sur_05',
    's18_sur_03',
    's3_ne_03',
    's3_ne_20',
    's4_ne_05',
    's4_ne_06',
    's9_sur_02',
    's20_ne_06',
    's20_ne_09',
    's20_sur_02',
    's18_ne_01',
    's3_po_08',
    's3_sur_01',
    's3_sur_05',
    's3_ne_16',
  ];
  const kinds = { ne: 'negative', po: 'positive', sur: 'surprise' } as const;
  const left = { ne: 70, po: 51, sur: 43 };
  const names = new Set(named);
  for (const name of named) left[name.split('_')[1] as keyof typeof left]--;
  for (const kind of ['ne', 'po', 'sur'] as const) {
    for (let n = 0; left[kind] > 0; n++) {
      const name = `s${smicSubjects[n % 16]}_${kind}_${String(30 + Math.floor(n / 16)).padStart(2, '0')}`;
      if (!names.has(name)) {
        names.add(name);
        left[kind]--;
      }
    }
  }
  return [...names].map((clip, i) => {
    const [subject, kind] = clip.slice(1).split('_') as [string, keyof typeof kinds];
    const onset = 562100 + i * 100;
    return { subject: Number(subject), clip, emotion: kinds[kind], onset, offset: onset + 10 + (i % 5) };
  });
}

/** `SMIC-HS-E_annotation.xlsx` with sheets HS and VIS: the quirks of the released one, and text at its end. */
export function smicWorkbook(clips: readonly MadeSmicClip[]): Uint8Array {
  const header = [
    'Subject',
    'Filename',
    null,
    'OnsetF',
    'OffsetF',
    'Onset2F',
    'Offset2F',
    null,
    'FirstF',
    'LastF',
    'TotalMF1',
    'TotalMF2',
    'TotalVL',
    'Emotion',
  ];
  const second = ['s20_ne_06', 's20_ne_09', 's20_sur_02', 's18_ne_01', 's18_sur_03'];
  const row = ({ subject, clip, emotion, onset, offset }: MadeSmicClip): WorkbookCell[] => [
    subject,
    clip,
    null,
    onset,
    offset,
    ...(second.includes(clip) ? [offset + 5, offset + 9] : [null, null]),
    null,
    clip === 's3_ne_20' ? 'MISSING <-426679' : clip === 's1_ne_03' ? onset + 4 : onset - 30,
    offset + 30,
    offset - onset + 1,
    null,
    offset - onset + 61,
    clip === 's18_sur_03' ? 'negative' : emotion,
  ];
  const listed = clips.filter(({ clip }) => clip !== 's1_ne_02' && clip !== 's2_sur_05');
  const text: WorkbookCell[][] = [[], ['Notes: frames are numbered as recorded'], [null, 'Onset2F: a second movement']];
  return encodeWorkbook([
    { name: 'HS', rows: [header, ...listed.map(row), ...text] },
    { name: 'VIS', rows: [header.filter((name) => name !== 'LastF')] },
    { name: 'Sheet2', rows: [] },
  ]);
}

/** MMEW with the published counts: 300 clips; two rows with impossible frame numbers. */
export function mmewClips(): MadeClip[] {
  const emotions = spread({ happiness: 36, surprise: 89, disgust: 72, others: 66, fear: 16, sadness: 13, anger: 8 });
  return emotions.map((emotion, i) => {
    const subject = 1 + (i % 30);
    const made: MadeClip = {
      subject: String(subject),
      clip: `S${String(subject).padStart(2, '0')}-${String(1 + Math.floor(i / 100)).padStart(2, '0')}-${String(1 + Math.floor(i / 30)).padStart(3, '0')}`,
      emotion,
      onset: 1,
      apex: 5,
      offset: 10,
      units: i % 2 ? 4 : 'AU4+AU7',
    };
    if (i === 33) made.apex = 40;
    if (i === 35) made.offset = 0;
    return made;
  });
}

/** `MMEW_Micro_Exp.xlsx`: the subject is a number. */
export function mmewWorkbook(clips: readonly MadeClip[]): Uint8Array {
  const header = [
    'Subject',
    'Filename',
    'OnsetFrame',
    'ApexFrame',
    'OffsetFrame',
    'Action Units',
    'Estimated Emotion',
    'remarks',
  ];
  const rows = clips.map(({ subject, clip, onset, apex, offset, units, emotion }): WorkbookCell[] => [
    Number(subject),
    clip,
    onset,
    apex,
    offset,
    units,
    emotion,
    null,
  ]);
  return encodeWorkbook([{ name: 'Sheet1', rows: [header, ...rows] }]);
}

/** CASME with the published counts: 189 rows; sub01/EP01_12 is there twice. */
export function casme1Clips(): MadeClip[] {
  const emotions = spread({
    tense: 68,
    disgust: 45,
    repression: 39,
    surprise: 20,
    happiness: 7,
    sadness: 6,
    contempt: 2,
    fear: 2,
  });
  return emotions.map((emotion, i) => {
    const [subject, c] = [1 + (i % 19), Math.floor(i / 19)];
    const twice = subject === 1 && c < 2;
    const onset = twice ? (c === 0 ? 73 : 163) : 20 + c * 20;
    const clip = twice ? 'EP01_12' : `EP${String(2 + c).padStart(2, '0')}_0${1 + (c % 3)}`;
    return { subject: String(subject), clip, emotion, onset, apex: onset + 4, offset: onset + 9, units: '4+7' };
  });
}

/** `casme.xlsx`: blank columns, two apex columns; row 42 has its offset before its onset. */
export function casme1Workbook(clips: readonly MadeClip[]): Uint8Array {
  const header = ['Subject', 'Filename', null, 'OnsetF', 'ApexF1', 'ApexF2', 'OffsetF', null, 'AU', 'Emotion', 'Notes'];
  const rows = clips.map(({ subject, clip, onset, apex, offset, units, emotion }, i): WorkbookCell[] => [
    Number(subject),
    clip,
    null,
    onset,
    apex,
    i % 5 ? 0 : offset - 1,
    i === 40 ? onset - 3 : offset,
    null,
    units,
    emotion,
    null,
  ]);
  return encodeWorkbook([{ name: 'Sheet1', rows: [header, ...rows] }]);
}

/** The code workbook of CAS(ME)^2: three sheets without headers, 57 micro- and 300 macro-expressions. */
export function casMe2Workbook(): Uint8Array {
  const subjects = [15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 40];
  const valence = spread({ negative: 21, others: 19, surprise: 9, positive: 8 });
  const videos = ['disgust1', 'disgust2', 'anger1', 'anger2', 'happy1', 'happy2', 'happy3', 'happy4', 'happy5'];
  const codes = ['0101', '0102', '0401', '0402', '0502', '0503', '0505', '0507', '0508'];
  const coded: WorkbookCell[][] = [];
  for (let i = 0; i < 357; i++) {
    const micro = i < 57;
    const participant = micro ? 1 + (i % 14) : 1 + (i % 22);
    const onset = 10 + i * 30;
    const offset = i === 3 || (i >= 300 && i < 343) ? 0 : onset + 8;
    const reported = i === 5 ? 'happyiness' : 'disgust';
    coded.push([
      participant,
      `${videos[i % 9]}_${1 + Math.floor(i / 9)}`,
      onset,
      onset + 4,
      offset,
      i % 2 ? '4+7' : 4,
      micro ? valence[i]! : 'positive',
      micro ? 'micro-expression' : 'macro-expression',
      reported,
    ]);
  }
  return encodeWorkbook([
    { name: 'CASFEcode_final', rows: coded },
    {
      name: 'naming rule1',
      rows: coded.map(([id]) => [subjects[Number(id) - 1]!, `s${subjects[Number(id) - 1]}`, id!]),
    },
    { name: 'naming rule2', rows: videos.map((video, i) => [codes[i]!, video]) },
  ]);
}

/** `cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx`: 860 rows, all numbers as text, junk sheets, its named quirks. */
export function casMe3Rows(): string[][] {
  const emotions = spread({
    disgust: 250,
    surprise: 187,
    others: 158,
    Others: 3,
    fear: 86,
    anger: 64,
    sad: 57,
    happy: 55,
  });
  return emotions.map((emotion, i) => {
    const subject = 1 + (i % 94);
    const onset = 355 + Math.floor(i / 94) * 40;
    const letter = i % 94 === 2 && i > 94 ? 'J' : 'abcdefghijklm'[Math.floor(i / 94)]!;
    const row = [`spNO.${subject}`, letter, String(onset), String(onset + 4), String(onset + 9), '4+7', 'VI', emotion];
    if (i === 39) return ['spNO.40', 'e', '1838', '1841', '0', '4', 'VI', emotion];
    if (i === 39 + 94) return ['spNO.40', 'e', '2396', '2399', '0', '4', 'VI', emotion];
    if (i === 93) return ['spNO.216', 'e', '0', '0', '7', '4', 'VI', emotion];
    return row;
  });
}

/** The workbook of those rows. */
export function casMe3Workbook(rows: readonly (readonly string[])[]): Uint8Array {
  const header = ['Subject', 'Filename', 'Onset', 'Apex', 'Offset', 'AU', 'Objective class', 'emotion'];
  return encodeWorkbook([
    { name: 'Sheet1', rows: [['junk']] },
    { name: 'label', rows: [header, ...rows] },
    { name: 'Sheet3', rows: [] },
  ]);
}

/** One list of DFME: clips of subjects from `first` on, seven labels, three frame rates; the first onset is 0. */
export function dfmeRows(clips: number, subjects: number, first = 1): WorkbookCell[][] {
  const emotions = ['anger', 'contempt', 'disgust', 'fear', 'happiness', 'sadness', 'surprise'];
  return Array.from({ length: clips }, (_, i): WorkbookCell[] => {
    const subject = `sub${String(first + (i % subjects)).padStart(4, '0')}`;
    const clip = `${subject}_${String(1 + Math.floor(i / subjects)).padStart(2, '0')}`;
    const onset = i === 0 ? 0 : 3;
    const emotion = emotions[i % 7]!;
    return [subject, clip, onset, onset + 2, onset + 5, emotion, i % 7, [200, 300, 500][i % 3]!, '4+7'];
  });
}

/** The workbook of a list of DFME. */
export function dfmeWorkbook(rows: readonly (readonly WorkbookCell[])[]): Uint8Array {
  const header = 'Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Emotion,EmotionId,Fps,AU'.split(',');
  return encodeWorkbook([{ name: 'Sheet1', rows: [header, ...rows] }]);
}

/** `4DME_Labelling_Micro_release v1.xlsx`: one label a clip, or two joined by a plus; one-hot columns behind. */
export function fourDmeWorkbook(rows: readonly (readonly WorkbookCell[])[]): Uint8Array {
  const header = ['sub_ID', 'fold_name', 'Emotion', 'Onset', 'Apex', 'Offset', 'AUs', 'AU4', 'eye blink', 'Positive'];
  return encodeWorkbook([{ name: 'Sheet1', rows: [header, ...rows.map((row) => [...row, 1, 0, 0])] }]);
}

/** `SAMM_LongVideos_V2_Release.xlsx`: nine rows of prose, the header in row 10, 343 macro and 159 micro. */
export function sammLongWorkbook(): Uint8Array {
  const header = 'Subject,Filename,Inducement Code,Onset,Apex,Offset,Duration,Type,Action Units,Notes'.split(',');
  const subjects = Array.from({ length: 30 }, (_, i) => String(6 + i).padStart(3, '0'));
  const rows = Array.from({ length: 502 }, (_, i): WorkbookCell[] => {
    const subject = subjects[i % 30]!;
    const video = 1 + (Math.floor(i / 30) % 5);
    const micro = i < 159;
    const onset = i === 200 ? 1 : 100 + Math.floor(i / 150) * 40;
    const apex = i === 7 ? -1 : onset + 4;
    const type = micro ? 'Micro - 1/2' : 'Macro';
    return [subject, `${subject}_${video}_${1 + i}`, video, onset, apex, onset + 9, 10, type, i % 2 ? '4+7' : 12, null];
  });
  const prose = Array.from({ length: 9 }, (): WorkbookCell[] => ['SAMM Long Videos: movements']);
  return encodeWorkbook([{ name: 'FACS_Movement_Only', rows: [...prose, header, ...rows] }]);
}

/** A BMP whose pixels follow from a text: other clips have other pictures. */
export function pictureOf(text: string): Uint8Array {
  const bytes = bmp();
  let state = 7;
  for (const character of text) state = (state * 31 + character.codePointAt(0)!) % 65521;
  for (let i = 54; i < bytes.length; i++) bytes[i] = (state = (state * 75 + 74) % 65537) & 255;
  return bytes;
}
