import { checkOptions, integer, type OptionsOf, type Resolved } from '@mer/options';
import { shareOut } from './plan-set.js';
import { randomStream } from './random.js';
import { recordingEntries } from './recording-options.js';
import type { RecordingSettings } from './recording-plan.js';
import { shuffle } from './shuffle.js';

/** What several recordings are made of. */
export const planRecordingsOptions = {
  subjects: integer('Number of subjects.', { min: 1, max: 81, default: 6 }),
  videos: integer('Number of recordings, spread evenly over the subjects; nine of a subject at most.', {
    min: 1,
    max: 729,
    default: 6,
  }),
  micros: integer('Number of micro-expressions in all recordings together, spread unevenly.', {
    min: 0,
    max: 10000,
    default: 12,
  }),
  macros: integer('Number of macro-expressions in all recordings together, spread unevenly.', {
    min: 0,
    max: 10000,
    default: 6,
  }),
  quiet: integer('Number of recordings without any expression; one in six where it is not given.', {
    min: 0,
    max: 729,
    optional: true,
  }),
  ...recordingEntries(),
};

/** Options of {@link planRecordings}. */
export type PlanRecordingsOptions = OptionsOf<typeof planRecordingsOptions>;

/** Numbers of the subjects of CAS(ME)^2, then others. */
const numbers = [15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 40];
const subjectName = (index: number) => `s${numbers[index] ?? 41 + index - numbers.length}`;

/** The films that the subjects of CAS(ME)^2 saw: what a recording is called, and its code. */
export const films = {
  disgust1: '0101',
  disgust2: '0102',
  anger1: '0401',
  anger2: '0402',
  happy1: '0502',
  happy2: '0503',
  happy3: '0505',
  happy4: '0507',
  happy5: '0508',
} as const;

/**
 * Plans several generated recordings: the options of {@link syntheticRecording} for each. By default 6 of 60 seconds, of 6 subjects, with 12 micro- and 6
 * macro-expressions, unevenly spread as in real data: one recording has none.
 *
 * Subjects and recordings are called as those of CAS(ME)^2.
 *
 * @returns options of each recording, by subject
 * @throws TypeError or RangeError for an option that is unknown or out of its range
 *
 * @example
 * ```ts
 * import { planRecordings, syntheticRecording } from '@mer/datasets';
 *
 * const plans = planRecordings({ seconds: 20, size: 64, videos: 3, subjects: 3, micros: 5, macros: 2 });
 * console.log(plans.map(({ subject, video }) => `${subject}/${video}`)); // [ 's15/disgust1', 's16/disgust1', 's19/disgust1' ]
 * console.log(plans.reduce((sum, plan) => sum + syntheticRecording(plan).intervals.length, 0)); // 7
 * ```
 */
export function planRecordings(given: PlanRecordingsOptions = {}): RecordingSettings[] {
  return settingsOf(
    'plan synthetic recordings',
    checkOptions('plan synthetic recordings', planRecordingsOptions, given),
  );
}

/** The settings of every recording, of options that were checked; `task` begins the messages. */
export function settingsOf(task: string, options: Resolved<typeof planRecordingsOptions>): RecordingSettings[] {
  const { subjects, videos, micros, macros, quiet: asked, ...look } = options;
  const wrong = (name: string, state: string, value: number) =>
    new RangeError(`Cannot ${task} as ${name} must be ${state}: current value is ${value}`);
  if (subjects > videos) throw wrong('subjects', `at most videos, ${videos}`, subjects);
  const names = Object.keys(films);
  if (videos > names.length * subjects)
    throw wrong('videos', `at most ${names.length} a subject, ${names.length * subjects}`, videos);
  const quiet = asked ?? (micros + macros > 0 ? Math.floor(videos / 6) : videos);
  if (quiet > videos || (quiet === videos && micros + macros > 0)) {
    throw wrong('quiet', `less than videos, ${videos}, where there are expressions`, quiet);
  }
  const random = randomStream('recordings', look.seed);
  const still = new Set(
    shuffle(
      Array.from({ length: videos }, (_, i) => i),
      random,
    ).slice(0, quiet),
  );
  /** Shares a number of expressions among the recordings that have some. */
  const spread = (total: number) => {
    const shares = shareOut(
      total,
      Array.from({ length: videos - quiet }, () => random.uniform(0.4, 1.6)),
      0,
    );
    return Array.from({ length: videos }, (_, i) => (still.has(i) ? 0 : shares.shift()!));
  };
  const [microCounts, macroCounts] = quiet < videos ? [spread(micros), spread(macros)] : [[], []];
  const perSubject = shareOut(videos, new Array<number>(subjects).fill(1), 0);
  let index = 0;
  return perSubject.flatMap((count, s) =>
    names.slice(0, count).map((video): RecordingSettings => {
      const [micro, macro] = [microCounts[index] ?? 0, macroCounts[index] ?? 0];
      index++;
      return { ...look, subject: subjectName(s), video, micros: micro, macros: macro };
    }),
  );
}
