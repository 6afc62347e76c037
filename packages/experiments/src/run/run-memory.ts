import { freemem } from 'node:os';
import { type BackendTraits, backendTraits, useBackend } from '@mer/backends';
import type { Dataset } from '@mer/datasets';
import { type MemoryPlan, memoryPlanText, NoRoomError, planMemory, type StepMemory } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';
import { NO_PARTS, type OwnParts } from '../parts/own-modules.js';
import { imageMakers } from '../prepare/image-makers.js';
import { imagesOfSample } from '../prepare/sample-images.js';
import type { Experiment } from '../schema/experiment.js';
import { fitSettings } from './fit-settings.js';
import { makeModel } from './model.js';

/** How the folds of a run keep to the memory there is: `memory` of `run.json`. */
export interface RunMemory extends MemoryPlan {
  /** Bytes that a process which trains a fold is expected to hold. */
  process: number;
}

/** What {@link planRunMemory} finds: a plan, or the one that needs least and what is in its way. */
export type PlannedMemory =
  | { fits: true; memory: RunMemory }
  | { fits: false; least: RunMemory; largestBatch: number; obstacle: string };

/** Longest heap of WebAssembly, less what the batches that are not full may take more. */
const WASM_HEAP = 2 ** 32 - 2 ** 26;

/** What a process holds besides tensors: Node, packages, one batch of images. */
const PROCESS = 250e6;

/** Bytes that this machine, or the container that this process runs in, has left. */
export function freeMemory(): number {
  // Node 20.13 and newer know of containers
  return (process as { availableMemory?(): number }).availableMemory?.() ?? freemem();
}

/** Bytes that a process is expected to hold when it trains with so much. */
function processMemory({ heap, total }: StepMemory, { inHeap }: BackendTraits): number {
  return PROCESS + (inHeap ? heap : 1.3 * total);
}

/**
 * Prepares the first sample of an experiment to know the shapes, and plans the training step. Call it in a process that is free to end afterwards: the heap may have grown.
 *
 * @param experiment - with the name of the backend that will run
 * @param options - data set, samples of the largest training part, and the bytes that a process may hold
 * @returns a plan, or why there is none; {@link noRoomText} puts that into words
 */
export async function planRunMemory(
  experiment: Experiment,
  { dataset, train, room, own = NO_PARTS }: { dataset: Dataset; train: number; room: number; own?: OwnParts },
): Promise<PlannedMemory> {
  const { name } = await useBackend(experiment.backend);
  const traits = backendTraits(name);
  const buffer = largestBuffer();
  const makers = imageMakers(experiment, dataset.kind, own.parts);
  const images = await imagesOfSample(dataset, experiment, {
    makers,
    parts: own.parts,
    index: 0,
    wanted: makers.images.map((_, i) => i),
  });
  const shapes = images.map(({ shape }) => shape.slice(1));
  const none = new Float32Array(0);
  const data = {
    classes: dataset.classes,
    labels: [],
    inputs: shapes.slice(0, experiment.inputs.length).map((shape) => ({ shape, values: none })),
  };
  const obstacleOf = (step: StepMemory): string | undefined => {
    if (step.total === Number.POSITIVE_INFINITY) return `a tensor may have ${bytesText(2 ** 32)}`;
    if (traits.inHeap && step.heap > WASM_HEAP) return `WebAssembly has room for ${bytesText(WASM_HEAP)}`;
    if (buffer !== undefined && step.largest > buffer) {
      return `its largest tensor is ${bytesText(step.largest)} and a buffer of this ${name} adapter holds ${bytesText(buffer)}`;
    }
    if (!traits.onDevice && processMemory(step, traits) > room) return `there is room for ${bytesText(room)}`;
    return undefined;
  };
  const described = (plan: MemoryPlan): RunMemory => ({ ...plan, process: processMemory(plan.step, traits) });
  await useBackend('wasm');
  try {
    const plan = planMemory({
      makeModel: () => makeModel(experiment, data, 0, own.parts),
      parts: own.parts,
      settings: fitSettings(experiment.training),
      batch: Math.min(experiment.training.batchSize, train),
      targets: shapes.slice(experiment.inputs.length),
      fits: (step) => obstacleOf(step) === undefined,
    });
    return { fits: true, memory: described(plan) };
  } catch (error) {
    if (!(error instanceof NoRoomError)) throw error;
    const { least, largestBatch } = error;
    return { fits: false, least: described(least), largestBatch, obstacle: obstacleOf(least.step)! };
  }
}

function largestBuffer(): number | undefined {
  const { device } = tf.backend() as { device?: { limits?: { maxStorageBufferBindingSize?: number } } };
  return device?.limits?.maxStorageBufferBindingSize;
}

/** Why an experiment cannot be trained, and what would help. */
export function noRoomText(
  { model, training: { batchSize } }: Pick<Experiment, 'model' | 'training'>,
  { least, largestBatch, obstacle }: Extract<PlannedMemory, { fits: false }>,
  workers: number,
): string {
  const [how, bytes] = memoryPlanText(least);
  const cures = [
    ...(largestBatch > 0 ? [`training.batchSize ${largestBatch}`] : ['smaller images']),
    ...(workers > 1 ? [`fewer --workers (now ${workers})`] : []),
    'another backend (mer backends)',
  ];
  const held = Number.isFinite(least.process) ? `; the process would hold ${bytesText(least.process)}` : '';
  return (
    `Cannot train ${model.name} on ${batchSize} samples at a time as ${obstacle}: with the strategy that needs least (${how}) a step takes ` +
    `${bytes}${held}. Use ${cures.join(' or ')}`
  );
}

function bytesText(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
