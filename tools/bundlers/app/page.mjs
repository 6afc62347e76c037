// The page: the numbers on wasm, and on webgl or why there is none.
import { useBackend } from '@mer/backends';
import { numbers } from './numbers.mjs';

/** What a page of any bundler finds. */
export async function found() {
  const { name } = await useBackend('wasm');
  const wasm = await numbers();
  const webgl = await useBackend('webgl').then(numbers, (error) => error.message);
  // the module of wasm comes inside: none is fetched, not to speak of twice
  const wasmFiles = performance.getEntriesByType('resource').filter((entry) => /\.wasm(\?|$)/.test(entry.name)).length;
  return { name, wasm, webgl, wasmFiles };
}
