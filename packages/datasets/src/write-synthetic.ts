import { checkOptions, choice, integer, number, type OptionsOf } from '@mer/options';
import type { SyntheticEmotion } from './synthetic/action-units.js';
import { drawClip, type SyntheticLook } from './synthetic/clip.js';
import { type NumberedPlan, planSet } from './synthetic/plan-set.js';
import { unitsCell } from './tables/units-cell.js';
import { encodeWorkbook, type WorkbookCell } from './tables/write-workbook.js';
import { checkEmpty, diskFor, pictureWriter, writeWhole } from './write-pictures.js';

/** How hard the classes are to tell apart: size of the movement, drift of the head, noise of the sensor. */
const difficulties = {
  easy: { amplitude: 2, drift: 0.1, noise: 0.004 },
  medium: { amplitude: 1.2, drift: 0.2, noise: 0.008 },
  hard: { amplitude: 0.6, drift: 0.35, noise: 0.015 },
} as const;

/** The options of {@link writeSyntheticDataset} as data. */
export const writeSyntheticOptions = {
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
export type WriteSyntheticOptions = OptionsOf<typeof writeSyntheticOptions>;

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
  const task = 'write synthetic data set';
  const disk = diskFor(task);
  const { fs, path } = disk;
  const settings = checkOptions(task, writeSyntheticOptions, given);
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
  await checkEmpty(disk, root, task);
  const defaults = difficulties[difficulty];
  const { amplitude = defaults.amplitude, drift = defaults.drift, noise = defaults.noise } = settings;
  const faceShare = tree === 'raw' ? 0.33 : 0.46;
  const look: SyntheticLook = { seed, height, width, amplitude, drift, noise, faceShare };
  const plans = planSet(seed, subjects, clips, [leastFrames, mostFrames]);
  const [top, prefix] = tree === 'raw' ? ['CASME2_RAW_selected', 'img'] : ['Cropped', 'reg_img'];

  // of Node's entry alone
  const { makeFolder } = await import('@mer/io');
  const pictures = pictureWriter(disk, { height, width, quality });
  let frames = 0;
  try {
    for (const [done, plan] of plans.entries()) {
      const folder = path.join(root, top, plan.subject, plan.clip);
      await makeFolder(folder);
      let number = plan.firstNumber;
      for (const data of drawClip(look, plan)) {
        await pictures.put(path.join(folder, `${prefix}${number++}.jpg`), data);
        frames++;
      }
      await pictures.done();
      onProgress(done + 1, plans.length);
    }
  } finally {
    await pictures.rest();
  }
  const note = [
    'Generated faces that move as micro-expressions do, in the tree and with the workbook of CASME II.',
    'Nobody is shown here, and nothing in it is part of CASME II.',
    `Made by @mer/datasets with ${JSON.stringify({ ...settings, amplitude, drift, noise })}`,
  ];
  await fs.writeFile(path.join(root, 'README.txt'), `${note.join('\n')}\n`);
  const workbook = 'CASME2-coding-synthetic.xlsx';
  await writeWhole(disk, path.join(root, workbook), encodeWorkbook(sheetsOf(plans)));
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
