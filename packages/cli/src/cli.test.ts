import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { bin, type Ended, runMer, spawnMer } from '../test/run-mer.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const shared = process.env['MER_SHARED_DATA'] ?? join(repository, '..', 'shared', 'data');
const flow28 = join(shared, 'megc2019-flow28');

/** Whether this user may mount a small disk: root on Linux. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mayMount();

function mayMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'mer-mount-'));
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', place]).status !== 0) return false;
    return spawnSync('umount', [place]).status === 0;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-cli-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Within this process; what trains, or is killed, is started as users do. */
const mer = (...args: string[]) => runMer(root, ...args);
const started = (...args: string[]) => spawnMer(root, ...args);

/** Exit status as given, one message that matches, no stack trace. */
function expectFailure(result: Ended, status: number, message: RegExp) {
  expect(result.stderr).toMatch(message);
  expect(result.stderr).not.toMatch(/\n\s+at .*\b(file|node):/);
  expect(result.status).toBe(status);
}

const tiny = {
  name: 'tiny',
  data: { name: 'synthetic', options: { subjects: 4, clipsPerSubject: 3, size: 24, frames: 6 } },
  inputs: [{ steps: ['dynamic-image'] }],
  model: { name: 'small-cnn', options: { widths: [4, 4] } },
  training: { epochs: 3, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.01 } },
  backend: 'wasm',
};

async function experimentFile(name: string, changes: object = {}): Promise<string> {
  const path = join(root, `${name}.json`);
  await writeFile(path, JSON.stringify({ ...tiny, name, ...changes }));
  return path;
}

async function predictionsIn(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(join(dir, 'folds'), { recursive: true })).filter((file) =>
    file.endsWith('predictions.json'),
  );
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(join(dir, 'folds', file), 'utf8')])),
  );
}

describe('mer', () => {
  it('answers --help and --version without loading tfjs', async () => {
    const help = await mer('--help');
    expect(help.status).toBe(0);
    for (const command of ['run', 'evaluate', 'report', 'backends', 'datasets'])
      expect(help.stdout).toMatch(new RegExp(`^ {2}${command}`, 'm'));
    expect(started('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const loaded = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { createProgram } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)});
         createProgram().helpInformation();
         const { default: Module } = await import('node:module');
         console.log(Object.keys(Module._cache).filter((file) => file.includes('tensorflow')).length);`,
      ],
      { encoding: 'utf8' },
    );
    expect(loaded.stdout).toBe('0\n');
  });

  it('ends with status 2 and a hint for an unknown command, option, or missing argument', async () => {
    expectFailure(started('runn'), 2, /unknown command 'runn'[\s\S]*Did you mean run\?/);
    expectFailure(await mer('run', 'x.yaml', '--epochs', '3'), 2, /unknown option '--epochs'/);
    expectFailure(await mer('run'), 2, /missing required argument 'experiment'/);
    expectFailure(await mer('evaluate', 'x.yaml'), 2, /required option '-w, --weights <dir>' not specified/);
  });
});

describe('mer run', () => {
  it('trains every fold, prints the table, and reports it again', async () => {
    const result = started('run', await experimentFile('whole'), '--out', 'whole');
    expect(result.stderr).toMatch(/12 samples, 4 subjects, 3 classes/);
    expect(result.stderr.match(/^fold /gm)).toHaveLength(4);
    expect(result.status).toBe(0);
    for (const part of [
      'UF1',
      'UAR',
      'accuracy',
      'truth',
      'leave-one-subject-out, 4 folds',
      'last of 3',
      'seed',
      'wasm',
      '12 samples, 4 subjects',
    ]) {
      expect(result.stdout).toContain(part);
    }
    expect((await mer('report', 'whole')).stdout).toBe(result.stdout);
    const summary = JSON.parse((await mer('report', 'whole', '--json')).stdout);
    expect(summary).toEqual(JSON.parse(await readFile(join(root, 'whole', 'summary.json'), 'utf8')));
    expect(summary.perSeed[0].confusion.flat().reduce((a: number, b: number) => a + b)).toBe(12);
  });

  it('trains on any number of labels, and tells those that a fold cannot learn', async () => {
    const options = { ...tiny.data.options, labels: 'action-units' };
    const file = await experimentFile('units', { data: { name: 'synthetic', options } });
    const result = started('run', file, '--out', 'units', '--workers', '1');
    expect(result.stderr).toMatch(/no training sample has AU\d+ \(fold sub0\d/);
    expect(result.stderr).toMatch(/sub04 {2}seed 0 {2}\d+\/30 labels right/);
    expect(result.stdout).toMatch(/macro F1 .*Hamming loss/);
    expect(result.stdout).toMatch(/^ {2}AU12( +\d+){2}( +[01]\.\d{4}){3}$/m);
    expect(result.status).toBe(0);
  });

  it('is done at once when started again, and gives the weights that evaluate finds', async () => {
    const file = await experimentFile('again');
    const events = started('run', file, '--out', 'again', '--json')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    // the images may be there already, from the runs of other tests
    const types = new Set(events.map(({ type }) => type).filter((type) => type !== 'prepare'));
    expect(types).toEqual(new Set(['note', 'ready', 'epoch', 'fold', 'summary']));
    const { type: _type, ...first } = events.at(-1);
    const second = started('run', file, '--out', 'again', '--json');
    expect(second.stdout).toMatch(/"type":"ready".*"folds":4,"foldsDone":4/);
    expect(JSON.parse(second.stdout.trim().split('\n').at(-1)!)).toMatchObject(first);
    const evaluation = JSON.parse(started('evaluate', file, '--weights', 'again', '--json').stdout);
    const written = Object.values(await predictionsIn(join(root, 'again'))).flatMap(
      (text) => JSON.parse(text).predictions,
    );
    expect(evaluation.predictions.length).toBe(12);
    expect(evaluation.summary.perSeed).toEqual(first.perSeed);
    for (const { id, logits } of evaluation.predictions) {
      const before = written.find((other) => other.id === id)!.logits as number[];
      logits.forEach((value: number, i: number) => {
        expect(value).toBeCloseTo(before[i]!, 5);
      });
    }
  });

  it('killed at any moment and started again, ends with the predictions of a run that was not', async () => {
    const file = await experimentFile('killed', { training: { ...tiny.training, epochs: 30 } });
    started('run', file, '--out', 'whole-run');
    const expected = await predictionsIn(join(root, 'whole-run'));
    expect(Object.keys(expected)).toHaveLength(4);
    const child = spawn(process.execPath, [bin, 'run', file, '--out', 'killed-run'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    for await (const chunk of child.stderr) {
      text += chunk;
      if (/^fold 2/m.test(text)) {
        child.kill('SIGKILL');
        break;
      }
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    expect(Object.keys(await predictionsIn(join(root, 'killed-run'))).length).toBeLessThan(4);
    expect((await mer('report', 'killed-run')).stdout).toMatch(/INCOMPLETE: \d of 4 folds/);
    expect(started('run', file, '--out', 'killed-run').stderr).toMatch(/4 folds, [23] done before/);
    expect(await predictionsIn(join(root, 'killed-run'))).toEqual(expected);
  });

  it.skipIf(process.platform !== 'linux')(
    'says what ended its only worker, ends with status 1, and ends with the same when it is started again',
    async () => {
      const file = await experimentFile('alone', { training: { ...tiny.training, epochs: 30 } });
      const args = ['run', file, '--workers', '1', '--out'];
      started(...args, 'not-killed');
      const child = spawn(process.execPath, [bin, ...args, 'worker-killed'], {
        cwd: root,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let text = '';
      let killed = 0;
      child.stderr.on('data', async (chunk) => {
        text += chunk;
        if (killed > 0 || !/^fold 1/m.test(text)) return;
        killed = Number((await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim());
        process.kill(killed, 'SIGKILL');
      });
      const [status] = await once(child, 'close');
      const [message, ...more] = text
        .split('\n')
        .filter((line) => !/^\d+ samples|^fold |^a training step: /.test(line));
      expect(message).toMatch(
        /^mer: Cannot train fold sub0\d \(seed 0\) as its process was ended by SIGKILL, .* memory ran short: it had held \d+ MB\. To go on, use .*batchSize/,
      );
      expect(more).toEqual(['']);
      expect(status).toBe(1);
      expect(started(...args, 'worker-killed').stderr).toMatch(/4 folds, [1-3] done before/);
      expect(await predictionsIn(join(root, 'worker-killed'))).toEqual(await predictionsIn(join(root, 'not-killed')));
    },
  );

  it('interrupted by Ctrl-C, says how to go on and ends with status 130', async () => {
    const file = await experimentFile('stopped', { training: { ...tiny.training, epochs: 100000 } });
    const child = spawn(process.execPath, [bin, 'run', file, '--out', 'stopped'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (chunk) => {
      const before = /4 folds/.test(text);
      text += chunk;
      if (!before && /4 folds/.test(text)) setTimeout(() => child.kill('SIGINT'), 300);
    });
    const [status] = await once(child, 'exit');
    expect(text).toMatch(/run the same command again to go on with stopped/);
    expect(status).toBe(130);
    expect(existsSync(join(root, 'stopped', 'folds'))).toBe(false);
  });

  it.skipIf(!canMount)('out of disk space, loses nothing that was done, and goes on when there is room', async () => {
    const file = await experimentFile('full-disk');
    started('run', file, '--out', 'with-room', '--cache', 'cache');
    const disk = join(root, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48k', 'tmpfs', disk]);
    try {
      const full = started('run', file, '--out', join(disk, 'run'), '--cache', 'cache', '--workers', '1');
      expectFailure(full, 1, /Cannot write .* as the disk is full: free some space/);
      const done = Object.values(await predictionsIn(join(disk, 'run')));
      expect(done.length).toBeGreaterThan(0);
      for (const text of done) JSON.parse(text);
      execFileSync('mount', ['-o', 'remount,size=4m', disk]);
      const again = started('run', file, '--out', join(disk, 'run'), '--cache', 'cache', '--workers', '2');
      expect(again.stderr).toMatch(new RegExp(`4 folds, ${done.length} done before`));
      expect(await predictionsIn(join(disk, 'run'))).toEqual(await predictionsIn(join(root, 'with-room')));
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('says where it cannot write, and why', async () => {
    const file = await experimentFile('read-only');
    expectFailure(
      await mer('run', file, '--out', '/dev/null/run'),
      2,
      /\/dev\/null\/run as a part of the path is a file/,
    );
    expectFailure(
      await mer('run', file, '--out', 'n'.repeat(300)),
      2,
      /Cannot make the folder n+ as the name is too long/,
    );
    if (process.platform !== 'linux') return;
    expectFailure(await mer('run', file, '--out', '/proc/run'), 2, /\/proc\/run as nothing can be made there/);
  });

  it('refuses a folder that another command works in, names it, and goes on at once where that was killed', async () => {
    const file = await experimentFile('twice', { training: { ...tiny.training, epochs: 100_000 } });
    const first = spawn(process.execPath, [bin, 'run', file, '--out', 'twice'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void first.kill('SIGKILL'));
    for await (const chunk of first.stderr) if (/4 folds/.test(String(chunk))) break;
    for (const command of [
      ['run', file],
      ['merge', 'twice'],
      ['represent', '--data', 'synthetic', '--as', 'trdi'],
    ]) {
      const message = new RegExp(
        `Cannot work in twice as another command works there: process ${first.pid} \\(mer run .*twice\\), since 2`,
      );
      expectFailure(await mer(...command, '--out', 'twice'), 2, message);
    }
    first.kill('SIGKILL');
    await once(first, 'exit');
    expectFailure(await mer('merge', 'twice', '--out', 'twice'), 2, /no fold of the runs is done yet/);
    expect((await readdir(join(root, 'twice'))).filter((name) => name.startsWith('.lock'))).toEqual([]);
  });

  it('sets nothing that there is not', async () => {
    const file = await experimentFile('set');
    for (const setting of ['inputs.-1.size=3', 'inputs.foo.size=3', 'inputs.99999999.size=3']) {
      expectFailure(
        await mer('run', file, '--set', setting),
        2,
        /inputs is a list of 1, whose positions are 0, or 1 to add/,
      );
    }
    for (const setting of ['seeds.x=9', 'seeds.4294967294=1', '__proto__.a=1', 'constructor.a=1']) {
      expectFailure(await mer('run', file, '--set', setting), 2, /seeds must be a list|is not an option/);
    }
    expectFailure(
      await mer('run', file, '--set', 'training.epochs=&a [1,*a]'),
      2,
      /1 holds itself \(an alias in a circle\)/,
    );
  });

  it('refuses to resume with other settings and to write into a folder of something else', async () => {
    const file = await experimentFile('strict');
    started('run', file, '--out', 'strict');
    expectFailure(
      await mer('run', file, '--out', 'strict', '--set', 'training.epochs=4'),
      2,
      /training\.epochs: 3 then, 4 now/,
    );
    await mkdir(join(root, 'precious'));
    await writeFile(join(root, 'precious', 'notes.txt'), 'x');
    expectFailure(await mer('run', file, '--out', 'precious'), 2, /not empty and holds no run\.json/);
    expect(await readdir(join(root, 'precious'))).toEqual(['notes.txt']);
  });

  it('names the offending key of an experiment and writes nothing', async () => {
    expectFailure(
      await mer('run', await experimentFile('a', { modle: {} }), '--out', 'none'),
      2,
      /modle is not an option, did you mean "model"\?: the options are .*model/,
    );
    expectFailure(
      await mer('run', await experimentFile('b', { model: { name: 'alexnet' } }), '--out', 'none'),
      2,
      /model\.name must be one of .*ststnet/,
    );
    const wrong = { model: { name: 'small-cnn', options: { depth: 3 } } };
    expectFailure(
      await mer('run', await experimentFile('c', wrong), '--out', 'none'),
      2,
      /model\.options\.depth is not an option/,
    );
    const noOption = { inputs: [{ steps: [{ step: 'dynamic-image', options: { wieghts: 1 } }] }] };
    expectFailure(
      await mer('run', await experimentFile('d', noOption), '--out', 'none'),
      2,
      /inputs\.0\.steps\.0\.options\.wieghts is not an option/,
    );
    const data = { data: { name: 'synthetic', options: { subject: 3 } } };
    expectFailure(await mer('run', await experimentFile('e', data), '--out', 'none'), 2, /subject/);
    expectFailure(
      await mer('run', await experimentFile('f'), '--out', 'none', '--backend', 'abacus'),
      2,
      /backend must be one of auto, .*wasm/,
    );
    expectFailure(await mer('run', 'missing.yaml'), 2, /missing\.yaml must be a readable file/);
    await writeFile(join(root, 'broken.yaml'), 'a: [1');
    expectFailure(await mer('run', 'broken.yaml'), 2, /broken\.yaml as it must be YAML or JSON/);
    expect(existsSync(join(root, 'none'))).toBe(false);
  });
});

describe('mer export --as', () => {
  const description = async (file: string) => JSON.parse(await readFile(join(root, file), 'utf8'));

  it('writes a fold as ONNX and as layers of tfjs, with what the network takes beside', async () => {
    expect((await mer('export', 'whole', '--fold', 'sub02', '--as', 'onnx', '-o', 'exported/whole.onnx')).status).toBe(
      0,
    );
    expect((await readdir(join(root, 'exported'))).sort()).toEqual(['whole.json', 'whole.onnx']);
    const said = await description('exported/whole.json');
    expect(said).toMatchObject({ network: 'small-cnn', weights: { seed: 0, fold: 'sub02' }, labelKind: 'single' });
    expect([said.inputs[0].shape, said.outputs[0].shape]).toEqual([
      [null, 24, 24, 3],
      [null, said.classes.length],
    ]);
    expect(said.inputs[0].steps).toMatchObject([{ step: 'dynamic-image', options: { scaling: 'symmetric' } }]);

    const fixed = ['export', 'whole', '--fold', 'sub02', '--as', 'onnx', '-o', 'two.onnx', '--batch', '2', '--json'];
    const { files, description: two } = JSON.parse((await mer(...fixed)).stdout);
    expect(two.inputs[0].shape).toEqual([2, 24, 24, 3]);
    for (const [path, bytes] of Object.entries(files)) expect((await stat(join(root, path))).size).toBe(bytes);

    const layers = ['export', 'whole', '--fold', 'sub02', '--as', 'tfjs-layers', '-o', 'layers'];
    expect((await mer(...layers)).stderr).toContain('loadModel()');
    expect((await readdir(join(root, 'layers'))).sort()).toEqual(['model.json', 'preprocessing.json', 'weights.bin']);
    expect((await description('layers/model.json')).format).toBe('layers-model');
  });

  it('says what it cannot write, and writes nothing', async () => {
    const as = (...rest: string[]) => mer('export', 'whole', '-o', 'none.onnx', '--as', ...rest);
    expectFailure(await as('onnx', '--fold', 'sub02', '--half'), 2, /--half with --as as it is for folders/);
    expectFailure(await as('authors', '--fold', 'sub02'), 2, /must be a file ending in \.safetensors/);
    expectFailure(await as('onnx', '--fold', 'sub09'), 2, /sub09/);
    expectFailure(await as('onnx'), 2, /--fold/);
    expectFailure(await mer('export', 'first-steps', '-o', 'none.onnx', '--as', 'onnx'), 2, /there must be weights/);
    const names = ['export', 'whole', '-o', 'none.safetensors', '--fold', 'sub02', '--as', 'authors'];
    expectFailure(await mer(...names), 2, /small-cnn/);
    expect((await readdir(root)).filter((name) => name.startsWith('none'))).toEqual([]);
  });
});

describe('mer submit', () => {
  it('writes the tasks of a sweep with the words that it was given, and prints them only where asked', async () => {
    const file = await experimentFile('submitted');
    const limits = ['--time', '1:30:00', '--memory', '1.5G', '--grid', 'training.epochs=1,2'];
    const printed = await mer('submit', file, '--slurm', '--dry-run', ...limits, '--set', "description=it's $HOME");
    expect([printed.stderr, printed.status]).toEqual(['', 0]);
    expect(printed.stdout).toContain('#SBATCH --array=0-7\n');
    expect(printed.stdout).toContain('#SBATCH --mem=1536M\n#SBATCH --time=0-01:30:00\n');
    expect(printed.stdout).toContain("\n  '--set=description=it'\\''s $HOME' ");
    expect(existsSync(join(root, 'runs/submitted.submit'))).toBe(false);
    const cluster = ['--kubernetes', '--image', 'lab/mer:1', '--claim', 'work:/work', '--folds-per-task', '2'];
    const written = await mer('submit', file, ...cluster, ...limits);
    expect(written.stdout).toMatch(
      /^submitted: 8 folds of 2 cells in 4 tasks, each 1 h 30 min at most and 1611 MB\nmanifest: runs.submitted\.submit.job\.yaml\n/,
    );
    expect(await readFile(join(root, 'runs/submitted.submit/job.yaml'), 'utf8')).toContain('completions: 4\n');
  });

  it('says what is wrong with a request', async () => {
    const file = await experimentFile('not-submitted');
    expectFailure(await mer('submit', file), 2, /one of --slurm and --kubernetes must be given/);
    expectFailure(await mer('submit', file, '--kubernetes'), 2, /--image must name one/);
    expectFailure(await mer('submit', file, '--slurm', '--time', '1h'), 2, /It must be minutes, h:mm:ss or d-hh:mm:ss/);
    expectFailure(await mer('submit', file, '--slurm', '--memory', '0G'), 2, /It must be a size such as 500M or 4G/);
    const claim = ['--kubernetes', '--image', 'a', '--claim', 'work'];
    expectFailure(await mer('submit', file, ...claim), 2, /--claim must be name:\/path: current value is 'work'/);
    expectFailure(await mer('run', file, '--cell', 'a'), 2, /Cannot run the cell a as .* is no sweep/);
  });
});

describe('mer report', () => {
  it('says what a folder lacks', async () => {
    expectFailure(await mer('report', 'nowhere'), 2, /must be the folder of a run: it holds no run\.json/);
  });
});

describe('mer schema', () => {
  it('prints the JSON Schema that the package ships', async () => {
    const printed = JSON.parse(started('schema').stdout);
    expect(printed.properties.training.properties.epochs).toMatchObject({ type: 'integer' });
    const file = new URL('../../experiments/dist/experiment.schema.json', import.meta.url);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(printed);
  });
});

describe('mer backends and mer datasets', () => {
  it('lists what can run here', async () => {
    const { stdout, status } = started('backends', '--no-speed');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^cpu +CPU/m);
    expect(stdout).toMatch(/^wasm +CPU/m);
    expect(stdout).toMatch(/^webgl: Cannot use backend webgl as Node has no WebGL$/m);
    expect(stdout).toMatch(/^mer \d+\.\d+\.\d+, tfjs 4\.22\.0, Node v\d+/m);
    const { versions, system, settings, backends } = JSON.parse(started('backends', '--no-speed', '--json').stdout);
    expect(versions).toMatchObject({ node: process.version, '@tensorflow/tfjs-core': '4.22.0' });
    expect(versions['@mer/metrics']).toMatch(/^\d+\.\d+\.\d+$/);
    expect(versions['@tensorflow/tfjs-backend-wasm']).toBe('4.22.0');
    expect(system.memory.free).toBeLessThanOrEqual(system.memory.total);
    expect(settings).not.toHaveProperty('PATH');
    expect(backends.map(({ name }: { name: string }) => name)).toEqual([
      'cpu',
      'wasm',
      'webgl',
      'webgpu',
      'node',
      'node-gpu',
    ]);
  });

  it('writes a synthetic set that the adapter of CASME II reads without remark, and refuses to write over it', async () => {
    const small = ['subjects=3', 'clips=6', 'height=48', 'width=40', 'leastFrames=6', 'mostFrames=8'].flatMap(
      (option) => ['--set', option],
    );
    const written = await mer('synth', 'made', ...small);
    expect(written.stdout).toMatch(/^made: 6 clips of 3 subjects/);
    const { stdout, status } = await mer('datasets', 'inspect', 'casme2', 'made', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).annotations).toMatchObject({ n: 6, subjects: 3 });
    expectFailure(await mer('synth', 'made', ...small), 1, /must be new or empty/);
    expectFailure(await mer('synth', 'other', '--set', 'subject=3'), 2, /subject/);
    expect(existsSync(join(root, 'other'))).toBe(false);
  });

  it('writes long recordings that the adapter of CAS(ME)^2 reads without remark', async () => {
    const small = ['seconds=3', 'videos=2', 'subjects=2', 'micros=2', 'macros=0', 'size=32'].flatMap((option) => [
      '--set',
      option,
    ]);
    const written = await mer('synth', 'long', '--long', ...small);
    expect(written.stdout).toMatch(
      /^long: 2 recordings of 2 subjects, 180 frames, 30 per second, CAS\(ME\)\^2code_final/,
    );
    expect(written.stdout).toMatch(/^2 micro- and 0 macro-expressions; recordings without any: [01]\n/m);
    const { stdout, status } = await mer('datasets', 'inspect', 'cas-me2', 'long', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ n: 2, notes: [] });
    expectFailure(await mer('synth', 'long', '--long', ...small), 1, /must be new or empty/);
    expectFailure(await mer('synth', 'other', '--long', '--set', 'micros=500'), 2, /must fit into it/);
    expectFailure(await mer('synth', '--long', '--set', 'micros=5'), 2, /needs a folder/);
    expect((await mer('synth', '--long')).stdout).toMatch(
      /^micros +an integer from 0 to 10000 +12 +Number of micro-expressions/m,
    );
    const { options } = JSON.parse((await mer('synth', '--json')).stdout);
    expect(options).toContainEqual(expect.objectContaining({ name: 'clips', default: 72 }));
    expect(existsSync(join(root, 'other'))).toBe(false);
  });

  it('lists and inspects data sets', async () => {
    expect((await mer('datasets')).stdout).toMatch(/^megc2019-flow +images +megc2019 +/m);
    expect(JSON.parse((await mer('datasets', '--json')).stdout)).toContainEqual(
      expect.objectContaining({ name: 'cas-me2', fps: 30, joins: false }),
    );
    const samm = (await mer('datasets', 'samm')).stdout;
    expect(samm).toMatch(/^SAMM: 159 clips.*\nDavison, .*\nclips; read from a folder; 200 frames per second; apexes/);
    expect(samm).toMatch(/^emotion-5 +136 \(v2\) +anger, contempt, happiness, surprise, others +five emotions/m);
    expect(samm).toMatch(/^corrected: 032\/032_3_1: apex 1930 is read as 4930: /m);
    expect(samm).toMatch(/^missing +one of error, drop +"error" +What is done with annotated clips whose/m);
    const { options } = JSON.parse((await mer('datasets', 'samm', '--json')).stdout);
    expect(options[0]).toMatchObject({ name: 'classes', default: 'emotion-5' });
    expect(options[0].about).toMatch(/^Class scheme; `action-units`/);
    expect(samm).toContain('action units can be the labels');
    expectFailure(
      await mer('datasets', 'sam'),
      2,
      /must be one of .*synthetic: current value is "sam", did you mean "samm"/,
    );
    const { stdout } = await mer('datasets', 'inspect', 'synthetic', '--set', 'subjects=3', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ subjects: 3, kind: 'clips' });
    expectFailure(await mer('datasets', 'inspect', 'imagenet'), 2, /must be one of .*synthetic/);
    expectFailure(await mer('datasets', 'inspect', 'megc2019-flow'), 2, /root must be the folder/);
    expectFailure(await mer('datasets', 'inspect', 'megc2019-flow', 'nowhere'), 1, /nowhere/);
  });
});

describe('mer represent', () => {
  const frames = join('clip', 'Cropped', 'sub01');
  const ffmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
  let clip = '';
  beforeAll(async () => {
    const small = ['subjects=2', 'clips=2', 'height=64', 'width=56', 'leastFrames=8', 'mostFrames=8', 'seed=3'];
    await mer('synth', 'clip', ...small.flatMap((option) => ['--set', option]));
    clip = join(frames, (await readdir(join(root, frames)))[0]!);
  });

  it('writes a picture and the raw values of each representation, and a contact sheet', async () => {
    const { stdout, status } = await mer(
      'represent',
      clip,
      '--as',
      'trdi,flow,hoof',
      '-o',
      'pictures',
      '--set',
      'flow.flow=farneback',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^trdi: 64 x 56 x 3, /m);
    expect(stdout).toMatch(/^flow: 64 x 56 x 2, /m);
    expect((await readdir(join(root, 'pictures'))).sort()).toEqual(
      ['contact-sheet.png', 'flow.flo', 'flow.npy', 'flow.png', 'hoof.npy', 'hoof.png', 'trdi.npy', 'trdi.png'].sort(),
    );
    expect(stdout).toMatch(/^hoof: 5 x 5 x 8, /m);
  });

  it('applies steps to the clip before', async () => {
    const as = ['represent', clip, '--as', 'trdi', '--set', 'resize.size=32'];
    expect((await mer(...as, '--preprocess', 'even-light,resize', '-o', 'even')).stdout).toMatch(
      /^trdi: 32 x 32 x 3, /,
    );
    expectFailure(await mer(...as, '-o', 'x'), 2, /Cannot set resize as it must be one of trdi/);
    expectFailure(await mer(...as, '--preprocess', 'resize,trdi', '-o', 'x'), 2, /'trdi' must be given a clip/);
    expectFailure(await mer(...as, '--preprocess', 'even-lihgt,resize', '-o', 'x'), 2, /"even-lihgt"/);
    expect(existsSync(join(root, 'x'))).toBe(false);
  });

  it('takes the numbers of the frames from their names and names what is wrong', async () => {
    const [first] = (await readdir(join(root, clip))).map((file) => Number(/\d+/.exec(file)![0])).sort((a, b) => a - b);
    const marks = ['--onset', String(first), '--apex', String(first! + 3), '--offset', String(first! + 6)];
    expect((await mer('represent', clip, '--as', 'trdi', '-o', 'marked', ...marks)).status).toBe(0);
    expect(existsSync(join(root, 'marked', 'contact-sheet.png'))).toBe(true);
    expectFailure(
      await mer('represent', clip, '--as', 'trdi', '-o', 'x', '--apex', '9999'),
      2,
      /apex must be the number of a frame.*9999/,
    );
    expectFailure(
      await mer('represent', clip, '--as', 'tdri', '-o', 'x'),
      2,
      /must be one of dynamic-image, trdi.*"tdri"/,
    );
    expectFailure(await mer('represent', clip, '--as', 'trdi', '-o', 'x', '--set', 'trdi.varant=linear'), 2, /varant/);
    expectFailure(
      await mer('represent', 'nothing', '--as', 'trdi', '-o', 'x'),
      2,
      /nothing must be a folder of frames or a video file/,
    );
    expect(existsSync(join(root, 'x'))).toBe(false);
  });

  it('makes them of every clip of a data set, keeps what is made, and notices what has changed', async () => {
    const all = async (...more: string[]) =>
      await mer(
        'represent',
        '--data',
        'casme2',
        '--root',
        'clip',
        '--as',
        'trdi,flow',
        '-o',
        'all',
        '--set',
        'flow.flow=farneback',
        ...more,
      );
    const first = await all();
    expect(first.stderr).toMatch(/^2\/2 clips$/m);
    expect(first.stdout).toBe('all: 2 clips, 4 representations made, 0 kept from before\n');
    const files = (await readdir(join(root, 'all'), { recursive: true })).filter((file) => /\.\w+$/.test(file)).sort();
    expect(files).toHaveLength(2 * 7);
    const label = JSON.parse(
      await readFile(join(root, 'all', files.find((file) => file.endsWith('trdi.json'))!), 'utf8'),
    );
    expect(label).toMatchObject({ step: { step: 'trdi' }, shape: [64, 56, 3], apexSpotted: false });
    expect(label.id).toMatch(/^casme2\/sub0\d\/EP/);
    expect(JSON.parse((await all('--json')).stdout)).toMatchObject({ clips: 2, made: 0, kept: 4, failed: [] });

    // an option of one, a file that is cut short, a frame that was edited
    expect(JSON.parse((await all('--json', '--set', 'trdi.gray=true')).stdout)).toMatchObject({ made: 2, kept: 2 });
    await writeFile(join(root, 'all', files.find((file) => file.endsWith('flow.npy'))!), 'x');
    expect(JSON.parse((await all('--json', '--set', 'trdi.gray=true')).stdout)).toMatchObject({ made: 1, kept: 3 });
    const frame = join(root, clip, (await readdir(join(root, clip)))[0]!);
    await utimes(frame, new Date(), new Date(0));
    expect(JSON.parse((await all('--json', '--set', 'trdi.gray=true')).stdout)).toMatchObject({ made: 2, kept: 2 });
    expect(JSON.parse((await all('--json', '--set', 'trdi.gray=true', '--size', '32')).stdout)).toMatchObject({
      made: 4,
    });
  });

  it('goes on after a clip that cannot be read, and ends with status 1', async () => {
    const small = ['subjects=2', 'clips=2', 'height=32', 'width=32', 'leastFrames=8', 'mostFrames=8'];
    await mer('synth', 'damaged', ...small.flatMap((option) => ['--set', option]));
    const pictures = (await readdir(join(root, 'damaged'), { recursive: true })).filter((file) =>
      file.endsWith('.jpg'),
    );
    await writeFile(join(root, 'damaged', pictures.sort()[3]!), 'no picture');
    const { status, stdout, stderr } = await mer(
      'represent',
      '-d',
      'casme2',
      '-r',
      'damaged',
      '-a',
      'trdi',
      '-o',
      'rest',
    );
    expect(status).toBe(1);
    expect(stdout).toBe('rest: 2 clips, 1 representations made, 0 kept from before\n');
    expect(stderr).toMatch(/not made: 1\n {2}casme2\/sub0\d\/EP\w+ : Cannot read clip .* must be a whole picture/);
  });

  it('asks for a clip or a data set, and for clips', async () => {
    const as = ['--as', 'trdi', '-o', 'x'];
    expectFailure(await mer('represent', ...as), 2, /must be a clip .* or a data set .*: none is given/);
    expectFailure(await mer('represent', clip, '-d', 'casme2', ...as), 2, /both are given/);
    expectFailure(await mer('represent', clip, '-r', 'clip', ...as), 2, /--root as it must come with --data/);
    expectFailure(
      await mer('represent', '-d', 'casme3', '-r', 'clip', ...as),
      2,
      /must be one of casme2, .*"casme3", did you mean "cas-me3"/,
    );
    expectFailure(await mer('represent', '-d', 'casme2', ...as), 2, /root must be the folder/);
    expectFailure(await mer('represent', '-d', 'casme2', '-r', 'clip', '--apex', '3', ...as), 2, /--apex with --data/);
    expectFailure(await mer('represent', '-d', 'casme2', '-r', 'clip', '-s', 'data.clases=x', ...as), 2, /clases/);
    expect(existsSync(join(root, 'x'))).toBe(false);
  });

  it.skipIf(!ffmpeg)('reads a video through ffmpeg (skipped without ffmpeg)', async () => {
    spawnSync(
      'ffmpeg',
      ['-v', 'error', '-pattern_type', 'glob', '-i', join(clip, '*.jpg'), '-c:v', 'ffv1', 'video.mkv'],
      { cwd: root },
    );
    expect((await mer('represent', 'video.mkv', '--as', 'trdi', '-o', 'of-video')).stdout).toMatch(
      /^trdi: 64 x 56 x 3/m,
    );
    await writeFile(join(root, 'no-video.mp4'), 'text');
    expectFailure(
      await mer('represent', 'no-video.mp4', '--as', 'trdi', '-o', 'x'),
      1,
      /Cannot open video no-video\.mp4 as it must be/,
    );
  });
});

describe('mer models', () => {
  it('lists the networks and shows the options and layers of one', async () => {
    expect((await mer('models')).stdout).toMatch(/^ststnet +1,683 +image 28x28x3/m);
    const { stdout } = await mer('models', 'ststnet');
    expect(stdout).toMatch(/^fc .* 1,203$/m);
    expect(stdout).toMatch(/published log gives is 0\.7186/);
    expect(stdout).toMatch(/^dropout +a number from 0 to below 1 +0\.5 +Share of the pooled maps/m);
    expect((await mer('models', 'rcn-a')).stdout).toMatch(
      /^preset small .* 5,107 parameters; inputShape \[28,28,3\], width 16/m,
    );
    const { title, options, layers, presets } = JSON.parse(
      (await mer('models', 'htnet', '--set', 'preset=small', '--json')).stdout,
    );
    expect([title.slice(0, 5), presets.small.width, layers.length]).toEqual(['HTNet', 24, 14]);
    expect(options.find(({ name }: { name: string }) => name === 'depths')).toEqual({
      name: 'depths',
      expected: 'a list of at least 1 value, each an integer of at least 1',
      default: [2, 2, 10],
      required: false,
      about: 'Transformer blocks per level.',
    });
    expectFailure(await mer('models', 'alexnet'), 2, /must be one of afn.*ststnet.*'alexnet'/);
    expectFailure(await mer('models', 'small-cnn', '--set', 'depth=3'), 2, /depth/);
  });
});

describe('--use', () => {
  const templates = fileURLToPath(new URL('../templates/init/', import.meta.url));
  /** Within this package, so that what the modules import is found. */
  let own = '';
  beforeAll(async () => {
    own = await mkdtemp(join(fileURLToPath(new URL('..', import.meta.url)), 'own-parts-'));
    for (const file of ['representation.mjs', 'network.mjs']) await cp(join(templates, file), join(own, file));
    await writeFile(
      join(own, 'faces.mjs'),
      `import { createSyntheticDataset, defineDataset } from '@mer/datasets';
import { integer } from '@mer/options';
export const faces = defineDataset({
  name: 'my-faces',
  title: 'Faces of mine',
  samples: 'clips',
  needsRoot: false,
  options: { subjects: integer('People.', { min: 2, default: 2 }) },
  open: ({ subjects }) => createSyntheticDataset({ name: 'my-faces', subjects, clipsPerSubject: 1, size: 24, frames: 6 }),
});
`,
    );
  });
  afterAll(() => rm(own, { recursive: true, force: true }));
  const use = (...files: string[]) => files.flatMap((file) => ['--use', join(own, `${file}.mjs`)]);

  it('lists and shows own parts beside ours', async () => {
    const both = use('representation', 'network');
    expect((await mer('representations', ...both)).stdout).toMatch(/^trdi .*^my-change +clip +image +Change from/ms);
    expect((await mer('steps', 'my-change', ...both)).stdout).toMatch(/^gain +a number above 0 +4/m);
    expect((await mer('models', ...both)).stdout).toMatch(/^small-cnn .*^my-net .*image 48x48x3/ms);
    expect((await mer('models', 'my-net', '--set', 'filters=8', ...both)).stdout).toMatch(/^conv2 .* 16 +1,168$/m);
    expect((await mer('datasets', ...use('faces'))).stdout).toMatch(/^my-faces +clips +Faces of mine$/m);
    expect((await mer('datasets', 'my-faces', ...use('faces'))).stdout).toMatch(/^subjects +an integer/m);
    expect((await mer('datasets', 'inspect', 'my-faces', '--set', 'subjects=3', ...use('faces'))).stdout).toMatch(
      /3 subjects/,
    );
    expectFailure(await mer('models', 'my-net'), 2, /Cannot find a model/);
    expectFailure(await mer('models', '--use', './gone.mjs'), 2, /Cannot use .\/gone\.mjs/);
  });

  it('represents with own representations and data sets, and anew where they have changed', async () => {
    const given = ['represent', '--data', 'my-faces', '--as', 'my-change', '--out', join(root, 'own-made')];
    const again = () => started(...given, ...use('faces', 'representation')).stdout;
    expect(again()).toMatch(/2 clips, 2 representations made, 0 kept/);
    expect(again()).toMatch(/2 clips, 0 representations made, 2 kept/);
    const file = join(own, 'representation.mjs');
    await writeFile(file, `${await readFile(file, 'utf8')}\n// a change\n`);
    expect(again()).toMatch(/2 clips, 2 representations made, 0 kept/);
  });
});

describe('mer recipes', () => {
  it('lists what comes with mer, prints one, and writes one that runs', async () => {
    expect((await mer('recipes')).stdout).toMatch(/^small\/afn +afn +synthetic +Small twin/m);
    expect(JSON.parse((await mer('recipes', '--json')).stdout)).toContainEqual(
      expect.objectContaining({ name: 'ststnet-megc2019', model: 'ststnet', data: 'megc2019-flow' }),
    );
    expect((await mer('recipes', 'first-steps')).stdout).toMatch(/^name: first-steps$/m);
    expect(JSON.parse((await mer('recipes', 'small/afn', '--json')).stdout)).toMatchObject({ name: 'small-afn' });
    expect((await mer('recipes', 'small/ststnet', '--copy')).stdout).toBe('small-ststnet.yaml\n');
    const copy = await readFile(join(root, 'small-ststnet.yaml'), 'utf8');
    expect(copy).toMatch(/^extends: ststnet-megc2019-clips$/m);
    expect(copy).not.toMatch(/yaml-language-server/); // no schema is installed there
    expect((await mer('run', 'small-ststnet.yaml', '--dry-run')).stdout).toMatch(/^ +model +ststnet/m);
    expectFailure(await mer('recipes', 'small/ststnet', '--copy'), 2, /must not be there yet/);
    expectFailure(await mer('recipes', 'afn-casme3'), 2, /did you mean "afn-casme2"\?/);
    expectFailure(await mer('recipes', '--copy'), 2, /its name must be given/);
    expectFailure(await mer('run', 'afn-casme3'), 2, /no recipe has that name .*, did you mean "afn-casme2"\?/);
  });
});

describe('mer representations and mer steps', () => {
  it('list the parts and show the options of one', async () => {
    expect((await mer('representations')).stdout).toMatch(
      /^uv-strain +clip +image +Horizontal flow.* arXiv 1902\.03634$/m,
    );
    const { stdout } = await mer('representations', 'mm-cof');
    expect(stdout).toMatch(/^ours: the flow method/m);
    expect(stdout).toMatch(/^needs an apex$/m);
    expect(stdout).toMatch(/^theta +a number from 0 to 1 +0\.5 +The share/m);
    expect((await mer('steps')).stdout).toMatch(/^spot-apex +clip +clip +An apex/m);
    const [option] = JSON.parse((await mer('steps', 'resize', '--json')).stdout).options;
    expect(option).toMatchObject({ name: 'size', default: 224 });
    expectFailure(await mer('steps', 'reize'), 2, /must be one of .*"reize", did you mean "resize"\?/);
    expectFailure(await mer('representations', 'resize'), 2, /Cannot find a representation/);
  });
});

describe.skipIf(!existsSync(flow28))('the MEGC2019 flow images (skipped without ../shared/data)', () => {
  const recipe = 'ststnet-megc2019';
  const weights = join(flow28, 'ststnet-fold-weights');

  it.each(['wasm', 'cpu'])(
    'gives the published scores and logits with the weights of the authors of STSTNet on %s',
    async (backend) => {
      const result = started(
        'evaluate',
        recipe,
        '--data',
        flow28,
        '--weights',
        weights,
        '--backend',
        backend,
        '--json',
      );
      expect(result.stderr).not.toMatch(/^mer:/m);
      const { summary, predictions } = JSON.parse(result.stdout);
      const { scores } = summary.perSeed[0];
      expect(scores[0]).toMatchObject({ name: 'all', n: 442, subjects: 68 });
      expect(Math.abs(scores[0].uf1 - 0.720948)).toBeLessThanOrEqual(1e-6);
      expect(Math.abs(scores[0].uar - 0.724979)).toBeLessThanOrEqual(1e-6);
      expect(Math.abs(scores[0].accuracy - 0.739819)).toBeLessThanOrEqual(1e-6);
      expect(
        scores
          .slice(1)
          .map(({ name, n }: { name: string; n: number }) => [name, n])
          .sort(),
      ).toEqual([
        ['casme2', 145],
        ['samm', 133],
        ['smic', 164],
      ]);
      const rows = (await readFile(join(flow28, 'ststnet-reference-logits.csv'), 'utf8'))
        .trim()
        .split(/\r?\n/)
        .slice(1);
      expect(rows).toHaveLength(442);
      const byId = new Map<string, { logits: number[]; predicted: number }>(
        predictions.map((entry: { id: string }) => [entry.id, entry]),
      );
      for (const row of rows) {
        const [dataset, subject, clip, , predicted, ...logits] = row.split(',');
        const ours = byId.get(`${dataset}/${subject}/${clip}`)!;
        expect(ours.predicted).toBe(Number(predicted));
        logits.forEach((value, i) => {
          expect(Math.abs(ours.logits[i]! - Number(value))).toBeLessThanOrEqual(1e-4);
        });
      }
    },
  );

  it('names the culprit of bad data and bad weights, and writes nothing', async () => {
    const copy = join(root, 'flow');
    await cp(flow28, copy, { recursive: true });
    const manifest = await readFile(join(copy, 'manifest.csv'), 'utf8');
    const run = async () => await mer('run', recipe, '--data', 'flow', '--out', 'bad');
    await writeFile(join(copy, 'manifest.csv'), `${manifest.trimEnd()}\nsamm,006,006_9_9,0,images/none.png\n`);
    expectFailure(await run(), 1, /images\/none\.png/);
    await writeFile(join(copy, 'manifest.csv'), manifest.replace('006_1_2,0,', '006_1_2,7,'));
    expectFailure(await run(), 1, /row 2.*7/);
    await writeFile(join(copy, 'manifest.csv'), manifest);
    expect(existsSync(join(root, 'bad'))).toBe(false);
    expectFailure(await mer('run', recipe, '--data', 'no-such-folder', '--out', 'bad'), 1, /no-such-folder/);

    const evaluate = async () =>
      await mer('evaluate', recipe, '--data', 'flow', '--weights', join('flow', 'ststnet-fold-weights'), '--json');
    const file = join(copy, 'ststnet-fold-weights', '006.pth');
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length / 2));
    expectFailure(await evaluate(), 1, /006\.pth/);
    await writeFile(file, Buffer.from("cos\nsystem\n(S'touch hacked'\ntR.", 'latin1'));
    expectFailure(await evaluate(), 1, /006\.pth/);
    expect(existsSync(join(root, 'hacked'))).toBe(false);
    await rm(file);
    expectFailure(await evaluate(), 2, /1 of 68 are missing \(006\)/);
    expect((await evaluate()).stdout).toBe('');
  });
});
