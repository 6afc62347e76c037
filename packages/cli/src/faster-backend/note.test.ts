import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fasterBackendText } from './note.js';

const bin = fileURLToPath(new URL('../../bin/mer.js', import.meta.url));

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-note-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('fasterBackendText()', () => {
  const run = { current: 'wasm', workers: 1, shape: [112, 112, 3] } as const;

  it('names the fastest other backend, with both times', () => {
    expect(fasterBackendText({ wasm: 0.043, node: 0.02, webgpu: 0.0041 }, run)).toBe(
      'note: backend webgpu trains 10.5 times as fast here as wasm (a step of a small network on images of 112 x 112: 4.1 ms and 43 ms); ' +
        'to use it: --backend webgpu, with another --out',
    );
  });

  it('counts the workers, and is silent where little or nothing is to be gained', () => {
    expect(fasterBackendText({ wasm: 0.04, node: 0.02 }, run)).toMatch(/node trains 2\.0 times/);
    expect(fasterBackendText({ wasm: 0.04, node: 0.02 }, { ...run, workers: 2 })).toBeUndefined();
    expect(fasterBackendText({ wasm: 0.04, node: 0.036 }, run)).toBeUndefined();
    expect(fasterBackendText({ wasm: 0.04 }, run)).toBeUndefined();
    expect(fasterBackendText({}, run)).toBeUndefined();
  });
});

describe('mer run', () => {
  it('says on standard error that wasm is faster than cpu, measured once, unless told not to', async () => {
    const file = join(root, 'slow.json');
    const experiment = {
      name: 'slow',
      data: { name: 'synthetic', options: { subjects: 2, clipsPerSubject: 4, size: 16, frames: 6 } },
      inputs: [{ steps: ['dynamic-image'] }],
      model: { name: 'small-cnn' },
      // long enough for both backends to be measured beside it
      training: { epochs: 60, batchSize: 4, optimizer: { name: 'adam', learningRate: 0.001 } },
      backend: 'cpu',
    };
    await writeFile(file, JSON.stringify(experiment));
    const mer = (out: string, note: '0' | '1') =>
      spawnSync(process.execPath, [bin, 'run', file, '--out', out, '--workers', '1'], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, MER_BACKEND_NOTE: note },
      });
    const told = mer('one', '1');
    expect(told.status).toBe(0);
    expect(told.stderr.match(/^note: .*$/gm)).toEqual([
      expect.stringMatching(/^note: backend wasm trains [\d.]+ times as fast here as cpu .*--backend wasm/),
    ]);
    expect(Object.keys(JSON.parse(await readFile(join(root, '.cache', 'backend-speeds.json'), 'utf8')))).toEqual([
      expect.stringMatching(/^cpu .*16x16x3/),
      expect.stringMatching(/^wasm .*16x16x3/),
    ]);
    expect(mer('two', '0').stderr).not.toMatch(/^note:/m);
  });
});
