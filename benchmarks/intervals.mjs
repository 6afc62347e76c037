// How often intervals over subjects hold the score that they should: simulated data sets with the clips per subject and class of SMIC-HS, CASME II and SAMM as
// MEGC2019 counts them (parts/megc2019-clips.json: negative, positive, surprise), subjects drawn anew for each. After `npm run build`:
//   node benchmarks/intervals.mjs [--sets 2000] [--resamples 1000] [--no-csv]
// A clip's prediction is drawn by its class and by what its subject leans to (`lean`: standard deviation of the logits that all clips of a subject share); the
// score of the population is that of 200,000 subjects. Beside the methods of bootstrapConfidenceInterval: a studentised bootstrap, its standard errors by the
// infinitesimal jackknife, and Student's t with the jackknife's standard error on the logit of the score. Results: benchmarks/results/intervals.csv, coverage in
// percent, and of the misses those where the population's score lies below and above the interval.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bootstrapConfidenceInterval } from '@mer/metrics';
import { MULBERRY32_STEP, mulberry32 } from '@mer/options/random';
import { hardware, saveRows } from './parts/results.mjs';

const { values: options } = parseArgs({
  options: {
    sets: { type: 'string', default: '2000' },
    resamples: { type: 'string', default: '1000' },
    'no-csv': { type: 'boolean', default: false },
  },
});
const [sets, resamples] = [Number(options.sets), Number(options.resamples)];
const clips = JSON.parse(readFileSync(new URL('parts/megc2019-clips.json', import.meta.url), 'utf8'));
const LEVEL = 0.95;
const CLASSES = 3;
const NAMES = ['uf1', 'uar', 'accuracy'];
/** Probability of each prediction (column) of a clip of each class (row). */
const NETWORKS = {
  weak: [
    [0.6, 0.2, 0.2],
    [0.35, 0.45, 0.2],
    [0.3, 0.25, 0.45],
  ],
  good: [
    [0.8, 0.1, 0.1],
    [0.2, 0.7, 0.1],
    [0.15, 0.15, 0.7],
  ],
  strong: [
    [0.94, 0.03, 0.03],
    [0.06, 0.9, 0.04],
    [0.05, 0.07, 0.88],
  ],
};

let state = 1;
const random = () => {
  state = (state + MULBERRY32_STEP) | 0;
  return mulberry32(state) / 2 ** 32;
};
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A subject with so many clips of each class: truth x prediction, row by row. */
function subjectOf(counts, network, lean) {
  const table = new Float64Array(CLASSES ** 2);
  const leanings = Array.from({ length: CLASSES }, () => Math.exp(lean * normal()));
  for (const [c, count] of counts.entries()) {
    const weights = leanings.map((leaning, k) => network[c][k] * leaning);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let i = 0; i < count; i++) {
      let left = random() * total;
      const k = weights.findIndex((weight) => (left -= weight) < 0);
      table[c * CLASSES + (k < 0 ? CLASSES - 1 : k)] += 1;
    }
  }
  return table;
}

const sumOf = (tables, drawn = tables.keys()) => {
  const sum = new Float64Array(CLASSES ** 2);
  for (const unit of drawn) for (let cell = 0; cell < sum.length; cell++) sum[cell] += tables[unit][cell];
  return sum;
};

/** Samples of each class, predictions of each, and all. */
function margins(table) {
  const [truth, predicted] = [new Array(CLASSES).fill(0), new Array(CLASSES).fill(0)];
  for (const [cell, count] of table.entries()) {
    truth[Math.floor(cell / CLASSES)] += count;
    predicted[cell % CLASSES] += count;
  }
  return { truth, predicted, n: truth.reduce((sum, count) => sum + count, 0) };
}

function scoresOf(table) {
  const { truth, predicted, n } = margins(table);
  let [uf1, uar, accuracy] = [0, 0, 0];
  for (let c = 0; c < CLASSES; c++) {
    const hits = table[c * CLASSES + c];
    if (hits === 0) continue;
    uf1 += (2 * hits) / (truth[c] + predicted[c]) / CLASSES;
    uar += hits / truth[c] / CLASSES;
    accuracy += hits / n;
  }
  return { uf1, uar, accuracy };
}

/** Standard errors by the infinitesimal jackknife: what each subject adds to the derivative of the scores. */
function standardErrors(list) {
  const table = sumOf(list);
  const { truth, predicted, n } = margins(table);
  const hits = Array.from(truth, (_, c) => table[c * CLASSES + c]);
  const both = truth.map((count, c) => count + predicted[c]);
  const right = hits.reduce((sum, count) => sum + count, 0);
  const gradients = Array.from(table, (_, cell) => {
    const [c, k] = [Math.floor(cell / CLASSES), cell % CLASSES];
    const hit = Number(c === k);
    const f1 = (of) => (both[of] > 0 ? (2 * hits[of]) / both[of] ** 2 : 0);
    return {
      uf1: ((hit && both[c] > 0 ? 2 / both[c] : 0) - f1(c) - f1(k)) / CLASSES,
      uar: truth[c] > 0 ? (hit / truth[c] - hits[c] / truth[c] ** 2) / CLASSES : 0,
      accuracy: hit / n - right / n ** 2,
    };
  });
  const variance = (name) =>
    list.reduce((sum, one) => sum + one.reduce((d, count, cell) => d + count * gradients[cell][name], 0) ** 2, 0);
  const scale = list.length / (list.length - 1);
  return Object.fromEntries(NAMES.map((name) => [name, Math.sqrt(variance(name) * scale)]));
}

/** (resample - score) / its standard error, as if it were Student's t. */
function studentised(list, estimate) {
  const errors = standardErrors(list);
  const ts = Object.fromEntries(NAMES.map((name) => [name, []]));
  for (let i = 0; i < resamples; i++) {
    const drawn = list.map(() => list[Math.floor(random() * list.length)]);
    const [scores, their] = [scoresOf(sumOf(drawn)), standardErrors(drawn)];
    for (const name of NAMES) if (their[name] > 0) ts[name].push((scores[name] - estimate[name]) / their[name]);
  }
  return (name) => {
    const sorted = ts[name].sort((a, b) => a - b);
    const at = (p) => sorted[Math.round(p * (sorted.length - 1))] ?? 0;
    return [estimate[name] - at((1 + LEVEL) / 2) * errors[name], estimate[name] - at((1 - LEVEL) / 2) * errors[name]];
  };
}

/** Quantiles of Student's t at 0.975 for one less than the subjects of each set. */
const STUDENT = { 15: 2.13145, 23: 2.068658, 27: 2.051831 };
const logit = (p) => Math.log(p / (1 - p));
const share = (x) => 1 / (1 + Math.exp(-x));

function studentOnLogit(list, estimate) {
  const n = list.length;
  const without = list.map((_, left) =>
    scoresOf(
      sumOf(
        list,
        [...list.keys()].filter((unit) => unit !== left),
      ),
    ),
  );
  return (name) => {
    const score = estimate[name];
    if (score <= 0 || score >= 1) return [score, score];
    const middle = without.reduce((sum, scores) => sum + scores[name], 0) / n;
    const error = Math.sqrt(((n - 1) / n) * without.reduce((sum, scores) => sum + (scores[name] - middle) ** 2, 0));
    const reach = (STUDENT[n - 1] * error) / (score * (1 - score));
    return [share(logit(score) - reach), share(logit(score) + reach)];
  };
}

/** The ends of each method for each score of one simulated data set. */
function intervalsOf(list) {
  const estimate = scoresOf(sumOf(list));
  const ours = ['percentile', 'bca', 'bca-expanded'].map((method) => {
    const found = bootstrapConfidenceInterval(list, (drawn) => scoresOf(sumOf(list, drawn)), {
      method,
      level: LEVEL,
      resamples,
    });
    return [method, (name) => [found[name].lower, found[name].upper]];
  });
  return {
    ...Object.fromEntries(ours),
    studentised: studentised(list, estimate),
    'logit t': studentOnLogit(list, estimate),
  };
}

const rows = [];
for (const [set, subjects] of Object.entries(clips)) {
  for (const [quality, network] of Object.entries(NETWORKS)) {
    for (const lean of [0, 0.6]) {
      const population = scoresOf(
        sumOf(Array.from({ length: 200_000 }, (_, i) => subjectOf(subjects[i % subjects.length], network, lean))),
      );
      const tally = new Map();
      for (let i = 0; i < sets; i++) {
        const drawn = subjects.map(() => subjects[Math.floor(random() * subjects.length)]);
        const methods = intervalsOf(drawn.map((counts) => subjectOf(counts, network, lean)));
        for (const [method, endsOf] of Object.entries(methods)) {
          for (const name of NAMES) {
            const key = `${name} ${method}`;
            const counts = tally.get(key) ?? { name, method, below: 0, above: 0, width: 0 };
            const [lower, upper] = endsOf(name);
            if (population[name] < lower) counts.below += 1;
            if (population[name] > upper) counts.above += 1;
            counts.width += upper - lower;
            tally.set(key, counts);
          }
        }
      }
      const percent = (count) => ((100 * count) / sets).toFixed(1);
      for (const { name, method, below, above, width } of tally.values()) {
        rows.push({
          set,
          subjects: subjects.length,
          network: quality,
          lean,
          score: name,
          population: population[name].toFixed(4),
          method,
          coverage: percent(sets - below - above),
          below: percent(below),
          above: percent(above),
          width: (width / sets).toFixed(4),
          sets,
          resamples,
          node: process.version,
          hardware: hardware(),
        });
      }
      console.log(set, quality, lean);
    }
  }
}
console.log('\nmethod: lowest, mean and highest coverage over all rows');
for (const method of new Set(rows.map((row) => row.method))) {
  const of = rows.filter((row) => row.method === method).map(({ coverage }) => Number(coverage));
  const mean = of.reduce((sum, each) => sum + each, 0) / of.length;
  console.log(`${method.padEnd(14)} ${Math.min(...of).toFixed(1)} ${mean.toFixed(1)} ${Math.max(...of).toFixed(1)}`);
}
if (!options['no-csv']) saveRows('intervals', rows, ['set', 'network', 'lean', 'score', 'method']);
