import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { checkValue } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { farnebackFlow } from './farneback.js';
import { hornSchunckFlow } from './horn-schunck.js';
import { type FlowChoice, flowOption, flowSequence, opticalFlow } from './optical-flow.js';
import { tvl1Flow, tvl1Presets } from './tvl1.js';

const flowMethods = ['tvl1', 'farneback', 'horn-schunck'] as const;

const here = fileURLToPath(new URL('.', import.meta.url));
const golden = (name: string) => JSON.parse(readFileSync(`${here}../../test/golden/flow-${name}.json`, 'utf8')).pairs;
const shared = process.env['MER_SHARED_DATA'] ?? `${here}../../../../../shared/data`;

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const floats = (text: string) => new Float32Array(bytes(text).buffer);
const gray = (text: string, height: number, width: number) =>
  tf.tensor2d(
    Float32Array.from(bytes(text), (value) => value / 255),
    [height, width],
  );
const worst = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
};

/** A smooth random image and the same image moved by a known flow. */
function warped(size: number, u: (x: number, y: number) => number, v: (x: number, y: number) => number) {
  const wave = (x: number, y: number) =>
    0.5 +
    0.16 * Math.sin(0.35 * x + 0.1 * y) +
    0.14 * Math.cos(0.27 * y - 0.12 * x) +
    0.1 * Math.sin(0.6 * x + 0.5 * y) +
    0.08 * Math.cos(0.8 * y - 0.3 * x);
  const image = (moved: boolean) =>
    tf.tensor2d(
      Float32Array.from({ length: size * size }, (_, i) => {
        const x = i % size;
        const y = Math.floor(i / size);
        // what is at (x, y) in `to` was at (x - u, y - v) in `from`; the flow varies slowly enough to be taken at (x, y)
        return moved ? wave(x - u(x, y), y - v(x, y)) : wave(x, y);
      }),
      [size, size],
    );
  return { from: image(false), to: image(true) };
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(['cpu', 'wasm'])('flow on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
  });

  for (const pair of golden('pairs')) {
    for (const { method, options, flow } of pair.flows) {
      const exact = method === 'tvl1' ? 'bit by bit' : 'to 1e-4 pixel';
      it(`${method} ${pair.width}x${pair.height} ${JSON.stringify(options)} equals OpenCV ${exact}`, () => {
        const result = opticalFlow(gray(pair.from, pair.height, pair.width), gray(pair.to, pair.height, pair.width), {
          name: method,
          ...options,
        });
        expect(result.shape).toEqual([pair.height, pair.width, 2]);
        const difference = worst(result.dataSync(), floats(flow));
        if (method === 'tvl1') expect(difference).toBe(0);
        else expect(difference).toBeLessThan(1e-4);
      });
    }
  }

  it.each(flowMethods)('%s recovers a known shift and leaks nothing', (method) => {
    const { from, to } = warped(
      72,
      () => 1.3,
      () => -0.7,
    );
    const before = tf.memory().numTensors;
    const flow = opticalFlow(from, to, method);
    expect(tf.memory().numTensors).toBe(before + 1);
    const values = flow.dataSync();
    let error = 0;
    for (let y = 12; y < 60; y++) {
      for (let x = 12; x < 60; x++) {
        error += Math.hypot(values[2 * (72 * y + x)]! - 1.3, values[2 * (72 * y + x) + 1]! + 0.7) / 48 ** 2;
      }
    }
    expect(error).toBeLessThan(0.08);
    flow.dispose();
  });
});

describe('flow', () => {
  it.each(flowMethods)('%s recovers a slow rotation', (method) => {
    const turn = 0.03;
    const { from, to } = warped(
      80,
      (_, y) => -turn * (y - 40),
      (x) => turn * (x - 40),
    );
    const values = opticalFlow(from, to, method).dataSync();
    const errors: number[] = [];
    for (let y = 14; y < 66; y++) {
      for (let x = 14; x < 66; x++) {
        const i = 2 * (80 * y + x);
        errors.push(Math.hypot(values[i]! + turn * (y - 40), values[i + 1]! - turn * (x - 40)));
      }
    }
    errors.sort((a, b) => a - b);
    expect(errors[errors.length >> 1]).toBeLessThan(0.08);
  });

  it.each(flowMethods)('%s of a still pair is zero, also for flat images and tiny ones', (method) => {
    const still = tf.randomUniform([50, 53], 0, 1, 'float32', 4) as tf.Tensor2D;
    const flow = opticalFlow(still, still, method);
    // Farneback's method takes the last row and column for outside, as OpenCV does: only the middle is still there
    const inside = method === 'farneback' ? tf.slice(flow, [15, 15, 0], [20, 20, 2]) : flow;
    expect(tf.max(tf.abs(inside)).dataSync()[0]).toBeLessThan(method === 'farneback' ? 1e-3 : 1e-6);
    const flat = tf.fill([16, 16], 0.4) as tf.Tensor2D;
    expect(new Set(opticalFlow(flat, flat, method).dataSync().map(Math.abs))).toEqual(new Set([0]));
    const tiny = tf.randomUniform([4, 5], 0, 1, 'float32', 4) as tf.Tensor2D;
    expect(opticalFlow(tiny, tiny, method).dataSync().every(Number.isFinite)).toBe(true);
  });

  it.each(flowMethods)('%s takes color as its gray', (method) => {
    const gray0 = tf.randomUniform([20, 20, 1], 0, 1, 'float32', 4) as tf.Tensor3D;
    const gray1 = tf.randomUniform([20, 20, 1], 0, 1, 'float32', 5) as tf.Tensor3D;
    const color = (image: tf.Tensor3D) => tf.tile(image, [1, 1, 3]);
    const a = opticalFlow(gray0, gray1, method).dataSync();
    expect(opticalFlow(tf.squeeze(gray0, [2]) as tf.Tensor2D, gray1, method).dataSync()).toEqual(a);
    expect(worst(opticalFlow(color(gray0), color(gray1), method).dataSync(), a)).toBeLessThan(1e-2);
  });

  it('the IPOL preset finds the same motion', () => {
    const { from, to } = warped(
      72,
      () => 0.9,
      () => 0.4,
    );
    const values = tvl1Flow(from, to, { preset: 'ipol' }).dataSync();
    expect(values[2 * (72 * 36 + 36)]!).toBeCloseTo(0.9, 1);
    expect(values[2 * (72 * 36 + 36) + 1]!).toBeCloseTo(0.4, 1);
    expect(checkValue('test', 'flow', flowOption('tvl1'), { name: 'tvl1', preset: 'ipol', warps: 2 })).toMatchObject({
      ...tvl1Presets.ipol,
      warps: 2,
    });
  });

  it('rejects what is no pair of float images of one size', () => {
    const image = tf.zeros([8, 8]) as tf.Tensor2D;
    expect(() => tvl1Flow(image, tf.zeros([8, 9]) as tf.Tensor2D)).toThrow(/one size.*\[8, 8\] and \[8, 9\]/);
    expect(() => tvl1Flow(image, tf.zeros([8, 8], 'int32') as tf.Tensor2D)).toThrow(/'to' must be float32.*int32.*255/);
    expect(() => farnebackFlow(tf.zeros([8, 8, 2]) as tf.Tensor3D, image)).toThrow(/\[8, 8, 2\]/);
    expect(() => hornSchunckFlow(tf.zeros([2, 8]) as tf.Tensor2D, tf.zeros([2, 8]) as tf.Tensor2D)).toThrow(
      /at least 4 pixels.*2 x 8/,
    );
    expect(() => tvl1Flow(image, undefined as never)).toThrow(TypeError);
  });

  it('rejects NaN and infinity and names the image', () => {
    const image = tf.zeros([4, 4]) as tf.Tensor2D;
    const bad = tf.tensor2d([Number.NaN, ...new Array(15).fill(0)], [4, 4]);
    for (const method of flowMethods) {
      expect(() => opticalFlow(image, bad, method)).toThrow(/'to' must hold finite numbers/);
      expect(() => opticalFlow(tf.div(1, image), image, method)).toThrow(/'from' must hold finite numbers/);
    }
  });

  it('rejects unknown methods and options with the valid ones', () => {
    const image = tf.zeros([8, 8]) as tf.Tensor2D;
    expect(() => opticalFlow(image, image, 'lk' as FlowChoice)).toThrow(
      /flow must be one of tvl1, farneback, horn-schunck, or an object .*"lk"/,
    );
    expect(() => opticalFlow(image, image, { name: 'farneback', winsize: 9 } as never)).toThrow(
      /"flow.winsize" is not an option: the options are name, scaleStep, levels, window/,
    );
    expect(() => farnebackFlow(image, image, { window: 8 })).toThrow(/window must be an odd integer/);
    expect(() => tvl1Flow(image, image, { median: 7 as never })).toThrow(/median must be one of 1, 3, 5/);
    expect(() => tvl1Flow(image, image, { preset: 'ipl' as never })).toThrow(
      /preset must be one of opencv, ipol: current value is "ipl", did you mean "ipol"\?/,
    );
  });
});

describe('flowSequence()', () => {
  it('gives adjacent or long-term flows of the span', () => {
    const { from, to } = warped(
      40,
      () => 0.5,
      () => 0,
    );
    const frames = tf.expandDims(tf.stack([from, to, from]), 3) as tf.Tensor4D;
    const before = tf.memory().numTensors;
    const adjacent = flowSequence(frames, { flow: 'farneback' });
    expect(adjacent.shape).toEqual([2, 40, 40, 2]);
    expect(tf.memory().numTensors).toBe(before + 1);
    const single = farnebackFlow(from, to).dataSync();
    expect(adjacent.dataSync().slice(0, single.length)).toEqual(single);
    const long = flowSequence({ frames, onset: 0, apex: null, offset: 2 }, { flow: 'farneback', from: 'first' });
    expect(long.dataSync().slice(single.length)).toEqual(farnebackFlow(from, from).dataSync());
    expect(() => flowSequence(frames, { span: [1, 1] })).toThrow(/at least 2 frames/);
  });
});

/** Gray levels as OpenCV makes them from colors. */
async function readGray(path: string): Promise<tf.Tensor2D> {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const values = new Float32Array(info.width * info.height);
  for (let i = 0; i < values.length; i++) {
    const [r, g, b] = [data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!];
    values[i] = ((4899 * r + 9617 * g + 1868 * b + 8192) >> 14) / 255;
  }
  return tf.tensor2d(values, [info.height, info.width]);
}

function readFlo(path: string) {
  const file = readFileSync(path);
  return new Float32Array(new Uint8Array(file).buffer, 12);
}

describe('flow on real images', () => {
  const reason = 'skipped without ../shared/data';

  it.skipIf(!existsSync(`${shared}/middlebury`)).each([
    ['RubberWhale', 0.1563, 0.3615],
    ['Dimetrodon', 0.1792, 0.9368],
    ['Hydrangea', 0.1939, 0.5916],
  ])(`has OpenCV's end-point error on %s (${reason})`, async (name, tvl1, farneback) => {
    const folder = `${shared}/middlebury/${name}`;
    const from = await readGray(`${folder}/frame10.png`);
    const to = await readGray(`${folder}/frame11.png`);
    const truth = readFlo(`${folder}/flow10.flo`);
    for (const [method, limit] of [
      ['tvl1', tvl1],
      ['farneback', farneback],
    ] as const) {
      const flow = opticalFlow(from, to, method).dataSync();
      let sum = 0;
      let count = 0;
      for (let i = 0; i < truth.length; i += 2) {
        if (Math.abs(truth[i]!) > 1e9 || Math.abs(truth[i + 1]!) > 1e9) continue;
        sum += Math.hypot(flow[i]! - truth[i]!, flow[i + 1]! - truth[i + 1]!);
        count++;
      }
      expect(sum / count).toBeLessThan(1.05 * limit);
    }
  });

  it.skipIf(!existsSync(`${shared}/face-clip`)).each(golden('faces') as Record<string, string>[])(
    `is OpenCV's field on a real face, $from to $to (${reason})`,
    async ({ from, to, step, ...fields }) => {
      const a = await readGray(`${shared}/face-clip/${from}`);
      const b = await readGray(`${shared}/face-clip/${to}`);
      const [height, width] = a.shape;
      for (const method of ['tvl1', 'farneback'] as const) {
        const flow = opticalFlow(a, b, method).dataSync();
        const reference = floats(fields[method]!);
        const differences: number[] = [];
        for (let y = 0, k = 0; y < height; y += Number(step)) {
          for (let x = 0; x < width; x += Number(step), k += 2) {
            const i = 2 * (width * y + x);
            differences.push(Math.hypot(flow[i]! - reference[k]!, flow[i + 1]! - reference[k + 1]!));
          }
        }
        differences.sort((p, q) => p - q);
        expect(differences[differences.length >> 1]).toBeLessThan(0.02);
      }
    },
  );
});
