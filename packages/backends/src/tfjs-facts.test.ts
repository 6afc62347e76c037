// What this package builds on in tfjs 4.22, right or wrong, so that an update that changes it is noticed.
import { execFileSync } from 'node:child_process';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { isStockRight, probedKernels } from './wasm-kernels/stock-probe.js';
import type { KernelFunction, WasmBackend } from './wasm-kernels/wasm-backend.js';

/** What a script prints as JSON, in a process of its own in this package. */
function inProcess(script: string): unknown {
  const cwd = new URL('..', import.meta.url).pathname;
  const args = ['--input-type=module', '-e', `import * as tf from '@tensorflow/tfjs-core';\n${script}`];
  return JSON.parse(
    execFileSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
}

it('is 4.22.0', () => {
  expect(tf.version_core).toBe('4.22.0');
});

it('cannot differentiate with core alone, and can with layers', () => {
  const script = `
    import '@tensorflow/tfjs-backend-cpu';
    const alone = tf.getGradient('Square') === undefined;
    await import('@tensorflow/tfjs-layers');
    console.log(JSON.stringify([alone, tf.grad((x) => tf.square(x))(tf.scalar(3)).dataSync()[0]]));`;
  expect(inProcess(script)).toEqual([true, 6]);
});

it('has no chained methods with core', () => {
  expect('square' in tf.Tensor.prototype).toBe(false);
});

it('registers wasm when it is imported, above cpu', () => {
  const script = `
    import '@tensorflow/tfjs-backend-cpu';
    import '@tensorflow/tfjs-backend-wasm';
    const { registryFactory } = tf.engine();
    console.log(JSON.stringify([registryFactory.cpu.priority, registryFactory.wasm.priority]));`;
  expect(inProcess(script)).toEqual([1, 2]);
});

it('registers webgpu only if navigator.gpu is there when it is imported, and stumbles over a missing adapter', () => {
  const script = `
    await import('@tensorflow/tfjs-backend-webgpu');
    const without = 'webgpu' in tf.engine().registryFactory;
    console.log(JSON.stringify(without));`;
  expect(inProcess(script)).toBe(false);
  const withGpu = `
    Object.defineProperty(globalThis, 'navigator', { value: { gpu: { requestAdapter: async () => null } } });
    await import('@tensorflow/tfjs-backend-webgpu');
    const message = await tf.engine().registryFactory.webgpu.factory().catch((error) => error.message);
    console.log(JSON.stringify(message));`;
  expect(inProcess(withGpu)).toMatch(/reading 'features'/);
});

it('advertises tfjs-node at the first tensor on cpu in Node, unless in production mode', () => {
  const script = (mode: string) => `
    import '@tensorflow/tfjs-backend-cpu';
    ${mode}
    let printed = 0;
    console.warn = () => { printed++; };
    await tf.setBackend('cpu');
    tf.tensor1d([1]);
    console.log(JSON.stringify(printed > 0));`;
  expect(inProcess(script(''))).toBe(true);
  expect(inProcess(script('tf.enableProdMode();'))).toBe(false);
});

it('frees the data of the caller when a kernel wraps its inputs in tidy', () => {
  const script = `
    import '@tensorflow/tfjs-backend-cpu';
    await tf.setBackend('cpu');
    const x = tf.tensor1d([1, 2]);
    const { dataId, shape, dtype } = x;
    tf.tidy(() => { tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }); });
    let lost = false;
    try { lost = x.dataSync() === undefined; } catch { lost = true; }
    console.log(JSON.stringify(lost));`;
  expect(inProcess(script)).toBe(true);
});

describe('gradients on every backend', () => {
  it('are wrong or missing where repair-gradients.ts repairs them', () => {
    const script = `
      import '@tensorflow/tfjs-backend-cpu';
      import '@tensorflow/tfjs-layers';
      await tf.setBackend('cpu');
      const fails = (f) => { try { f(); return false; } catch { return true; } };
      const x = tf.tensor2d([[1, 2, 3]]);
      const row = tf.tensor1d([0, 2, 4]);
      const two = tf.ones([2, 3]);
      const four = tf.ones([1, 3, 1, 1]);
      console.log(JSON.stringify({
        maximum: fails(() => tf.grads(tf.maximum)([two, row])),
        minimum: fails(() => tf.grads(tf.minimum)([two, row])),
        squaredDifference: fails(() => tf.grads(tf.squaredDifference)([two, row])),
        einsum: tf.getGradient('Einsum') === undefined,
        batchNormWithoutScale: fails(() =>
          tf.grad((v) => tf.batchNorm(v, row, row, row))(x)),
        // Every value counts more than once.
        mirrorPad: [...tf.grad((v) => tf.mirrorPad(v, [[0, 0], [1, 1]], 'reflect'))(x).dataSync()],
        // A window of one value at the border: its gradient is 1.
        avgPool: [...tf.grad((v) => tf.avgPool(v, [2, 1], 1, 'same'))(four).dataSync()],
        resizeBilinear: fails(() =>
          tf.grad((v) => tf.image.resizeBilinear(v, [4, 4]))(tf.ones([1, 2, 3, 1]))),
        // Should be [2, 3].
        einsum2: tf.einsum('i,jk->ij', tf.ones([2]), tf.ones([3, 4])).shape,
      }));`;
    expect(inProcess(script)).toEqual({
      maximum: true,
      minimum: true,
      squaredDifference: true,
      einsum: true,
      batchNormWithoutScale: true,
      mirrorPad: [1, 1, 1],
      avgPool: [0.5, 1, 1],
      resizeBilinear: true,
      einsum2: [1, 3],
    });
  });
});

describe('the stock wasm backend', () => {
  let backend: WasmBackend;
  let added: number[];

  beforeAll(async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const events = ['uncaughtException', 'unhandledRejection'] as const;
    const before = events.map((event) => process.listeners(event as 'exit'));
    await import('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend('wasm');
    backend = tf.backend() as WasmBackend;
    added = events.map((event, i) => {
      const own = process.listeners(event as 'exit').filter((listener) => !before[i]!.includes(listener));
      for (const listener of own) process.off(event, listener);
      return own.length;
    });
  });

  it('takes over uncaughtException and unhandledRejection', () => {
    expect(added).toEqual([1, 1]);
  });

  it('has SIMD and no threads in Node, and its memory can be reached', async () => {
    expect(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')).toBe(true);
    expect(await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')).toBe(false);
    expect(backend.wasm.asm?.memory).toBeInstanceOf(WebAssembly.Memory);
  });

  it('lacks the kernels that are ours', () => {
    const missing = probedKernels.filter((name) => !tf.getKernel(name, 'wasm'));
    expect(missing).toEqual([
      'Conv2DBackpropFilter',
      'DepthwiseConv2dNativeBackpropInput',
      'DepthwiseConv2dNativeBackpropFilter',
      'UnsortedSegmentSum',
      'Einsum',
    ]);
    expect(tf.getKernel('FFT', 'wasm')).toBeUndefined();
  });

  it('has wrong the others that are ours', () => {
    const present = probedKernels.filter((name) => tf.getKernel(name, 'wasm'));
    const right = present.filter((name) =>
      isStockRight(name, tf.getKernel(name, 'wasm')!.kernelFunc as unknown as KernelFunction, backend),
    );
    expect(present).toHaveLength(7);
    expect(right).toEqual([]);
  });

  it('copies the data of an identity', () => {
    const x = tf.tensor1d([1, 2]);
    const y = tf.clone(x);
    expect(y.dataId).not.toBe(x.dataId);
    tf.dispose([x, y]);
  });

  it('computes the gradient of a convolution by its input much slower than we do', async () => {
    const inputShape = [2, 48, 48, 16];
    const dy = tf.ones([2, 48, 48, 16]);
    const filter = tf.ones([3, 3, 16, 16]);
    const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', inputShape };
    const time = () => {
      const times = [0, 1, 2].map(() => {
        const start = performance.now();
        tf.dispose(tf.engine().runKernel('Conv2DBackpropInput', { dy, filter } as never, attrs as never));
        return performance.now() - start;
      });
      return Math.min(...times);
    };
    const stock = time();
    const { useBackend } = await import('./index.js');
    await useBackend('wasm');
    expect(stock / time()).toBeGreaterThan(3);
    tf.dispose([dy, filter]);
  });
});
