import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { type BackendName, backendTraits, listBackends, useBackend } from '@mer/backends';
import { makeFolder, writeFileAtomic } from '@mer/io';
import { createModel } from '@mer/models';
import { fit } from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';

/** What is measured, and where it is kept. */
export interface SpeedsRequest {
  /** The backend that trains. */
  current: BackendName;
  /** Height, width and channels of the images. */
  shape: readonly [number, number, number];
  /** File of earlier measurements. */
  cache: string;
}

/** Seconds of a training step by backend. */
export type Speeds = Partial<Record<BackendName, number>>;

/** Images of a step. */
const BATCH = 8;

/** Seconds that steps are repeated for after the one that warms up. */
const PATIENCE = 0.3;

/**
 * Times a training step of a small network on images of one size, on the current backend and on the others that are installed and may be faster.
 *
 * @returns seconds by backend; nothing where there is no other
 */
export async function measureSpeeds({ current, shape, cache }: SpeedsRequest): Promise<Speeds> {
  const others = (await listBackends()).filter(
    ({ name, available, isSoftware }) => available && name !== current && backendTraits(name).compiled && !isSoftware,
  );
  if (others.length === 0) return {};
  const known = await readKnown(cache);
  const speeds: Speeds = {};
  for (const { name, device = '' } of [{ name: current }, ...others]) {
    const key = [name, device, shape.join('x'), tf.version_core, process.version, cpus()[0]?.model].join(' ');
    const seconds = known[key] ?? (await timeStep(name, shape).catch(() => undefined));
    if (seconds === undefined) continue;
    known[key] = speeds[name] = seconds;
  }
  await makeFolder(dirname(cache));
  await writeFileAtomic(cache, JSON.stringify(known));
  return speeds;
}

async function readKnown(cache: string): Promise<Record<string, number>> {
  try {
    const entries = Object.entries(JSON.parse(await readFile(cache, 'utf8')) as Record<string, unknown>);
    return Object.fromEntries(entries.filter((entry): entry is [string, number] => Number(entry[1]) > 0));
  } catch {
    return {};
  }
}

/** Median seconds of a training step. */
async function timeStep(name: BackendName, shape: SpeedsRequest['shape']): Promise<number> {
  await useBackend(name);
  const size = shape[0] * shape[1] * shape[2];
  const values = Float32Array.from({ length: BATCH * size }, (_, i) => (i % 97) / 97);
  const labels = Array.from({ length: BATCH }, (_, i) => i % 2);
  const model = createModel('small-cnn', { classes: 2, seed: 0, inputShape: [...shape] });
  const step = async () => {
    const begun = performance.now();
    await fit(
      model,
      { classes: ['a', 'b'], labels, inputs: [{ shape, values }] },
      { epochs: 1, batchSize: BATCH, optimizer: 'sgd', learningRate: 1e-6 },
    );
    return (performance.now() - begun) / 1000;
  };
  try {
    await step();
    const times: number[] = [];
    for (let left = PATIENCE; left > 0; left -= times.at(-1)!) times.push(await step());
    return times.sort((a, b) => a - b)[times.length >> 1]!;
  } finally {
    model.dispose();
  }
}

if (process.argv[2] !== undefined) {
  const speeds = await measureSpeeds(JSON.parse(process.argv[2]));
  process.stdout.write(JSON.stringify(speeds));
}
