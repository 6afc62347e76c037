import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '@mer/backends';
import { encodeSafetensors } from '@mer/io';
import { createModel, exportWeights } from '@mer/models';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeModel, readInitialWeights, startFrom } from '../run/model.js';
import { parseExperiment } from '../schema/parse.js';
import { startOf } from '../summaries/start-text.js';
import { findKeptWeights, keepWeights } from './kept-weights.js';

const name = 'efficientnet-b0-imagenet';
let folder = '';
let file = '';
let bytes: Uint8Array;
let server: Server;
let address = '';
const asked: string[] = [];

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'mer-weights-'));
  const model = createModel('efficientnet-b0', { classes: 1000, seed: 1 });
  bytes = encodeSafetensors(await exportWeights(model, { layout: 'pytorch' }));
  model.dispose();
  file = join(folder, 'mine.safetensors');
  await writeFile(file, bytes);
  server = createServer((request, response) => {
    asked.push(request.url!);
    if (request.url === '/mine') response.end(bytes);
    else if (request.url === '/long') response.writeHead(200, { 'content-length': '999999999' }).end();
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('keepWeights()', () => {
  it("takes a user's file after a look at its hash and its arrays", async () => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(await findKeptWeights(name, folder)).toBeUndefined();
    await expect(keepWeights(name, { file, folder })).rejects.toThrow(
      `as its SHA-256 must begin with 7f5810bc or 3dd342df (efficientnet_b0_rwightman-7f5810bc.pth): it is ${sha256}`,
    );
    const kept = await keepWeights(name, { file, folder, anyHash: true });
    expect(kept).toMatchObject({ name, sha256, checked: 'no', from: file });
    expect(await findKeptWeights(name, folder)).toEqual(kept);
    expect((await readFile(kept.path)).equals(bytes)).toBe(true);
    await expect(keepWeights('resnet18-imagenet', { file, folder, anyHash: true })).rejects.toThrow(
      'as it must hold weights of resnet18: ',
    );
    await expect(keepWeights('resnet', { file, folder })).rejects.toThrow(
      'their name must be one of resnet18-imagenet',
    );
    await expect(keepWeights(name, { folder })).rejects.toThrow('either a file must be given, or leave to download it');
  });

  it('fetches only where it is told to, from an address that may be another', async () => {
    expect(asked).toEqual([]);
    const kept = await keepWeights(name, { download: `${address}/mine`, folder, anyHash: true });
    expect(kept.from).toBe(`${address}/mine`);
    expect(asked).toEqual(['/mine']);
    await expect(keepWeights(name, { download: `${address}/none`, folder })).rejects.toThrow('the server answers 404');
    await expect(keepWeights(name, { download: `${address}/long`, folder })).rejects.toThrow('it has more than 33 MB');
    await expect(keepWeights(name, { download: 'http://127.0.0.1:9/', folder })).rejects.toThrow(
      'fetch it elsewhere and give the file',
    );
  });

  it('lets an experiment begin with it, and its tables say so', async () => {
    vi.stubEnv('MER_WEIGHTS', folder);
    const of = (weights?: string) =>
      parseExperiment({
        name: 'begun',
        data: { name: 'synthetic' },
        model: {
          name: 'efficientnet-b0',
          start: { paper: 'ImageNet weights', weights: name },
          ...(weights && { weights }),
        },
        training: { epochs: 1 },
      });
    const experiment = of(`weights:${name}`);
    const initial = (await readInitialWeights(experiment))!;
    const none = new Float32Array(0);
    const data = { classes: ['a', 'b', 'c'], labels: [], inputs: [{ shape: [32, 32, 3], values: none }] };
    const model = makeModel(experiment, data, 1);
    const { reinitialized, missing } = startFrom(model, experiment, initial);
    expect([reinitialized.length, missing.length]).toEqual([2, 0]);
    model.dispose();
    expect(startOf(experiment)).toEqual({
      text: `start: ${name}; the paper: ImageNet weights`,
      lacks: false,
    });
    expect(startOf(of())).toEqual({
      text: 'start: random weights, not from ImageNet weights as the paper does',
      lacks: true,
    });
    await expect(readInitialWeights(of('weights:vgg19-imagenet'))).rejects.toThrow(
      'there is no such file here yet: mer weights vgg19-imagenet says where it comes from',
    );
  });
});
