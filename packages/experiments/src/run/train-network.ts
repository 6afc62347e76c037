import type { Evaluation } from '@mer/predictor';
import { hashOfModules, NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { evaluationOf } from '../summaries/evaluation-of.js';
import { summarizeRun } from '../summaries/read-summary.js';
import { NO_SCORE, summarizeTraining, type TrainedSummary } from '../summaries/trained-summary.js';
import { testsSubjects } from './folds.js';
import { type Run, readRun } from './read-run.js';
import { type RunFoldsOptions, runFolds } from './run.js';
import { type Expected, type RunManifest, readManifest, settingDifferences } from './run-store.js';

/** Options of {@link trainNetwork}. */
export interface TrainNetworkOptions extends RunFoldsOptions {
  /** Folder of the finished run of the same experiment that tells what to expect of the network: each of its folds tests subjects that it has not seen. */
  evaluatedBy?: string | undefined;
}

/**
 * Trains the one network to ship: on every subject, with a fixed number of epochs, once for each seed. Nobody is left to test it on, so that it has no score of its own; the
 * run that tells what to expect is named by `evaluatedBy`, and is refused where its settings, its samples or its own parts are others.
 *
 * Where the epoch is chosen on validation subjects, the number of epochs is the middle one (the median) of those that the folds of the evaluating run chose, on the same
 * schedule; without such a run the training is refused.
 *
 * @param experiment - complete experiment; its protocol is replaced by `all` unless it tests nobody itself
 * @param options - folder, evaluating run, progress, interruption
 * @returns what was trained, also written to `summary.json`
 * @throws {@link ExperimentError} where the experiment cannot be trained so, or the evaluating run is not one of the same experiment, with the settings that differ
 *
 * @example
 * ```ts no-run
 * import { readExperiment, runExperiment, trainedText, trainNetwork } from '@mer/experiments';
 *
 * const experiment = await readExperiment('first-steps');
 * await runExperiment(experiment, { out: 'runs/first-steps' });
 * console.log(trainedText(await trainNetwork(experiment, { out: 'runs/first-steps-all', evaluatedBy: 'runs/first-steps' })));
 * ```
 */
export async function trainNetwork(
  experiment: Experiment,
  { evaluatedBy, ...options }: TrainNetworkOptions,
): Promise<TrainedSummary> {
  const { own = NO_PARTS } = options;
  const evaluating = evaluatedBy === undefined ? undefined : await readEvaluating(evaluatedBy, own);
  const everybody = testsSubjects(experiment, own.parts) ? { name: 'all' } : experiment.protocol;
  const whole: Experiment = {
    ...experiment,
    protocol: everybody,
    training: fixedBudget(experiment.training, evaluating),
  };
  const before = (await readManifest(options.out))?.expected;
  let expected: Expected = before?.evaluation
    ? before
    : { note: `${NO_SCORE} No run was named that tells what to expect of it.`, evaluation: null };
  return runFolds(whole, options, {
    final: true,
    describe: (described) => {
      if (evaluating) {
        checkSame(evaluating, { ...described, experiment });
        expected = expectedBy(evaluating);
      }
      return { ...described, expected };
    },
    summarize: ({ dataset, data, finals, backend }, done, stages) =>
      summarizeTraining(
        finals.flatMap((fold) => done.get(fold) ?? []),
        {
          experiment: whole,
          data,
          classes: dataset.classes,
          labelKind: dataset.labelKind,
          backend: backend.name,
          stages,
          expected,
        },
      ),
  });
}

async function readEvaluating(dir: string, own: OwnParts): Promise<Run> {
  const run = await readRun(dir, { own });
  const { missing } = run;
  if (missing.length > 0) {
    throw new ExperimentError(
      `Cannot take ${dir} as what to expect as all of its folds must be done: ${missing.length} are not; resume it with mer run`,
    );
  }
  return run;
}

/** The settings of a training whose number of epochs is known before. */
export function fixedBudget(training: Experiment['training'], evaluating: Run | undefined): Experiment['training'] {
  if (training.epochChoice === 'last' || !evaluating) return { ...training, oracle: false };
  const { earlyStopping: _, ...rest } = training;
  const chosen = evaluating.folds.map(({ epoch }) => epoch).sort((a, b) => a - b);
  // of an even number of folds the lower of the two in the middle: an epoch that a fold did choose
  const until = Math.max(1, chosen[Math.floor((chosen.length - 1) / 2)]!);
  return { ...rest, epochChoice: 'last', until, oracle: false };
}

/** What may differ between a network and the run that tells what to expect of it. */
const MAY_DIFFER = ['protocol.', 'training.oracle', 'training.memory'];

/** Throws where an evaluating run is of other settings, samples or own parts. */
function checkSame({ dir, manifest: before }: Run, now: RunManifest): void {
  const lines = settingDifferences(before.experiment, now.experiment, MAY_DIFFER);
  if (before.classes.join('\n') !== now.classes.join('\n')) {
    lines.push(`  classes: ${before.classes.join(', ')} then, ${now.classes.join(', ')} now`);
  }
  if (hashOfModules(before.parts ?? []) !== hashOfModules(now.parts ?? [])) lines.push('  own parts: their contents');
  if (before.fingerprint !== now.fingerprint) lines.push('  the data set: its samples or files');
  if (lines.length === 0) return;
  throw new ExperimentError(
    `Cannot take ${dir} as what to expect of this network as it is a run with other settings:\n${lines.join('\n')}\n` +
      'Run the folds with these settings, or train the network with those.',
  );
}

function expectedBy(run: Run): Expected {
  return { note: expectedNote(run), evaluation: evaluationOfRun(run) };
}

/** What a run says about networks of its experiment. */
export function evaluationOfRun(run: Run): Evaluation {
  return evaluationOf(summarizeRun(run), run.manifest.hash);
}

function expectedNote({ manifest }: Run): string {
  const { name } = manifest.experiment;
  return `${NO_SCORE} What to expect on new people is the score of the run ${name}: the same settings and samples, each fold tested on subjects that its network had not seen.`;
}
