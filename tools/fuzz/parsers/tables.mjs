// CSV, workbooks, manifests and the annotation tables of every data set, read by @mer/datasets; landmarks, read by @mer/representations.
import { folderFromFiles, inspectDataset, inspectFolder, openDataset, parseCsv } from '@mer/datasets';
import { parseLandmarks } from '@mer/representations';
import { isRaw } from '../judge.mjs';
import { csvOf, decode, encode, jsonText, mutateJson, mutateRows, mutateText, mutateXml } from '../mutate.mjs';
import { bomb, bombBytes, mutateZip, zipOf } from '../zip-writer.mjs';

const dist = (...files) => files.map((file) => `packages/datasets/dist/${file}.js`);

/** A gray BMP of 4 x 3 pixels. */
const picture = (() => {
  const bytes = new Uint8Array(54 + 36).fill(100, 54);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, 4, true);
  view.setInt32(22, 3, true);
  view.setUint16(28, 24, true);
  return bytes;
})();

const frames = (folder, name, first = 1, last = 9) =>
  Object.fromEntries(Array.from({ length: last - first + 1 }, (_, i) => [`${folder}/${name(first + i)}`, picture]));
const img = (n) => `img${n}.bmp`;

/** Tables of each data set as rows, and the frames that they speak of. */
const sets = {
  casme2: {
    file: 'CASME2-coding',
    rows: [
      [
        'Subject',
        'Filename',
        'OnsetFrame',
        'ApexFrame',
        'OffsetFrame',
        'Action Units',
        'Estimated Emotion',
        'Objective Class',
      ],
      ['01', 'EP02_01f', '2', '4', '8', '4+L10', 'happiness', 'I'],
      ['01', 'EP03_02', '1', '3', '9', '(R6 or R12)+R15', 'disgust', 'III'],
      ['02', 'EP01_11f', '1', '/', '5', '?', 'others', 'VII'],
    ],
    frames: {
      ...frames('raw/sub01/EP02_01f', img),
      ...frames('raw/sub01/EP03_02', img),
      ...frames('raw/sub02/EP01_11f', (n) => `reg_img${n}.bmp`),
    },
    extra: { 'CASME2-ObjectiveClasses.csv': 'Subject,Filename,Objective Class\n01,EP02_01f,2\n' },
  },
  samm: {
    file: 'SAMM_codes',
    rows: [
      ['SAMM', 'Micro'],
      [],
      [
        'Subject',
        'Filename',
        'Inducement Code',
        'Onset Frame',
        'Apex Frame',
        'Offset Frame',
        'Duration',
        'Action Units',
        'Estimated Emotion',
        'Objective Classes',
        'Notes',
      ],
      ['006', '006_1_2', '1', '1', '4', '9', '9', '12', 'Happiness', '1', ''],
      ['7', '007_3_1', '3', '2', '5', '8', '7', 'AU4', 'Anger', '3', 'x'],
    ],
    frames: { ...frames('006/006_1_2', (n) => `006_0${n}.bmp`), ...frames('007/007_3_1', (n) => `007_${n}.bmp`) },
  },
  smic: {
    file: 'SMIC-HS-E_annotation',
    rows: [
      ['Subject', 'Filename', 'OnsetF', 'OffsetF', 'FirstF', 'LastF', 'Emotion', 'Onset2F', 'Offset2F'],
      ['1', 's1_ne_01', '2', '6', '1', '9', 'negative', '7', '8'],
      ['1', 's1_po_02', '1', '9', '1', '9', 'positive', '', ''],
    ],
    frames: {
      ...frames('HS_long/SMIC_HS_E/s01/s1_ne_01', img),
      ...frames('HS_long/SMIC_HS_E/s01/s1_po_02', img),
      ...frames('HS/s3/micro/surprise/s3_sur_01', img),
    },
    options: { edition: 'extended' },
  },
  mmew: {
    file: 'MMEW_Micro_Exp',
    rows: [
      ['Subject', 'Filename', 'OnsetFrame', 'ApexFrame', 'OffsetFrame', 'Action Units', 'Estimated Emotion', 'remarks'],
      ['1', 'S01-07-001', '1', '4', '9', '4+7', 'anger', ''],
      ['1', 'S01-02-002', '2', '12', '8', '6', 'happiness', 'x'],
    ],
    frames: {
      ...frames('Micro_Expression/anger/S01-07-001', (n) => `${n}.bmp`),
      ...frames('Micro_Expression/happiness/S01-02-002', (n) => `${n}.bmp`),
    },
  },
  'cas-me2': {
    file: 'CAS(ME)^2code_final',
    rows: [
      ['1', 's15', '1'],
      ['101', 'disgust1'],
      ['1', 'disgust1_1', '1', '4', '8', '4', 'negative', 'micro-expression', 'disgust'],
      ['1', 'disgust1_2', '2', '3', '0', '12', 'positive', 'macro-expression', 'happyiness'],
    ],
    frames: { ...frames('rawpic/s15/15_0101disgusting', (n) => `img00${n}.bmp`) },
    options: { expressions: 'both' },
  },
  'cas-me3': {
    file: 'cas(me)3_part_A',
    rows: [
      ['Subject', 'Filename', 'Onset', 'Apex', 'Offset', 'AU', 'Objective class', 'emotion'],
      ['spNO.1', 'a', '1', '4', '8', '4', 'I', 'disgust'],
      ['spNO.2', 'b', '2', '3', '9', '12', 'II', 'happy'],
    ],
    frames: {
      ...frames('part_A/spNO.1/a/color', (n) => `${n}.bmp`),
      ...frames('part_A/spNO.2/b/color', (n) => `${n}.bmp`),
    },
  },
  casme1: {
    file: 'casme',
    rows: [
      ['Subject', 'Filename', 'OnsetF', 'ApexF1', 'ApexF2', 'OffsetF', 'AU', 'Emotion', 'Notes'],
      ['1', 'EP01_12', '1', '3', '', '8', '4', 'tense', ''],
      ['2', 'EP02_1', '2', '5', '', '9', '9', 'disgust', ''],
    ],
    frames: {
      ...frames('sub01/EP01_12', (n) => `EP01_12-${n}.bmp`),
      ...frames('sub02/EP02_1', (n) => `reg_EP02_1-${n}.bmp`),
    },
  },
  'clip-folder': {
    file: 'manifest',
    rows: [
      ['subject', 'clip', 'label', 'folder', 'onset', 'apex', 'offset', 'fps', 'actionUnits'],
      ['s1', 'c1', 'a', '', '1', '3', '9', '200', '4+12'],
      ['s1', 'c2', 'b', 'other/place', '', '', '', '', ''],
      ['s2', 'c1', 'a', '', '2', '', '5', '30.5', ''],
    ],
    frames: { ...frames('s1/c1', img), ...frames('other/place', img), ...frames('s2/c1', img) },
  },
};

/** A folder in memory. */
function folderOf(files) {
  return folderFromFiles(
    Object.entries(files).map(([path, content]) => {
      const bytes = typeof content === 'string' ? encode(content) : content;
      return {
        name: path,
        size: bytes.length,
        webkitRelativePath: `made/${path}`,
        arrayBuffer: async () => Uint8Array.from(bytes).buffer,
      };
    }),
  );
}

/** Opens strictly or inspects, and reads a clip where there is one. */
async function openSet(name, files, options, random) {
  const root = folderOf(files);
  if (random.chance(0.4)) {
    const { notes } = await inspectFolder(
      name,
      { root, ...options },
      { images: random.pick(['none', 'check', 'decode']) },
    );
    for (const { message } of notes) if (isRaw(message)) throw new Error(message);
    return;
  }
  const dataset = await openDataset(name, { root, ...options });
  await inspectDataset(dataset);
  if (dataset.samples.length > 0 && dataset.kind === 'clips') {
    const { frames } = await dataset.readClip(random.below(dataset.samples.length), {
      size: 4,
      from: random.pick(['onset', 'first']),
      to: random.pick(['offset', 'last']),
    });
    frames.dispose();
  }
}

const choices = (random) => ({
  ...(random.chance(0.3) && { faults: random.pick(['error', 'drop', 'repair']) }),
  ...(random.chance(0.3) && { missing: random.pick(['error', 'drop']) }),
});

const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const escapeXml = (text) =>
  String(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replace(/[^\t\n -\ud7ff\ue000-\uffff]/g, '');

/** The parts of a workbook with these rows. */
function workbookParts(random, rows) {
  const strings = [];
  const cell = (value, place) => {
    if (value === undefined || value === '') return random.chance(0.1) ? `<c r="${place}" s="1"/>` : '';
    if (/^\d+$/.test(value) && random.chance(0.8))
      return `<c r="${place}"${random.chance(0.1) ? ' s="1"' : ''}><v>${value}</v></c>`;
    if (random.chance(0.2)) return `<c r="${place}" t="inlineStr"><is><t>${escapeXml(value)}</t></is></c>`;
    if (random.chance(0.1)) return `<c r="${place}" t="str"><v>${escapeXml(value)}</v></c>`;
    strings.push(value);
    return `<c r="${place}" t="s"><v>${strings.length - 1}</v></c>`;
  };
  const column = (i) =>
    (i >= 26 ? String.fromCharCode(64 + Math.floor(i / 26)) : '') + String.fromCharCode(65 + (i % 26));
  const body = rows
    .slice(0, 400)
    .map(
      (row, r) =>
        `<row r="${r + 1}">${row
          .slice(0, 200)
          .map((value, c) => cell(value, `${column(c)}${r + 1}`))
          .join('')}</row>`,
    )
    .join('');
  return {
    '[Content_Types].xml': '<Types/>',
    'xl/workbook.xml': `<workbook xmlns:r="${office}"><workbookPr date1904="0"/><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="${office}/styles" Target="/xl/styles.xml"/></Relationships>`,
    'xl/styles.xml':
      '<styleSheet><numFmts count="1"><numFmt numFmtId="170" formatCode="yyyy-mm-dd"/></numFmts><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" xfId="0"/><xf numFmtId="14" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>',
    'xl/sharedStrings.xml': `<sst uniqueCount="${strings.length}">${strings.map((text) => `<si><t xml:space="preserve">${escapeXml(text)}</t></si>`).join('')}</sst>`,
    'xl/worksheets/sheet1.xml': `<worksheet><dimension ref="A1:${column(8)}${rows.length}"/><sheetData>${body}</sheetData></worksheet>`,
  };
}

function makeWorkbook(random, rows) {
  const parts = workbookParts(random, rows);
  for (let n = random.chance(0.3) ? 0 : random.few(); n > 0; n--) {
    const name = random.chance(0.6) ? 'xl/worksheets/sheet1.xml' : random.pick(Object.keys(parts));
    parts[name] = mutateXml(random, parts[name]);
  }
  const entries = Object.entries(parts).map(([name, text]) => ({
    name,
    bytes: encode(text),
    stored: random.chance(0.1),
  }));
  if (random.chance(0.005))
    entries.push({ name: 'xl/media/zeros.xml', bytes: new Uint8Array(0), packed: bomb(), fields: { size: bombBytes } });
  if (random.chance(0.005)) Object.assign(entries.at(-1), { packed: bomb(), fields: { size: bombBytes } });
  return random.chance(0.1) ? mutateZip(random, entries) : zipOf(entries);
}

const notTables =
  /no workbook found|none of the workbooks found|must be an \.xlsx workbook|must be in its header|must be there once|is unknown: the columns/;

/** A table of one data set, as CSV or as a workbook. */
function tableOf(name) {
  const set = sets[name];
  return {
    name: `table-${name}`,
    files: dist(
      `sets/${name === 'clip-folder' ? 'clip-folder' : name}`,
      ...(name === 'casme2'
        ? [
            'annotations/check-rows',
            'annotations/action-units',
            'adapters/define-annotated-dataset',
            'adapters/find-annotations',
            'tables/read-table',
            'frames/clip-frames',
          ]
        : []),
    ),
    header: notTables,
    make(random) {
      let { rows } = set;
      if (random.chance(0.85)) rows = mutateRows(random, rows);
      const file = random.chance(0.75)
        ? { [`${set.file}.csv`]: encode(csvOf(random, rows)) }
        : {
            [`${set.file}.xlsx`]: zipOf(
              Object.entries(workbookParts(random, rows)).map(([part, text]) => ({ name: part, bytes: encode(text) })),
            ),
          };
      return {
        files: file,
        options: {
          ...choices(random),
          ...(name === 'clip-folder' ? { annotations: Object.keys(file)[0] } : set.options),
        },
      };
    },
    run: ({ files, options }, random) => openSet(name, { ...set.frames, ...set.extra, ...files }, options, random),
  };
}

const landmarks = Array.from({ length: 68 }, (_, i) => [i, (i * 7) % 50]);

/** A face as MediaPipe gives it, in shares of the image. */
const mesh = Array.from({ length: 478 }, (_, i) => ({ x: (i % 20) / 20, y: i / 478, z: 0 }));

/** A table of OpenFace: two frames, of one face or two. */
function openFace(random) {
  const names = ['x', 'y'].flatMap((axis) => landmarks.map((_, i) => `${axis}_${i}`));
  const row = (frame, face) => [frame, face, 0, 0.9, 1, ...[0, 1].flatMap((axis) => landmarks.map((p) => p[axis]))];
  const faces = random.chance(0.3) ? [0, 1] : [0];
  const rows = [1, 2].flatMap((frame) => faces.map((face) => row(frame, face).join(', ')));
  return [['frame', 'face_id', 'timestamp', 'confidence', 'success', ...names].join(', '), ...rows];
}

export const parsers = () => [
  {
    name: 'csv',
    files: dist('files/csv'),
    header: /^$/,
    make(random) {
      const rows = mutateRows(random, random.pick(Object.values(sets)).rows);
      const text = csvOf(random, rows);
      return encode(random.chance(0.5) ? mutateText(random, text) : text);
    },
    run: (bytes) => parseCsv(decode(bytes)),
  },
  {
    name: 'xlsx',
    files: dist('tables/read-workbook', 'tables/safe-workbook', 'tables/read-table'),
    header: /Cannot read zip as its directory must be at its end|its parts are damaged|must have the part/,
    make(random) {
      const rows = random.chance(0.3) ? mutateRows(random, sets.casme2.rows) : sets.casme2.rows;
      return makeWorkbook(random, rows);
    },
    run: (bytes, random) => openSet('casme2', { ...sets.casme2.frames, 'CASME2.xlsx': bytes }, {}, random),
  },
  ...Object.keys(sets).map(tableOf),
  {
    name: 'manifest-json',
    files: dist('sets/clip-folder', 'files/read-text'),
    header: /it must be JSON|must be a list of clips/,
    make(random) {
      const [header, ...rows] = sets['clip-folder'].rows;
      const list = rows.map((row) =>
        Object.fromEntries(
          header
            .map((key, i) => [key, /^[\d.]+$/.test(row[i]) ? Number(row[i]) : row[i]])
            .filter(([, value]) => value !== ''),
        ),
      );
      return encode(jsonText(random, random.chance(0.9) ? mutateJson(random, list) : list));
    },
    run: (bytes, random) =>
      openSet('clip-folder', { ...sets['clip-folder'].frames, 'manifest.json': bytes }, choices(random), random),
  },
  {
    name: 'manifest-flow',
    files: dist('sets/megc2019-flow'),
    header: notTables,
    make(random) {
      const rows = [
        ['dataset', 'subject', 'clip', 'label', 'file'],
        ['casme2', 'sub01', 'EP02_01f', '0', 'images/a.bmp'],
        ['smic', 's01', 's01_ne_01', 'positive', 'images/b.bmp'],
        ['samm', '006', '006_1_2', '2', 'images/c.bmp'],
      ];
      const changed = random.chance(0.85) ? mutateRows(random, rows) : rows;
      if (random.chance(0.75)) return { 'manifest.csv': encode(csvOf(random, changed)) };
      // the tree: the same words as names of folders and files
      const name = (text, right) =>
        (random.chance(0.7)
          ? right
          : String(text ?? '')
              .replaceAll(/[\0/\\]/g, '')
              .slice(0, 200)) || 'x';
      return Object.fromEntries(
        changed.slice(0, 50).map(([, subject, clip, label]) => {
          const folder = name(subject, random.pick(['sub01', 's01', '006', 'x']));
          return [
            `${folder}/${name(label, 'u_test')}/${name(label, random.pick(['0', '1', '7']))}/${name(
              clip,
              `${folder}_${String(clip ?? '')
                .replaceAll(/[\0/\\]/g, '')
                .slice(0, 100)} .png`,
            )}`,
            picture,
          ];
        }),
      );
    },
    async run(files, random) {
      const images = Object.fromEntries(['a', 'b', 'c'].map((name) => [`images/${name}.bmp`, picture]));
      const dataset = await openDataset('megc2019-flow', { root: folderOf({ ...images, ...files }) });
      await inspectDataset(dataset, { images: 'decode' });
      await dataset.readImage(random.below(dataset.samples.length)).catch((error) => {
        if (!/must have 3 channels/.test(error.message)) throw error;
      });
    },
  },
  {
    name: 'megc2019-list',
    files: dist('sets/megc2019', 'adapters/join-parts', 'compose'),
    header: /must have its|no folder for/,
    make(random) {
      const rows = [
        ['casme2', 'sub01', 'EP02_01f', '1'],
        ['casme2', 'sub01', 'EP03_02', '0'],
        ['smic', 's1', 's1_ne_01', '0'],
        ['samm', '6', '006_1_2', '1'],
      ];
      return encode(csvOf(random, random.chance(0.85) ? mutateRows(random, rows) : rows));
    },
    run(bytes, random) {
      const under = (folder, files) =>
        Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]));
      const plain = { next: () => 0.5, chance: () => false };
      const files = {
        ...under('casme2', { ...sets.casme2.frames, 'CASME2-coding.csv': csvOf(plain, sets.casme2.rows) }),
        ...under('samm', { ...sets.samm.frames, 'SAMM_codes.csv': csvOf(plain, sets.samm.rows) }),
        ...under('smic', frames('HS/s1/micro/negative/s1_ne_01', img)),
        'combined_3class_gt.csv': bytes,
      };
      return openSet('megc2019', files, choices(random), random);
    },
  },
  {
    name: 'landmarks',
    files: [
      'packages/representations/dist/face/landmark-files.js',
      'packages/representations/dist/face/open-face.js',
      'packages/representations/dist/face/mesh-points.js',
      'packages/representations/dist/face/transform.js#checkLandmarks',
    ],
    header: /the text must be JSON|must hold 2 or 136 numbers/,
    make(random) {
      const json = random.pick([
        ...[landmarks, [{ frame: 0, points: landmarks }], { 0: landmarks, 4: landmarks }],
        ...[[mesh], { faceLandmarks: [mesh] }, { multi_face_landmarks: [{ landmark: mesh }, { landmark: mesh }] }],
        ...[{ landmarks }, { detector: 'face-mesh', frames: [{ frame: 0, score: 1, points: landmarks }] }],
        mesh.map(({ x, y, z }) => [400 * x, 200 * y, z]),
      ]);
      if (random.chance(0.6)) return encode(jsonText(random, random.chance(0.9) ? mutateJson(random, json) : json));
      const lines = random
        .pick([
          landmarks.map((point) => point.join(' ')),
          [landmarks.flat().join(','), landmarks.flat().join(' ')],
          ['version: 1', 'n_points: 68', '{', ...landmarks.map((point) => point.join(' ')), '}'],
          mesh.map(({ x, y, z }) => [400 * x, 200 * y, z].join(' ')),
          ...[openFace(random), openFace(random)],
        ])
        .join('\n');
      return encode(random.chance(0.8) ? mutateText(random, lines) : lines);
    },
    run(bytes, random) {
      const size = random.pick([undefined, [240, 320], 100]);
      const face = random.pick([undefined, 0, 1]);
      parseLandmarks(decode(bytes), { ...(size && { size }), ...(face !== undefined && { face }) });
    },
  },
];
