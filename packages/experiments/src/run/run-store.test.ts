import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../schema/parse.js';
import type { RunMemory } from './run-memory.js';
import {
  experimentHash,
  fileNameOf,
  foldFolder,
  openRun,
  type RunManifest,
  readFold,
  readManifest,
  writeFold,
} from './run-store.js';

const experiment = parseExperiment({
  name: 'tiny',
  data: { name: 'synthetic' },
  model: { name: 'ststnet' },
  training: { epochs: 1, batchSize: 8, optimizer: { name: 'adam', learningRate: 1e-3 } },
});

function manifestOf(changed = experiment, fingerprint = 'f', backend = 'cpu'): RunManifest {
  return {
    format: 1,
    experiment: changed,
    hash: experimentHash(changed, fingerprint, backend),
    fingerprint,
    backend: { name: backend, device: 'CPU' },
    versions: { mer: '0.0.0' },
    hardware: { cpu: 'x', cores: 1, platform: 'x' },
    classes: ['a', 'b'],
    folds: [{ seed: 0, name: 's1' }],
    created: '2026-01-01T00:00:00.000Z',
  };
}

const predictions = {
  fold: 's1',
  seed: 0,
  epochChoice: 'last',
  epoch: 1,
  trained: 1,
  validationSubjects: [],
  predictions: [],
};

describe('run store', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'mer-run-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('begins a run in a new folder and goes on with it', async () => {
    const dir = join(root, 'new');
    await openRun(dir, manifestOf());
    const later = await openRun(dir, { ...manifestOf(), created: '2027-01-01T00:00:00.000Z' });
    expect(later.created).toBe('2026-01-01T00:00:00.000Z');
  });

  it('is begun by one of many processes, whose memory plan is that of all', async () => {
    const dir = join(root, 'at once');
    const bytes = 'weights optimizer inputs activations gradients scratch total blocks heap largest'.split(' ');
    const step = Object.fromEntries(bytes.map((name) => [name, 1])) as unknown as RunMemory['step'];
    const memory = (process: number): RunMemory => ({ strategy: { name: 'fused' }, testBatch: 1, step, process });
    const begun = await Promise.all([1, 2, 3, 4].map((n) => openRun(dir, { ...manifestOf(), memory: memory(n) })));
    expect(new Set(begun.map((manifest) => manifest.memory!.process)).size).toBe(1);
    expect(JSON.parse(await readFile(join(dir, 'run.json'), 'utf8')).memory).toEqual(begun[0]!.memory);
    expect(await readdir(dir)).toEqual(['run.json']);
  });

  it('refuses to go on with other settings and says which', async () => {
    const dir = join(root, 'changed');
    await openRun(dir, manifestOf());
    const changed = { ...experiment, training: { ...experiment.training, epochs: 2 } };
    await expect(openRun(dir, manifestOf(changed))).rejects.toThrow(/training\.epochs: 1 then, 2 now/);
    await expect(openRun(dir, manifestOf(experiment, 'g'))).rejects.toThrow(
      /the data set: its samples or files have changed/,
    );
    await expect(openRun(dir, manifestOf(experiment, 'f', 'wasm'))).rejects.toThrow(/backend: cpu then, wasm now/);
  });

  it('lets name, description, published results and seeds change', async () => {
    const dir = join(root, 'renamed');
    await openRun(dir, manifestOf());
    await openRun(dir, { ...manifestOf({ ...experiment, name: 'other', seeds: [0, 1] }), folds: [] });
    expect((await readManifest(dir))?.experiment.seeds).toEqual([0, 1]);
  });

  it('refuses a folder that holds something else', async () => {
    const dir = join(root, 'other');
    await mkdir(dir);
    await writeFile(join(dir, 'thesis.txt'), 'precious');
    await expect(openRun(dir, manifestOf())).rejects.toThrow('is not empty and holds no run.json');
    expect(await readFile(join(dir, 'thesis.txt'), 'utf8')).toBe('precious');
  });

  it('has a fold only when its predictions are written, and nothing temporary beside them', async () => {
    const dir = join(root, 'fold');
    await openRun(dir, manifestOf());
    expect(await readFold(dir, 0, 's1')).toBeUndefined();
    const weights = { 'fc/kernel': { dtype: 'float32' as const, shape: [2], data: new Float32Array([1, 2]) } };
    await writeFold(dir, { predictions, history: [], seconds: 1, weights });
    expect(await readFold(dir, 0, 's1')).toEqual(predictions);
    expect((await readdir(foldFolder(dir, 0, 's1'))).sort()).toEqual([
      'history.json',
      'predictions.json',
      'weights.safetensors',
    ]);
  });

  it('names the file that is damaged', async () => {
    const dir = join(root, 'damaged');
    await openRun(dir, manifestOf());
    await mkdir(foldFolder(dir, 0, 's1'), { recursive: true });
    await writeFile(join(foldFolder(dir, 0, 's1'), 'predictions.json'), '{"fold": "s1"');
    await expect(readFold(dir, 0, 's1')).rejects.toThrow(/predictions\.json as it must be JSON/);
    await writeFile(join(dir, 'run.json'), '{}');
    await expect(readManifest(dir)).rejects.toThrow(/run\.json is not of format 1/);
  });

  it('keeps every fold inside the folder of the run', () => {
    expect(fileNameOf('sub01')).toBe('sub01');
    expect(fileNameOf('..')).toBe('%2E%2E');
    expect(fileNameOf('../../etc')).not.toContain('/');
    expect(fileNameOf('a\\b:c')).toBe('a%5Cb%3Ac');
    expect(fileNameOf('Zoë')).toBe('Zo%C3%AB');
  });
});
