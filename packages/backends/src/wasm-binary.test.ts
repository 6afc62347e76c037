import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { embeddedWasm } from './tfjs-wasm.generated.js';
import { useBackend } from './use-backend.js';
import { useWasm } from './wasm.js';
import { wasmBinary } from './wasm-binary.js';
import { simdKernels } from './wasm-kernels/kernels.generated.js';

const { resolve } = createRequire(import.meta.url);
const installed = dirname(resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'));
const bytesOf = (name: string) => readFileSync(join(installed, name));
const same = { version_wasm: embeddedWasm.version, embeddedWasm };
const folder = mkdtempSync(join(tmpdir(), 'mer-wasm-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('wasmBinary', () => {
  it('is the module of the installed tfjs-backend-wasm, from inside', async () => {
    const binary = Buffer.from(await wasmBinary(same, false, undefined));
    expect(binary.equals(bytesOf('tfjs-backend-wasm-simd.wasm'))).toBe(true);
  });

  it('is found in the package for threads, which do not come inside', async () => {
    const binary = Buffer.from(await wasmBinary(same, true, undefined));
    expect(binary.equals(bytesOf('tfjs-backend-wasm-threaded-simd.wasm'))).toBe(true);
  });

  it('of another version than that inside and that installed: the error has the lines to paste', async () => {
    await expect(wasmBinary({ version_wasm: '4.99.0', embeddedWasm }, false, undefined)).rejects.toThrow(
      "Cannot use backend wasm as tfjs-backend-wasm-simd.wasm of @tensorflow/tfjs-backend-wasm 4.99.0 is not where Node finds packages: set wasmPaths: process.cwd() + '/node_modules/@tensorflow/tfjs-backend-wasm/dist/', or keep the packages out of the bundle, in Next by serverExternalPackages: ['@mer/backends', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'] in next.config",
    );
  });

  it.each([
    ['a path', `${installed}/`],
    ['an address', `${pathToFileURL(installed)}/`],
    ['a path by name', { 'tfjs-backend-wasm-simd.wasm': join(installed, 'tfjs-backend-wasm-simd.wasm') }],
  ])('is read where wasmPaths says, as %s', async (_what, wasmPaths) => {
    const binary = Buffer.from(await wasmBinary(same, false, wasmPaths));
    expect(binary.equals(bytesOf('tfjs-backend-wasm-simd.wasm'))).toBe(true);
  });

  it('names what is not where wasmPaths says: nothing, a page, no name', async () => {
    writeFileSync(join(folder, 'tfjs-backend-wasm-simd.wasm'), '<!doctype html>');
    for (const wasmPaths of ['/nowhere/', `${folder}/`]) {
      await expect(wasmBinary(same, false, wasmPaths)).rejects.toThrow(
        `it is not at ${wasmPaths}tfjs-backend-wasm-simd.wasm`,
      );
    }
    await expect(wasmBinary(same, false, { 'other.wasm': '/a' })).rejects.toThrow('it names other.wasm');
  });
});

describe('starting', () => {
  it('a module of something else is an error, not a wait without end, and the next call starts', async () => {
    writeFileSync(join(folder, 'tfjs-backend-wasm-simd.wasm'), simdKernels());
    const { fetch } = tf.env().platform;
    const { instantiate } = WebAssembly;
    await expect(useBackend('wasm', { wasmPaths: `${folder}/` })).rejects.toThrow(
      /^Cannot use backend wasm as wasmPaths must hold the files of tfjs-backend-wasm 4\.22\.0: WebAssembly\.instantiate\(\): Import/,
    );
    expect(tf.env().platform.fetch).toBe(fetch);
    expect(WebAssembly.instantiate).toBe(instantiate);
    expect((await useWasm()).name).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
  });
});
