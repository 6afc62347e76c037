import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useBackend } from './index.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('useBackend', () => {
  it('starts cpu without printing anything', async () => {
    const spies = (['log', 'info', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method));
    const info = await useBackend('cpu');
    expect(info).toMatchObject({ name: 'cpu', device: 'CPU', simd: false, threads: 1, skipped: [] });
    expect(tf.getBackend()).toBe('cpu');
    tf.dispose(tf.tensor1d([1, 2]));
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  it('starts wasm, leaves no process-wide exception handlers and prints nothing', async () => {
    const spies = (['log', 'info', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method));
    const before = [process.listeners('uncaughtException'), process.listeners('unhandledRejection')];
    const info = await useBackend('wasm');
    expect(info).toMatchObject({ name: 'wasm', device: 'CPU', simd: true, threads: 1, skipped: [] });
    expect(tf.getBackend()).toBe('wasm');
    expect([process.listeners('uncaughtException'), process.listeners('unhandledRejection')]).toEqual(before);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  it('goes back and forth, and several calls at once end with the last', async () => {
    await Promise.all([useBackend('wasm'), useBackend('cpu'), useBackend('wasm')]);
    expect(tf.getBackend()).toBe('wasm');
    await useBackend('cpu');
    expect(tf.getBackend()).toBe('cpu');
  });

  it('takes the fastest that works with auto', async () => {
    expect((await useBackend('auto')).name).toBe('wasm');
  });

  it('names the valid backends when given another', async () => {
    await expect(useBackend('gpu' as never)).rejects.toThrow(
      new RangeError(
        'Cannot use backend as name must be one of cpu, wasm, webgl, webgpu, node, node-gpu, auto: current value is gpu',
      ),
    );
  });
});
