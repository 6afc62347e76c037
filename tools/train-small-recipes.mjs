// Trains every small recipe (small/*) from clip to score: for a nightly run, after `npm run build`.
//   node tools/train-small-recipes.mjs               as the recipes stand: leave one subject out
//   node tools/train-small-recipes.mjs --quick       two folds of one epoch each
//   node tools/train-small-recipes.mjs afn fdp       these alone
// Prints a line for each with its scores, seconds and memory; exit status 1 where one cannot be trained.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readExperiment, runExperiment } from '@mer/experiments';

const QUICK = [
  'data.options={ subjects: 2, clipsPerSubject: 3, frames: 10 }',
  'training.epochs=1',
  'protocol={ name: group-k-fold, folds: 2 }',
];

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
const folder = fileURLToPath(new URL('../packages/experiments/recipes/small/', import.meta.url));
const all = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).map((file) => basename(file, '.yaml'));
const unknown = positionals.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`Cannot train ${unknown.join(', ')}: the small recipes are ${all.join(', ')}`);
  process.exit(2);
}

const out = await mkdtemp(join(tmpdir(), 'mer-small-recipes-'));
let failed = 0;
try {
  for (const name of positionals.length > 0 ? positionals : all) {
    const begun = performance.now();
    const end = (text) => {
      const { rss } = process.memoryUsage();
      console.log(
        `${name.padEnd(30)} ${text}  ${((performance.now() - begun) / 1000).toFixed(1)} s  ${(rss / 1e6).toFixed(0)} MB`,
      );
    };
    try {
      const experiment = await readExperiment(join(folder, `${name}.yaml`), { set: values.quick ? QUICK : [] });
      const summary = await runExperiment(experiment, { out: join(out, name), workers: 1, cache: join(out, 'cache') });
      const { accuracy, uf1 } = summary.perSeed[0].scores[0];
      const chance = 1 / summary.classes.length;
      end(`accuracy ${accuracy.toFixed(3)}, UF1 ${uf1.toFixed(3)}, chance ${chance.toFixed(3)}`);
    } catch (error) {
      failed += 1;
      end(`FAILED: ${error.message}`);
    }
  }
} finally {
  await rm(out, { recursive: true, force: true });
}
process.exit(failed > 0 ? 1 : 0);
