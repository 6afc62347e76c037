// One item of benchmarks/gpu.mjs in a process of its own; sends its parent what it finds as it goes, so that a crash loses little.
// Argument: the item as JSON.
import { writeFileSync } from 'node:fs';
import { useBackend } from '@mer/backends';
import { contract, contractTerms, runContractCase } from '@mer/backends/contract';
import { createModel } from '@mer/models';
import { dynamicImage, opticalFlow } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { CLASSES, takeSteps } from './parts/fit-steps.mjs';

const job = JSON.parse(process.argv[2]);
const tell = (found) => new Promise((resolve) => process.send(found, resolve));
const info = await useBackend(job.backend ?? 'webgpu', { relaxedSimd: job.relaxedSimd ?? true });
await tell({ adapter: info.device, version: info.version });
// tfjs computes small tensors on the processor where they are there already: nearly all of the contract's
if (job.phase === 'contract-on-card') tf.env().set('WEBGPU_CPU_FORWARD', false);
const seen = info.name === 'webgpu' ? watch() : undefined;

/** Follows the buffers, the errors and the kernels that tfjs computes on the processor as their inputs are small and there. */
function watch() {
  const { device, bufferManager } = tf.backend();
  const found = { used: 0, allocated: 0, largest: 0, forwarded: {}, errors: 0, firstError: '' };
  const acquire = bufferManager.acquireBuffer;
  bufferManager.acquireBuffer = (size, ...rest) => {
    const buffer = acquire.call(bufferManager, size, ...rest);
    found.used = Math.max(found.used, bufferManager.numBytesUsed);
    found.allocated = Math.max(found.allocated, bufferManager.numBytesAllocated);
    found.largest = Math.max(found.largest, size);
    return buffer;
  };
  const fail = (message) => {
    found.errors += 1;
    found.firstError ||= message.split('\n')[0];
  };
  device.addEventListener('uncapturederror', ({ error }) => fail(error.message));
  device.lost.then(({ message }) => fail(`device lost: ${message}`));
  let kernel = '';
  const engine = tf.engine();
  const run = engine.runKernel;
  engine.runKernel = (name, ...rest) => {
    kernel = name;
    return run.call(engine, name, ...rest);
  };
  const backend = tf.backend();
  const forwards = backend.shouldExecuteOnCPU;
  backend.shouldExecuteOnCPU = (...given) => {
    const small = forwards.apply(backend, given);
    if (small) found.forwarded[kernel] = (found.forwarded[kernel] ?? 0) + 1;
    return small;
  };
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  tell({ bufferLimit: Math.min(maxBufferSize, maxStorageBufferBindingSize) });
  return found;
}

/** Milliseconds of each step so far, and what the device has seen; the kernels on the processor are those of the last step. */
function recorder() {
  const times = [];
  let started = performance.now();
  return {
    async step() {
      times.push(performance.now() - started);
      const memory = process.resourceUsage().maxRSS * 1024;
      const sent = tell({ times, memory, ...structuredClone(seen) });
      if (seen) seen.forwarded = {};
      started = performance.now();
      await sent;
    },
    restart() {
      started = performance.now();
    },
  };
}

function network() {
  return createModel(job.model, { classes: CLASSES, ...(job.tiny && { preset: 'small' }) });
}

async function train() {
  const model = network();
  const record = recorder();
  await takeSteps(model, { batch: job.batch, steps: job.steps, onStep: () => record.step() });
}

/** Repeats a computation; its result is read, as a graphics card works on after the call. */
async function repeat(compute) {
  const record = recorder();
  for (let step = 0; step < job.steps; step++) {
    record.restart();
    const result = compute();
    await result.data();
    result.dispose();
    await record.step();
  }
}

async function infer() {
  const model = network();
  const list = model.inputs.map(({ shape }) => tf.randomUniform([job.batch, ...shape.slice(1)]));
  await repeat(() => model.predictOnBatch(list.length === 1 ? list[0] : list));
}

async function flow() {
  const side = job.tiny ? 32 : 224;
  const [from, to] = [0, 1].map((shift) =>
    tf.tensor2d(
      Float32Array.from({ length: side * side }, (_, place) => {
        const [x, y] = [place % side, Math.floor(place / side)];
        const bump = shift * Math.exp(-((x - 0.4 * side) ** 2 + (y - 0.6 * side) ** 2) / (0.02 * side * side));
        return 0.5 + 0.2 * Math.sin(0.21 * (x - 1.4 * bump)) + 0.2 * Math.cos(0.31 * (y + 0.8 * bump));
      }),
      [side, side],
    ),
  );
  const few = { scales: 2, warps: 2, outerIterations: 2, innerIterations: 6 };
  await repeat(() => opticalFlow(from, to, { name: 'tvl1', ...(job.tiny && few) }));
}

async function image() {
  const clip = tf.randomUniform(job.tiny ? [8, 32, 32, 3] : [64, 224, 224, 3]);
  await repeat(() => dynamicImage(clip, { scaling: 'none' }));
}

async function suite() {
  const record = recorder();
  const counts = { passed: 0, skipped: 0, failed: [] };
  for (const item of contract) {
    const { tolerance, skip } = contractTerms('webgpu', item);
    if (skip) {
      counts.skipped += 1;
      continue;
    }
    try {
      const { error, leaked, worst } = await runContractCase(item);
      if (error <= tolerance && leaked === 0) counts.passed += 1;
      else counts.failed.push(`${item.name} (${worst} ${error.toExponential(1)}, ${leaked} tensors left)`);
    } catch (error) {
      counts.failed.push(`${item.name} (${error.message.split('\n')[0]})`);
    }
    tell({ counts });
  }
  await record.step();
}

/**
 * One step of `fit` with plain gradient descent: the gradient is what it takes from the weights. Writes those of all
 * weights, and what became of the running statistics, to a file.
 */
async function gradients() {
  const model = network();
  const trained = new Set(model.trainableWeights);
  const read = async () => {
    const values = [];
    for (const weight of model.weights) values.push(await weight.read().data());
    return values;
  };
  const before = await read();
  // so large that rounding the weight it is taken from leaves its digits
  const rate = 1024;
  const record = recorder();
  let loss = Number.NaN;
  const optimizer = { name: 'sgd', learningRate: rate };
  await takeSteps(model, { batch: job.batch, steps: 1, optimizer, onStep: (found) => (loss = found) });
  await record.step();
  const after = await read();
  const parts = model.weights.map((weight, index) =>
    trained.has(weight)
      ? after[index].map((value, place) => (before[index][place] - value) / rate)
      : Float32Array.from(after[index]),
  );
  const layers = model.weights.map((weight, index) => {
    return { name: weight.originalName, size: parts[index].length, trained: trained.has(weight) };
  });
  writeFileSync(
    job.file,
    Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))),
  );
  await tell({ loss, layers });
}

const items = {
  contract: suite,
  'contract-on-card': suite,
  train,
  infer,
  tvl1: flow,
  'dynamic-image': image,
  gradients,
};
await items[job.phase]();
await tell({ done: true });
// Dawn keeps the process alive
process.exit(0);
