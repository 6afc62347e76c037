// How far spotted apexes lie from those of generated clips, in the layout of CASME II, which `mer synth` writes.
//
//   node benchmarks/apexes.mjs [--seeds 0,1,2] [--clips 36] [--difficulties medium,hard] [--work <folder>] [--no-csv]
//
// `middle` takes the middle of each clip, whatever is in it: apexes are drawn between 0.35 and 0.62 of a clip's length, so that it is not far off, and a way of
// spotting must be better. Generated heads drift and the light changes; whether faces are as easy, nothing here tells. Columns: docs/benchmarks.md. Packages must be
// built. Results: benchmarks/results/apexes.csv.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '@mer/backends';
import { openCasme2, writeSyntheticDataset } from '@mer/datasets';
import { scoreApexes } from '@mer/experiments';
import { hardware, saveRows } from './parts/results.mjs';

const { values: given } = parseArgs({
  options: {
    seeds: { type: 'string', default: '0,1,2' },
    clips: { type: 'string', default: '36' },
    difficulties: { type: 'string', default: 'medium,hard' },
    work: { type: 'string', default: join(tmpdir(), 'mer-apexes') },
    'no-csv': { type: 'boolean', default: false },
  },
});

await useBackend('wasm');
const clips = Number(given.clips);
const rows = [];
for (const difficulty of given.difficulties.split(',')) {
  for (const seed of given.seeds.split(',').map(Number)) {
    const root = join(given.work, `${difficulty}-${seed}-${clips}`);
    if (!existsSync(root)) await writeSyntheticDataset(root, { seed, difficulty, clips });
    const study = await scoreApexes(await openCasme2({ root }), { size: 224 });
    for (const [way, scores] of Object.entries(study.ways)) {
      const { meanAbsoluteError, medianAbsoluteError, milliseconds, spottingRate } = scores;
      rows.push({
        ...{ way, difficulty, seed, clips: study.clips },
        ...{ mean_frames: meanAbsoluteError.toFixed(2), median_frames: medianAbsoluteError.toFixed(1) },
        ...{ mean_ms: milliseconds.toFixed(1), asr: spottingRate.toFixed(4) },
        ...{ date: new Date().toISOString().slice(0, 10), node: process.version, hardware: hardware() },
      });
      console.log(Object.values(rows.at(-1)).slice(0, 8).join('  '));
    }
  }
}
if (!given['no-csv']) saveRows('apexes', rows, ['way', 'difficulty', 'seed']);
