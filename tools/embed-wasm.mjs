/**
 * Writes the WebAssembly module of the installed tfjs-backend-wasm (the build with SIMD) into a TypeScript file of packages/backends, packed by gzip and in base64:
 * no bundler need find and no page fetch a `.wasm` file. Nothing is done where that file is of the module as it is.
 *
 *   node tools/embed-wasm.mjs
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const script = fileURLToPath(import.meta.url);
const target = fileURLToPath(new URL('../packages/backends/src/tfjs-wasm.generated.ts', import.meta.url));
const require = createRequire(new URL('../packages/backends/package.json', import.meta.url));
const its = '@tensorflow/tfjs-backend-wasm';
const name = 'tfjs-backend-wasm-simd.wasm';

/** Writes the file; for vitest, as a global set-up. */
export function setup() {
  const binary = readFileSync(require.resolve(`${its}/dist/${name}`));
  const { version } = require(`${its}/package.json`);
  const hash = createHash('sha256').update(readFileSync(script)).update(version).update(binary).digest('hex');
  const title = `// Made by tools/embed-wasm.mjs from ${its}, Apache-2.0: ${hash}`;
  if (existsSync(target) && readFileSync(target, 'utf8').startsWith(`${title}\n`)) return;
  const packed = gzipSync(binary, { level: 9 }).toString('base64');
  const text = `${title}

/** The WebAssembly module of tfjs-backend-wasm: its file, the version of the package, and the bytes, packed by gzip and in base64. */
export const embeddedWasm = {
  name: '${name}',
  version: '${version}',
  gzip: '${packed}',
};
`;
  // whole or not at all, should two builds meet
  writeFileSync(`${target}.new`, text);
  renameSync(`${target}.new`, target);
  console.log(`${name}: ${binary.length} bytes of WebAssembly, embedded in ${packed.length}`);
}

if (process.argv[1] === script) setup();
