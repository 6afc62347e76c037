import { describe, expect, it } from 'vitest';
import { setValue } from './set-value.js';

describe('setValue()', () => {
  it('reads numbers, booleans, lists and text as YAML', () => {
    expect(setValue({}, 'a=5')).toEqual({ a: 5 });
    expect(setValue({}, 'a.b=true')).toEqual({ a: { b: true } });
    expect(setValue({}, 'a=[0, 1]')).toEqual({ a: [0, 1] });
    expect(setValue({}, 'a=b=c')).toEqual({ a: 'b=c' });
  });

  it('reaches into lists and leaves the original alone', () => {
    const data = { inputs: [{ windows: '3' }] };
    expect(setValue(data, 'inputs.0.windows=bgr')).toEqual({ inputs: [{ windows: 'bgr' }] });
    expect(data.inputs[0]!.windows).toBe('3');
  });

  it('rejects settings that are none', () => {
    expect(() => setValue({}, 'epochs')).toThrow('must look like key=value');
    expect(() => setValue({}, '=5')).toThrow('must look like key=value');
    expect(() => setValue({}, 'a..b=5')).toThrow('must look like key=value');
    expect(() => setValue({ a: 1 }, 'a.b=5')).toThrow('a is a plain value: 1');
    expect(() => setValue({}, 'a=[1')).toThrow('must be YAML');
  });

  it('cannot reach prototypes', () => {
    expect(() => setValue({}, '__proto__.polluted=1')).toThrow();
    setValue({}, 'constructor.prototype.polluted=1');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
