import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { encodeSafetensors, type NamedArrays } from '@mer/io';
import { createModel, exportWeights } from '@mer/models';
import { parseModelFile, readMemberWeights } from '@mer/predictor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeMadeRun } from '../../test/made-run.js';
import { foldFolder, readManifest, writeJson } from '../run/run-store.js';
import { exportNetwork } from './export-network.js';

let root = '';
let run = '';
const weights: NamedArrays[] = [];
const folds = ['x/s0', 'x/s1', 'x/s2', 'y/s0', 'y/s1'];
const created = '2026-01-01T00:00:00.000Z';

/** A run of five folds whose networks were never trained: what they say does not matter here. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-export-'));
  run = join(root, 'run');
  await writeMadeRun(run, {
    changes: {
      model: { name: 'ststnet' },
      preprocessing: [{ step: 'align', options: { size: 64 } }],
      inputs: [{ steps: [{ step: 'uv-strain', options: { size: 42 } }] }],
      backend: 'cpu',
      description: 'A small one.',
    },
  });
  for (const [i, fold] of folds.entries()) {
    const model = createModel('ststnet', { classes: 2, inputShape: [42, 42, 3], seed: i + 1 });
    weights.push(await exportWeights(model));
    model.dispose();
    await writeFile(join(foldFolder(run, 0, fold), 'weights.safetensors'), encodeSafetensors(weights[i]!));
  }
  await writeJson(join(run, 'run.json'), { ...(await readManifest(run)), inputs: [[42, 42, 3]] });
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function read(folder: string) {
  const file = parseModelFile(await readFile(join(folder, 'model.json'), 'utf8'));
  const members = file.weights.map(async (member) =>
    readMemberWeights(member, await readFile(join(folder, member.file))),
  );
  return { file, members: await Promise.all(members) };
}

describe('exportNetwork()', () => {
  it('writes the folds of a run together, whose weights come back bit for bit', async () => {
    const out = join(root, 'ensemble');
    const made = await exportNetwork(
      { run, ensemble: true },
      { out, created, license: 'CC-BY-4.0', dataLicense: 'ask' },
    );
    const { file, members } = await read(out);
    expect(file).toEqual(made.file);
    expect(file.weights.map(({ fold, seed }) => [fold, seed])).toEqual(folds.map((fold) => [fold, 0]));
    for (const [i, member] of members.entries()) {
      expect(Object.keys(member).sort()).toEqual(Object.keys(weights[i]!).sort());
      for (const [name, { data }] of Object.entries(member)) expect(data).toEqual(weights[i]![name]!.data);
    }
    expect(file).toMatchObject({
      model: { name: 'ststnet', options: { classes: 2, inputShape: [42, 42, 3] } },
      classes: ['neg', 'pos'],
      samples: 'clips',
      marks: ['onset', 'apex', 'offset'],
      face: { by: 'steps' },
      license: { weights: 'CC-BY-4.0', data: 'ask' },
      encoding: 'float32',
    });
    expect(file.inputs[0]!.steps[0]).toMatchObject({ step: 'uv-strain', options: { size: 42, third: 'strain' } });
    expect(file.expected.evaluation).toMatchObject({
      run: 'made',
      protocol: 'leave-one-subject-out',
      n: 30,
      subjects: 5,
    });
    expect(file.expected.note).toContain('together they have seen every subject');
    const again = join(root, 'again');
    await exportNetwork({ run, ensemble: true }, { out: again, created, license: 'CC-BY-4.0', dataLicense: 'ask' });
    for (const name of await readdir(out))
      expect(await readFile(join(again, name))).toEqual(await readFile(join(out, name)));
  });

  it('writes one fold in fewer bytes, and a card with the metadata that hubs read', async () => {
    const sizes: number[] = [];
    for (const encoding of ['float32', 'float16', 'int8'] as const) {
      const out = join(root, encoding);
      await exportNetwork({ run, fold: 'x/s1' }, { out, encoding, created, measure: false });
      const { file, members } = await read(out);
      expect(file.weights).toHaveLength(1);
      expect(file.weights[0]).toMatchObject({ file: 'weights.safetensors', fold: 'x/s1' });
      sizes.push(file.weights[0]!.bytes);
      const kernel = weights[1]!['fc/kernel']!.data as Float32Array;
      const worst = Math.max(...kernel.map((value, i) => Math.abs(value - members[0]!['fc/kernel']!.data[i]!)));
      expect(worst).toBeLessThan({ float32: 1e-12, float16: 1e-4, int8: 1e-3 }[encoding]);
      if (encoding !== 'float32') expect(worst).toBeGreaterThan(0);
    }
    expect(sizes[1]).toBeLessThan(sizes[0]!);
    expect(sizes[2]).toBeLessThan(sizes[1]!);
    const card = await readFile(join(root, 'int8', 'README.md'), 'utf8');
    const metadata = parse(card.split('---\n')[1]!);
    expect(metadata).toMatchObject({
      library_name: 'mer',
      pipeline_tag: 'video-classification',
      datasets: ['synthetic'],
    });
    expect(metadata.license).toBeUndefined();
    expect(metadata['model-index'][0].results[0].metrics[0]).toMatchObject({ type: 'f1', name: 'UF1' });
    expect(card).toContain('License of the weights: not stated.');
    expect(card).toContain('it has not seen x/s1');
  });

  it('says what there is where the network that is asked for is not, and leaves nothing', async () => {
    const out = join(root, 'none');
    await expect(exportNetwork({ run }, { out })).rejects.toThrow(
      `Cannot export ${run} as it has no network that was trained on all subjects: mer train <experiment> --evaluated-by ${run}`,
    );
    await expect(exportNetwork({ run, fold: 'x/s9' }, { out })).rejects.toThrow('did you mean');
    await expect(exportNetwork({ run, ensemble: true }, { out: run })).rejects.toThrow('it must be new or empty');
    const file = join(foldFolder(run, 0, 'y/s1'), 'weights.safetensors');
    const bytes = await readFile(file);
    await writeFile(file, 'torn');
    await expect(exportNetwork({ run, ensemble: true }, { out })).rejects.toThrow(`${file}: Cannot read weights`);
    await writeFile(file, bytes);
    expect(existsSync(out)).toBe(false);
    expect((await readdir(root)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('writes the network of all subjects where the run has it, with the score of its folds', async () => {
    await mkdir(foldFolder(run, 0, '(all)'), { recursive: true });
    await writeFile(join(foldFolder(run, 0, '(all)'), 'weights.safetensors'), encodeSafetensors(weights[2]!));
    const { file } = await exportNetwork({ run }, { out: join(root, 'final'), created });
    expect(file.weights).toMatchObject([{ seed: 0, file: 'weights.safetensors' }]);
    expect(file.weights[0]!.fold).toBeUndefined();
    expect(file.expected.note).toContain('No score of its own belongs to this network');
    expect(file.expected.evaluation!.scores['uf1']!.interval).toHaveLength(2);
  });
});
