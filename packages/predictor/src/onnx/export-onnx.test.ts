import { useBackend } from '@mer/backends';
import { createModel, type ModelName, models } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-web';
import { PbfReader } from 'pbf';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportOnnx } from './export-onnx.js';

beforeAll(async () => {
  await useBackend('wasm');
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
});

/** What ONNX Runtime and we make of the same noise, output by output. */
async function bothWays(model: tfl.LayersModel, session: ort.InferenceSession, samples: number) {
  const inputs = model.inputs.map(({ shape }, i) =>
    tf.randomUniform([samples, ...(shape.slice(1) as number[])], 0, 1, 'float32', 7 + i),
  );
  const ours = [model.apply(inputs, { training: false }) as tf.Tensor | tf.Tensor[]].flat();
  const feeds = inputs.map((input, i) => [
    model.inputNames[i]!,
    new ort.Tensor('float32', input.dataSync() as Float32Array, input.shape),
  ]);
  const theirs = await session.run(Object.fromEntries(feeds));
  const values = ours.map((output, i) => {
    const other = theirs[model.outputNames[i]!]!;
    expect(other.dims).toEqual(output.shape);
    return [output.dataSync() as Float32Array, other.data as Float32Array] as const;
  });
  tf.dispose([inputs, ours]);
  return values;
}

/** Largest difference, as a share of the largest number. */
function difference([a, b]: readonly [Float32Array, Float32Array]): number {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

async function expectSame(model: tfl.LayersModel, batches: readonly number[], bytes = exportOnnx(model)) {
  const session = await ort.InferenceSession.create(bytes);
  expect([...session.inputNames]).toEqual(model.inputNames);
  expect([...session.outputNames]).toEqual(model.outputNames);
  for (const samples of batches) {
    for (const values of await bothWays(model, session, samples)) expect(difference(values)).toBeLessThan(1e-4);
  }
  await session.release();
}

describe('exportOnnx()', () => {
  it.each(Object.keys(models) as ModelName[])('gives the outputs of the small %s for 1 and 5 samples', async (name) => {
    const before = tf.memory().numTensors;
    const model = createModel(name, { classes: 3, preset: 'small' } as never);
    await expectSame(model, [1, 5]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  const image = () => tfl.input({ shape: [6, 5, 2], name: 'image' });
  const modelOf = (make: (x: tfl.SymbolicTensor) => tfl.SymbolicTensor) => {
    const x = image();
    return tfl.model({ inputs: x, outputs: make(x), name: 'own' });
  };
  /** A layer of anybody that computes with tfjs. */
  class Own extends tfl.layers.Layer {
    static className = 'Own';
    constructor(
      private readonly compute: (x: tf.Tensor) => tf.Tensor,
      private readonly shape: number[],
    ) {
      super({});
    }
    override computeOutputShape() {
      return [null, ...this.shape];
    }
    override call(inputs: tf.Tensor | tf.Tensor[]) {
      return tf.tidy(() => this.compute([inputs].flat()[0]!));
    }
  }
  const own = (compute: (x: tf.Tensor) => tf.Tensor, shape = [6, 5, 2]) =>
    modelOf((x) => new Own(compute, shape).apply(x) as tfl.SymbolicTensor);
  const whole = (x: tf.Tensor) => x as tf.Tensor4D;

  const samePool = { filterSize: 3, strides: 2, pad: 'same' } as const;
  it.each<[string, (x: tf.Tensor) => tf.Tensor, number[]]>([
    ['windows of tfjs rounded down', (x) => tf.avgPool(whole(x), 3, 2, 1, 'floor'), [3, 3, 2]],
    [
      'windows with uneven edges',
      (x) => tf.maxPool(whole(x), samePool.filterSize, samePool.strides, samePool.pad),
      [3, 3, 2],
    ],
    [
      'means that leave edges out',
      (x) => tf.avgPool(whole(x), samePool.filterSize, samePool.strides, samePool.pad),
      [3, 3, 2],
    ],
    [
      'filters that are computed',
      (x) => tf.conv2d(whole(x), tf.mul(tf.mean(x), tf.ones([2, 2, 2, 3])) as tf.Tensor4D, 1, 'same'),
      [6, 5, 3],
    ],
    [
      'dilated filters by channel',
      (x) =>
        tf.depthwiseConv2d(whole(x), tf.reshape(tf.range(0, 36), [3, 3, 2, 2]) as tf.Tensor4D, 1, 'same', 'NHWC', 2),
      [6, 5, 4],
    ],
    [
      'parts, turned and put together',
      (x) => tf.concat([tf.reverse(x, [1]), tf.stridedSlice(x, [0, 0, 0, 0], [9, 6, 5, 2], [1, 1, 1, 1], 1)], 3),
      [6, 5, 4],
    ],
    [
      'reflected edges',
      (x) =>
        tf.mirrorPad(
          whole(x),
          [
            [0, 0],
            [2, 1],
            [1, 1],
            [0, 0],
          ],
          'reflect',
        ),
      [9, 7, 2],
    ],
    ['images of other sizes', (x) => tf.image.resizeBilinear(whole(x), [9, 4], true), [9, 4, 2]],
    ['images between pixels', (x) => tf.image.resizeBilinear(whole(x), [3, 10], false, true), [3, 10, 2]],
    [
      'numbers in place of others',
      (x) => tf.where(tf.greater(x, 0.5), tf.pow(x, 2), tf.clipByValue(x, 0.1, 0.3)),
      [6, 5, 2],
    ],
    ['entries by number', (x) => tf.gather(x, tf.tensor1d([3, 0, 3], 'int32'), 1), [3, 5, 2]],
    ['sums along named axes', (x) => tf.einsum('bhwc,bhwd->bcd', x, x), [2, 2]],
    ['rows that start as zeros', (x) => tf.add(tf.zeros([x.shape[0]!, 2]), tf.max(x, [1, 2])), [2]],
    ['rows that are copied', (x) => tf.tile(tf.mean(x, [1, 2], true), [1, 3, 2, 1]), [3, 2, 2]],
    ['places of the largest', (x) => tf.cast(tf.argMax(x, 1), 'float32'), [5, 2]],
  ])('says %s', async (_what, compute, shape) => {
    const model = own(compute, shape);
    await expectSame(model, [1, 5]);
    model.dispose();
  });

  // tfjs's wasm backend gives arbitrary numbers for a window over the edge
  it('says windows that are rounded up, on cpu', async () => {
    await useBackend('cpu');
    try {
      const rounded = own(
        (x) => tf.add(tf.maxPool(whole(x), 3, 2, 0, 'ceil'), tf.avgPool(whole(x), 3, 2, 0, 'ceil')),
        [3, 2, 2],
      );
      await expectSame(rounded, [1, 5]);
      rounded.dispose();
    } finally {
      await useBackend('wasm');
    }
  });

  it('takes a fixed number of samples, and names its inputs, outputs and weights', async () => {
    const model = createModel('ststnet', { classes: 3, preset: 'small' });
    const bytes = exportOnnx(model, { batch: 4, name: 'streams' });
    await expectSame(model, [4], bytes);
    const session = await ort.InferenceSession.create(bytes);
    expect(session.inputMetadata[0]).toMatchObject({ name: 'image', shape: [4, 28, 28, 3] });
    const text = new TextDecoder('latin1').decode(bytes);
    for (const name of ['streams', 'fc/kernel']) expect(text).toContain(name);
    model.dispose();
  });

  it('holds for two samples what a network does that goes by their number, when asked for two', async () => {
    const model = own((x) => tf.add(tf.reshape(tf.slice(x, [1]), [-1, 6, 5, 2]), tf.mean(x)));
    expect(() => exportOnnx(model)).toThrow(
      /own as ONNX as .* is 1 with 2 samples and 2 with 3: give a fixed number as batch/,
    );
    expect(exportOnnx(model, { batch: 2 }).length).toBeGreaterThan(100);
  });

  it('names an operation that has no form, and refuses what depends on values', () => {
    const before = tf.memory().numTensors;
    expect(() => exportOnnx(own((x) => tf.cumsum(x, 1)))).toThrow(
      /Cannot export own as ONNX as its operation Cumsum has no form/,
    );
    const byValue = own((x) => tf.add(x, x.dataSync()[0]!));
    expect(() => exportOnnx(byValue)).toThrow(/depends on the values that it is given/);
    expect(() => exportOnnx(byValue, { batch: 0 })).toThrow(/batch/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('writes texts for whoever loads it, and its name', () => {
    const model = own((x) => tf.mul(x, 2));
    const metadata = { classes: 'negative,positive', license: 'Lizenz: frei ✓' };
    const read: Record<string, string> = {};
    let name = '';
    // model_proto: 7 is the graph, whose 2 is its name; 14 the entries
    new PbfReader(exportOnnx(model, { name: 'smiles', metadata })).readFields((field, _, pbf) => {
      const end = field === 7 || field === 14 ? pbf.readVarint() + pbf.pos : 0;
      if (field === 7) {
        pbf.readFields(
          (inner) => {
            if (inner === 2) name = pbf.readString();
          },
          undefined,
          end,
        );
      } else if (field === 14) {
        const entry: string[] = [];
        pbf.readFields(
          (inner) => {
            entry[inner - 1] = pbf.readString();
          },
          undefined,
          end,
        );
        read[entry[0]!] = entry[1]!;
      }
    }, undefined);
    expect(read).toEqual(metadata);
    expect(name).toBe('smiles');
    const wrong = { classes: ['negative'] } as never;
    expect(() => exportOnnx(model, { metadata: wrong })).toThrow(/metadata must be texts: current value of classes/);
    model.dispose();
  });
});
