// One backend of benchmarks/backends.mjs in a process of its own: reads lines "<workload> <train|infer>" and answers each
// with the milliseconds of one step, and those that processors worked on it; the first answer, a line of JSON, says what runs.
import { createInterface } from 'node:readline';
import { batchNormTraining, useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';

const momentum = 0.1;

let state = 1;

/** Drops half: 32 masks of a value from each number drawn (tf.dropout draws one number for each, in plain JavaScript). */
function dropout(x) {
  const mask = new Float32Array(x.size);
  let bits = 0;
  for (let i = 0; i < mask.length; i++) {
    if (i % 32 === 0) {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      bits = t ^ (t >>> 14);
    }
    mask[i] = (bits & 1) * 2;
    bits >>>= 1;
  }
  return tf.mul(x, tf.tensor(mask, x.shape));
}

/** Layers with the weights they make; `train` updates nothing but the running statistics. */
function network() {
  const weights = [];
  const weight = (shape, deviation) => {
    const variable = tf.variable(tf.randomNormal(shape, 0, deviation));
    weights.push(variable);
    return variable;
  };
  const conv = (side, inputs, outputs, stride, pad, bias = true) => {
    const filter = weight([side, side, inputs, outputs], Math.sqrt(2 / (side * side * inputs)));
    const offset = bias ? weight([outputs], 0) : undefined;
    return (x, training) => {
      if (!offset) return tf.conv2d(x, filter, stride, pad);
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

function stst() {
  const { weights, conv, norm, dense } = network();
  const streams = [3, 5, 8].map((maps) => ({ conv: conv(3, 3, maps, 1, 2), norm: norm(maps) }));
  const last = dense(16 * 25, 3);
  const apply = (x, training) => {
    const maps = streams.map((stream) => {
      const y = tf.maxPool(stream.norm(tf.relu(stream.conv(x, training)), training), 3, 3, 1, 'floor');
      return training ? dropout(y) : y;
    });
    return last(tf.reshape(tf.avgPool(tf.concat(maps, 3), 2, 2, 'valid'), [x.shape[0], -1]));
  };
  return { weights, apply };
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

function resnet() {
  const { weights, conv, norm, dense } = network();
  const stem = { conv: conv(7, 3, 64, 2, 3, false), norm: norm(64) };
  const blocks = [];
  let inputs = 64;
  for (const [i, maps] of [64, 128, 256, 512].entries()) {
    for (let j = 0; j < 2; j++) {
      const stride = i > 0 && j === 0 ? 2 : 1;
      blocks.push({
        first: { conv: conv(3, inputs, maps, stride, 1, false), norm: norm(maps) },
        second: { conv: conv(3, maps, maps, 1, 1, false), norm: norm(maps) },
        short: stride === 2 ? { conv: conv(1, inputs, maps, 2, 'valid', false), norm: norm(maps) } : undefined,
      });
      inputs = maps;
    }
  }
  const last = dense(512, 5);
  const apply = (x, training) => {
    const part = (layer, maps) => layer.norm(layer.conv(maps, training), training);
    const start = tf.maxPool(tf.relu(part(stem, x)), 3, 2, 1, 'floor');
    const y = blocks.reduce((maps, { first, second, short }) => {
      const inner = part(second, tf.relu(part(first, maps)));
      return tf.relu(tf.add(inner, short ? part(short, maps) : maps));
    }, start);
    return last(tf.mean(y, [1, 2]));
  };
  return { weights, apply };
}

const workloads = {
  ststnet: { make: stst, batch: 256, side: 28, classes: 3 },
  cnn: { make: cnn, batch: 16, side: 112, classes: 5 },
  resnet18: { make: resnet, batch: 8, side: 224, classes: 5 },
};

const info = await useBackend(process.argv[2] ?? 'wasm', { relaxedSimd: process.argv[3] !== 'plain-simd' });
console.log(JSON.stringify({ ...info, node: process.version, tfjs: tf.version_core }));

const ready = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const [name, phase] = line.trim().split(' ');
  const { make, batch, side, classes } = workloads[name];
  if (!ready.has(name)) {
    for (const { dispose } of ready.values()) dispose();
    ready.clear();
    const model = make();
    const x = tf.randomUniform([batch, side, side, 3]);
    const labels = tf.oneHot(
      tf.tensor1d(
        Array.from({ length: batch }, (_unused, i) => i % classes),
        'int32',
      ),
      classes,
    );
    const optimizer = tf.train.sgd(1e-3);
    ready.set(name, {
      train: () =>
        optimizer.minimize(() => tf.losses.softmaxCrossEntropy(labels, model.apply(x, true)), true, model.weights),
      infer: () => tf.tidy(() => model.apply(x, false)),
      dispose: () => tf.disposeVariables(),
    });
  }
  const started = performance.now();
  const before = process.cpuUsage();
  const result = ready.get(name)[phase]();
  await result.data();
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  result.dispose();
  console.log(`${milliseconds.toFixed(3)} ${((user + system) / 1e3).toFixed(3)}`);
}
