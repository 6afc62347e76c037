// One backend of benchmarks/backends.mjs in a process of its own: takes one step for each line it reads and answers with JSON: the
// milliseconds of the step and those that processors worked on it, the most memory that the process has had and the length of
// the heap of wasm, in bytes; or why it cannot. The first answer says what runs.
//
//   node benchmarks/backends-worker.mjs <workload> <train|infer> <batch> <backend> [plain-simd]
import { readSync, writeSync } from 'node:fs';
import { batchNormTraining, useBackend } from '@mer/backends';
import { createModel } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { CLASSES, takeSteps } from './parts/fit-steps.mjs';
import { nominalOperations } from './parts/nominal-operations.mjs';

const momentum = 0.1;

/** Layers with the weights they make; `train` updates nothing but the running statistics. */
function network() {
  const weights = [];
  const weight = (shape, deviation) => {
    const variable = tf.variable(tf.randomNormal(shape, 0, deviation));
    weights.push(variable);
    return variable;
  };
  const conv = (side, inputs, outputs, stride, pad) => {
    const filter = weight([side, side, inputs, outputs], Math.sqrt(2 / (side * side * inputs)));
    const offset = weight([outputs], 0);
    return (x, training) => {
      // In training, tfjs's fused convolution computes the gradient by its input even where nobody asks for it.
      if (training) return tf.add(tf.conv2d(x, filter, stride, pad), offset);
      return tf.fused.conv2d({ x, filter, bias: offset, strides: stride, pad });
    };
  };
  const norm = (channels) => {
    const scale = tf.variable(tf.ones([channels]));
    const offset = tf.variable(tf.zeros([channels]));
    weights.push(scale, offset);
    const running = {
      mean: tf.variable(tf.zeros([channels]), false),
      variance: tf.variable(tf.ones([channels]), false),
    };
    const move = (variable, value) => variable.assign(tf.add(tf.mul(variable, 1 - momentum), tf.mul(value, momentum)));
    return (x, training) => {
      if (!training) return tf.batchNorm(x, running.mean, running.variance, offset, scale, 1e-5);
      const { y, mean, variance } = batchNormTraining(x, { scale, offset });
      const rows = x.size / channels;
      move(running.mean, mean);
      move(running.variance, tf.mul(variance, rows / (rows - 1)));
      return y;
    };
  };
  const dense = (inputs, outputs) => {
    const matrix = weight([inputs, outputs], Math.sqrt(1 / inputs));
    const offset = weight([outputs], 0);
    return (x) => tf.add(tf.matMul(x, matrix), offset);
  };
  return { weights, conv, norm, dense };
}

function cnn() {
  const { weights, conv, norm, dense } = network();
  const blocks = [3, 32, 64].map((inputs, i) => {
    const outputs = [32, 64, 128][i];
    return { conv: conv(3, inputs, outputs, 1, 'same'), norm: norm(outputs) };
  });
  const last = dense(128, 5);
  const apply = (x, training) => {
    const y = blocks.reduce(
      (maps, block) => tf.maxPool(tf.relu(block.norm(block.conv(maps, training), training)), 2, 2, 'valid'),
      x,
    );
    return last(tf.mean(y, [1, 2]));
  };
  return { weights, apply };
}

const [workload, phase, size, backend, simd] = process.argv.slice(2);
const batch = Number(size);
const say = (answer) => writeSync(1, `${JSON.stringify(answer)}\n`);

const over = new Error('no more steps');
let started;

/** Waits for a line, also inside a callback of `fit`, and starts the clocks. */
function begin() {
  const bytes = Buffer.alloc(1);
  do {
    if (readSync(0, bytes) === 0) throw over;
  } while (bytes[0] !== 10);
  started = { wall: performance.now(), cpu: process.cpuUsage() };
}

function finish() {
  const wall = performance.now() - started.wall;
  const { user, system } = process.cpuUsage(started.cpu);
  say({ wall, cpu: (user + system) / 1e3, ...memory() });
}

function memory() {
  return { memory: process.resourceUsage().maxRSS * 1024, heap: tf.backend().wasm?.HEAPU8.byteLength };
}

/** A network written in operations of tfjs-core alone: what the backend does without @mer/training and @mer/models. */
function plainWorkload() {
  const model = cnn();
  const x = tf.randomUniform([batch, 112, 112, 3]);
  const labels = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: batch }, (_, index) => index % CLASSES),
      'int32',
    ),
    CLASSES,
  );
  const optimizer = tf.train.sgd(1e-3);
  return {
    forward: () => model.apply(tf.zeros([1, 112, 112, 3]), false),
    infer: () => tf.tidy(() => model.apply(x, false)),
    async train() {
      for (;;) {
        begin();
        const loss = optimizer.minimize(
          () => tf.losses.softmaxCrossEntropy(labels, model.apply(x, true)),
          true,
          model.weights,
        );
        await loss.data();
        loss.dispose();
        finish();
      }
    },
  };
}

/** A network of @mer/models, trained by @mer/training. */
function modelWorkload() {
  const model = createModel(workload, { classes: CLASSES });
  const images = (count) => {
    const list = model.inputs.map(({ shape }) => tf.randomUniform([count, ...shape.slice(1)]));
    return list.length === 1 ? list[0] : list;
  };
  const inputs = phase === 'infer' ? images(batch) : undefined;
  return {
    forward: () => model.predictOnBatch(images(1)),
    infer: () => model.predictOnBatch(inputs),
    async train() {
      begin();
      const onStep = () => {
        finish();
        begin();
      };
      await takeSteps(model, { batch, steps: Number.MAX_SAFE_INTEGER, onStep });
    },
  };
}

try {
  const info = await useBackend(backend, { relaxedSimd: simd !== 'plain-simd' });
  const { forward, infer, train } = workload === 'cnn' ? plainWorkload() : modelWorkload();
  // the gradients by the inputs of a layer and by its weights take as much as the layer each
  const operations = batch * (await nominalOperations(forward)) * (phase === 'train' ? 3 : 1);
  say({ ...info, operations });
  if (phase === 'train') await train();
  for (;;) {
    begin();
    const result = infer();
    await result.data();
    result.dispose();
    finish();
  }
} catch (error) {
  if (error !== over) say({ error: error.message, ...memory() });
}
// Dawn keeps the process alive
process.exit(0);
