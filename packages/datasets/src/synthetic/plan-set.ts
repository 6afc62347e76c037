import { emotionPatterns, type SyntheticEmotion } from './action-units.js';
import { type ClipPlan, planClip } from './clip-plan.js';
import { randomStream } from './random.js';
import { shuffle } from './shuffle.js';

/** How often each emotion is shown: the proportions of CASME II. */
export const proportions: Readonly<Record<SyntheticEmotion, number>> = {
  others: 99,
  disgust: 63,
  happiness: 32,
  repression: 27,
  surprise: 25,
};

/** A clip with the number of its first frame, as cameras count. */
export interface NumberedPlan extends ClipPlan {
  firstNumber: number;
}

/** Shares `total` among weights in whole numbers, the largest remainders first; everyone gets at least `least`. */
export function shareOut(total: number, weights: readonly number[], least: number): number[] {
  const free = total - least * weights.length;
  const sum = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map((weight) => (free * weight) / sum);
  const shares = exact.map(Math.floor);
  const order = exact
    .map((value, i) => ({ i, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  let left = free - shares.reduce((a, b) => a + b, 0);
  for (const { i } of order) if (left-- > 0) shares[i]!++;
  return shares.map((share) => share + least);
}

/** Plans a whole set: emotions as unevenly spread as in CASME II, subjects with few and with many clips. */
export function planSet(
  seed: number,
  subjects: number,
  clips: number,
  frames: readonly [number, number],
): NumberedPlan[] {
  const random = randomStream('set', seed);
  const names = Object.keys(emotionPatterns) as SyntheticEmotion[];
  const shares = shareOut(
    clips,
    names.map((name) => proportions[name]),
    clips >= 2 * names.length ? 2 : 0,
  );
  const emotions = names.flatMap((name, i) => new Array<SyntheticEmotion>(shares[i]!).fill(name));
  shuffle(emotions, random);
  const counts = shareOut(
    clips,
    Array.from({ length: subjects }, () => random.uniform(0.3, 1.7)),
    1,
  );
  return counts.flatMap((count, s) =>
    Array.from({ length: count }, (_, c): NumberedPlan => {
      const subject = `sub${String(s + 1).padStart(2, '0')}`;
      // Names repeat across subjects, as in CASME II.
      const clip = `EP${String(1 + Math.floor(c / 3)).padStart(2, '0')}_${String(1 + (c % 3)).padStart(2, '0')}${c % 4 ? '' : 'f'}`;
      const length = Math.round(random.uniform(frames[0], frames[1]));
      const firstNumber = Math.floor(random.uniform(20, 120));
      return { ...planClip(seed, subject, clip, emotions.shift()!, length), firstNumber };
    }),
  );
}
