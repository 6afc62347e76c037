import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from './index.js';
import { restoreUtil, startNode } from './node.js';
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
    const load = async () => {
      // What tfjs-node does when it is imported: register a backend under the name of TensorFlow.
      tf.registerBackend('tensorflow', () => new tf.KernelBackend() as never, 3);
      return { version: { 'tfjs-node': '4.22.0' } };
    };
    expect(await startNode('node', load)).toMatchObject({ device: 'CPU', version: '4.22.0' });
    expect(tf.getBackend()).toBe('tensorflow');
    await expect(startNode('node-gpu', load)).rejects.toThrow(
      'Cannot use backend node-gpu as node is loaded: one process has room for one of them',
    );
  });

  it('passes the cause of a failed load on', async () => {
    const failing = () =>
      Promise.reject(new Error('Cannot load @tensorflow/tfjs-node as its import fails: no binding'));
    await expect(startNode('node', failing)).rejects.toThrow('no binding');
  });
});
