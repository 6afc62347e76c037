import { frameCount, type Interval, matches, overlap } from './interval.js';
import { matchIntervals } from './match-intervals.js';
import type { SpottingCounts } from './spotting-counts.js';

type Rule = (truth: readonly Interval[], predicted: readonly Interval[]) => SpottingCounts;

const counts = (tp: number, fp: number, fn: number): SpottingCounts => ({ tp, fp, fn });

/** Maximum one-to-one matching: what this project reports. */
const oneToOne: Rule = (truth, predicted) => {
  const tp = matchIntervals(truth, predicted).length;
  return counts(tp, predicted.length - tp, truth.length - tp);
};

/** Each prediction in order looks at the truth of greatest overlap alone (ties: the later one); a video without predictions is given one, `0..0`. */
const bestTruthOnce: Rule = (truth, predicted) => {
  const used = new Set<number>();
  for (const one of predicted) {
    let best = -1;
    for (let t = 0; t < truth.length; t++) {
      if (best < 0 || overlap(truth[t]!, one) >= overlap(truth[best]!, one)) best = t;
    }
    if (best >= 0 && matches(truth[best]!, one)) used.add(best);
  }
  if (predicted.length === 0) return bestTruthOnce(truth, [{ onset: 0, offset: 0 }]);
  return counts(used.size, predicted.length - used.size, truth.length - used.size);
};

/** Every pair counts; misses can become negative. */
const manyToMany: Rule = (truth, predicted) => {
  const hits = predicted.map((one) => truth.filter((other) => matches(other, one)).length);
  const tp = hits.reduce((sum, hit) => sum + hit, 0);
  return counts(tp, hits.filter((hit) => hit === 0).length, truth.length - tp);
};

/** Truths that any prediction reaches; an interval of one frame reaches nothing; false positives can become negative. */
const foundTruths: Rule = (truth, predicted) => {
  const reaches = (a: Interval, b: Interval) => frameCount(a) > 1 && frameCount(b) > 1 && matches(a, b);
  const tp = truth.filter((one) => predicted.some((other) => reaches(one, other))).length;
  return counts(tp, predicted.length - tp, truth.length - tp);
};

/** Each prediction in order takes every free truth that it reaches; videos without truths are left out. */
const allFreeTruths: Rule = (truth, predicted) => {
  if (truth.length === 0) return counts(0, 0, 0);
  const used = new Set<number>();
  let fp = 0;
  for (const one of predicted) {
    const hit = [...truth.keys()].filter((t) => !used.has(t) && matches(truth[t]!, one));
    for (const t of hit) used.add(t);
    if (hit.length === 0) fp++;
  }
  return counts(used.size, fp, truth.length - used.size);
};

/** For each truth the predictions in order, up to the first that overlaps by a fifth; ends are not counted as frames. */
const exclusiveFirst: Rule = (truth, predicted) => {
  // twice and five times the numerator, so that exactly a half and a fifth count
  const shared = (a: Interval, b: Interval) => Math.min(a.offset, b.offset) - Math.max(a.onset, b.onset);
  const hull = (a: Interval, b: Interval) => Math.max(a.offset, b.offset) - Math.min(a.onset, b.onset);
  const reaches = (a: Interval, b: Interval, parts: number) => hull(a, b) > 0 && parts * shared(a, b) >= hull(a, b);
  const tp = truth.filter((one) => {
    const first = predicted.find((other) => reaches(one, other, 5));
    return first !== undefined && reaches(one, first, 2);
  }).length;
  return counts(tp, predicted.length - tp, truth.length - tp);
};

/** How hits, false alarms and misses of a video are counted, by name. */
export const matchingRules = {
  'one-to-one': oneToOne,
  'best-truth-once': bestTruthOnce,
  'many-to-many': manyToMany,
  'found-truths': foundTruths,
  'all-free-truths': allFreeTruths,
  'exclusive-first': exclusiveFirst,
} satisfies Record<string, Rule>;
