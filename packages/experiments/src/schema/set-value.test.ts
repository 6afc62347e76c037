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

  it('takes of a list its positions and the one after the last, and names them for anything else', () => {
    const data = { inputs: [{ steps: [] }], seeds: [0, 1] };
    expect(setValue(data, 'seeds.2=7')).toMatchObject({ seeds: [0, 1, 7] });
    expect(setValue({}, 'seeds.0=7')).toEqual({ seeds: [7] });
    for (const setting of ['inputs.-1.size=3', 'inputs.foo.size=3', 'inputs.99999999.size=3', 'inputs.01.size=3']) {
      expect(() => setValue(data, setting)).toThrow(
        /^Cannot set "inputs\..*" as inputs is a list of 1, whose positions are 0, or 1 to add to it: current value is "/,
      );
    }
    for (const setting of ['seeds.x=9', 'seeds.4294967294=1', 'seeds.1e1=1', 'seeds.length=0', 'seeds.=1']) {
      expect(() => setValue(data, setting)).toThrow(/seeds is a list of 2, whose positions are 0 to 1, or 2|key=value/);
    }
    expect(() => setValue({ a: [] }, 'a.1=0')).toThrow('a is a list of 0, whose positions are 0 to add to it');
    expect(data).toEqual({ inputs: [{ steps: [] }], seeds: [0, 1] });
  });

  it('refuses values that hold themselves, unfold to too much or are nested too deeply', () => {
    expect(() => setValue({}, 'training.epochs=&a [1,*a]')).toThrow(
      /must be YAML: 1 holds itself \(an alias in a circle\)/,
    );
    const bomb = [
      '&a [1,1,1,1,1,1,1,1,1,1]',
      ...[...'bcdefgh'].map((name, i) => `&${name} [${Array(10).fill(`*${'abcdefg'[i]}`)}]`),
    ];
    expect(() => setValue({}, `a=[${bomb}]`)).toThrow('its aliases unfold to too much');
    for (const depth of [100, 100_000]) {
      expect(() => setValue({}, `a=${'['.repeat(depth)}${']'.repeat(depth)}`)).toThrow(/nested deeper than 64 levels/);
    }
    expect(() => setValue({}, `${Array(100).fill('a').join('.')}=1`)).toThrow('at most 64 parts: it has 100');
    expect(() => setValue({}, 'a=!!python/object {}')).toThrow('must be YAML: Unresolved tag');
  });

  it('copies what an alias names to each place', () => {
    const data = setValue({}, 'inputs=[&a { steps: [trdi] }, *a]');
    expect(setValue(data, 'inputs.1.steps=[midi]')).toEqual({ inputs: [{ steps: ['trdi'] }, { steps: ['midi'] }] });
  });

  it('refuses __proto__ as a key that there is not', () => {
    expect(() => setValue({ a: 1 }, '__proto__.polluted=1')).toThrow('__proto__ is not an option: the whole has a');
    expect(() => setValue({ a: {} }, 'a.__proto__=1')).toThrow('a.__proto__ is not an option: a is empty');
    expect(() => setValue([], '__proto__=1')).toThrow('is a list of 0');
  });
});
