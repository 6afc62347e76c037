import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors } from '@mer/io';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExperimentError } from '../schema/experiment-error.js';
import { parseExperiment } from '../schema/parse.js';
import { keepInitialWeights, readInitialWeights } from './model.js';

const data = Float32Array.from([1, 2, 3, 4]);
const bytes = encodeSafetensors({ 'conv1.weight': { dtype: 'float32', shape: [2, 2], data } });
let asked = 0;
const server = createServer((request, response) => {
  asked += 1;
  if (request.url === '/weights.safetensors') response.end(bytes);
  else response.writeHead(404, 'Not Found').end();
});
let [dir, address] = ['', ''];
beforeEach(async () => {
  asked = 0;
  dir = await mkdtemp(join(tmpdir(), 'mer-weights-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true, force: true });
});

function experimentOf(weights: unknown) {
  return parseExperiment({
    name: 'begun',
    data: { name: 'synthetic' },
    model: { name: 'small-cnn', weights },
    training: { epochs: 1, batchSize: 2, optimizer: { name: 'adam', learningRate: 0.01 } },
  });
}

describe('weights to begin with, from a URL', () => {
  it.each([
    ['alone', (url: string) => url],
    ['for parts of the network', (url: string) => ({ file: url, into: ['temporal.', 'motion.'] })],
  ])('are downloaded once and kept as a file for other processes: %s', async (_how, weightsOf) => {
    const experiment = experimentOf(weightsOf(`${address}/weights.safetensors`));
    const initial = await readInitialWeights(experiment);
    const kept = await keepInitialWeights(experiment, initial, join(dir, 'cache'));
    expect(await readdir(join(dir, 'cache'))).toEqual([`${initial!.digest}.safetensors`]);
    const again = await readInitialWeights(kept);
    expect([...again!.arrays['conv1.weight']!.data]).toEqual([1, 2, 3, 4]);
    expect(asked).toBe(1);
    const { weights } = kept.model;
    expect(typeof weights === 'object' && weights.into).toEqual(
      typeof experiment.model.weights === 'object' && experiment.model.weights.into,
    );
  });

  it('that are not there are an error which names the URL', async () => {
    const missing = experimentOf(`${address}/nothing.pth`);
    await expect(readInitialWeights(missing)).rejects.toThrow(ExperimentError);
    await expect(readInitialWeights(missing)).rejects.toThrow(
      `${address}/nothing.pth: the server answers 404 Not Found`,
    );
  });

  it('leave experiments with a file, or without weights, as they are', async () => {
    const [file, none] = [experimentOf('resnet18.pth'), experimentOf(undefined)];
    expect(await keepInitialWeights(file, { arrays: {}, digest: 'a' }, dir)).toBe(file);
    expect(await keepInitialWeights(none, undefined, dir)).toBe(none);
    expect(await readdir(dir)).toEqual([]);
  });
});
