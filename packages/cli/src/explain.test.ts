import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { writeImage } from '@mer/io';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { around, movingFace, points } from '../../spotting/test/moving-face.js';
import { runMer } from '../test/run-mer.js';

let root = '';
let clip = '';
let server: Server;
let endpoint = '';
const asked: { key: string | undefined; body: string }[] = [];

beforeAll(async () => {
  await useBackend('wasm');
  root = await mkdtemp(join(tmpdir(), 'mer-explain-'));
  clip = join(root, 'clip');
  await mkdir(clip);
  // both corners of the mouth go up, and the head to the right
  const frames = movingFace(8, (t, x, y) => [
    0.15 * t,
    -0.3 * t * (around(x, y, [58, 116], 22) + around(x, y, [102, 116], 22)),
  ]);
  const each = tf.unstack(frames);
  for (const [t, frame] of each.entries()) await writeImage(join(clip, `${t + 1}.png`), frame);
  tf.dispose([frames, ...each]);
  await writeFile(join(root, 'points.json'), JSON.stringify(points));
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      asked.push({ key: request.headers.authorization, body });
      response.end(JSON.stringify({ choices: [{ message: { content: 'positive\nBoth corners go up.' } }] }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(async () => {
  server.close();
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

/** What a command prints; what it says where it ends otherwise. */
async function printed(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runMer(root, ...args);
  return status === 0 ? stdout : `status ${status}: ${stderr}`;
}

const explain = (...args: string[]) =>
  printed('explain', clip, '-l', 'points.json', '--apex', '8', '-b', 'wasm', '--set', 'size=128', ...args);

describe('mer explain', () => {
  it('prints a table and sentences, writes a picture, and sends nothing', async () => {
    const out = join(root, 'out');
    const text = await explain('--out', out, '--set', 'around=0');
    expect(text).toMatch(/^onset 1, apex 8\n/);
    expect(text).toMatch(/left corner of the mouth +\d\.\d\d +\d\.\d\d +up +AU 12 lip corner puller/);
    expect(text).toContain('That suggests AU 12');
    expect((await readdir(out)).sort()).toEqual([
      'explanation.json',
      'explanation.svg',
      'explanation.txt',
      'prompt.json',
      'regions.csv',
    ]);
    expect(await readFile(join(out, 'explanation.svg'), 'utf8')).toContain('href="data:image/png;base64,');
    expect(JSON.parse(await readFile(join(out, 'explanation.json'), 'utf8'))).toMatchObject({ onset: 1, apex: 8 });
    expect(asked).toEqual([]);
  });

  it('asks whom it is told to, with words alone, and the key of the environment', async () => {
    vi.stubEnv('MER_CHAT_KEY', 'secret');
    const text = await explain('--json', '--ask', endpoint, '--model', 'small', '--classes', 'positive,negative');
    const { answer, units } = JSON.parse(text);
    expect(answer).toBe('positive\nBoth corners go up.');
    expect(units.map(({ unit }: { unit: number }) => unit)).toContain(12);
    expect(asked.length).toBe(1);
    expect(asked[0]!.key).toBe('Bearer secret');
    expect(JSON.parse(asked[0]!.body)).toMatchObject({ model: 'small' });
    expect(asked[0]!.body).toContain('positive, negative');
    expect(asked[0]!.body).not.toContain('base64');
    expect(await explain('--ask', endpoint)).toMatch(
      /^status 2: .*--ask <address> and --model <name> must be given together/,
    );
    expect(asked.length).toBe(1);
  });
});

describe('mer weights', () => {
  it('lists what papers start from, and says of one where it comes from', async () => {
    const folder = join(root, 'weights');
    const list = await printed('weights', '--folder', folder);
    expect(list).toMatch(/resnet18-imagenet +resnet18 +ImageNet-1k +47 +resnet18-f37072fd\.pth +no\n/);
    const one = JSON.parse(await printed('weights', 'vgg19-imagenet', '--folder', folder, '--json'));
    expect(one).toMatchObject({ sha256: ['dcbb9e9d'], kept: null });
    expect(one.recipes).toContain('cof-vgg19-casme2');
    expect(await printed('weights', 'vgg', '--folder', folder)).toMatch(/^status 2: .*their name must be one of/);
    expect(await printed('weights', '--file', 'x.pth')).toMatch(/^status 2: .*their name must be given/);
  });
});
