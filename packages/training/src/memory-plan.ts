import { AllocationError, type Rehearsal, rehearse } from '@mer/backends';
import { couplesSamples, runFrozen, runModel } from '@mer/models';
import type { Part } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { gradientStep } from './gradient-step.js';
import { freezeFor } from './layer-groups.js';
import { type MemoryStrategy, memoryStrategyText } from './memory-strategy.js';
import { createUpdate } from './optimizers/create-update.js';
import type { TrainingSettings } from './settings.js';
import { passesOnce } from './through-frozen.js';

/** What a training step holds when it holds most, in bytes. */
export interface StepMemory {
  /** Weights of the model, with copies for an average and the best epoch. */
  weights: number;
  /** What the optimizer remembers. */
  optimizer: number;
  /** Images of the batch. */
  inputs: number;
  /** What the forward pass leaves for the reverse pass. */
  activations: number;
  /** Gradients, and whatever else comes and goes. */
  gradients: number;
  /** What kernels work in. */
  scratch: number;
  /** All of these. */
  total: number;
  /** Bytes to reserve on wasm, in which everything has its place: the gaps between blocks count too. */
  blocks: number;
  /** Length to which the heap of the wasm backend grows. */
  heap: number;
  /** The largest tensor. */
  largest: number;
}

/** How a network will be trained in the memory there is; see {@link planMemory}. */
export interface MemoryPlan {
  /** How a step holds less memory. */
  strategy: MemoryStrategy;
  /** Samples tested at a time. */
  testBatch: number;
  /** What a step takes with it. */
  step: StepMemory;
}

/** Options of {@link planMemory}. */
export interface PlanMemoryOptions {
  /** Makes the network; called on a backend that computes nothing. */
  makeModel(): LayersModel;
  /** How it is trained. */
  settings: TrainingSettings;
  /** Optimizers and losses beside ours, which the settings may name. */
  parts?: readonly Part[] | undefined;
  /** Samples of a batch. */
  batch: number;
  /** Shapes of the images that outputs are compared with, without the batch. */
  targets?: readonly (readonly number[])[];
  /** Whether a step with this need has room. */
  fits(step: StepMemory): boolean;
}

/** Nothing that was tried has room. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';

  /**
   * @param least - the plan that needs least
   * @param largestBatch - the largest batch that has room; 0 where none has
   */
  constructor(
    readonly least: MemoryPlan,
    readonly largestBatch: number,
  ) {
    super('Cannot plan a training step as no strategy has room');
  }
}

/**
 * Chooses how to train a network in the memory there is, before any memory is taken: rehearses a training step with one strategy after the other, the
 * fastest first, until one has room.
 *
 * `settings.memory` and `settings.microBatch`, where given, are not changed. The current backend must be wasm, on which it is rehearsed; what other backends
 * take is nearly the same, scratch and gaps aside.
 *
 * @param options - network, settings, batch, limit
 * @returns the fastest strategy that has room, and what it takes
 * @throws {@link NoRoomError} where none has
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-layers';
 * import { useBackend } from '@mer/backends';
 * import { createModel } from '@mer/models';
 * import { checkOptions } from '@mer/options';
 * import { planMemory, trainingOptions } from '@mer/training';
 *
 * await useBackend('wasm');
 * const plan = planMemory({
 *   makeModel: () => createModel('resnet18', { classes: 5 }),
 *   settings: checkOptions('plan', trainingOptions(), { epochs: 1 }),
 *   batch: 32,
 *   fits: ({ heap }) => heap < 4e9,
 * });
 * console.log(plan.strategy.name, plan.step.heap < 1e9); // fused true
 * ```
 */
export function planMemory(options: PlanMemoryOptions): MemoryPlan {
  return rehearse((memory) => {
    const trial = stepTrial(memory, options);
    const plans: MemoryPlan[] = [];
    for (const strategy of candidates(options)) {
      const step = trial(strategy, options.batch);
      const plan = { strategy, testBatch: testBatch(memory, options, step), step };
      if (options.fits(step)) return plan;
      plans.push(plan);
    }
    const least = plans.reduce((best, plan) => (plan.step.heap < best.step.heap ? plan : best));
    throw new NoRoomError(least, largestBatch(trial, least.strategy, options));
  });
}

/** Strategies from the fastest to the one that holds least. */
function candidates({ makeModel, settings, batch }: PlanMemoryOptions): MemoryStrategy[] {
  const model = makeModel();
  const thaw = freezeFor(model, settings);
  const coupled = couplesSamples(model);
  thaw();
  model.dispose();
  const { memory = 'auto', microBatch } = settings;
  const given = microBatch === undefined ? {} : { microBatch };
  if (memory !== 'auto' && memory !== 'recomputing') return [{ name: memory, ...given }];
  const halves = (from: number) => Array.from({ length: Math.floor(Math.log2(from)) + 1 }, (_, i) => from / 2 ** i);
  const recomputing = [4, 8, 16, 32, 64].flatMap((stretches) =>
    [1, 4, 16, 64]
      .filter((parts) => parts <= batch)
      .map((parts) => ({ name: 'recomputing' as const, stretches, parts, ...given })),
  );
  recomputing.sort((a, b) => a.parts - b.parts || a.stretches - b.stretches);
  if (memory === 'recomputing') return recomputing;
  // several samples at a time cost less than running stretches twice; with batch statistics they would change the result
  const micro = given.microBatch !== undefined || coupled ? [] : halves(batch).slice(1).map(Math.ceil);
  return [
    { name: 'fused', ...given },
    ...micro.filter((size) => size >= 4).map((size) => ({ name: 'fused' as const, microBatch: size })),
    ...recomputing,
    ...micro
      .filter((size) => size < 4)
      .map((size) => ({ name: 'recomputing' as const, stretches: 16, parts: 1, microBatch: size })),
  ];
}

type Trial = (strategy: MemoryStrategy, batch: number) => StepMemory;

/** What a step takes; beyond all measure, where a single tensor is larger than a backend can hold. */
function stepTrial(memory: Rehearsal, options: PlanMemoryOptions): Trial {
  const trial = measuredTrial(memory, options);
  return (strategy, batch) => {
    try {
      return trial(strategy, batch);
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      const none = { weights: 0, optimizer: 0, inputs: 0, activations: 0, gradients: 0, scratch: 0 };
      const total = Number.POSITIVE_INFINITY;
      return { ...none, total, blocks: total, heap: total, largest: error.bytes };
    }
  };
}

/** Two steps from the beginning, model and all: where blocks lie depends on what came before. */
function measuredTrial(memory: Rehearsal, { makeModel, settings, parts, targets = [] }: PlanMemoryOptions): Trial {
  return (strategy, batch) => {
    const before = memory.now().tensors;
    const held = () => memory.now().tensors - before;
    memory.settle();
    const model = makeModel();
    const thaw = freezeFor(model, settings);
    const weights = held();
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const update = createUpdate(variables, settings.optimizer, { clipNorm: settings.clipNorm, parts });
    const copies = weights * (Number(settings.ema !== undefined) + Number(settings.epochChoice === 'validation'));
    try {
      let optimizer = held() - weights;
      let inputs = 0;
      let activations = 0;
      memory.takePeak();
      const begin = beginning(model, settings);
      for (let step = 0; step < 2; step++) {
        tf.tidy(() => {
          const images = begin.batch(batch);
          const classes = tf.zeros([batch, model.outputs[0]!.shape.at(-1)!]) as tf.Tensor2D;
          const compared = { classes, images: targets.map((shape) => tf.zeros([batch, ...shape])) };
          inputs = held() - weights - optimizer;
          update.begin(settings.optimizer.learningRate);
          gradientStep(model, images, compared, {
            loss: settings.loss,
            parts,
            ...(settings.classWeights !== 'none' && { weights: tf.zeros([classes.shape[1]]) as tf.Tensor1D }),
            strategy,
            from: begin.from,
            onForward: () => {
              activations = Math.max(activations, held() - weights - optimizer - inputs);
            },
            onGradient: (variable, gradient) => update.take(variable, gradient),
          });
          update.end();
        });
        // optimizers that are made of tfjs's operations begin their state in the first step
        optimizer = held() - weights;
      }
      const { tensors, scratch } = memory.takePeak();
      const own = tensors - before;
      activations = Math.min(activations, own - weights - optimizer - inputs);
      return {
        weights: weights + copies,
        optimizer,
        inputs,
        activations,
        gradients: own - weights - optimizer - inputs - activations,
        scratch,
        total: own + scratch + copies,
        blocks: memory.blocks() + copies,
        heap: memory.heap() + copies,
        largest: memory.largest(),
      };
    } finally {
      update.dispose();
      thaw();
      model.dispose();
    }
  };
}

/** Where training begins to run a model whose frozen layers are frozen, and a batch of what is read there. */
function beginning(model: LayersModel, settings: TrainingSettings) {
  const given = model.inputs.map(({ shape }) => shape.slice(1) as number[]);
  const batchOf = (shapes: readonly number[][]) => (batch: number) =>
    shapes.map((shape) => tf.zeros([batch, ...shape]));
  const found = passesOnce(settings) ? tf.tidy(() => shapesThrough(model, batchOf(given)(1))) : undefined;
  return { from: found?.calls, batch: batchOf(found?.shapes ?? given) };
}

/** The shapes of what the frozen part of a model hands on of one sample. */
function shapesThrough(model: LayersModel, sample: readonly tf.Tensor[]) {
  const found = runFrozen(model, sample);
  return found && { calls: found.calls, shapes: found.values.map(({ shape }) => shape.slice(1)) };
}

/** Samples to test at a time, so that testing takes no more than a training step. */
function testBatch(memory: Rehearsal, { makeModel, settings }: PlanMemoryOptions, step: StepMemory): number {
  const model = makeModel();
  const thaw = freezeFor(model, settings);
  const { batch, from } = beginning(model, settings);
  thaw();
  const needs = (size: number) => {
    memory.takePeak();
    tf.tidy(() => void runModel(model, batch(size), { from }));
    const { tensors, scratch } = memory.takePeak();
    return tensors + scratch;
  };
  let size = 64;
  while (size > 1 && !(possibly(() => needs(size)) <= step.total)) size /= 2;
  model.dispose();
  return size;
}

/** A number of bytes; beyond all measure where a single tensor is larger than a backend can hold. */
function possibly(needs: () => number): number {
  try {
    return needs();
  } catch (error) {
    if (error instanceof AllocationError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** The largest batch that has room with a strategy, to a fifth. */
function largestBatch(trial: Trial, strategy: MemoryStrategy, { batch, fits }: PlanMemoryOptions): number {
  for (let size = batch; size >= 1; size = Math.min(size - 1, Math.floor(size * 0.8))) {
    if (fits(trial(strategy, size))) return size;
  }
  return 0;
}

/**
 * A plan in words, one line for the strategy and one for the bytes.
 *
 * @param plan - as {@link planMemory} gives it
 * @returns two lines without line ends
 *
 * @example
 * ```ts
 * import { memoryPlanText } from '@mer/training';
 *
 * const step = { weights: 4e7, optimizer: 8e7, inputs: 1e7, activations: 3e8, gradients: 5e7, scratch: 2e7, total: 5e8, blocks: 5e8, heap: 6e8, largest: 1e8 };
 * console.log(memoryPlanText({ strategy: { name: 'fused' }, testBatch: 64, step })[0]); // 'fused'
 * ```
 */
export function memoryPlanText({ strategy, step }: MemoryPlan): [strategy: string, bytes: string] {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  const parts = (['weights', 'optimizer', 'inputs', 'activations', 'gradients', 'scratch'] as const).map(
    (part) => `${megabytes(step[part])} ${part}`,
  );
  if (step.total === Number.POSITIVE_INFINITY) {
    return [memoryStrategyText(strategy), `a single tensor of ${megabytes(step.largest)} MB`];
  }
  return [memoryStrategyText(strategy), `${megabytes(step.total)} MB at most: ${parts.join(', ')}`];
}
