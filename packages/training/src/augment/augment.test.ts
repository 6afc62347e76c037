import { readFileSync } from 'node:fs';
import type { Clip } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyRows } from '../prepared-data.js';
import { randomStream, uniform } from '../random.js';
import { epochRows } from '../sampling.js';
import type { ImageAugmentation } from '../settings.js';
import { NO_WARP, warpRow } from './affine.js';
import { clipViews, viewPlan } from './clips.js';
import type { ImageChange } from './define-augmentation.js';
import { changeRows, drawImageChange } from './images.js';
import { drawMix, mixRows } from './mixup.js';

beforeAll(() => tf.setBackend('cpu'));

const picture = Float32Array.from({ length: 5 * 4 * 2 }, (_, i) => Math.sin(i) * 3);
const shape = [5, 4, 2];
const at = (values: Float32Array, y: number, x: number, c: number) => values[(y * 4 + x) * 2 + c]!;

describe('warpRow()', () => {
  it('leaves an image as it is, mirrors it exactly, and gives it back when mirrored twice', () => {
    expect(warpRow(picture, shape, NO_WARP)).toEqual(picture);
    const mirrored = warpRow(picture, shape, { ...NO_WARP, flip: true });
    for (const [y, x, c] of [
      [0, 0, 0],
      [2, 1, 1],
      [4, 3, 0],
    ] as const) {
      expect(at(mirrored, y, x, c)).toBe(at(picture, y, 3 - x, c));
    }
    expect(warpRow(mirrored, shape, { ...NO_WARP, flip: true })).toEqual(picture);
  });

  it('moves by whole pixels exactly and repeats the border', () => {
    const moved = warpRow(picture, shape, { ...NO_WARP, shift: [1 / 4, -1 / 5] });
    expect(at(moved, 1, 2, 0)).toBe(at(picture, 2, 1, 0));
    expect(at(moved, 1, 0, 1)).toBe(at(picture, 2, 0, 1));
    expect(at(moved, 4, 2, 1)).toBe(at(picture, 4, 1, 1));
  });

  it('turns a quarter exactly: the right side goes down', () => {
    const square = Float32Array.from({ length: 9 }, (_, i) => i);
    const turned = warpRow(square, [3, 3, 1], { ...NO_WARP, angle: Math.PI / 2 });
    expect([...turned]).toEqual([6, 3, 0, 7, 4, 1, 8, 5, 2]);
  });

  it('magnifies about the center (bilinear)', () => {
    const ramp = Float32Array.from({ length: 5 }, (_, x) => x);
    const zoomed = warpRow(ramp, [1, 5, 1], { ...NO_WARP, zoom: 2 });
    expect([...zoomed]).toEqual([1, 1.5, 2, 2.5, 3]);
  });

  it('mirrors and turns flow vectors with the picture', () => {
    const flow = { u: 0, v: 1, zero: 0.5 };
    const field = Float32Array.from({ length: 3 * 3 * 2 }, (_, i) => (i % 2 === 0 ? 0.75 : 0.5));
    const mirrored = warpRow(field, [3, 3, 2], { ...NO_WARP, flip: true }, flow);
    expect([...mirrored.slice(0, 2)]).toEqual([0.25, 0.5]);
    const turned = warpRow(field, [3, 3, 2], { ...NO_WARP, angle: Math.PI / 2 }, flow);
    expect(turned[0]).toBeCloseTo(0.5, 6);
    expect(turned[1]).toBeCloseTo(0.75, 6);
  });

  it('changes every frame of a sequence alike', () => {
    const sequence = new Float32Array([...picture, ...picture]);
    const warp = { flip: true, angle: 0.2, zoom: 1.1, shift: [0.1, 0.05] } as const;
    const one = warpRow(picture, shape, warp);
    expect(warpRow(sequence, [2, ...shape], warp)).toEqual(new Float32Array([...one, ...one]));
  });
});

describe('changeRows()', () => {
  const all: ImageAugmentation[] = [
    { name: 'flip', probability: 0.5 },
    { name: 'rotate', degrees: 5 },
    { name: 'shift', fraction: 0.04 },
    { name: 'zoom', fraction: 0.05 },
    { name: 'crop', padding: 1 },
    { name: 'erase', probability: 1, area: [0.1, 0.2] },
  ];
  const input = { shape, values: new Float32Array([...picture, ...picture]) };
  const changedRows = (
    { shape: of, values }: typeof input,
    rows: readonly number[],
    changes: readonly ImageChange[],
  ) => {
    const batch = { shape: of, values: copyRows({ shape: of, values }, rows) };
    changeRows(batch, changes);
    return batch.values;
  };

  it('changes both inputs of a sample by one draw, and draws the same for the same key', () => {
    const draw = () => [0, 1].map(() => drawImageChange(all, randomStream(['a'])));
    const changes = draw();
    expect(draw()).toEqual(changes);
    const first = changedRows(input, [0, 1], changes);
    expect(changedRows({ ...input }, [0, 1], changes)).toEqual(first);
    expect(first.subarray(0, picture.length)).not.toEqual(picture);
    expect(input.values.subarray(0, picture.length)).toEqual(picture);
  });

  it('draws shifts within bounds and flips half of the time', () => {
    const stream = randomStream(['bounds']);
    const draws = Array.from({ length: 2000 }, () => drawImageChange(all, stream));
    expect(draws.filter(({ warp }) => warp.flip).length / 2000).toBeCloseTo(0.5, 1);
    for (const { warp, crop } of draws) {
      expect(Math.abs(warp.angle)).toBeLessThanOrEqual((5 * Math.PI) / 180);
      expect(Math.max(...warp.shift.map(Math.abs))).toBeLessThanOrEqual(0.04);
      expect(Math.abs(warp.zoom - 1)).toBeLessThanOrEqual(0.05);
      expect(Math.max(...crop.map(Math.abs))).toBeLessThanOrEqual(1);
    }
    expect(new Set(draws.flatMap(({ crop }) => crop))).toEqual(new Set([-1, 0, 1]));
  });

  it('erases a patch to the mean of its channel', () => {
    const change = {
      warp: NO_WARP,
      crop: [0, 0] as const,
      erased: [{ top: 0, left: 0, height: 0.4, width: 0.5 }],
      others: [],
    };
    const erased = changedRows(input, [0], [change]);
    const mean = [...picture].filter((_, i) => i % 2 === 0).reduce((sum, value) => sum + value, 0) / 20;
    expect(at(erased, 1, 1, 0)).toBeCloseTo(mean, 5);
    expect(at(erased, 1, 2, 0)).toBe(at(picture, 1, 2, 0));
    expect(at(erased, 2, 1, 0)).toBe(at(picture, 2, 1, 0));
  });

  it('refuses inputs that are no images', () => {
    const change = drawImageChange(all, randomStream(['x']));
    expect(() => changedRows({ shape: [8], values: new Float32Array(8) }, [0], [change])).toThrow('must be images');
  });
});

describe('mixup', () => {
  it('mixes images and targets by one share, which follows Beta(alpha, alpha)', () => {
    const stream = randomStream(['mix']);
    const mix = drawMix(3, 0.4, stream);
    expect([...mix.partner].sort()).toEqual([0, 1, 2]);
    const mixed = mixRows(new Float32Array([0, 0, 1, 10, 2, 20]), mix);
    const [first] = mix.partner;
    expect(mixed[1]).toBeCloseTo((1 - mix.share) * first! * 10, 5);
    const shares = Array.from({ length: 4000 }, () => drawMix(1, 0.4, stream).share);
    const mean = shares.reduce((sum, value) => sum + value) / 4000;
    const variance = shares.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4000;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(variance).toBeCloseTo(0.25 / 1.8, 2);
  });
});

describe('rotation and crop on normalized tensors', () => {
  it('are those of torchvision: the nearest pixel, zeros from outside', () => {
    const golden = JSON.parse(readFileSync(new URL('../../test/golden/augment.json', import.meta.url), 'utf8'));
    for (const { angle, top, left, mirrored, values } of golden.cases) {
      const row = Float32Array.from(golden.values as number[]);
      const change = {
        warp: { ...NO_WARP, flip: mirrored, angle: (-angle * Math.PI) / 180, nearest: true, zeros: true },
        crop: [golden.padding - left, golden.padding - top] as const,
        cropZeros: true,
        erased: [],
        others: [],
      };
      changeRows({ values: row, shape: golden.shape }, [change]);
      expect([...row], JSON.stringify({ angle, top, left, mirrored })).toEqual(values);
    }
  });

  it('follow from the options of rotate and crop', () => {
    const change = drawImageChange(
      [
        { name: 'rotate', degrees: 5, sampling: 'nearest', fill: 'zero' },
        { name: 'crop', padding: 2, fill: 'zero' },
      ],
      randomStream(['zero']),
    );
    expect(change).toMatchObject({ warp: { nearest: true, zeros: true }, cropZeros: true });
    const plain = drawImageChange(
      [
        { name: 'rotate', degrees: 5 },
        { name: 'crop', padding: 2 },
      ],
      randomStream(['zero']),
    );
    expect([plain.warp.angle, plain.crop]).toEqual([change.warp.angle, change.crop]);
    expect([plain.warp.nearest, plain.warp.zeros, plain.cropZeros]).toEqual([undefined, undefined, undefined]);
  });
});

describe('clip views', () => {
  const frames = () =>
    tf.tensor4d(
      Float32Array.from({ length: 9 * 2 * 3 }, (_, i) => i / 54),
      [9, 2, 3, 1],
    );
  const clip = (): Clip => ({ frames: frames(), onset: 0, apex: 4, offset: 8 });
  const marks = ({ onset, apex, offset }: Clip) => [onset, apex, offset];
  const viewsOf = (...given: Parameters<typeof clipViews>) =>
    Promise.all(clipViews(...given).map(async (make) => marks(await make())));

  it('phases: the whole, the rise, the fall, all trained on', async () => {
    const plan = viewPlan([{ name: 'phases' }], 'mean');
    expect(plan).toEqual({ count: 3, train: [[0], [1], [2]], test: [0, 1, 2] });
    const views = await viewsOf(clip(), [{ name: 'phases' }], ['id']);
    expect(views).toEqual([
      [0, 4, 8],
      [0, 4, 4],
      [4, 4, 8],
    ]);
  });

  it('phases of a clip whose apex is its onset are both the fall', async () => {
    const odd = { ...clip(), apex: 0 };
    const views = await viewsOf(odd, [{ name: 'phases' }], ['id']);
    expect(views).toEqual([
      [0, 0, 8],
      [0, 0, 8],
      [0, 0, 8],
    ]);
  });

  it('mirror: an alternative with frames of its own', async () => {
    expect(viewPlan([{ name: 'phases' }, { name: 'mirror' }])).toEqual({
      count: 6,
      train: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
      test: [0],
    });
    const original = clip();
    const [same, mirrored] = await Promise.all(clipViews(original, [{ name: 'mirror' }], ['id']).map((make) => make()));
    expect(same!.frames).toBe(original.frames);
    expect([...mirrored!.frames.dataSync().slice(0, 3)]).toEqual([...original.frames.dataSync().slice(0, 3)].reverse());
  });

  it('jitter: onset later, apex earlier, the same for the same clip', async () => {
    const settings = { name: 'jitter', copies: 8, onset: 0.5, apex: 0.5, offset: 0.5 } as const;
    expect(viewPlan([settings]).train).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8]]);
    const draw = (id: string) => viewsOf(clip(), [settings], [id]) as Promise<number[][]>;
    const views = await draw('a');
    expect(await draw('a')).toEqual(views);
    expect(await draw('b')).not.toEqual(views);
    expect(views[0]).toEqual([0, 4, 8]);
    for (const [onset, apex, offset] of views) {
      expect(onset).toBeLessThanOrEqual(2);
      expect(apex).toBeGreaterThanOrEqual(Math.max(2, onset!));
      expect(offset).toBeGreaterThanOrEqual(Math.max(6, apex!));
    }
    expect(new Set(views.map(String)).size).toBeGreaterThan(3);
  });

  it('jitter: an apex on both sides of the annotated one', async () => {
    const settings = { name: 'jitter', copies: 30, onset: 0.1, apex: 0.25, apexLater: 0.5, offset: 0 } as const;
    const views = (await viewsOf(clip(), [settings], ['a'])) as number[][];
    expect(new Set(views.map(([, apex]) => apex))).toEqual(new Set([3, 4, 5, 6]));
  });

  it('strongest-pair, wrapped: bytes less bytes modulo 256, the first of equal pairs', async () => {
    const settings = { name: 'strongest-pair', share: 0.5, difference: 'wrapped' } as const;
    // from 10 to 9 is 255 where bytes wrap; the true difference is largest from 10 to 60
    const values = Float32Array.from([10, 10, 10, 9, 60, 60, 60, 60, 60], (level) => level / 255);
    const odd = () => ({ frames: tf.tensor4d(values, [9, 1, 1, 1]), onset: 0, apex: 4, offset: 8 });
    expect((await viewsOf(odd(), [settings], ['id']))[1]).toEqual([1, 3, 8]);
    expect((await viewsOf(odd(), [{ ...settings, difference: 'true' }], ['id']))[1]).toEqual([0, 4, 8]);
  });

  it('strongest-pair: trains on the pair that differs most, tests the annotated one', async () => {
    const settings = { name: 'strongest-pair', share: 0.5 } as const;
    expect(viewPlan([settings])).toEqual({ count: 2, train: [[1]], test: [0] });
    const values = new Float32Array(9);
    values[1] = -1;
    values[3] = 2;
    const odd = { frames: tf.tensor4d(values, [9, 1, 1, 1]), onset: 0, apex: 4, offset: 8 };
    const [clean, strongest] = await viewsOf(odd, [settings], ['id']);
    expect(clean).toEqual([0, 4, 8]);
    expect(strongest).toEqual([1, 3, 8]);
  });
});

describe('epochRows()', () => {
  const data = { classes: ['a', 'b'], labels: [0, 0, 0, 0, 0, 0, 0, 1], inputs: [] };
  const train = [0, 1, 2, 3, 4, 5, 6, 7];

  it('takes every sample once, in order or shuffled', () => {
    expect(epochRows(data, train, { sampling: 'all', shuffle: false }, randomStream([1]))).toEqual(train);
    const shuffled = epochRows(data, train, { sampling: 'all', shuffle: true }, randomStream([1]));
    expect(shuffled).not.toEqual(train);
    expect([...shuffled].sort()).toEqual(train);
  });

  it('balances classes', () => {
    const stream = randomStream([2]);
    const rows = Array.from({ length: 100 }, () =>
      epochRows(data, train, { sampling: 'balanced', shuffle: true }, stream),
    ).flat();
    expect(rows.length).toBe(800);
    expect(rows.filter((row) => row === 7).length / 800).toBeCloseTo(0.5, 1);
  });

  it('takes one view of every group of every sample', () => {
    const views = viewPlan([{ name: 'phases' }, { name: 'mirror' }]);
    const rows = epochRows({ ...data, views }, train, { sampling: 'all', shuffle: true }, randomStream([3]));
    const groups = rows.map((row) => `${Math.floor(row / 6)}/${Math.floor((row % 6) / 2)}`);
    expect(new Set(groups).size).toBe(24);
    expect(rows.length).toBe(24);
  });
});

describe('uniform()', () => {
  it('lies from 0 to below 1', () => {
    const stream = randomStream(['u']);
    const draws = Array.from({ length: 1000 }, () => uniform(stream));
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    expect(draws.reduce((sum, value) => sum + value) / 1000).toBeCloseTo(0.5, 1);
  });
});
