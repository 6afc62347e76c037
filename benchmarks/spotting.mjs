// Spotters on generated long recordings, by leave one subject out with thresholds chosen on the training subjects by the F1 of micro-expressions.
//
//   node benchmarks/spotting.mjs [--spotters skin-motion,region-flow,flow-peaks,mdmd] [--seeds 0,1,2] [--fps 30] [--learn rate=15,flow=farneback] [--work <folder>] [--no-csv]
//
// softnet and mtsn are trained on five subjects and spot in the sixth, thresholds as published; at 30 frames a second alone. `--learn` sets options of theirs, which
// the row then names: TV-L1 on every frame and ten epochs are long.
// Recordings are those of `mer synth <folder> --long` with everything else as it is by default: 6 of 60 seconds, 12 micro- and 6 macro-expressions. At 30 frames a
// second they are written and read as JPEG files; at others frames are drawn when they are read, the same but for the compression. What was measured stays in the
// work folder, and a run that is repeated goes on with it. `chance`: as many intervals as there are expressions, as long as those, anywhere; the mean of 2000 draws.
// Columns: docs/benchmarks.md. Packages must be built. Results: benchmarks/results/spotting.csv.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '@mer/backends';
import { openRecordings, planRecordings, syntheticRecording, writeSyntheticRecordings } from '@mer/datasets';
import { parseSpottingStudy, runSpottingStudy } from '@mer/experiments';
import { spottingScores } from '@mer/metrics';
import { checkOptions } from '@mer/options';
import { spotters, tuneSpotter } from '@mer/spotting';
import { randomStream, uniformBelow } from '@mer/training';
import { hardware, saveRows } from './parts/results.mjs';

const { values: given } = parseArgs({
  options: {
    spotters: { type: 'string', default: 'skin-motion,region-flow,flow-peaks,mdmd' },
    seeds: { type: 'string', default: '0,1,2' },
    fps: { type: 'string', default: '30' },
    learn: { type: 'string', default: '' },
    work: { type: 'string', default: join(tmpdir(), 'mer-spotting') },
    'no-csv': { type: 'boolean', default: false },
  },
});

/** What is tried, each with each; the first of equal ones is taken. */
const candidates = {
  'skin-motion': { height: [0.5, 0.4, 0.6], calm: [0.2, 0.3], slope: [0.1, 0.15] },
  'region-flow': { sensitivity: [1.4, 2, 3], calm: [0.25, 0.15, 0.35], spread: [0.75, 1] },
  'flow-peaks': { threshold: [0.55, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] },
  mdmd: { threshold: [0.01, 0.05, 0.1, 0.2, 0.4, 0.6] },
};
const combinations = (choose) =>
  Object.entries(choose).reduce(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );

await useBackend('wasm');
const fps = Number(given.fps);
const rows = [];
for (const seed of given.seeds.split(',').map(Number)) {
  const recordings = fps === 30 ? await recordingsOfFiles(seed) : recordingsDrawn(seed);
  rows.push(chance(seed, recordings));
  for (const name of given.spotters.split(',')) {
    if (spotters.find((one) => one.name === name)?.learning) {
      rows.push(await learned(name, seed));
      continue;
    }
    const spotter = remembering(spotters.find((one) => one.name === name));
    const settings = checkOptions('run the benchmark', spotter.options, {});
    for (const one of recordings) one.measured = await measured(`${name}-${fps}-${seed}`, one, spotter, settings);
    const tried = combinations(candidates[name]);
    const chosen = [];
    const videos = recordings.map((one) => {
      const { options } = tuneSpotter(
        spotter,
        recordings.filter(({ subject }) => subject !== one.subject),
        tried,
        'micro',
      );
      chosen.push(
        Object.keys(candidates[name])
          .map((key) => options[key])
          .join(' '),
      );
      return { truth: one.truth, predicted: spotter.decide(one.measured, options) };
    });
    rows.push(
      rowOf(name, seed, spottingScores(videos), `${Object.keys(candidates[name]).join(' ')}: ${chosen.join(', ')}`),
    );
    rows.push(
      rowOf(
        `${name}, nothing chosen`,
        seed,
        spottingScores(
          recordings.map((one) => ({ truth: one.truth, predicted: spotter.decide(one.measured, settings) })),
        ),
        '',
      ),
    );
  }
}
for (const { spotter, seed, micro_tp, micro_fp, micro_fn, micro_f1, macro_f1, all_f1 } of rows) {
  console.log(
    `${spotter.padEnd(30)} seed ${seed}  micro ${micro_tp}/${micro_fp}/${micro_fn} F1 ${micro_f1}  macro ${macro_f1}  all ${all_f1}`,
  );
}
if (!given['no-csv']) saveRows('spotting', rows, ['spotter', 'seed', 'fps']);

/** A spotter that decides once for each recording and options: folds share most of both. */
function remembering(spotter) {
  const known = new Map();
  const decide = (measured, options) => {
    if (!known.has(measured)) known.set(measured, new Map());
    const of = known.get(measured);
    const key = JSON.stringify(options);
    if (!of.has(key)) of.set(key, spotter.decide(measured, options));
    return of.get(key);
  };
  return { ...spotter, decide };
}

/** A row of a spotter that learns: a study on the files. */
async function learned(name, seed) {
  if (fps !== 30) throw new RangeError(`Cannot train ${name} as recordings must be files: --fps 30`);
  const root = join(given.work, `data-30-${seed}`);
  const pairs = given.learn.split(',').filter(Boolean);
  const options = Object.fromEntries(
    pairs.map((pair) => pair.split('=')).map(([key, value]) => [key, Number(value) || value]),
  );
  const data = { name: 'recording-folder', root, landmarks: join(root, 'landmarks') };
  const study = parseSpottingStudy({ name, data, spotter: { name, options } });
  const out = join(given.work, 'studies', [name, seed, ...pairs].join('-'));
  const { scores } = await runSpottingStudy(study, {
    out,
    onEvent: (event) => {
      if (event.type === 'measured') console.error(`${name} ${event.recording}`);
      if (event.type === 'learning')
        console.error(`${event.subject} ${event.network} ${event.epoch}: ${event.loss.toFixed(4)}`);
    },
  });
  return rowOf([name, ...pairs.map((pair) => pair.replace('=', ' '))].join(', '), seed, scores, '');
}

async function recordingsOfFiles(seed) {
  const root = join(given.work, `data-30-${seed}`);
  if (!existsSync(join(root, 'manifest.csv'))) await writeSyntheticRecordings(root, { layout: 'manifest', seed });
  const dataset = await openRecordings('recording-folder', { root });
  return dataset.samples.map(({ subject, clip, expressions }, i) => ({
    subject,
    truth: expressions.map(({ onset, offset, kind }) => ({ onset, offset, kind })),
    open: async () => ({
      frames: await dataset.openRecording(i, { color: false }),
      fps,
      landmarks: JSON.parse(readFileSync(join(root, 'landmarks', subject, `${clip}.json`), 'utf8')),
    }),
  }));
}

function recordingsDrawn(seed) {
  return planRecordings({ seed, fps }).map((plan) => {
    const recording = syntheticRecording({ ...plan, color: false });
    return {
      subject: plan.subject,
      truth: recording.intervals.map(({ onset, offset, kind }) => ({ onset, offset, kind })),
      open: async () => recording,
    };
  });
}

async function measured(of, { subject, open }, spotter, settings) {
  const folder = join(given.work, 'measured', of);
  const file = join(folder, `${subject}.json`);
  if (!existsSync(file)) {
    const made = await spotter.measure(await open(), settings, {});
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      file,
      JSON.stringify(made, (_, value) => (ArrayBuffer.isView(value) ? [...value] : value)),
    );
    console.error(`${of} ${subject}`);
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

function chance(seed, recordings) {
  const random = randomStream([seed, 'chance']);
  const whole = recordings.map(({ truth }) => truth);
  const lengths = whole.flat();
  const frames = 60 * fps;
  const draw = () => {
    const predicted = recordings.map(() => []);
    for (const { onset, offset, kind } of lengths) {
      const start = uniformBelow(frames - (offset - onset), random);
      predicted[uniformBelow(recordings.length, random)].push({
        onset: start,
        offset: start + offset - onset,
        kind,
      });
    }
    return spottingScores(whole.map((truth, i) => ({ truth, predicted: predicted[i] })));
  };
  const draws = Array.from({ length: 2000 }, draw);
  const mean = (of) => draws.reduce((sum, one) => sum + of(one), 0) / draws.length;
  const scores = Object.fromEntries(
    ['micro', 'macro', 'all'].map((kind) => [
      kind,
      Object.fromEntries(
        ['tp', 'fp', 'fn', 'f1'].map((key) => [key, Number(mean((one) => one[kind][key]).toFixed(4))]),
      ),
    ]),
  );
  return rowOf('chance', seed, scores, '');
}

function rowOf(spotter, seed, { micro, macro, all }, chosen) {
  const counts = Object.entries({ micro, macro, all }).flatMap(([kind, score]) => [
    ...['tp', 'fp', 'fn'].map((key) => [`${kind}_${key}`, score[key]]),
    [`${kind}_f1`, score.f1.toFixed(4)],
  ]);
  return {
    ...{ spotter, seed, fps, frames: fps === 30 ? 'files' : 'drawn' },
    ...Object.fromEntries(counts),
    ...{ chosen, date: new Date().toISOString().slice(0, 10), node: process.version, hardware: hardware() },
  };
}
