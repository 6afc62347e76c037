// Runs the contract suite on one backend, from the built package, and leaves the outcome where contract.mjs finds it.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { contract, contractTerms, runContractCase } from '../../dist/contract.js';
import { type BackendName, listBackends, useBackend } from '../../dist/index.js';

async function run() {
  const search = new URLSearchParams(location.search);
  const name = search.get('backend') as BackendName | 'list';
  const threads = search.get('threads');
  const warnings: string[] = [];
  console.warn = (...parts: unknown[]) => warnings.push(parts.join(' '));
  const reports = await listBackends();
  const registered = Object.keys(tf.engine().registryFactory);
  if (name === 'list') return { reports, registered, warnings };
  const info = await useBackend(name, threads === null ? {} : { threads: Number(threads) });
  // small tensors would be worked on by the processor: most of the suite
  if (name === 'webgl' || name === 'webgpu') tf.env().set(`${name.toUpperCase()}_CPU_FORWARD`, false);
  const failures: string[] = [];
  const skipped: string[] = [];
  let worst = { name: '', error: 0 };
  const times: [number, string][] = [];
  for (const item of contract) {
    const { tolerance, skip } = contractTerms(name, item);
    if (skip !== undefined) {
      skipped.push(`${item.name}: ${skip}`);
      continue;
    }
    const started = performance.now();
    try {
      const { error, worst: part, leaked } = await runContractCase(item);
      if (error > worst.error) worst = { name: item.name, error };
      if (!(error <= tolerance)) failures.push(`${item.name}: ${part} off by ${error}`);
      if (leaked !== 0) failures.push(`${item.name}: ${leaked} tensors leaked`);
    } catch (error) {
      failures.push(`${item.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    times.push([Math.round(performance.now() - started), item.name]);
  }
  const slowest = times.sort(([a], [b]) => b - a).slice(0, 12);
  return { slowest, info, cases: contract.length, failures, skipped, worst, warnings, shared: isShared() };
}

/** Whether the heap of the wasm backend is shared with other threads. */
function isShared(): boolean {
  const { wasm } = tf.backend() as unknown as { wasm?: { HEAPU8: Uint8Array } };
  return typeof SharedArrayBuffer !== 'undefined' && wasm?.HEAPU8.buffer instanceof SharedArrayBuffer;
}

const target = window as unknown as { outcome?: unknown };
run().then(
  (outcome) => {
    target.outcome = outcome;
  },
  (error: unknown) => {
    target.outcome = { failures: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  },
);
