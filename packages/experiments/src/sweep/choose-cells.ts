import { join } from 'node:path';
import { makeFolder } from '@mer/io';
import { hashOf } from '@mer/options';
import type { OwnParts } from '../parts/own-modules.js';
import { identityOf } from '../run/check-predictions.js';
import { lockFolder } from '../run/folder-lock.js';
import { type FinishedFold, type Run, readRun } from '../run/read-run.js';
import { foldFolder, openRun, writeJson } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { NESTED } from '../summaries/context.js';
import { readRunSummary } from '../summaries/read-summary.js';
import type { RunSummary } from '../summaries/summary.js';
import type { SweepSettings } from './cells.js';
import { CHOSEN } from './chosen-folder.js';

type Choice = NonNullable<SweepSettings['choose']>;

/** Options of {@link chooseCells}. */
export interface ChooseCellsOptions {
  /** Name of the sweep. */
  name: string;
  /** What of the validation subjects is looked at. */
  by: Choice;
  /** Folder of the run to write. */
  out: string;
  own: OwnParts;
}

/**
 * Makes a run of the runs of a sweep: for each fold the predictions of the cell that was best on the validation subjects, who were held out of the training
 * part of that fold and are the same in every cell. Nothing of the test subjects is looked at, so the scores of the run are those of the whole procedure,
 * choice included. Of equal cells the other measure decides, then the order.
 *
 * @param dirs - folders of the cells, all finished
 * @throws {@link ExperimentError} where the cells have other folds, samples or validation subjects
 */
export async function chooseCells(
  dirs: readonly string[],
  { name, by, out, own }: ChooseCellsOptions,
): Promise<RunSummary> {
  const runs = await Promise.all(dirs.map((dir) => readRun(dir, { own })));
  const [{ manifest }] = runs as [Run];
  const planned = new Map(
    runs.flatMap((run) => run.manifest.folds.map((fold) => [`${fold.seed}/${fold.name}`, fold] as const)),
  );
  const folds = [...planned.values()];
  const chosen = folds.map((fold) => bestOf(candidates(runs, fold), { by, fold: fold.name }));
  const { experiment } = manifest;
  const models = [...new Set(runs.map((run) => run.manifest.experiment.model.name))];
  const lock = await lockFolder(out);
  try {
    await openRun(out, {
      ...manifest,
      experiment: {
        ...experiment,
        name: `${name}-${CHOSEN}`.slice(0, 100),
        description: `For each fold the cell of the sweep ${name} that had the best ${by.replace('-', ' ')} on subjects of its training part.`,
        model: { ...experiment.model, name: models.join(' or ') },
        training: { ...experiment.training, epochChoice: NESTED as 'validation' },
        seeds: [...new Set(folds.map(({ seed }) => seed))],
        published: [],
      },
      hash: hashOf([CHOSEN, by, ...runs.map((run) => run.manifest.hash)]),
      folds,
    });
    for (const { cell, fold } of chosen) {
      const { history, seconds, processorSeconds, ...predictions } = fold;
      const folder = foldFolder(out, fold.seed, fold.fold);
      await makeFolder(folder);
      await writeJson(join(folder, 'history.json'), { seconds, epochs: history });
      await writeJson(join(folder, 'predictions.json'), { ...predictions, epochChoice: NESTED, cell });
    }
    const summary = await readRunSummary(out, { own });
    await writeJson(join(out, 'summary.json'), summary);
    return summary;
  } finally {
    await lock.release();
  }
}

interface Candidate {
  /** Name of the cell. */
  cell: string;
  fold: FinishedFold;
}

/** What each cell has of a fold. */
function candidates(runs: readonly Run[], { seed, name }: { seed: number; name: string }): [Candidate, ...Candidate[]] {
  const found = runs.flatMap(({ manifest, folds }) => {
    const fold = folds.find((each) => each.seed === seed && each.fold === name);
    return fold ? [{ cell: manifest.experiment.name, fold }] : [];
  });
  const said = found.map(({ fold }) =>
    JSON.stringify([fold.predictions.map((each) => [each.id, identityOf(each)]), fold.validationSubjects]),
  );
  const other = said.findIndex((text) => text !== said[0]);
  if (other > 0) {
    throw new ExperimentError(
      `Cannot choose a cell for fold ${name} as every cell must test the same samples and hold out the same validation subjects: ${found[0]!.cell} and ${found[other]!.cell} do not`,
    );
  }
  return found as [Candidate, ...Candidate[]];
}

function bestOf(
  all: readonly [Candidate, ...Candidate[]],
  { by, fold: name }: { by: Choice; fold: string },
): Candidate {
  const measured = all.map((candidate) => {
    const { fold, cell } = candidate;
    const { validationAccuracy, validationLoss } = fold.history.find(({ epoch }) => epoch === fold.epoch) ?? {};
    if (validationAccuracy === undefined || validationLoss === undefined) {
      throw new ExperimentError(
        `Cannot choose a cell for fold ${name} as ${cell} has no scores of validation subjects: its history.json must be there; delete the fold to run it again`,
      );
    }
    return {
      candidate,
      keys:
        by === 'validation-accuracy' ? [-validationAccuracy, validationLoss] : [validationLoss, -validationAccuracy],
    };
  });
  const best = measured.reduce((a, b) => (before(b.keys, a.keys) ? b : a));
  return best.candidate;
}

const before = ([a1, a2]: readonly number[], [b1, b2]: readonly number[]) => a1! < b1! || (a1 === b1 && a2! < b2!);
