import { encodeImage } from '@mer/io';
import { checkOptions, choice, integer, number, type OptionsOf } from '@mer/options';
import { tensor3d } from '@tensorflow/tfjs-core';
import { limiter } from './frames/read-frames.js';
import type { ActionUnitUse, SyntheticEmotion } from './synthetic/action-units.js';
import { drawClip, type SyntheticLook } from './synthetic/clip.js';
import { type NumberedPlan, planSet } from './synthetic/plan-set.js';
import { encodeWorkbook, type WorkbookCell } from './tables/write-workbook.js';

/** How hard the classes are to tell apart: size of the movement, drift of the head, noise of the sensor. */
const difficulties = {
  easy: { amplitude: 2, drift: 0.1, noise: 0.004 },
  medium: { amplitude: 1.2, drift: 0.2, noise: 0.008 },
  hard: { amplitude: 0.6, drift: 0.35, noise: 0.015 },
} as const;

const options = {
  subjects: integer('Number of subjects.', { min: 2, max: 999, default: 12 }),
  clips: integer('Number of clips, spread unevenly over emotions and subjects.', { min: 2, max: 100000, default: 72 }),
  height: integer('Height of a frame, pixels.', { min: 32, max: 2160, default: 280 }),
  width: integer('Width of a frame, pixels.', { min: 32, max: 3840, default: 240 }),
  leastFrames: integer('Fewest frames of a clip.', { min: 5, max: 2000, default: 24 }),
  mostFrames: integer('Most frames of a clip.', { min: 5, max: 2000, default: 60 }),
  difficulty: choice('Size of movement, drift and noise together.', ['easy', 'medium', 'hard'], { default: 'medium' }),
  amplitude: number('Greatest movement of the skin, pixels; by difficulty if not given (2, 1.2, 0.6).', {
    min: 0,
    max: 20,
    optional: true,
  }),
  drift: number("Root mean square of the head's drift, pixels; by difficulty if not given (0.1, 0.2, 0.35).", {
    min: 0,
    max: 20,
    optional: true,
  }),
  noise: number('Standard deviation of the sensor noise, in 0..1; by difficulty if not given (0.004, 0.008, 0.015).', {
    min: 0,
    max: 0.5,
    optional: true,
  }),
  tree: choice("Which of CASME II's trees: in the cropped one the face fills the frame.", ['cropped', 'raw'], {
    default: 'cropped',
  }),
  quality: integer('Quality of the JPEG files.', { min: 1, max: 100, default: 92 }),
  seed: integer('Everything random follows from it.', { min: 0, max: 4294967295, default: 0 }),
};

/** Options of {@link writeSyntheticDataset}. */
export type WriteSyntheticOptions = OptionsOf<typeof options>;

/** What {@link writeSyntheticDataset} has written. */
export interface WrittenSynthetic {
  /** The folder, as given. */
  root: string;
  /** Path of the workbook in it. */
  workbook: string;
  clips: number;
  subjects: number;
  frames: number;
  /** Clips per emotion. */
  perEmotion: Record<SyntheticEmotion, number>;
}

/** How the writing is watched. */
export interface WriteSyntheticHooks {
  /** Called after each clip. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Writes generated faces as a data set on disk, in the tree and with the workbook of CASME II, so that `openCasme2` reads it
 * (Node only; needs the optional package sharp, and a ready tfjs backend).
 *
 * Each subject has a face of its own; emotions are local movements of action units with a rise, an apex and a fall; the
 * head drifts, the sensor adds noise, the frames are JPEG. Five emotions as unevenly spread as in CASME II. The workbook
 * has the 2014 release's columns with its blank ones, action units as numbers and as text, and is written last: a tree
 * without it is not finished. The same options give the same pictures.
 *
 * @throws Error where the folder exists and is not empty; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { openCasme2, writeSyntheticDataset } from '@mer/datasets';
 *
 * const { clips } = await writeSyntheticDataset('synthetic-casme2', { subjects: 6, clips: 30, difficulty: 'easy' });
 * const dataset = await openCasme2({ root: 'synthetic-casme2' });
 * console.log(clips, dataset.samples.length); // 30 30
 * ```
 */
export async function writeSyntheticDataset(
  root: string,
  given: WriteSyntheticOptions = {},
  { onProgress = () => {} }: WriteSyntheticHooks = {},
): Promise<WrittenSynthetic> {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  const path = globalThis.process?.getBuiltinModule?.('node:path');
  if (!fs || !path) throw new TypeError('Cannot write synthetic data set as it is written in Node only');
  const settings = checkOptions('write synthetic data set', options, given);
  const { subjects, clips, height, width, leastFrames, mostFrames, difficulty, tree, quality, seed } = settings;
  if (mostFrames < leastFrames) {
    throw new RangeError(
      `Cannot write synthetic data set as mostFrames must be at least leastFrames, ${leastFrames}: current value is ${mostFrames}`,
    );
  }
  if (clips < subjects) {
    throw new RangeError(
      `Cannot write synthetic data set as clips must be at least subjects, ${subjects}: current value is ${clips}`,
    );
  }
  const there = await fs.readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new Error(`Cannot write synthetic data set as '${root}' must be a folder: ${error.message}`, {
      cause: error,
    });
  });
  if (there.length) {
    throw new Error(
      `Cannot write synthetic data set as the folder must be new or empty: '${root}' holds ${there.length} entries`,
    );
  }
  const defaults = difficulties[difficulty];
  const { amplitude = defaults.amplitude, drift = defaults.drift, noise = defaults.noise } = settings;
  const faceShare = tree === 'raw' ? 0.33 : 0.46;
  const look: SyntheticLook = { seed, height, width, amplitude, drift, noise, faceShare };
  const plans = planSet(seed, subjects, clips, [leastFrames, mostFrames]);
  const [top, prefix] = tree === 'raw' ? ['CASME2_RAW_selected', 'img'] : ['Cropped', 'reg_img'];

  // of Node's entry alone
  const { makeFolder } = await import('@mer/io');
  const limited = limiter(4);
  let frames = 0;
  for (const [done, plan] of plans.entries()) {
    const folder = path.join(root, top, plan.subject, plan.clip);
    await makeFolder(folder);
    const writing: Promise<void>[] = [];
    let number = plan.firstNumber;
    for (const data of drawClip(look, plan)) {
      const file = path.join(folder, `${prefix}${number++}.jpg`);
      frames++;
      // A few pictures are encoded while the next ones are drawn; never more than that.
      if (writing.length >= 8) await writing.shift();
      const task = limited(async () => {
        const picture = tensor3d(data as unknown as Uint8Array, [height, width, 3], 'int32');
        try {
          await fs.writeFile(file, await encodeImage(picture, 'jpeg', { range: 'byte', quality }));
        } finally {
          picture.dispose();
        }
      });
      // A failure surfaces where the promise is awaited.
      task.catch(() => {});
      writing.push(task);
    }
    await Promise.all(writing);
    onProgress(done + 1, plans.length);
  }
  const note = [
    'Generated faces that move as micro-expressions do, in the tree and with the workbook of CASME II.',
    'Nobody is shown here, and nothing in it is part of CASME II.',
    `Made by @mer/datasets with ${JSON.stringify({ ...settings, amplitude, drift, noise })}`,
  ];
  await fs.writeFile(path.join(root, 'README.txt'), `${note.join('\n')}\n`);
  const workbook = 'CASME2-coding-synthetic.xlsx';
  // Under another name first: a workbook that is there is whole.
  const unfinished = path.join(root, `.${workbook}.part`);
  await fs.writeFile(unfinished, encodeWorkbook(sheetsOf(plans)));
  await fs.rename(unfinished, path.join(root, workbook));
  const perEmotion = {} as Record<SyntheticEmotion, number>;
  for (const { emotion } of plans) perEmotion[emotion] = (perEmotion[emotion] ?? 0) + 1;
  return { root, workbook, clips, subjects, frames, perEmotion };
}

/** The workbook as CASME II's 2014 release has it: blank columns C and G, two empty sheets. */
function sheetsOf(plans: readonly NumberedPlan[]) {
  const header: WorkbookCell[] = [
    'Subject',
    'Filename',
    null,
    'OnsetFrame',
    'ApexFrame',
    'OffsetFrame',
    null,
    'Action Units',
    'Estimated Emotion',
  ];
  const rows = plans.map(({ subject, clip, firstNumber, onset, apex, offset, units, emotion }): WorkbookCell[] => [
    subject.slice(3),
    clip,
    null,
    firstNumber + onset,
    firstNumber + apex,
    firstNumber + offset,
    null,
    unitsCell(units),
    emotion,
  ]);
  return [
    { name: 'Sheet1', rows: [header, ...rows] },
    { name: 'Sheet2', rows: [] },
    { name: 'Sheet3', rows: [] },
  ];
}

/** One unit of both sides is a number, anything else text, as in the release. */
function unitsCell(units: readonly ActionUnitUse[]): WorkbookCell {
  const [first] = units;
  if (units.length === 1 && first?.side === 'both') return first.unit;
  return units.map(({ unit, side }) => `${{ left: 'L', right: 'R', both: '' }[side]}${unit}`).join('+');
}
