const names = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
] as const;

/**
 * Where bundlers put the files: Vite, webpack and Parcel see these addresses and emit what they name. The first file is
 * not among them: an engine without SIMD is refused.
 */
function bundled(): Record<(typeof names)[number], string> {
  return {
    'tfjs-backend-wasm.wasm': '',
    'tfjs-backend-wasm-simd.wasm': new URL(
      '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
      import.meta.url,
    ).href,
    'tfjs-backend-wasm-threaded-simd.wasm': new URL(
      '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
      import.meta.url,
    ).href,
  };
}

/**
 * Tells tfjs where its `.wasm` files are, in a browser: where the bundler emitted them, or else beside the page.
 *
 * @throws Error naming the addresses that were tried.
 */
export async function findWasmFiles(
  wasm: { setWasmPaths(paths: Record<(typeof names)[number], string>): void },
  threaded: boolean,
): Promise<void> {
  const wanted = threaded ? names[2] : names[1];
  const beside = (name: string) => new URL(name, globalThis.location?.href ?? import.meta.url).href;
  const places = [
    bundled(),
    Object.fromEntries(names.map((name) => [name, beside(name)])) as ReturnType<typeof bundled>,
  ];
  for (const place of places) {
    if (await isWasm(place[wanted])) {
      wasm.setWasmPaths(place);
      return;
    }
  }
  const tried = places.map((place) => place[wanted]).join(' and ');
  throw new Error(
    `Cannot use backend wasm as ${wanted} is not at ${tried}: copy node_modules/@tensorflow/tfjs-backend-wasm/dist/*.wasm ` +
      'to where the page can fetch them and pass wasmPaths',
  );
}

/** Whether an address answers with a WebAssembly module, and not with some page. */
async function isWasm(address: string): Promise<boolean> {
  try {
    const response = await fetch(address, { credentials: 'same-origin' });
    if (!response.ok || response.body === null) return false;
    const reader = response.body.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    return value !== undefined && value[0] === 0 && value[1] === 0x61 && value[2] === 0x73 && value[3] === 0x6d;
  } catch {
    return false;
  }
}
