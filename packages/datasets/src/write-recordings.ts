import { checkOptions, choice, integer, type OptionsOf } from '@mer/options';
import { planRecordingsOptions, settingsOf } from './synthetic/plan-recordings.js';
import { drawnRecording, intervalsOf } from './synthetic/recording.js';
import { type LaidRecording, type RecordingLayout, recordingLayouts } from './synthetic/recording-layouts.js';
import { planRecording } from './synthetic/recording-plan.js';
import { checkEmpty, diskFor, pictureWriter, writeWhole } from './write-pictures.js';

const { fps: _, ...planned } = planRecordingsOptions;

/** The options of {@link writeSyntheticRecordings} as data. */
export const writeRecordingsOptions = {
  layout: choice(
    'Whose tree and table: CAS(ME)^2 (30 frames per second), SAMM Long Videos (200), or folders with a manifest, which take any rate.',
    Object.keys(recordingLayouts) as (keyof typeof recordingLayouts)[],
    { default: 'cas-me2' },
  ),
  ...planned,
  fps: integer('Frames per second; those of the layout, or 30, if not given.', { min: 10, max: 1000, optional: true }),
  landmarks: choice(
    'In which frames the 68 points are written: the first of each second, or all.',
    ['seconds', 'all'],
    {
      default: 'seconds',
    },
  ),
  quality: integer('Quality of the JPEG files.', { min: 1, max: 100, default: 92 }),
};

/** Options of {@link writeSyntheticRecordings}. */
export type WriteRecordingsOptions = OptionsOf<typeof writeRecordingsOptions>;

/** What {@link writeSyntheticRecordings} has written. */
export interface WrittenRecordings {
  /** The folder, as given. */
  root: string;
  /** Path of the annotations in it. */
  annotation: string;
  /** Name of the data set that reads it. */
  dataset: string;
  subjects: number;
  recordings: number;
  frames: number;
  fps: number;
  micros: number;
  macros: number;
  /** Recordings without any expression. */
  quiet: number;
}

/** How the writing is watched. */
export interface WriteRecordingsHooks {
  /** Called before the first frame, after every tenth, and at the end. */
  onProgress?: (frames: number, total: number) => void;
}

/**
 * Writes generated long recordings as a data set on disk, in the tree and with the workbook of CAS(ME)^2's or SAMM's long videos, or as folders with a manifest
 * (Node only; needs the optional package sharp, and a ready tfjs backend).
 *
 * The recordings are those of {@link planRecordings}. Beside them lie the 68 points of each, `landmarks/<subject>/<recording>.json`, as `parseLandmarks` of
 * `@mer/representations` reads them, and what distracts, `distractors.json`; frames count from 0 there. The annotations are written last: a tree without them is not
 * finished. The same options give the same pictures.
 *
 * @throws Error where the folder exists and is not empty; TypeError or RangeError for a wrong option, and where expressions do not fit into a recording.
 *
 * @example
 * ```ts no-run
 * import { openCasMe2, writeSyntheticRecordings } from '@mer/datasets';
 *
 * const { micros, frames } = await writeSyntheticRecordings('synthetic-long', { seconds: 20, videos: 4, subjects: 4 });
 * const dataset = await openCasMe2({ root: 'synthetic-long', expressions: 'micro' });
 * console.log(micros, frames, dataset.samples.length); // 12 2400 12
 * ```
 */
export async function writeSyntheticRecordings(
  root: string,
  given: WriteRecordingsOptions = {},
  { onProgress = () => {} }: WriteRecordingsHooks = {},
): Promise<WrittenRecordings> {
  const task = 'write synthetic recordings';
  const disk = diskFor(task);
  const { fs, path } = disk;
  const { layout: name, landmarks, quality, ...rest } = checkOptions(task, writeRecordingsOptions, given);
  const layout: RecordingLayout = recordingLayouts[name];
  const rate = rest.fps ?? layout.fps ?? 30;
  if (layout.fps !== undefined && rate !== layout.fps) {
    throw new RangeError(
      `Cannot ${task} as fps of the layout ${name} must be ${layout.fps}: current value is ${rate} (the layout manifest takes any)`,
    );
  }
  // everything that can be wrong is found before anything is written
  const settings = settingsOf(task, { ...rest, fps: rate });
  const seen = new Map<string, number>();
  const recordings = settings.map((one) => {
    const index = seen.get(one.subject) ?? 0;
    seen.set(one.subject, index + 1);
    const plan = planRecording(one);
    const laid: LaidRecording = { subject: one.subject, video: one.video, index, intervals: intervalsOf(plan) };
    return { one, laid, frames: plan.frames };
  });
  await checkEmpty(disk, root, task);

  // of Node's entry alone
  const { makeFolder } = await import('@mer/io');
  const total = recordings.reduce((sum, { frames }) => sum + frames, 0);
  const pictures = pictureWriter(disk, { height: rest.size, width: rest.size, quality });
  const distractors: Record<string, unknown> = {};
  const pointsFolder = path.join(root, 'landmarks');
  let done = 0;
  onProgress(0, total);
  for (const { one, laid, frames } of recordings) {
    const { recording, canvas } = drawnRecording(one);
    const below = layout.folder(laid);
    const folder = path.join(root, ...below.split('/'));
    await makeFolder(folder);
    try {
      for (let frame = 0; frame < frames; frame++) {
        await pictures.put(path.join(folder, layout.frame(laid, frame + 1)), canvas.draw(frame));
        if (++done % 10 === 0) onProgress(done, total);
      }
      await pictures.done();
    } finally {
      await pictures.rest();
    }
    const step = landmarks === 'all' ? 1 : rate;
    const points = Array.from({ length: Math.ceil(frames / step) }, (_, i) => ({
      frame: i * step,
      points: canvas.landmarks(i * step).map(([x, y]) => [round(x), round(y)]),
    }));
    const called = layout.called(laid);
    await makeFolder(path.join(pointsFolder, called.subject));
    const pointsFile = path.join(pointsFolder, called.subject, `${called.recording}.json`);
    await fs.writeFile(pointsFile, `${JSON.stringify(points)}\n`);
    distractors[`${called.subject}/${called.recording}`] = recording.distractors;
  }
  const note = [
    `Generated long recordings of faces with hidden expressions, in the tree and with the table of ${layout.of}.`,
    `Nobody is shown here${name === 'manifest' ? '' : `, and nothing in it is part of ${layout.of}`}.`,
    `Made by @mer/datasets with ${JSON.stringify({ layout: name, ...rest, fps: rate, landmarks, quality })}`,
  ];
  await fs.writeFile(path.join(root, 'README.txt'), `${note.join('\n')}\n`);
  await fs.writeFile(path.join(root, 'distractors.json'), `${JSON.stringify(distractors, null, 1)}\n`);
  const laid = recordings.map((recording) => recording.laid);
  await writeWhole(disk, path.join(root, layout.annotation), layout.annotate(laid, rate));
  onProgress(total, total);
  const count = (kind: 'micro' | 'macro') =>
    laid.reduce((sum, { intervals }) => sum + intervals.filter((interval) => interval.kind === kind).length, 0);
  return {
    root,
    annotation: layout.annotation,
    dataset: layout.dataset,
    subjects: seen.size,
    recordings: recordings.length,
    frames: total,
    fps: rate,
    micros: count('micro'),
    macros: count('macro'),
    quiet: laid.filter(({ intervals }) => intervals.length === 0).length,
  };
}

/** Hundredths of a pixel. */
const round = (value: number) => Math.round(100 * value) / 100;
