import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { writeSafetensors } from '@mer/io';
import { createModel, exportWeights } from '@mer/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../schema/parse.js';
import { dryRun } from './dry-run.js';
import type { RunEvent } from './events.js';
import { runExperiment } from './run.js';

let root = '';

beforeAll(async () => {
  await useBackend('wasm');
  root = await mkdtemp(join(tmpdir(), 'mer-frozen-'));
  const options = { classes: 2, inputShape: [24, 24, 3] as const, widths: [4, 6], seed: 9 };
  const model = createModel('small-cnn', options);
  await writeSafetensors(join(root, 'start.safetensors'), await exportWeights(model));
  model.dispose();
});

afterAll(() => rm(root, { recursive: true, force: true }));

const settings = (training: object = {}, weights?: string) =>
  parseExperiment({
    name: 'frozen',
    data: {
      name: 'synthetic',
      options: { subjects: 3, clipsPerSubject: 4, size: 24, frames: 5, classes: ['happiness', 'surprise'] },
    },
    inputs: [{ steps: ['frame-difference'] }],
    model: { name: 'small-cnn', options: { widths: [4, 6] }, ...(weights && { weights }) },
    training: { epochs: 3, batchSize: 4, freeze: ['(body)'], ...training },
    backend: 'wasm',
  });

async function run(experiment: ReturnType<typeof settings>, name: string, cache: string, workers = 1) {
  const events: RunEvent[] = [];
  const out = join(root, name);
  await runExperiment(experiment, { out, cache, workers, onEvent: (event) => events.push(event) });
  const logits = [];
  for (const fold of ['sub01', 'sub02', 'sub03']) {
    const { predictions } = JSON.parse(await readFile(join(out, 'folds/0', fold, 'predictions.json'), 'utf8'));
    logits.push(...predictions.map((one: { logits: number[] }) => one.logits));
  }
  const frozen = events.filter((event) => event.type === 'frozen');
  return {
    logits: logits.flat() as number[],
    frozen,
    folders: (await readdir(cache)).filter((file) => /\.frozen$/.test(file)),
  };
}

const far = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe('frozen layers of a run', () => {
  it('are passed once by each sample for all folds that begin with the same weights, whatever was there before', async () => {
    const start = join(root, 'start.safetensors');
    const cache = join(root, 'cache');
    const first = await run(settings({}, start), 'first', cache);
    expect(first.folders.length).toBe(1);
    // the first fold passes all of its samples, the others find them
    expect(first.frozen.map((event) => [event.fold, event.done, event.total])).toEqual(
      Array.from({ length: 12 }, (_, i) => ['sub01', i + 1, 12]),
    );
    const folder = join(cache, first.folders[0]!);
    expect((await readdir(folder)).length).toBe(13);
    // damaged files are made anew
    await truncate(join(folder, '5.npy'), 130);
    await writeFile(join(folder, '7.npy'), 'nothing');
    const again = await run(settings({}, start), 'again', cache);
    expect(again.logits).toEqual(first.logits);
    expect(again.frozen.length).toBe(2);
    await writeFile(join(folder, 'part.json'), '{"calls":');
    expect((await run(settings({}, start), 'once more', cache)).logits).toEqual(first.logits);
    // one training more, with images that change, is that of the whole network
    const whole = await run(
      settings({ augmentation: { images: [{ name: 'flip', probability: 1e-12 }] } }, start),
      'whole',
      cache,
    );
    expect(whole.frozen).toEqual([]);
    expect(far(whole.logits, first.logits)).toBeLessThan(1e-5);
    // other layers, other numbers
    const other = await run(settings({ freeze: ['conv1', 'bn1', 'conv2', 'bn2'] }, start), 'other', cache);
    expect(other.folders.length).toBe(2);
  });

  it('are shared by processes that train at the same time, with the same numbers', async () => {
    const start = join(root, 'start.safetensors');
    const alone = await run(settings({}, start), 'alone', join(root, 'cache of one'));
    const together = await run(settings({}, start), 'together', join(root, 'cache of two'), 2);
    expect(together.logits).toEqual(alone.logits);
    expect(together.folders).toEqual(alone.folders);
    expect(new Set(together.frozen.map((event) => event.fold)).size).toBeLessThan(3);
  });

  it('are passed in each fold anew where each begins with weights of its own', async () => {
    const cache = join(root, 'own');
    const { frozen, folders } = await run(settings(), 'own weights', cache);
    expect(frozen.length).toBe(36);
    expect(folders).toEqual([]);
  });

  it('are told of before the work', async () => {
    const cost = await dryRun(settings());
    expect(cost.plan.step.inputs).toBeLessThan(4 * 24 * 24 * 3 * 4);
    expect(cost.seconds.fold).toBeGreaterThan(0);
  });
});
