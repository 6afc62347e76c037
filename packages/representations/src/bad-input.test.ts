import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Clip } from './clip.js';
import { createRepresentation } from './create-step.js';
import { opticalFlow } from './flow/optical-flow.js';
import { type RepresentationName, representations } from './registry.js';

const names = Object.keys(representations) as RepresentationName[];
const frames = tf.randomUniform([9, 40, 36, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
const clip: Clip = { frames, onset: 0, apex: 4, offset: 8 };
const one = tf.slice(frames, [0, 0, 0, 0], [1, -1, -1, -1]) as tf.Tensor4D;

/** The message of the error that a representation throws, or its values. */
function outcome(name: RepresentationName, input: Clip): string | Float32Array {
  const before = tf.memory().numTensors;
  try {
    const image = createRepresentation(name)(input);
    const values = image.dataSync() as Float32Array;
    expect(image.shape).toEqual([
      ...createRepresentation(name).outputShape(input.frames.shape.slice(1) as [number, number, number]),
    ]);
    image.dispose();
    return values;
  } catch (error) {
    expect(error).toSatisfy((thrown) => thrown instanceof RangeError || thrown instanceof TypeError);
    return (error as Error).message;
  } finally {
    expect(tf.memory().numTensors).toBe(before);
  }
}
const allFinite = (values: Float32Array) => values.every(Number.isFinite);

/** What of the apex and of time each one needs. */
const needsApex = new Set(names.filter((name) => typeof outcome(name, { ...clip, apex: null }) === 'string'));

describe.each(names)('%s, given', (name) => {
  it('one frame: an error that says so, or the frame itself, or no motion', () => {
    const result = outcome(name, { frames: one, onset: 0, apex: 0, offset: 0 });
    if (typeof result === 'string')
      expect(result).toMatch(
        /^Cannot .*(at least \d+ frames|one frame|both 0|are all 0|must be different|columns, rows and frames)/,
      );
    else expect(allFinite(result)).toBe(true);
  });

  it('an apex outside of onset to offset: an error with the range', () => {
    for (const apex of [9, -1, 2.5]) {
      expect(outcome(name, { ...clip, apex })).toMatch(
        new RegExp(
          `^Cannot .* as apex must be a frame index in 0\\.\\.8 \\(from onset to offset\\): current value is ${apex}`,
        ),
      );
    }
    expect(outcome(name, { ...clip, apex: 6, offset: 5 })).toMatch(/apex must be a frame index in 0\.\.5/);
    expect(outcome(name, { ...clip, offset: 9 })).toMatch(/offset must be a frame index in 0\.\.8/);
    expect(outcome(name, { ...clip, onset: -1 })).toMatch(/onset must be a frame index in 0\.\.8/);
  });

  it('no apex: an error that says how to get one, if it needs one', () => {
    const result = outcome(name, { ...clip, apex: null });
    if (needsApex.has(name)) expect(result).toMatch(/must have an apex: .*spotApex\(\)/);
    else expect(allFinite(result as Float32Array)).toBe(true);
  });

  it('an apex at the onset or offset: an image without NaN, by the documented fallback, or an error', () => {
    for (const apex of [0, 8]) {
      const result = outcome(name, { ...clip, apex });
      if (typeof result === 'string') expect(result).toMatch(/^Cannot .*(apex|onset|span)/);
      else expect(allFinite(result)).toBe(true);
    }
  });

  it('NaN, an infinite number or one outside of 0..1 in a frame: an error that names the place', () => {
    for (const bad of [Number.NaN, Infinity, -Infinity, 255, 1.01, -0.01]) {
      const values = frames.dataSync().slice();
      values[4 * 40 * 36 * 3 + 20 * 36 * 3 + 18 * 3 + 1] = bad;
      const broken = tf.tensor4d(values, [9, 40, 36, 3]);
      const result = outcome(name, { ...clip, frames: broken });
      broken.dispose();
      expect(result).toContain(
        `as frames must hold finite numbers in 0..1: current value is ${values[4 * 40 * 36 * 3 + 20 * 36 * 3 + 18 * 3 + 1]} at frame 4, row 20, column 18, channel 1`,
      );
    }
  });

  it('floats of bytes: an error that says how to read the file', () => {
    const bytes = tf.mul(frames, 255) as tf.Tensor4D;
    expect(outcome(name, { ...clip, frames: bytes })).toMatch(
      /^Cannot .* \(bytes\? readImage\(path, \{ range: 'unit' \}\)/,
    );
    bytes.dispose();
  });

  it('bytes instead of floats: an error that says how to convert', () => {
    const bytes = tf.cast(tf.mul(frames, 255), 'int32') as tf.Tensor4D;
    expect(outcome(name, { ...clip, frames: bytes })).toMatch(/float32 in 0\.\.1: current dtype is int32 .*255/);
    bytes.dispose();
  });

  it('frames of another rank, an empty clip, or no clip: an error that names the shape', () => {
    const flat = tf.zeros([9, 40, 36]) as unknown as tf.Tensor4D;
    const empty = tf.zeros([0, 40, 36, 3]) as tf.Tensor4D;
    const make = (input: unknown) => () => createRepresentation(name)(input as Clip);
    expect(make({ ...clip, frames: flat })).toThrow(/shape \[T, H, W, C\] .*\[9, 40, 36\]/);
    expect(make({ ...clip, frames: empty })).toThrow(/no empty axis: current value is \[0, 40, 36, 3\]/);
    expect(make({ ...clip, frames: undefined })).toThrow(/frames must be a tensor/);
    expect(make(null)).toThrow(TypeError);
    tf.dispose([flat, empty]);
  });
});

describe('opticalFlow(), given', () => {
  it('images of two sizes or integers: an error', () => {
    const [a, b] = [tf.zeros([32, 32, 1]) as tf.Tensor3D, tf.zeros([32, 30, 1]) as tf.Tensor3D];
    for (const method of ['tvl1', 'farneback', 'horn-schunck'] as const) {
      expect(() => opticalFlow(a, b, method)).toThrow(/one size: current values are \[32, 32, 1\] and \[32, 30, 1\]/);
      expect(() => opticalFlow(a, tf.cast(a, 'int32'), method)).toThrow(/float32/);
    }
  });
});
