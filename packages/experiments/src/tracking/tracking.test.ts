import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PbfReader } from 'pbf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeMadeRun } from '../../test/made-run.js';
import type { RunEvent } from '../run/events.js';
import { readRun } from '../run/read-run.js';
import { crc32c } from './crc32c.js';
import { writeMlflow } from './mlflow.js';
import { openTensorboard, writeTensorboard } from './tensorboard.js';

let root = '';
let run = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-tracking-'));
  run = join(root, 'run');
  await writeMadeRun(run, { seeds: [0, 1] });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const files = async (dir: string) =>
  (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(dir.length + 1))
    .sort();

interface Curve {
  tag: string;
  step: number;
  value: number;
}

/** The scalars of a file of events, its checks of length and content tested. */
async function scalarsOf(path: string): Promise<Curve[]> {
  const bytes = new Uint8Array(await readFile(path));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const unmask = (masked: number) => {
    const turned = (masked - 0xa282ead8) >>> 0;
    return ((turned >>> 17) | (turned << 15)) >>> 0;
  };
  const found: Curve[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true));
    expect(unmask(view.getUint32(at + 8, true))).toBe(crc32c(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(unmask(view.getUint32(at + 12 + length, true))).toBe(crc32c(data));
    let step = 0;
    new PbfReader(data).readFields((field, _, pbf) => {
      if (field === 2) step = pbf.readVarint();
      if (field !== 5) return;
      pbf.readMessage((inner, _summary, summary) => {
        if (inner !== 1) return;
        const curve = { tag: '', step, value: Number.NaN };
        summary.readMessage((key, _value, value) => {
          if (key === 1) curve.tag = value.readString();
          if (key === 2) curve.value = value.readFloat();
        }, undefined);
        if (!Number.isNaN(curve.value)) found.push(curve);
      }, undefined);
    }, undefined);
    at += length + 16;
  }
  return found;
}

it('crc32c() gives the check value of the Castagnoli polynomial', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
});

describe('TensorBoard', () => {
  const epoch = (number: number, attempt = 1): RunEvent => ({
    type: 'epoch',
    seed: 0,
    fold: 'x/s0',
    attempt,
    epochs: 3,
    time: 1_700_000_000_000 + 1000 * number,
    record: { epoch: number, loss: 1 / number, accuracy: 0.5, learningRate: 0.1 },
  });

  it('has the curves of every fold, the scores of every seed, and the experiment', async () => {
    const dir = join(root, 'logs');
    const made = await readRun(run);
    await writeTensorboard(made, dir, { name: 'made' });
    const names = await files(dir);
    expect(names).toHaveLength(made.folds.length + 2 + 1);
    const [fold] = made.folds;
    const file = names.find((name) => name.startsWith(`made/0/${encodeURIComponent(fold!.fold)}/`))!;
    const losses = (await scalarsOf(join(dir, file))).filter(({ tag }) => tag === 'training/loss');
    expect(losses.map(({ step }) => step)).toEqual(fold!.history.map((record) => record.epoch));
    expect(losses.map(({ value }) => value)).toEqual(fold!.history.map(({ loss }) => Math.fround(loss)));
    const scores = await scalarsOf(join(dir, names.find((name) => /^made\/0\/events/.test(name))!));
    expect(scores.map(({ tag }) => tag)).toEqual(['scores/UF1', 'scores/UAR', 'scores/accuracy']);
    // again: nothing twice
    await writeTensorboard(made, dir, { name: 'made' });
    expect(await files(dir)).toEqual(names);
  });

  it('begins the file of a fold anew where it is trained anew', async () => {
    const dir = join(root, 'live');
    const log = openTensorboard(dir, { name: 'a/b' });
    for (const event of [epoch(1), epoch(2), epoch(1, 2), epoch(2, 2), epoch(3, 2)]) log.onEvent(event);
    const [file, ...others] = await files(dir);
    expect(others).toEqual([]);
    const losses = (await scalarsOf(join(dir, file!))).filter(({ tag }) => tag === 'training/loss');
    expect(losses.map(({ step, value }) => [step, value])).toEqual([
      [1, 1],
      [2, 0.5],
      [3, Math.fround(1 / 3)],
    ]);
    await log.finish(join(root, 'none'));
    expect(await files(dir)).toEqual([file]);
    await log.finish(run);
    expect((await files(dir)).length).toBeGreaterThan(3);
  });
});

it('writeMlflow() writes a run with its scores, and one within it for each fold, and replaces them', async () => {
  const dir = join(root, 'mlruns');
  const made = await readRun(run);
  await writeMlflow(made, dir);
  const names = await files(dir);
  await writeMlflow(made, dir);
  expect(await files(dir)).toEqual(names);
  const metas = names.filter((name) => name.split('/').length === 3 && name.endsWith('meta.yaml'));
  expect(metas).toHaveLength(made.folds.length + 1);
  const runs = await Promise.all(metas.map(async (name) => parse(await readFile(join(dir, name), 'utf8'))));
  const parent = runs.find(({ run_name }) => run_name === made.manifest.experiment.name);
  expect(parent).toMatchObject({ status: made.missing.length === 0 ? 3 : 1, lifecycle_stage: 'active' });
  const folder = join(dir, parent.experiment_id, parent.run_id);
  expect((await readFile(join(folder, 'metrics/uf1'), 'utf8')).trim().split('\n')).toHaveLength(2);
  expect(await readFile(join(folder, 'params/model.name'), 'utf8')).toBe(made.manifest.experiment.model.name);
  const child = runs.find(({ run_name }) => run_name.endsWith(', seed 1'));
  const of = join(dir, child.experiment_id, child.run_id);
  expect(await readFile(join(of, 'tags/mlflow.parentRunId'), 'utf8')).toBe(parent.run_id);
  const losses = (await readFile(join(of, 'metrics/training/loss'), 'utf8')).trim().split('\n');
  expect(losses.map((line) => Number(line.split(' ')[2]))).toEqual(made.folds[0]!.history.map(({ epoch }) => epoch));
});
