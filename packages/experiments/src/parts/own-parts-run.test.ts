import { existsSync } from 'node:fs';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predictClip } from '../predict/predict-clip.js';
import { openExperimentData } from '../prepare/prepare.js';
import { buildReport } from '../report/build-report.js';
import { compareRuns } from '../report/compare-runs.js';
import { makeGallery } from '../report/make-gallery.js';
import { reportData } from '../report/report-data.js';
import { mergeRuns } from '../run/merge.js';
import { readRun } from '../run/read-run.js';
import { runExperiment } from '../run/run.js';
import { readManifest } from '../run/run-store.js';
import { openExperiment } from '../schema/read.js';

const templates = fileURLToPath(new URL('../../../cli/templates/init', import.meta.url));
/** Within this package, so that what the modules import is found. */
const tests = fileURLToPath(new URL('../../test', import.meta.url));

const settings = {
  name: 'mine',
  use: ['./representation.mjs'],
  data: {
    name: 'synthetic',
    options: { subjects: 3, clipsPerSubject: 2, size: 24, frames: 6 },
    frames: { color: true },
  },
  inputs: [{ steps: [{ step: 'my-change', options: { gain: 4 } }] }],
  model: { name: 'my-net', options: { filters: 4 } },
  training: { epochs: 2, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.003 } },
  backend: 'wasm',
};

let root = '';
let run = '';

/** A folder with the modules and an experiment; opened with one module named by the file and the other beside it. */
async function project(name: string, change = '') {
  const dir = join(root, name);
  for (const file of ['representation.mjs', 'network.mjs']) await cp(join(templates, file), join(dir, file));
  await appendFile(join(dir, 'network.mjs'), change);
  await writeFile(join(dir, 'experiment.json'), JSON.stringify(settings));
  return openExperiment(join(dir, 'experiment.json'), { use: [`./${relative('.', join(dir, 'network.mjs'))}`] });
}

let opened: Awaited<ReturnType<typeof project>>;
beforeAll(async () => {
  root = await mkdtemp(join(tests, 'own-parts-'));
  run = join(root, 'runs', 'mine');
  opened = await project('first');
  await runExperiment(opened.experiment, { out: run, own: opened.own, workers: 1 });
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('an experiment with own parts', () => {
  it('runs, and its run knows the modules by their contents and not by where they lie', async () => {
    const text = await readFile(join(run, 'run.json'), 'utf8');
    const { parts, experiment } = JSON.parse(text);
    expect(experiment.use).toEqual(['./representation.mjs']);
    expect(parts).toEqual([
      {
        use: './representation.mjs',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        parts: [{ kind: 'representation', name: 'my-change' }],
      },
      {
        use: expect.stringMatching(/^\.\/.*network\.mjs$/),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        parts: [{ kind: 'model', name: 'my-net' }],
      },
    ]);
    expect(text).not.toContain('file:');
    expect(text).not.toContain(process.cwd());
  });

  it('is read with the modules alone, and says by name which are missing', async () => {
    const refusal = /made with parts of somebody's own.*representation\.mjs \(representation my-change\).*my-net/s;
    await expect(readRun(run)).rejects.toThrow(refusal);
    await expect(mergeRuns([run], join(root, 'runs', 'merged'))).rejects.toThrow(refusal);
    const read = await readRun(run, { own: opened.own });
    expect(read.missing).toEqual([]);
    expect(read.folds).toHaveLength(3);
    const merged = await mergeRuns([run], join(root, 'runs', 'merged'), { own: opened.own });
    expect(merged).toMatchObject({ folds: { done: 3, total: 3 } });
  });

  it('goes on with the same modules from elsewhere, and not with ones that have changed', async () => {
    const moved = await project('moved');
    const { folds } = await runExperiment(moved.experiment, { out: run, own: moved.own, workers: 1 });
    expect(folds).toMatchObject({ done: 3, total: 3 });
    await runExperiment(opened.experiment, { out: run, own: opened.own, workers: 1 });
    // the same name, so that only the contents tell
    const changed = await project('changed', '\n// a change\n');
    const renamed = {
      ...changed.own,
      modules: changed.own.modules.map((module, i) => ({ ...module, use: opened.own.modules[i]!.use })),
    };
    await expect(runExperiment(changed.experiment, { out: run, own: renamed, workers: 1 })).rejects.toThrow(
      /own parts: the contents of .*network\.mjs have changed/,
    );
    await expect(readRun(run, { own: changed.own })).rejects.toThrow('the file that was named has other contents');
  });

  it('predicts a clip with the modules, and not without', async () => {
    const dataset = await openExperimentData(opened.experiment, opened.own);
    if (dataset.kind !== 'clips') throw new Error('no clips');
    const clip = await dataset.readClip(0, { color: true });
    try {
      await expect(predictClip(run, clip)).rejects.toThrow("made with parts of somebody's own");
      const prediction = await predictClip(run, clip, { own: opened.own });
      expect(prediction).toMatchObject({ weights: 'folds', members: 3 });
      expect(prediction.inputs.map(({ shape }) => shape)).toEqual([[24, 24, 3]]);
      expect(prediction.probabilities.reduce((sum, value) => sum + value)).toBeCloseTo(1, 6);
    } finally {
      clip.frames.dispose();
    }
  });
});

describe("a stranger's run", () => {
  it.each(['named as parts', 'named by its experiment alone'])('loads nothing: %s', async (how) => {
    const dir = join(root, 'strange', how.replaceAll(' ', '-'));
    const [mark, module] = ['loaded', 'stranger.mjs'].map((name) => join(dir, name)) as [string, string];
    await cp(run, dir, { recursive: true });
    await writeFile(
      module,
      `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(mark)}, '');\nexport * from '../../first/network.mjs';\n`,
    );
    const { parts: _parts, ...manifest } = (await readManifest(dir))!;
    const strange = [{ use: module, hash: '0'.repeat(64), parts: [{ kind: 'model', name: 'my-net' }] }];
    await writeFile(
      join(dir, 'run.json'),
      JSON.stringify({
        ...manifest,
        experiment: { ...manifest.experiment, use: [module] },
        ...(how === 'named as parts' && { parts: strange }),
      }),
    );
    const dataset = await openExperimentData(opened.experiment, opened.own);
    if (dataset.kind !== 'clips') throw new Error('no clips');
    const clip = await dataset.readClip(0, { color: true });
    const report = async () => buildReport(await readRun(dir));
    const gallery = async () => {
      const read = await readRun(dir);
      await makeGallery(read, reportData(read).mistakes);
    };
    const compare = async () => compareRuns(await readRun(dir), await readRun(dir));
    try {
      const tried = await Promise.allSettled([
        report(),
        compare(),
        mergeRuns([dir], join(dir, 'merged')),
        predictClip(dir, clip),
        gallery(),
      ]);
      // without the code there are the numbers, and neither predictions nor pictures
      const open = how === 'named as parts' ? [] : [0, 1, 2];
      const message =
        how === 'named as parts'
          ? /parts of somebody's own/
          : /name must be one of .*: current value is "my-(net|change)"/;
      for (const [i, each] of tried.entries()) {
        if (open.includes(i)) expect(each).toMatchObject({ status: 'fulfilled' });
        else expect(each).toMatchObject({ reason: { message: expect.stringMatching(message) } });
      }
      expect(existsSync(mark)).toBe(false);
      // it would have been seen
      await import(pathToFileURL(module).href);
      expect(existsSync(mark)).toBe(true);
    } finally {
      clip.frames.dispose();
    }
  });
});
