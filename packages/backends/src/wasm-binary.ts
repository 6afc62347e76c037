import type { UseBackendOptions } from './backend-info.js';
import { builtin, isNode } from './platform.js';

const its = '@tensorflow/tfjs-backend-wasm';

/** What comes with this package. */
type Embedded = { name: string; version: string; gzip: string };

/**
 * The WebAssembly module of tfjs-backend-wasm: the one at `wasmPaths`; or else the one that comes with this package, if it is of that version and nobody
 * asks for threads; or else its file, in the package (Node) or beside the page or worker.
 *
 * @throws Error naming the addresses that were tried, and what to set.
 */
export async function wasmBinary(
  { version_wasm: version, embeddedWasm: embedded }: { version_wasm: string; embeddedWasm: Embedded },
  threaded: boolean,
  wasmPaths: UseBackendOptions['wasmPaths'],
): Promise<ArrayBuffer> {
  const name = threaded ? 'tfjs-backend-wasm-threaded-simd.wasm' : 'tfjs-backend-wasm-simd.wasm';
  if (wasmPaths !== undefined) {
    const address = typeof wasmPaths === 'string' ? `${wasmPaths}${name}` : wasmPaths[name];
    const found = address === undefined ? undefined : await readModule(address);
    if (found !== undefined) return found;
    throw new Error(
      `Cannot use backend wasm as wasmPaths must say where ${name} of ${its} ${version} is: ` +
        (address === undefined ? `it names ${Object.keys(wasmPaths).join(', ')}` : `it is not at ${address}`),
    );
  }
  if (name === embedded.name && version === embedded.version) return unpacked(embedded.gzip);
  const places = isNode ? installed(name, version) : [new URL(name, globalThis.location?.href ?? import.meta.url).href];
  for (const place of places) {
    const found = await readModule(place);
    if (found !== undefined) return found;
  }
  throw new Error(
    `Cannot use backend wasm as ${name} of ${its} ${version} is not ${isNode ? 'where Node finds packages' : `at ${places}`}: ` +
      (isNode
        ? `set wasmPaths: process.cwd() + '/node_modules/${its}/dist/', or keep the packages out of the bundle, in Next by ` +
          `serverExternalPackages: ['@mer/backends', '@tensorflow/tfjs-core', '${its}'] in next.config`
        : `copy node_modules/${its}/dist/*.wasm to where the page can fetch them and set wasmPaths`),
  );
}

async function unpacked(gzip: string): Promise<ArrayBuffer> {
  const packed = Uint8Array.from(atob(gzip), (character) => character.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

/** The file of that version, as seen from here, and, should this be a bundle, from where the program runs. */
function installed(name: string, version: string): string[] {
  const { createRequire } = builtin<typeof import('node:module')>('node:module');
  return [import.meta.url, `${process.cwd()}/package.json`].flatMap((from) => {
    try {
      const require = createRequire(from);
      const { version: found } = require(`${its}/package.json`) as { version: string };
      return found === version ? [require.resolve(`${its}/dist/${name}`)] : [];
    } catch {
      return [];
    }
  });
}

/** The WebAssembly module at an address, or a path in Node; undefined when there is something else, such as a page. */
async function readModule(address: string): Promise<ArrayBuffer | undefined> {
  try {
    const bytes = await readBytes(address);
    const [a, b, c, d] = new Uint8Array(bytes, 0, 4);
    return a === 0 && b === 0x61 && c === 0x73 && d === 0x6d ? bytes : undefined;
  } catch {
    return undefined;
  }
}

async function readBytes(address: string): Promise<ArrayBuffer> {
  if (isNode && !/^(https?|data|blob):/.test(address)) {
    const { readFile } = builtin<typeof import('node:fs/promises')>('node:fs/promises');
    const { buffer, byteOffset, byteLength } = await readFile(address.startsWith('file:') ? new URL(address) : address);
    return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  }
  const response = await fetch(address, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.arrayBuffer();
}
