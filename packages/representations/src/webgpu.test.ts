import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { syntheticClip, worstDifference } from '../test/synthetic-clip.js';
import { startWebgpu } from '../test/webgpu.js';
import type { Clip } from './clip.js';
import { contactSheet } from './contact-sheet.js';
import { createStep } from './create-step.js';
import { type FlowChoice, opticalFlow } from './flow/optical-flow.js';
import { frameReader } from './frame-reader.js';
import type { StepData } from './step.js';

const adapter = await startWebgpu();
const [pair] = JSON.parse(readFileSync(new URL('../test/golden/flow-pairs.json', import.meta.url), 'utf8')).pairs;

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const image = (text: string) =>
  tf.tensor2d(
    Float32Array.from(bytes(text), (value) => value / 255),
    [pair.height, pair.width],
  );

beforeEach(async () => {
  if (adapter !== null) await tf.setBackend('webgpu');
});
afterAll(() => tf.setBackend('cpu'));

/** The result of a function of a flow pair or clip on the cpu backend. */
async function onCpu(work: () => tf.Tensor | Promise<tf.Tensor>): Promise<{ values: Float32Array; shape: number[] }> {
  await tf.setBackend('cpu');
  const result = await work();
  const found = { values: result.dataSync().slice() as Float32Array, shape: result.shape };
  await tf.setBackend('webgpu');
  return found;
}

// Few iterations: a software renderer takes its time
const flows: FlowChoice[] = [
  { name: 'tvl1', scales: 2, warps: 2, outerIterations: 2, innerIterations: 6 },
  { name: 'tvl1', preset: 'ipol', scales: 2, warps: 2, innerIterations: 12, median: 3 },
  'farneback',
  { name: 'farneback', scaleStep: 0.8, levels: 2, window: 9, iterations: 2, polyRadius: 7, polySigma: 1.5 },
  { name: 'horn-schunck', scales: 2, warps: 2, iterations: 15 },
];

describe.skipIf(adapter === null)('WGSL kernels on webgpu (skipped without an adapter)', () => {
  it.each(flows)('%o gives the field of the wasm kernels', async (choice) => {
    const expected = await onCpu(() => opticalFlow(image(pair.from), image(pair.to), choice));
    const [from, to] = [image(pair.from), image(pair.to)];
    const before = tf.memory().numTensors;
    const field = opticalFlow(from, to, choice);
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(field.shape).toEqual(expected.shape);
    const values = await field.data();
    const differences = Array.from(values, (value, i) => Math.abs(value - expected.values[i]!)).sort((a, b) => a - b);
    expect(differences[differences.length >> 1]).toBeLessThan(0.001);
    // a position that rounds to the neighboring 1/32 pixel makes a small difference
    expect(differences.at(-1)).toBeLessThan(0.02);
  });

  it("is OpenCV's Farneback field", async () => {
    const { flow } = pair.flows.find((one: { method: string }) => one.method === 'farneback');
    const field = await opticalFlow(image(pair.from), image(pair.to), 'farneback').data();
    expect(worstDifference(field, new Float32Array(bytes(flow).buffer))).toBeLessThan(1e-4);
  });

  it('takes color, and images that were made on the GPU', async () => {
    const color = (text: string) => tf.tile(tf.expandDims(image(text), 2), [1, 1, 3]) as tf.Tensor3D;
    const expected = await onCpu(() => opticalFlow(color(pair.from), color(pair.to), 'farneback'));
    const field = await opticalFlow(color(pair.from), color(pair.to), 'farneback').data();
    expect(worstDifference(field, expected.values)).toBeLessThan(0.01);
    expect(() => opticalFlow(image(pair.from), tf.zeros([3, 3]) as tf.Tensor2D, 'farneback')).toThrow(/one size/);
  });

  it.each(['dynamic-image', 'trdi', 'midi', 'dual-phase', 'mesti', 'flow', 'frame-difference'])(
    '%s of a clip that is read when it is needed is that of the clip in memory, up to rounding',
    async (name) => {
      const clip = syntheticClip({ frames: 15, size: 32 });
      const flow: FlowChoice = { name: 'horn-schunck', scales: 1, warps: 1, iterations: 5 };
      const step = createStep({ step: name, options: name === 'flow' ? { flow } : {} });
      const before = tf.memory().numTensors;
      const whole = await step.applyAsync(clip);
      const made = await step.applyAsync({ ...clip, frames: frameReader(clip.frames) });
      expect(worstDifference(await made.data(), await whole.data())).toBeLessThan(1e-4);
      tf.dispose([whole, made]);
      expect(tf.memory().numTensors).toBe(before);
      clip.frames.dispose();
    },
  );
});

const flow = 'farneback';
const everything: [StepData | { step: string; options?: object }, number][] = [
  [{ step: 'dynamic-image' }, 2e-4],
  [{ step: 'dynamic-image', options: { scaling: 'min-max', gray: true, blur: 1, variant: 'nonzero' } }, 2e-4],
  [{ step: 'trdi', options: { span: 'onset-apex' } }, 2e-4],
  [{ step: 'midi' }, 2e-4],
  [{ step: 'midi', options: { weights: 'intensity', measure: 'adjacent-difference' } }, 5e-4],
  [{ step: 'midi', options: { weights: 'arp', region: [0.2, 0.2, 0.8, 0.8] } }, 2e-4],
  [{ step: 'dual-phase' }, 5e-4],
  [{ step: 'mesti' }, 5e-4],
  [{ step: 'flow', options: { flow, channels: 'u-v-strain', stableRegion: [0.1, 0.6, 0.3, 0.9] } }, 1e-3],
  [{ step: 'uv-strain', options: { flow } }, 2e-3],
  [{ step: 'cof', options: { flow, output: 'vector' } }, 2e-3],
  [{ step: 'frame', options: { at: 'offset', gray: true } }, 1e-5],
  [{ step: 'frame-difference', options: { scaling: 'symmetric' } }, 1e-4],
  [{ step: 'hoof', options: { flow, blocks: [2, 2], bins: 4 } }, 0.02],
  [{ step: 'bi-woof', options: { flow, blocks: [2, 2], bins: 4 } }, 0.02],
  [
    {
      pipe: [
        { step: 'resize', options: { size: [20, 24] } },
        { step: 'gray', options: {} },
        { step: 'trdi', options: {} },
      ],
    },
    5e-4,
  ],
  [
    {
      pipe: [
        { step: 'interpolate', options: { frames: 6, method: 'tim' } },
        { step: 'midi', options: {} },
      ],
    },
    2e-3,
  ],
  [
    {
      pipe: [
        { step: 'even-light' } as StepData,
        { step: 'sample', options: { frames: 5 } },
        { step: 'mesti', options: {} },
      ],
    },
    1e-3,
  ],
];

/** Those that must read values on their way. */
const reading: typeof everything = [
  [{ step: 'lbp-top', options: { blocks: [2, 2] } }, 1e-5],
  [{ step: 'rank-pooling', options: { features: 'frames' } }, 5e-3],
  [
    {
      pipe: [
        { step: 'spot-apex', options: { overwrite: true, search: 'divide-and-conquer' } },
        { step: 'mesti', options: {} },
      ],
    },
    1e-3,
  ],
  [
    {
      pipe: [
        { step: 'stabilize', options: { region: [0.1, 0.6, 0.5, 0.9] } },
        { step: 'trdi', options: {} },
      ],
    },
    5e-3,
  ],
];

describe.skipIf(adapter === null)('representations on webgpu (skipped without an adapter)', () => {
  const made = () => syntheticClip({ size: 40, frames: 9, apex: 3 });

  it.each(everything)('%j is the same as on cpu', async (data, tolerance) => {
    const step = createStep(data);
    const expected = await onCpu(() => step(made()));
    const clip = made();
    // frames that live on the GPU, as after an alignment
    const onGpu: Clip = { ...clip, frames: tf.add(clip.frames, tf.zeros(clip.frames.shape)) };
    const before = tf.memory().numTensors;
    const result = step(onGpu) as tf.Tensor3D;
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(result.shape).toEqual(expected.shape);
    expect(worstDifference(await result.data(), expected.values)).toBeLessThan(tolerance);
  });

  it.each(reading)('%j reads values asynchronously and is the same as on cpu', async (data, tolerance) => {
    const step = createStep(data);
    const expected = await onCpu(() => step(made()));
    const clip = made();
    const onGpu: Clip = { ...clip, frames: tf.add(clip.frames, tf.zeros(clip.frames.shape)) };
    const before = tf.memory().numTensors;
    expect(() => step(onGpu)).toThrow(/on the backend 'webgpu' .* applyAsync/);
    expect(tf.memory().numTensors).toBe(before);
    const result = (await step.applyAsync(onGpu)) as tf.Tensor3D;
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(result.shape).toEqual(expected.shape);
    expect(worstDifference(await result.data(), expected.values)).toBeLessThan(tolerance);
  });

  it('draws a contact sheet of images on the GPU', async () => {
    const tiles = () => [
      { image: tf.mul(tf.ones([8, 8, 1]), 0.25) as tf.Tensor3D, caption: 'one' },
      { image: tf.mul(tf.ones([8, 8, 3]), -2) as tf.Tensor3D, caption: 'two' },
      { image: tf.mul(tf.ones([2, 2, 5]), 3) as tf.Tensor3D, caption: 'three' },
    ];
    const expected = await onCpu(() => contactSheet(tiles(), { tile: 32 }));
    const onGpu = tiles();
    const before = tf.memory().numTensors;
    const sheet = await contactSheet(onGpu, { tile: 32 });
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(worstDifference(await sheet.data(), expected.values)).toBeLessThan(1e-5);
  });

  it('draws mm-cof with colors near those of cpu', async () => {
    const step = createStep({ step: 'mm-cof', options: { flow, threshold: 'otsu', output: 'hsv' } });
    const expected = await onCpu(() => step(made()));
    const values = (await (step(made()) as tf.Tensor3D).data()) as Float32Array;
    // a pixel at the threshold or without direction may differ
    const differing = values.filter((value, i) => Math.abs(value - expected.values[i]!) > 0.02);
    expect(differing.length).toBeLessThan(0.02 * values.length);
  });
});
