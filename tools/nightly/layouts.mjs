// Generated clips in the layouts of the data sets that recipes name: one set of faces, its frames linked into each tree under the names of that data set,
// with its annotation. Labels go round the classes: what a recipe costs does not depend on what the faces show.
import { copyFile, link, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { useBackend } from '@mer/backends';
import { writeSyntheticDataset } from '@mer/datasets';
import { writeImage } from '@mer/io';
import * as tf from '@tensorflow/tfjs-core';

const SUBJECTS = 6;
const CLIPS = 48;
/** Action units as coders write them. */
const UNITS = ['4', '1+2', '12', '4+7', 'L14', '17', '15'];

const pad = (number, digits) => String(number).padStart(digits, '0');
const turn = (values, i) => values[i % values.length];

/** Makes a folder whole or not at all, and only once. */
async function once(folder, make) {
  if (await stat(folder).catch(() => undefined)) return folder;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await make(unfinished);
  await rename(unfinished, folder);
  return folder;
}

/** The clips that all layouts share: subject from 1, number within the subject from 1, files of the frames. */
async function makeClips(home) {
  const folder = await once(join(home, 'clips'), async (root) => {
    await useBackend('cpu');
    const size = { height: 128, width: 112, leastFrames: 10, mostFrames: 14 };
    await writeSyntheticDataset(root, { subjects: SUBJECTS, clips: CLIPS, ...size });
  });
  const clips = [];
  for (const [s, subject] of (await readdir(join(folder, 'Cropped'))).sort().entries()) {
    for (const [c, clip] of (await readdir(join(folder, 'Cropped', subject))).sort().entries()) {
      const path = join(folder, 'Cropped', subject, clip);
      const frames = (await readdir(path)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
      clips.push({ subject: s + 1, number: c + 1, frames: frames.map((name) => join(path, name)) });
    }
  }
  return clips;
}

/** Links frames into a folder, numbered from 1. */
async function place(folder, frames, nameOf) {
  await mkdir(folder, { recursive: true });
  for (const [i, file] of frames.entries()) {
    const to = join(folder, nameOf(i + 1));
    await link(file, to).catch(() => copyFile(file, to));
  }
}

const table = (path, rows) => writeFile(path, `${rows.map((row) => row.join(',')).join('\n')}\n`);

/** Onset, apex and offset of a clip whose frames count from 1. */
const marks = ({ frames }) => [1, Math.ceil(frames.length / 2), frames.length];

/** What writes each layout: `root` is new. */
const writers = {
  async casme2(root, clips) {
    const emotions = ['disgust', 'happiness', 'repression', 'surprise', 'others'];
    const rows = [
      ['Subject', 'Filename', 'OnsetFrame', 'ApexFrame', 'OffsetFrame', 'Action Units', 'Estimated Emotion'],
    ];
    for (const [i, clip] of clips.entries()) {
      const [subject, name] = [pad(clip.subject, 2), `EP${pad(clip.number, 2)}_01`];
      await place(join(root, 'Cropped', `sub${subject}`, name), clip.frames, (n) => `reg_img${n}.jpg`);
      rows.push([subject, name, ...marks(clip), turn(UNITS, i), turn(emotions, i)]);
    }
    await table(join(root, 'CASME2-coding.csv'), rows);
  },
  async '4dme'(root, clips) {
    const emotions = [
      'Positive',
      'Negative',
      'Surprise',
      'Surprise+Positive',
      'Repression',
      'Others',
      'Negative+Others',
    ];
    const rows = [['sub_ID', 'fold_name', 'Emotion', 'Onset', 'Apex', 'Offset', 'AUs']];
    for (const [i, clip] of clips.entries()) {
      const name = `clip_${clip.number}`;
      await place(join(root, 'gray_micro', String(clip.subject), name), clip.frames, (n) => `${n}.jpg`);
      rows.push([clip.subject, name, turn(emotions, i), ...marks(clip), turn(UNITS, i)]);
    }
    await table(join(root, '4DME_Labelling_Micro_release v1.csv'), rows);
  },
  async samm(root, clips) {
    const emotions = ['Anger', 'Contempt', 'Happiness', 'Surprise', 'Other'];
    const rows = [
      ['Subject', 'Filename', 'Onset Frame', 'Apex Frame', 'Offset Frame', 'Action Units', 'Estimated Emotion'],
    ];
    for (const [i, clip] of clips.entries()) {
      const subject = pad(clip.subject + 5, 3);
      const name = `${subject}_1_${clip.number}`;
      await place(join(root, subject, name), clip.frames, (n) => `${subject}_${pad(n, 5)}.jpg`);
      rows.push([subject, name, ...marks(clip), 4, turn(emotions, i)]);
    }
    await table(join(root, 'SAMM_Micro_FACS_Codes_v2.csv'), rows);
  },
  async smic(root, clips) {
    const emotions = [
      ['negative', 'ne'],
      ['positive', 'po'],
      ['surprise', 'sur'],
    ];
    for (const [i, clip] of clips.entries()) {
      const [emotion, short] = turn(emotions, i);
      const subject = `s${clip.subject}`;
      const name = `${subject}_${short}_${pad(clip.number, 2)}`;
      await place(join(root, 'HS', subject, 'micro', emotion, name), clip.frames, (n) => `image${pad(n, 6)}.jpg`);
    }
  },
  async mmew(root, clips) {
    const emotions = ['happiness', 'surprise', 'disgust', 'others', 'fear', 'sadness', 'anger'];
    const rows = [
      ['Subject', 'Filename', 'OnsetFrame', 'ApexFrame', 'OffsetFrame', 'Action Units', 'Estimated Emotion'],
    ];
    for (const [i, clip] of clips.entries()) {
      const emotion = turn(emotions, i);
      const name = `S${pad(clip.subject, 2)}-01-${pad(clip.number, 3)}`;
      await place(join(root, 'Micro_Expression', emotion, name), clip.frames, (n) => `${n}.jpg`);
      rows.push([clip.subject, name, ...marks(clip), 4, emotion]);
    }
    await table(join(root, 'MMEW_Micro_Exp.csv'), rows);
  },
  async casme1(root, clips) {
    const emotions = ['tense', 'disgust', 'repression', 'surprise'];
    const rows = [['Subject', 'Filename', 'OnsetF', 'ApexF1', 'OffsetF', 'AU', 'Emotion']];
    for (const [i, clip] of clips.entries()) {
      const name = `EP${pad(clip.number, 2)}_01`;
      await place(join(root, `sub${pad(clip.subject, 2)}`, name), clip.frames, (n) => `reg_${name}-${n}.jpg`);
      rows.push([clip.subject, name, ...marks(clip), 4, turn(emotions, i)]);
    }
    await table(join(root, 'casme.csv'), rows);
  },
  async 'cas-me2'(root, clips) {
    const valences = ['negative', 'others', 'surprise', 'positive'];
    const rows = [];
    for (const [i, clip] of clips.entries()) {
      const name = `anger1_${clip.number}`;
      await place(join(root, 'rawpic', `s${14 + clip.subject}`, name), clip.frames, (n) => `img${pad(n, 3)}.jpg`);
      rows.push([clip.subject, name, ...marks(clip), 4, turn(valences, i), 'micro-expression', 'anger']);
    }
    // which participant is which folder
    const folders = Array.from({ length: SUBJECTS }, (_, i) => [15 + i, `s${15 + i}`, i + 1]);
    await table(join(root, 'CAS(ME)^2code_final.csv'), [...rows, ...folders]);
  },
  async 'cas-me3'(root, clips) {
    const emotions = ['disgust', 'surprise', 'others', 'fear', 'anger', 'sad', 'happy'];
    const rows = [['Subject', 'Filename', 'Onset', 'Apex', 'Offset', 'AU', 'Objective class', 'emotion']];
    for (const [i, clip] of clips.entries()) {
      const subject = `spNO.${clip.subject}`;
      const name = String.fromCharCode(96 + clip.number);
      await place(join(root, 'Part_A_ME_clip', 'frame', `${subject}_${name}_1`), clip.frames, (n) => `${n}.jpg`);
      rows.push([subject, name, ...marks(clip), 4, 1, turn(emotions, i)]);
    }
    await table(join(root, 'cas(me)3_part_A_ME_label_JpgIndex_v2.csv'), rows);
  },
  async megc2019(root, clips) {
    for (const part of ['casme2', 'smic', 'samm']) await writers[part](join(root, part), clips);
  },
  async 'megc2019-flow'(root, clips) {
    await useBackend('cpu');
    await mkdir(root, { recursive: true });
    const rows = [['dataset', 'subject', 'clip', 'label', 'file']];
    for (const [i, dataset] of ['casme2', 'smic', 'samm'].entries()) {
      for (const { subject, number } of clips) {
        const file = `${dataset}-${subject}-${number}.png`;
        const picture = tf.randomUniform([28, 28, 3], 0, 1, 'float32', rows.length);
        await writeImage(join(root, file), picture);
        picture.dispose();
        rows.push([dataset, `s${subject}`, `c${number}`, (i + number) % 3, file]);
      }
    }
    await table(join(root, 'manifest.csv'), rows);
  },
};

/**
 * The folder of generated clips in the layout of a data set, made where it is not there yet.
 *
 * @param name - name of the data set, as in an experiment
 * @param home - folder of all layouts
 * @returns the folder; undefined for a data set that needs none
 */
export async function layoutOf(name, home) {
  if (name === 'synthetic') return undefined;
  const write = writers[name];
  if (!write)
    throw new Error(`Cannot make clips as there is no layout of ${name}: add one to tools/nightly/layouts.mjs`);
  return once(join(home, name), async (root) => write(root, await makeClips(home)));
}
