import { encodeSafetensors } from '@mer/io';
import { describe, expect, it } from 'vitest';
import { sha256Of } from './sha256-of.js';
import { decodeWeights, encodeWeights, readMemberWeights } from './weight-encodings.js';

const noise = (length: number, seed = 1) => {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647 - 0.5;
  });
};
const array = (shape: number[], data: Float32Array) => ({ dtype: 'float32' as const, shape, data });
const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
const kernel = (shape: number[]) => array(shape, noise(size(shape), shape.length));

const arrays = {
  'conv/kernel': kernel([3, 3, 16, 8]),
  'up/kernel': kernel([4, 4, 8, 16]),
  'depth/kernel': kernel([5, 5, 32, 2]),
  'fc/kernel': kernel([20, 3]),
  'fc/bias': array([3], Float32Array.of(0.1, 1e6, -1e-9)),
  'table/indices': array(
    [64, 32],
    Float32Array.from({ length: 2048 }, (_, i) => i * 37),
  ),
};
const parameters = (
  [
    ['conv/kernel', 'conv2d'],
    ['up/kernel', 'conv2dTranspose'],
    ['depth/kernel', 'depthwise2d'],
    ['fc/kernel', 'linear'],
    ['fc/bias', 'same'],
    ['table/indices', 'same', true],
  ] as const
).map(([name, layout, computed = false]) => ({ name, layout, computed }));
const roundTrip = (encoding: 'float32' | 'float16' | 'int8') =>
  decodeWeights(encodeWeights(arrays, { encoding, parameters }));
const names = Object.keys(arrays) as (keyof typeof arrays)[];

describe('encodeWeights() and decodeWeights()', () => {
  it('give float32 back bit for bit, and equal bytes for equal weights', () => {
    const decoded = roundTrip('float32');
    for (const name of names) expect(decoded[name]).toEqual({ shape: arrays[name].shape, data: arrays[name].data });
    const turned = Object.fromEntries(Object.entries(arrays).reverse());
    expect(encodeWeights(turned, { encoding: 'int8', parameters })).toEqual(
      encodeWeights(arrays, { encoding: 'int8', parameters }),
    );
  });

  it('round kernels to half floats, and lists and computed tables not at all', () => {
    const decoded = roundTrip('float16');
    for (const name of ['fc/bias', 'table/indices'] as const) expect(decoded[name]!.data).toEqual(arrays[name].data);
    arrays['fc/kernel'].data.forEach((value, i) => {
      expect(Math.abs(decoded['fc/kernel']!.data[i]! - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11);
    });
  });

  it('round large kernels to whole numbers by output channel, within half a step of each', () => {
    const decoded = roundTrip('int8');
    for (const name of ['fc/kernel', 'fc/bias', 'table/indices'] as const) {
      expect(decoded[name]!.data).toEqual(arrays[name].data);
    }
    const channelOf = {
      'conv/kernel': (i: number) => i % 8,
      'up/kernel': (i: number) => Math.floor(i / 16) % 8,
      'depth/kernel': (i: number) => i % 64,
    };
    for (const [name, channel] of Object.entries(channelOf) as [keyof typeof channelOf, (i: number) => number][]) {
      const { data } = arrays[name];
      const largest = new Map<number, number>();
      data.forEach((value, i) => void largest.set(channel(i), Math.max(largest.get(channel(i)) ?? 0, Math.abs(value))));
      expect(new Set(largest.values()).size).toBeGreaterThan(4);
      data.forEach((value, i) => {
        const step = largest.get(channel(i))! / 127;
        expect(Math.abs(decoded[name]!.data[i]! - value)).toBeLessThanOrEqual(step * 0.5001);
      });
    }
  });

  it('keep a channel without a weight at zero', () => {
    const data = noise(2048);
    for (let i = 0; i < data.length; i += 2) data[i] = 0;
    const decoded = decodeWeights(encodeWeights({ k: array([1024, 2], data) }, { encoding: 'int8', parameters: [] }));
    expect(decoded['k']!.data.every((value, i) => i % 2 === 1 || value === 0)).toBe(true);
  });

  it('refuse what cannot be encoded', () => {
    const encode = (given: Record<string, ReturnType<typeof array>>, encoding: 'float16' | 'int8') => () =>
      encodeWeights(given, { encoding, parameters: [] });
    expect(encode({ k: array([1, 1], Float32Array.of(Number.NaN)) }, 'int8')).toThrow(
      'Cannot encode the weights k as they must be finite: value 0 is NaN',
    );
    expect(encode({ k: array([1, 1], Float32Array.of(1e6)) }, 'float16')).toThrow(
      'half floats go to 65504: one is 1000000',
    );
    expect(encode({ 'k#scale': array([1, 1], Float32Array.of(1)) }, 'int8')).toThrow('no name may end with #scale');
  });

  it('refuse files that are none', () => {
    const whole = { dtype: 'int8' as const, shape: [2, 2], data: Int8Array.of(1, 2, 3, 4) };
    const scale = (shape: number[]) => array(shape, new Float32Array(size(shape)));
    const decode = (given: Parameters<typeof encodeSafetensors>[0]) => () => decodeWeights(encodeSafetensors(given));
    expect(decode({ k: whole })).toThrow('k#scale must be there, float32');
    expect(decode({ k: whole, 'k#scale': scale([1, 3]) })).toThrow(
      'must have the shape [2, 2], 1 before and after the axes of the channels: it is [1, 3]',
    );
    expect(decode({ 'k#scale': scale([1]) })).toThrow('must be the scales of whole numbers: there are none');
    expect(decode({ k: { dtype: 'int32', shape: [1], data: Int32Array.of(1) } })).toThrow('they are int32');
  });
});

describe('readMemberWeights()', () => {
  it('gives weights whose length and hash are those that were exported, and names the file where they are not', async () => {
    const bytes = encodeWeights(arrays, { encoding: 'float32', parameters });
    const member = { file: 'weights.safetensors', bytes: bytes.length, sha256: await sha256Of(bytes) };
    expect((await readMemberWeights(member, bytes))['fc/bias']!.data).toEqual(arrays['fc/bias'].data);
    const other = Uint8Array.from(bytes);
    other[other.length - 1]! ^= 1;
    await expect(readMemberWeights(member, other)).rejects.toThrow(
      'Cannot use weights.safetensors as its SHA-256 must be',
    );
    await expect(readMemberWeights(member, bytes.subarray(1))).rejects.toThrow(`must have ${bytes.length} bytes`);
    const wrong = Uint8Array.of(1, 2, 3);
    await expect(readMemberWeights({ file: 'a', bytes: 3, sha256: await sha256Of(wrong) }, wrong)).rejects.toThrow(
      'Cannot use a: Cannot read safetensors',
    );
  });
});
