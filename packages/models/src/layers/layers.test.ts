import { readFileSync } from 'node:fs';
import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { worstDifference } from '../../test/compare.js';
import { madeUpInput, madeUpStateDict } from '../../test/fill.js';
import { loadModel, loadWeights, modelParameters } from '../index.js';
import { toTorch } from '../weights/layouts.js';
import { Activation } from './activation.js';
import { AdaptiveFusion } from './adaptive-fusion.js';
import { BatchNormalization } from './batch-normalization.js';
import { ChannelGatedFusion } from './channel-gated-fusion.js';
import { ContinuousAttention } from './continuous-attention.js';
import { Conv2d } from './conv2d.js';
import { Conv2dTranspose } from './conv2d-transpose.js';
import { ConvolutionalAttention } from './convolutional-attention.js';
import { CrossAttention } from './cross-attention.js';
import { DepthwiseConv2d } from './depthwise-conv2d.js';
import { ExpressionProposal } from './expression-proposal.js';
import { GatedFusion } from './gated-fusion.js';
import { GlobalFeatureBlock } from './global-feature-block.js';
import { GradientAttention } from './gradient-attention.js';
import { Gru } from './gru.js';
import { LayerNormalization } from './layer-normalization.js';
import { Linear } from './linear.js';
import { LocalFeatureBlock } from './local-feature-block.js';
import { MagnitudeModulation } from './magnitude-modulation.js';
import { MaxPoolWithPlaces, MaxUnpool2d } from './max-unpool2d.js';
import { MultiScaleAttention } from './multi-scale-attention.js';
import type { NetworkLayer } from './network-layer.js';
import { AvgPool2d, MaxPool2d } from './pooling.js';
import { RankPooling } from './rank-pooling.js';
import { registerLayers } from './register-layers.js';
import { AdaptiveAvgPool2d, ResizeBilinear2d } from './resample2d.js';
import { Retention } from './retention.js';
import { RetentionBlock } from './retention-block.js';
import { SelfAttention } from './self-attention.js';
import { SqueezeExcitation } from './squeeze-excitation.js';
import { TransformerBlock } from './transformer-block.js';

interface Sample {
  count: number;
  norm: number;
  values: number[];
}

interface Case {
  inputs: number[][];
  shape: number[];
  output: Sample;
  inputGradients: Sample[];
  gradients: Record<string, Sample>;
}

const golden: Record<string, Case> = JSON.parse(
  readFileSync(new URL('../../test/golden/layers.json', import.meta.url), 'utf8'),
);
const name = 'layer';

/** The layer of each reference case. */
const layers: Record<string, () => NetworkLayer> = {
  conv2d: () => new Conv2d({ name, filters: 4, kernelSize: [3, 5], stride: 2, padding: [1, 2] }),
  conv2dGroups: () => new Conv2d({ name, filters: 4, kernelSize: 3, padding: 1, groups: 2 }),
  depthwiseConv2d: () => new DepthwiseConv2d({ name, kernelSize: 3, stride: 2, padding: 1 }),
  conv2dTranspose: () => new Conv2dTranspose({ name, filters: 4 }),
  linear: () => new Linear({ name, units: 4 }),
  batchNormalization: () => new BatchNormalization({ name }),
  layerNormalization: () => new LayerNormalization({ name }),
  gelu: () => new Activation({ name, activation: 'gelu' }),
  swish: () => new Activation({ name, activation: 'swish' }),
  maxPool2d: () => new MaxPool2d({ name, size: 3, stride: 2, padding: 1 }),
  avgPool2d: () => new AvgPool2d({ name, size: 3, stride: 2, padding: 1 }),
  adaptiveAvgPool2d: () => new AdaptiveAvgPool2d({ name, height: 5, width: 4 }),
  resizeBilinear2d: () => new ResizeBilinear2d({ name, height: 4, width: 9 }),
  selfAttention: () => new SelfAttention({ name, heads: 2 }),
  crossAttention: () => new CrossAttention({ name, heads: 2 }),
  transformerBlock: () => new TransformerBlock({ name, heads: 2 }),
  squeezeExcitation: () => new SqueezeExcitation({ name, hidden: 2 }),
  adaptiveFusion: () => new AdaptiveFusion({ name }),
  gatedFusion: () => new GatedFusion({ name }),
  convolutionalAttention: () => new ConvolutionalAttention({ name, hidden: 2 }),
  convolutionalAttentionParallel: () => new ConvolutionalAttention({ name, hidden: 2, order: 'parallel' }),
  channelGatedFusion: () => new ChannelGatedFusion({ name, hidden: 2 }),
  multiScaleAttention: () => new MultiScaleAttention({ name, ratio: 4 }),
  expressionProposal: () => new ExpressionProposal({ name, classes: 3, scores: false }),
  expressionProposalFactored: () => new ExpressionProposal({ name, classes: 3, factor: 2, join: 'sum', scores: false }),
  gradientAttention: () => new GradientAttention({ name, ratio: 4 }),
  continuousAttention: () => new ContinuousAttention({ name }),
  magnitudeModulation: () => new MagnitudeModulation({ name }),
  rankPooling: () => new RankPooling({ name, hidden: 4 }),
  retentionPlane: () => new Retention({ name, heads: 2 }),
  retentionAxes: () => new Retention({ name, heads: 2, mode: 'axes' }),
  retentionBlock: () => new RetentionBlock({ name, heads: 2 }),
  localFeatureBlock: () => new LocalFeatureBlock({ name, filters: 32, stride: 2 }),
  globalFeatureBlock: () => new GlobalFeatureBlock({ name, filters: 128, stride: 2, reduction: 2 }),
  gru: () => new Gru({ name, units: 4 }),
};

/** The cases that hold a depthwise convolution. */
const depthwise = ['depthwiseConv2d', 'retentionPlane', 'retentionAxes', 'retentionBlock'];

function modelOf(key: string): tfl.LayersModel {
  registerLayers();
  const inputs = golden[key]!.inputs.map((shape, index) => tfl.input({ shape: shape.slice(1), name: `x${index}` }));
  const given = inputs.length === 1 ? inputs[0]! : inputs;
  if (key === 'maxUnpool2d') {
    const active = new Activation({ name: 'relu', activation: 'relu' }).apply(given) as tfl.SymbolicTensor;
    const [most, places] = new MaxPoolWithPlaces({ name: 'pool' }).apply(active) as tfl.SymbolicTensor[];
    const square = tfl.layers.multiply({ name: 'square' }).apply([most!, most!]) as tfl.SymbolicTensor;
    return tfl.model({ inputs, outputs: new MaxUnpool2d({ name }).apply([square, places!]) as tfl.SymbolicTensor });
  }
  const outputs = layers[key]!().apply(given) as tfl.SymbolicTensor | tfl.SymbolicTensor[];
  return tfl.model({ inputs, outputs: Array.isArray(outputs) ? outputs[0]! : outputs });
}

/** The gradient of the parameter with a PyTorch name, in PyTorch's layout. */
function torchGradient(model: tfl.LayersModel, grads: tf.NamedTensorMap, torchName: string): Float32Array {
  const entry = modelParameters(model).find((parameter) => parameter.torchName === torchName)!;
  const gradient = grads[(entry.variable.read() as tf.Variable).name]!;
  return Float32Array.from(toTorch(gradient.dataSync(), entry.shape, entry.layout));
}

/**
 * Differences relative to the root mean square of the reference, or to 1/20 of `largest`, that of the case's largest
 * gradient: a gradient that is 0 in exact arithmetic keeps the rounding of the terms that cancel.
 */
function expectLike(actual: Float32Array, expected: Sample, what: string, tolerance: number, largest = 0): void {
  const step = Math.max(1, Math.ceil(expected.count / 48));
  expect(actual.length, what).toBe(expected.count);
  const values = actual.filter((_, index) => index % step === 0);
  const norm = Math.sqrt(actual.reduce((sum, value) => sum + value * value, 0));
  const scale = Math.max(rms(expected), largest / 20);
  expect(worstDifference(values, expected.values) / scale, what).toBeLessThan(tolerance);
  expect(Math.abs(norm - expected.norm) / (scale * Math.sqrt(expected.count)), `norm of ${what}`).toBeLessThan(
    tolerance,
  );
}

function rms({ norm, count }: Sample): number {
  return norm / Math.sqrt(count);
}

describe.each(['cpu', 'wasm'] as const)('layers on %s against float64 PyTorch', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.for(Object.keys(golden))('%s: output and gradients', (key, { skip }) => {
    if (depthwise.includes(key) && !tf.getKernel('DepthwiseConv2dNativeBackpropInput', backend)) {
      skip(`@mer/backends has no depthwise gradient for ${backend}`);
    }
    const reference = golden[key]!;
    const model = modelOf(key);
    loadWeights(model, madeUpStateDict(model));
    const inputs = reference.inputs.map((shape, index) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return tf.variable(tf.tensor(madeUpInput(`${key}/${index}`, size), shape));
    });
    const cotangent = tf.tensor(madeUpInput(`${key}/cotangent`, reference.output.count), reference.shape);
    let output: tf.Tensor | undefined;
    const { grads } = tf.variableGrads(() => {
      output = tf.keep(model.apply(inputs.length === 1 ? inputs[0]! : inputs, { training: true }) as tf.Tensor);
      return tf.sum(tf.mul(output, cotangent)) as tf.Scalar;
    });
    expect(output!.shape).toEqual(reference.shape);
    expectLike(output!.dataSync() as Float32Array, reference.output, 'output', 2e-5);
    const largest = Math.max(...[...reference.inputGradients, ...Object.values(reference.gradients)].map(rms));
    inputs.forEach((input, index) => {
      expectLike(
        grads[input.name]!.dataSync() as Float32Array,
        reference.inputGradients[index]!,
        `input ${index}`,
        5e-5,
      );
    });
    for (const [torchName, sample] of Object.entries(reference.gradients)) {
      expectLike(torchGradient(model, grads, torchName), sample, torchName, 5e-5, largest);
    }
    tf.dispose([inputs, grads, cotangent, output!]);
    model.dispose();
  });

  it.each(Object.keys(golden))('%s: leaves no tensors behind, and saves and loads', async (key) => {
    const model = modelOf(key);
    const inputs = golden[key]!.inputs.map((shape) => tf.ones(shape));
    const given = inputs.length === 1 ? inputs[0]! : inputs;
    const before = tf.memory().numTensors;
    const output = model.predict(given) as tf.Tensor;
    expect(tf.memory().numTensors).toBe(before + 1);
    let stored: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        stored = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const again = await loadModel(tf.io.fromMemory(stored!));
    const repeated = again.predict(given) as tf.Tensor;
    expect([...repeated.dataSync()]).toEqual([...output.dataSync()]);
    tf.dispose([inputs, output, repeated]);
    model.dispose();
    again.dispose();
  });
});
