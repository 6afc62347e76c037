import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashOf, stableJson } from './index.js';

describe('stableJson()', () => {
  it('sorts the keys of every object, and of nothing else', () => {
    expect(stableJson({ b: [3, 1, { d: null, c: undefined, a: 1 }], a: { z: 1, y: 'ü' } })).toBe(
      '{"a":{"y":"ü","z":1},"b":[3,1,{"a":1,"d":null}]}',
    );
  });

  it('takes what values say of themselves', () => {
    const step = Object.assign(() => 0, { toJSON: () => ({ step: 'x', options: { b: 1, a: 2 } }) });
    expect(stableJson([step])).toBe('[{"options":{"a":2,"b":1},"step":"x"}]');
  });
});

describe('hashOf()', () => {
  it('is the SHA-256 of the text', () => {
    const value = { b: 'ü', a: [1.5] };
    expect(hashOf(value)).toBe(createHash('sha256').update(stableJson(value)).digest('hex'));
  });
});
