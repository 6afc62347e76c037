import { cpus } from 'node:os';
import type { BackendInfo } from '@mer/backends';
import type { Dataset } from '@mer/datasets';
import * as tf from '@tensorflow/tfjs-core';
import type { OwnParts } from '../parts/own-modules.js';
import type { Experiment } from '../schema/experiment.js';
import type { PlannedFold } from './plan.js';
import type { RunData } from './run-data.js';
import type { RunMemory } from './run-memory.js';
import { experimentHash, type RunManifest, type RunStage } from './run-store.js';
import { packageVersion } from './version.js';

/** What {@link describeRun} needs beside the experiment. */
export interface DescribeRunOptions {
  /** Identity of the samples. */
  fingerprint: string;
  /** The backend that runs. */
  backend: BackendInfo;
  /** How the folds keep to the memory there is. */
  memory?: RunMemory | undefined;
  /** Anybody's own parts. */
  own: OwnParts;
  /** What the samples were read from. */
  data: RunData;
  /** Class names, and whether samples have any number of them. */
  dataset: Pick<Dataset, 'classes' | 'labelKind'>;
  /** Every fold planned. */
  folds: readonly PlannedFold[];
  /** The stages before them. */
  stages?: readonly { about: RunStage }[] | undefined;
}

/** Makes the manifest of a run that begins now, on this machine. */
export function describeRun(
  experiment: Experiment,
  { fingerprint, backend, memory, own, data, dataset, folds, stages = [] }: DescribeRunOptions,
): RunManifest {
  const processors = cpus();
  return {
    format: 1,
    experiment,
    hash: experimentHash(experiment, fingerprint, backend.name, own.modules),
    fingerprint,
    data,
    backend: { name: backend.name, device: backend.device },
    versions: { mer: packageVersion(), node: process.version, tfjs: tf.version_core },
    hardware: {
      cpu: processors[0]?.model ?? 'unknown',
      cores: processors.length,
      platform: `${process.platform} ${process.arch}`,
    },
    ...(own.modules.length > 0 && { parts: own.modules.map(({ use, hash, parts }) => ({ use, hash, parts })) }),
    ...(memory && { memory }),
    classes: [...dataset.classes],
    ...(dataset.labelKind === 'multiple' && { labelKind: dataset.labelKind }),
    folds: folds.map(({ seed, name }) => ({ seed, name })),
    ...(stages.length > 0 && { stages: stages.map(({ about }) => about) }),
    created: new Date().toISOString(),
  };
}
