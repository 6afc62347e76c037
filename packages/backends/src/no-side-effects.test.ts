import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';

it('importing the package and listing backends registers nothing, allocates nothing and prints nothing', async () => {
  const spies = (['log', 'info', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method));
  const handlers = process.listenerCount('uncaughtException');
  const { listBackends } = await import('./index.js');
  await import('./contract.js');
  const reports = await listBackends();
  expect(Object.keys(tf.engine().registryFactory)).toEqual([]);
  expect(tf.engine().state.numTensors).toBe(0);
  expect((globalThis.navigator as { gpu?: unknown } | undefined)?.gpu).toBeUndefined();
  expect(process.listenerCount('uncaughtException')).toBe(handlers);
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  expect(reports.map(({ name }) => name)).toEqual(['cpu', 'wasm', 'webgl', 'webgpu', 'node', 'node-gpu']);
  expect(reports.filter(({ available }) => available).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['cpu', 'wasm']),
  );
  for (const { available, device, reason } of reports) {
    expect(available ? device : reason).toEqual(expect.any(String));
  }
});
