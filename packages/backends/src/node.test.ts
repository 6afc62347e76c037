import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from './index.js';
import { limitOneDnn, restoreUtil, startNode } from './node.js';
import { builtin } from './platform.js';

describe('tfjs-node', () => {
  it('says what to install where it is absent', async () => {
    await expect(useBackend('node')).rejects.toThrow(
      'Cannot load @tensorflow/tfjs-node as it must be installed: run "npm install @tensorflow/tfjs-node"',
    );
    await expect(useBackend('node-gpu')).rejects.toThrow('run "npm install @tensorflow/tfjs-node-gpu"');
  });

  it('gets back the functions of util that Node 23 dropped', () => {
    const util = builtin<Record<string, unknown>>('node:util');
    const { isArray, isNullOrUndefined } = util;
    try {
      delete util['isNullOrUndefined'];
      delete util['isArray'];
      restoreUtil();
      const restored = util as { isNullOrUndefined(value: unknown): boolean; isArray(value: unknown): boolean };
      expect([undefined, null, 0].map((value) => restored.isNullOrUndefined(value))).toEqual([true, true, false]);
      expect(restored.isArray([])).toBe(true);
    } finally {
      Object.assign(util, { isArray, isNullOrUndefined });
    }
  });

  it('starts with a stand-in for the package, and refuses the other one afterwards', async () => {
    await useBackend('cpu');
    const seen: (string | undefined)[] = [];
    const load = async () => {
      seen.push(process.env['DNNL_MAX_CPU_ISA']);
      // What tfjs-node does when it is imported: register a backend under the name of TensorFlow.
      tf.registerBackend('tensorflow', () => new tf.KernelBackend() as never, 3);
      return { version: { 'tfjs-node': '4.22.0' } };
    };
    const { device, version } = await startNode('node', load);
    expect(version).toBe('4.22.0');
    expect(device).toMatch(/^CPU/);
    if (process.arch === 'x64') {
      expect(device).toBe('CPU, oneDNN up to AVX2');
      // before the library loads
      expect(seen).toEqual(['AVX2']);
    }
    expect(tf.getBackend()).toBe('tensorflow');
    await expect(startNode('node-gpu', load)).rejects.toThrow(
      'Cannot use backend node-gpu as node is loaded: one process has room for one of them',
    );
  });

  it.runIf(process.arch === 'x64')('keeps oneDNN to AVX2 unless the environment says otherwise', () => {
    const limited = (env: NodeJS.ProcessEnv) => [limitOneDnn(env), env];
    expect(limited({})).toEqual(['oneDNN up to AVX2', { DNNL_MAX_CPU_ISA: 'AVX2' }]);
    for (const env of [
      { DNNL_MAX_CPU_ISA: 'AVX512_CORE' },
      { ONEDNN_MAX_CPU_ISA: 'SSE41', DNNL_MAX_CPU_ISA: 'AVX2' },
      { ONEDNN_MAX_CPU_ISA: 'SSE41' },
    ]) {
      const own = Object.values(env)[0];
      expect(limited({ ...env })).toEqual([`oneDNN up to ${own}`, env]);
    }
    expect(limited({ TF_ENABLE_ONEDNN_OPTS: '0' })).toEqual(['without oneDNN', { TF_ENABLE_ONEDNN_OPTS: '0' }]);
    expect(() => limitOneDnn({}, false)).toThrow('in a worker thread as DNNL_MAX_CPU_ISA must be set before');
    expect(limitOneDnn({ DNNL_MAX_CPU_ISA: 'AVX2' }, false)).toBe('oneDNN up to AVX2');
  });

  it('passes the cause of a failed load on', async () => {
    const failing = () =>
      Promise.reject(new Error('Cannot load @tensorflow/tfjs-node as its import fails: no binding'));
    await expect(startNode('node', failing)).rejects.toThrow('no binding');
  });
});
