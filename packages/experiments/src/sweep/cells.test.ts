import { describe, expect, it } from 'vitest';
import { type SweepSettings, sweepCells } from './cells.js';
import { withGridSetting } from './grid-setting.js';

const namesOf = (sweep: SweepSettings) => sweepCells(sweep).map(({ name }) => name);

describe('sweepCells()', () => {
  it('makes every combination, the last axis the fastest, with readable names', () => {
    const cells = sweepCells({
      grid: { 'model.name': ['ststnet', 'rcn-a'], 'training.optimizer.learningRate': [1e-3, 1e-5] },
      variants: {
        input: { flow: { 'inputs.0.steps': ['uv-strain'] }, image: { 'inputs.0.steps': ['trdi'], seeds: [4] } },
      },
    });
    expect(cells).toHaveLength(8);
    expect(cells[1]).toEqual({
      name: 'ststnet_learningRate-0.001_image',
      set: ['model.name="ststnet"', 'training.optimizer.learningRate=0.001', 'inputs.0.steps=["trdi"]', 'seeds=[4]'],
    });
    expect(cells[7]!.name).toBe('rcn-a_learningRate-0.00001_image');
  });

  it('makes ablations each one change off the base, and seeds runs of their own', () => {
    const ablations = { 'no-attention': { 'model.options.attention': false }, 'no-mixup': { 'training.mixup': 0 } };
    expect(namesOf({ ablations })).toEqual(['base', 'no-attention', 'no-mixup']);
    expect(sweepCells({ ablations })[0]!.set).toEqual([]);
    const seeds = sweepCells({ grid: { seeds: [0, 1] }, ablations });
    expect(seeds.map(({ name }) => name)[1]).toBe('seed-0_no-attention');
    expect(seeds[0]).toEqual({ name: 'seed-0', set: ['seeds=[0]'] });
  });

  it('draws the same settings from the same seed, begins with the same ones where more are drawn, within their bounds', () => {
    const settings = {
      'training.optimizer.learningRate': { from: 1e-5, to: 1e-1, scale: 'log' },
      'training.batchSize': { from: 4, to: 6, whole: true },
      'model.options.dropout': [0, 0.5],
    } as const;
    const drawn = (draws: number, seed = 0) => sweepCells({ random: { draws, seed, settings } });
    const many = drawn(200);
    expect(many[0]!.name).toBe('draw-001');
    expect(drawn(9).map(({ set }) => set)).toEqual(many.slice(0, 9).map(({ set }) => set));
    expect(drawn(9, 1)[0]!.set).not.toEqual(many[0]!.set);
    const of = (key: string) => many.map(({ set }) => Number(set.find((each) => each.startsWith(key))!.split('=')[1]));
    const rates = of('training.optimizer');
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-5);
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.1);
    // a log scale has a quarter of its draws in each power of ten
    for (const top of [1e-4, 1e-3, 1e-2]) {
      const share = rates.filter((rate) => rate < top && rate >= top / 10).length / 200;
      expect(Math.abs(share - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 200));
    }
    expect([...new Set(of('training.batchSize'))].sort()).toEqual([4, 5, 6]);
    expect([...new Set(of('model.options.dropout'))].sort()).toEqual([0, 0.5]);
  });

  it('refuses values without names, two axes on one setting, cells of one name, too many, and none', () => {
    const refused = (sweep: SweepSettings) => () => sweepCells(sweep);
    expect(refused({ grid: { model: [{ name: 'ststnet' }] } })).toThrow(
      'a value of model that is a list or an object must have a name: write { <name>: {"name":"ststnet"} } instead',
    );
    expect(refused({ grid: { seeds: [0] }, ablations: { one: { seeds: [1] } } })).toThrow('two of them change seeds');
    expect(refused({ grid: { 'a.b': ['x y', 'x-y'] } })).toThrow('two would be called x-y; give the values names');
    const numbers = Array.from({ length: 101 }, (_, i) => i);
    expect(refused({ grid: { a: numbers, b: numbers } })).toThrow('at most 10000 cells: the axes make 10201');
    expect(refused({})).toThrow('there must be grid, variants, ablations or random: all are absent');
  });

  it('gives cells with long names short ones that differ', () => {
    const name = 'a'.repeat(60);
    const variants = {
      one: { [`${name}1`.slice(-60)]: { a: 1 } },
      two: { [name]: { b: 1 }, [`b${name}`.slice(0, 60)]: { b: 2 } },
    };
    const names = namesOf({ variants });
    expect(new Set(names).size).toBe(2);
    for (const each of names) expect(each).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/);
  });
});

describe('withGridSetting()', () => {
  it('reads values as YAML, and says what it must look like', () => {
    const { grid } = withGridSetting({ grid: { a: [1] } }, 'training.batchSize=8, 16,[1, 2],x');
    expect(grid).toEqual({ a: [1], 'training.batchSize': [8, 16, [1, 2], 'x'] });
    expect(() => withGridSetting({}, 'training')).toThrow('must look like setting=value,value');
    expect(() => withGridSetting({}, 'a={b')).toThrow('must be YAML joined by commas');
  });
});
