import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest, readRun } from '@mer/experiments';

/**
 * The seeds of a row all of whose folds are done, as a run of its own, or undefined where none is; and how many folds are done in all.
 */
export async function finished(results, { name }) {
  const dir = join(results, name);
  if (!existsSync(join(dir, 'folds')) || !(await readManifest(dir))) return { done: 0 };
  const run = await readRun(dir);
  const { experiment, folds } = run.manifest;
  const lacking = new Set(run.missing.map(({ seed }) => seed));
  const seeds = experiment.seeds.filter((seed) => !lacking.has(seed));
  const isWhole = ({ seed }) => seeds.includes(seed);
  return {
    done: run.folds.length,
    run:
      seeds.length === 0
        ? undefined
        : {
            ...run,
            manifest: { ...run.manifest, experiment: { ...experiment, seeds }, folds: folds.filter(isWhole) },
            folds: run.folds.filter(isWhole),
            missing: [],
          },
  };
}
