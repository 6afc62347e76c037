import { resolve } from 'node:path';
import { type BackendName, backendNames } from '@mer/backends';
import { list, text } from '@mer/options';
import * as v from 'valibot';
import { checkSameModules, type OwnModule, type OwnParts } from '../parts/own-modules.js';
import { loose } from '../run/loose.js';
import { memorySchema, ownModuleSchema } from '../run/manifest-schema.js';
import { fitting } from '../run/read-json-file.js';
import type { RunMemory } from '../run/run-memory.js';
import { experimentHash, type RunManifest } from '../run/run-store.js';
import { packageVersion } from '../run/version.js';
import type { Experiment } from '../schema/experiment.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { parseExperiment } from '../schema/parse.js';
import { readSharedJson } from '../store/read-shared-json.js';
import type { Store } from '../store/store.js';

/** What machines must know of a run to train its folds as one machine would: data, never code. */
export interface SharedPlan {
  format: 1;
  /** Version of this package. */
  version: string;
  /** The experiment, without what no prediction depends on. */
  experiment: Experiment;
  /** Identity of samples and initial weights. */
  fingerprint: string;
  backend: BackendName;
  /** The modules of own parts that the experiment names parts of. */
  modules: readonly OwnModule[];
  /** How the folds keep to the memory that the machine has which planned first. */
  memory?: RunMemory | undefined;
  /** The same of each stage. */
  stages?: readonly { name: string; memory?: RunMemory | undefined }[] | undefined;
}

/** Longest plan, in bytes. */
const LONGEST_PLAN = 4 << 20;

const name = (about: string) => text(about, { pattern: /^.{1,1000}$/su, expected: 'a text of 1 to 1000 characters' });

const planSchema = loose({
  format: v.literal(1, '1'),
  version: name('Version of mer.'),
  experiment: v.record(v.string(), v.unknown(), 'an object'),
  fingerprint: text('Identity of the samples.', {
    pattern: /^.{1,5000}$/s,
    expected: 'a text of 1 to 5000 characters',
  }),
  backend: v.picklist(backendNames, `one of ${backendNames.join(', ')}`),
  modules: list('Own modules.', ownModuleSchema, { max: 100 }),
  memory: v.optional(memorySchema),
  stages: v.optional(
    list('Stages.', loose({ name: name('Name of the stage.'), memory: v.optional(memorySchema) }), { max: 100 }),
  ),
});

const KIND = {
  kind: 'the plan of a run',
  cure: 'Delete the object and run the experiment again.',
};

const keyOf = (hash: string) => `runs/${hash}/plan.json`;

/** Data whose folders are named from the root: the working directory of another machine is another. */
function whole({ root, landmarks, ...data }: Experiment['data']): Experiment['data'] {
  return {
    ...data,
    ...(root !== undefined && { root: resolve(root) }),
    ...(landmarks !== undefined && { landmarks: typeof landmarks === 'string' ? resolve(landmarks) : landmarks }),
  };
}

/** The plan of a run, as its manifest has it. */
export function planOf({ experiment, fingerprint, backend, memory, stages }: RunManifest, own: OwnParts): SharedPlan {
  const { description: _d, $schema: _s, extends: _e, sweep: _w, stages: trained, ...rest } = experiment;
  const shared = {
    ...rest,
    use: [],
    published: [],
    data: whole(experiment.data),
    ...(trained && { stages: trained.map((stage) => ({ ...stage, ...(stage.data && { data: whole(stage.data) }) })) }),
  };
  return {
    format: 1,
    version: packageVersion(),
    experiment: { ...shared, backend: backend.name as BackendName },
    fingerprint,
    backend: backend.name as BackendName,
    modules: own.modules.map(({ use, hash, parts }) => ({ use, hash, parts })),
    ...(memory && { memory }),
    ...(stages && { stages: stages.map(({ name, memory }) => ({ name, ...(memory && { memory }) })) }),
  };
}

/**
 * Puts the plan of a run into the store. Whoever plans the same run later goes by the plan that is there, so that all folds are trained in one way.
 *
 * @returns the plan that is there now
 */
export async function sharePlan(store: Store, hash: string, plan: SharedPlan, own: OwnParts): Promise<SharedPlan> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(plan, null, 1)}\n`);
  if (bytes.length > LONGEST_PLAN) {
    throw new ExperimentError(
      `Cannot share the plan of ${plan.experiment.name} as it may have ${LONGEST_PLAN / (1 << 20)} MiB: it has ${(bytes.length / (1 << 20)).toFixed(1)}`,
    );
  }
  if ((await store.put(keyOf(hash), bytes)) === 'written') return plan;
  return (await findSharedPlan(store, hash, own))!;
}

/**
 * Reads the plan of a run and checks all of it as if a stranger had written it: it holds data of the form that is expected, it is the plan of this run,
 * and the parts that it names are here, with the same contents.
 *
 * @returns the plan; undefined where the store has none
 * @throws {@link ExperimentError} that says what is wrong, or which module is missing
 */
export async function findSharedPlan(store: Store, hash: string, own: OwnParts): Promise<SharedPlan | undefined> {
  const key = keyOf(hash);
  const value = await readSharedJson(store, key, { ...KIND, longest: LONGEST_PLAN });
  if (value === undefined) return undefined;
  const plan = fitting<SharedPlan>(`${key} of the store`, value, planSchema, KIND);
  if (plan.version !== packageVersion()) {
    throw new ExperimentError(
      `Cannot train folds of ${hash.slice(0, 12)} as the run was planned with version ${plan.version} of mer: this is ${packageVersion()}; use one version on all machines`,
    );
  }
  checkSameModules(`the run ${hash.slice(0, 12)}`, plan.modules, own);
  const { parts } = usedParts(plan, own);
  const experiment = parseExperiment(plan.experiment, { source: `${key} of the store`, parts });
  if (experimentHash(experiment, plan.fingerprint, plan.backend, plan.modules) !== hash) {
    throw new ExperimentError(
      `Cannot use ${key} of the store as it must be the plan of this run: its hash is another. ${KIND.cure}`,
    );
  }
  return { ...plan, experiment: { ...experiment, backend: plan.backend } };
}

/** Of the own parts that are here those of the modules that a plan names. */
export function usedParts({ modules }: Pick<SharedPlan, 'modules'>, own: OwnParts): OwnParts {
  const used = own.modules.filter(({ hash }) => modules.some((module) => module.hash === hash));
  const theirs = used.flatMap((module) => module.parts);
  return {
    modules: used,
    parts: own.parts.filter((part) => theirs.some(({ kind, name }) => kind === part.kind && name === part.name)),
  };
}
