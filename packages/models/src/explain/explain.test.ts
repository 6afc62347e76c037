import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { worstDifference, worstRelativeDifference } from '../../test/compare.js';
import { madeUpStateDict } from '../../test/fill.js';
import { images, make, names } from '../../test/networks.js';
import { madeUpImages, readGolden } from '../../test/parity.js';
import {
  createAfn,
  createDiaNet,
  createFmaNet,
  createMmNet,
  createResNet18,
  createStstNet,
  createVitB16,
  fusionWeights,
  gradCam,
  hasMaps,
  loadWeights,
  type ModelName,
  overlayHeatMap,
} from '../index.js';

const golden = readGolden('explain');
const inputShape = [64, 64, 3] as const;

const references = {
  ststnet: { make: () => createStstNet({ classes: 3 }), layers: ['streams'] },
  afn: {
    make: () => createAfn({ inputShape, width: 8 }),
    layers: ['temporal.layer4.1.relu', 'motion.layer4.1.relu'],
  },
  dianet: {
    make: () => createDiaNet({ inputShape, width: 4, hidden: 16 }),
    layers: ['feed_forward1', 'feed_forward2'],
  },
  fmanet: { make: () => createFmaNet({ inputShape, width: 8 }), layers: ['modulation1', 'modulation2'] },
  mmnet: {
    make: () => createMmNet({ inputShape, stem: 12, widths: [8, 8, 16, 32] }),
    layers: ['vit_pos.norm', 'fusion'],
  },
  'vit-b16': {
    make: () => createVitB16({ classes: 5, inputShape, width: 32, depth: 3, heads: 2 }),
    layers: ['encoder.layers.encoder_layer_1'],
  },
};

const pair = (fill = 1): [tf.Tensor, tf.Tensor] => [
  tf.fill([2, ...inputShape], fill),
  tf.fill([2, ...inputShape], -fill),
];

describe('gradCam()', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it.each(Object.keys(references) as Array<keyof typeof references>)('%s as PyTorch in float64', async (name) => {
    const { make: create, layers } = references[name];
    const model = create();
    loadWeights(model, madeUpStateDict(model));
    const { classIndex, predicted, heatMaps: expected } = golden[name];
    const inputs = madeUpImages(model, 2);
    const before = tf.memory().numTensors;
    const raw = await gradCam(model, inputs, { classIndex, normalize: false });
    expect(tf.memory().numTensors).toBe(before + layers.length);
    expect(raw.layers).toEqual(layers);
    expect(raw.classes).toEqual(classIndex);
    raw.heatMaps.forEach((heat, index) => {
      expect(worstRelativeDifference(heat.arraySync(), expected[index])).toBeLessThan(1e-4);
    });
    const scaled = await gradCam(model, inputs, { classIndex });
    scaled.heatMaps.forEach((heat, index) => {
      const values = expected[index].map((map: number[][]) => {
        const largest = Math.max(...map.flat()) || 1;
        return map.map((row) => row.map((value) => value / largest));
      });
      expect(worstDifference(heat.arraySync(), values)).toBeLessThan(1e-4);
    });
    const own = await gradCam(model, inputs);
    expect(own.classes).toEqual(predicted);
    tf.dispose([inputs, raw.heatMaps, scaled.heatMaps, own.heatMaps]);
    model.dispose();
  });

  /** Images of a sample that run as a larger batch, one heat map each. */
  const perSample: Partial<Record<ModelName, number>> = { causalnet: 2, 'skd-tstsan': 2, slstt: 3, mol: 3 };
  // a linear classifier has no maps
  const explained = names.filter((name) => name !== 'linear-classifier');

  it.each(explained)('%s: one heat map per input, from 0 to 1', async (name) => {
    const model = make(name);
    const given = images(model, 2);
    const before = tf.memory().numTensors;
    const { heatMaps, classes } = await gradCam(model, given);
    expect(tf.memory().numTensors).toBe(before + model.inputs.length);
    expect(classes.length).toBe(2);
    for (const heat of heatMaps) {
      expect([2, 2 * (perSample[name] ?? 1)]).toContain(heat.shape[0]);
      expect(heat.shape[1] * heat.shape[2]).toBeGreaterThan(1);
      expect(heat.dataSync().every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    // with made-up weights a map may be without evidence for the predicted class, but not for every class
    const all = await Promise.all([0, 1, 2].map((classIndex) => gradCam(model, given, { classIndex })));
    heatMaps.forEach((_, index) => {
      expect(Math.max(...all.flatMap((each) => [...each.heatMaps[index]!.dataSync()]))).toBe(1);
    });
    tf.dispose([given, heatMaps, all.map((each) => each.heatMaps)]);
    model.dispose();
  });

  it('says of a network without maps that there are none', async () => {
    const model = make('linear-classifier');
    const given = images(model, 1);
    expect(hasMaps(model)).toBe(false);
    await expect(gradCam(model, given)).rejects.toThrow(
      'Cannot explain linear-classifier as a layer must give maps of more than one place for input image: there is none',
    );
    tf.dispose(given);
    model.dispose();
  });

  it('explains any layer with maps, several at once, and frames or windows that run as a larger batch', async () => {
    const model = createAfn({ inputShape: [32, 32, 3], width: 4, recurrent: { windows: 3, units: 8 } });
    const clips = tf.ones([2, 3, 32, 32, 3]);
    const { heatMaps, layers } = await gradCam(model, [clips, clips], {
      layer: ['motion.conv1', 'motion.layer2.0.add'],
    });
    expect(layers).toEqual(['motion.conv1', 'motion.layer2.0.add']);
    expect(heatMaps.map(({ shape }) => shape)).toEqual([
      [6, 16, 16],
      [6, 4, 4],
    ]);
    tf.dispose([clips, heatMaps]);
    model.dispose();
  });

  it('takes a model of stock layers', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: 'relu', name: 'maps' }),
        tfl.layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 3 }),
      ],
    });
    const { heatMaps, layers } = await gradCam(model, tf.ones([1, 8, 8, 1]));
    expect(layers).toEqual(['maps']);
    expect(heatMaps[0]!.shape).toEqual([1, 6, 6]);
    tf.dispose(heatMaps);
    model.dispose();
  });

  it('names what does not fit', async () => {
    const model = createResNet18({ classes: 3, inputShape: [32, 32, 3], width: 4 });
    const images = tf.ones([2, 32, 32, 3]);
    const before = tf.memory().numTensors;
    const error = (options: object, inputs: tf.Tensor | tf.Tensor[] = images) =>
      expect(gradCam(model, inputs, options)).rejects;
    await error({ layer: 'layer5' }).toThrow(
      /layer must be one of …, .*, layer3\.1\.relu: current value is "layer5", which the model does not have/,
    );
    await error({ layer: 'avgpool' }).toThrow('"avgpool", whose values are no maps');
    await error({ classIndex: 3 }).toThrow('classIndex must be an integer from 0 to 2: current value is 3');
    await error({ classIndex: [0] }).toThrow('classIndex must be one class or one per sample (2): current value has 1');
    await error({ layers: 'x' }).toThrow('"layers" is not an option');
    await error({}, [images, images]).toThrow('inputs must be one tensor (image): current value has 2');
    const sample = tf.ones([32, 32, 3]);
    await error({}, sample).toThrow(
      'image must be [batch, 32, 32, 3]: current value is [32, 32, 3]; it is one sample: tf.expandDims(image, 0)',
    );
    const small = tf.ones([2, 28, 28, 3]);
    await error({}, small).toThrow('image must be [batch, 32, 32, 3]: current value is [2, 28, 28, 3]');
    tf.dispose([sample, small]);
    expect(tf.memory().numTensors).toBe(before);
    images.dispose();
    model.dispose();
    const two = createAfn({ inputShape: [32, 32, 3], width: 4 });
    await expect(gradCam(two, [tf.ones([2, 32, 32, 3]), tf.ones([1, 32, 32, 3])])).rejects.toThrow(
      'all inputs must have one batch size: temporal has 2 and motion has 1',
    );
    const vit = createVitB16({ classes: 5, inputShape, width: 32, depth: 2, heads: 2 });
    await expect(gradCam(vit, tf.ones([1, ...inputShape]), { layer: 'encoder.ln' })).rejects.toThrow(
      'layer must be one of conv_proj, class_token, encoder.pos_embedding, encoder.layers.encoder_layer_0',
    );
  });
});

describe('fusionWeights()', () => {
  it("gives AFN's gates, with which its fusion can be written down", () => {
    const model = createAfn({ inputShape, width: 4, seed: 3 });
    const inputs = pair();
    const before = tf.memory().numTensors;
    const weights = fusionWeights(model, inputs);
    expect(tf.memory().numTensors).toBe(before + 2);
    const { 'fusion/stream': stream, 'fusion/channel': channel } = weights as Record<string, tf.Tensor2D>;
    expect(channel!.shape).toEqual([2, 32]);
    for (const [first, second] of stream!.arraySync()) expect(first! + second!).toBeCloseTo(1, 6);
    const at = (name: string) => model.getLayer(name).output as tfl.SymbolicTensor;
    const parts = tfl.model({
      inputs: model.inputs,
      outputs: [at('temporal.avgpool'), at('motion.avgpool'), at('fusion')],
    });
    const [left, right, fused] = parts.predict(inputs) as tf.Tensor[];
    const written = tf.tidy(() => {
      const [wa, wb] = tf.split(stream!, 2, 1) as [tf.Tensor, tf.Tensor];
      return tf.add(tf.mul(wa, tf.mul(channel!, left!)), tf.mul(wb, tf.mul(tf.sub(1, channel!), right!))).arraySync();
    });
    expect(worstDifference(written, fused!.arraySync())).toBeLessThan(1e-6);
    tf.dispose([inputs, weights, left!, right!, fused!]);
    model.dispose();
  });

  it("gives FMANet's gate, and nothing for a network without fusion", () => {
    const model = createFmaNet({ inputShape, width: 4 });
    const inputs = pair();
    const weights = fusionWeights(model, inputs);
    expect(Object.keys(weights)).toEqual(['fusion/gate']);
    expect(weights['fusion/gate']!.shape).toEqual([2, 16, 16, 4]);
    expect(weights['fusion/gate']!.dataSync().every((share) => share > 0 && share < 1)).toBe(true);
    tf.dispose([inputs, weights]);
    model.dispose();
    const plain = createStstNet({ classes: 3 });
    expect(fusionWeights(plain, tf.ones([1, 28, 28, 3]))).toEqual({});
    expect(() => fusionWeights(plain, tf.ones([28, 28, 3]))).toThrow(
      'Cannot read the fusion weights of ststnet as image must be [batch, 28, 28, 3]',
    );
  });
});

describe('overlayHeatMap()', () => {
  let heat: tf.Tensor2D;

  beforeAll(async () => {
    await useBackend('wasm');
    heat = tf.tensor2d([[0, 1]]);
  });

  it('mixes colors and image', () => {
    const image = tf.fill([1, 2, 1], 0.5) as tf.Tensor3D;
    const before = tf.memory().numTensors;
    const turbo = overlayHeatMap(image, heat, { opacity: 1 });
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(turbo.shape).toEqual([1, 2, 3]);
    // the ends of turbo: (48, 18, 59) and (122, 4, 2)
    const ends = [48, 18, 59, 122, 4, 2].map((byte) => byte / 255);
    expect(worstDifference([...turbo.dataSync()], ends)).toBeLessThan(0.01);
    const half = overlayHeatMap(image, heat, { colormap: 'viridis' });
    const viridis = [68, 1, 84, 253, 231, 37].map((byte) => (byte / 255 + 0.5) / 2);
    expect(worstDifference([...half.dataSync()], viridis)).toBeLessThan(0.01);
    const none = overlayHeatMap(image, heat, { opacity: 0 });
    expect([...none.dataSync()]).toEqual(new Array(6).fill(0.5));
    tf.dispose([image, turbo, half, none]);
  });

  it('enlarges the heat map and cuts values outside 0 to 1', () => {
    const image = tf.fill([4, 4, 3], 2) as tf.Tensor3D;
    const large = tf.tensor2d([[-3, 7]]);
    const result = overlayHeatMap(image, large, { colormap: 'inferno' });
    const same = overlayHeatMap(tf.ones([4, 4, 3]), heat, { colormap: 'inferno' });
    expect(worstDifference(result.arraySync(), same.arraySync())).toBe(0);
    // rising from left to right, the same in every row
    const rows = result.arraySync().map((row) => row.map(([red]) => red!));
    for (const row of rows) expect(row).toEqual(rows[0]);
    expect(rows[0]!.every((value, index) => index === 0 || value >= rows[0]![index - 1]!)).toBe(true);
    tf.dispose([image, large, result, same]);
  });

  it('names what does not fit', () => {
    const image = tf.ones([4, 4, 3]) as tf.Tensor3D;
    expect(() => overlayHeatMap(image, heat, { opacity: 2 })).toThrow('opacity must be a number from 0 to 1');
    expect(() => overlayHeatMap(image, heat, { colormap: 'jet' as never })).toThrow(
      'colormap must be one of turbo, viridis, inferno: current value is "jet"',
    );
    expect(() => overlayHeatMap(tf.ones([4, 4, 2]), heat)).toThrow('image must be [height, width, 3]');
    expect(() => overlayHeatMap(image, tf.ones([1, 4, 4]) as never)).toThrow('heat must be [height, width]');
  });
});
