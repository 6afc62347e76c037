// A worker that starts wasm and trains.
import { useWasm } from '@mer/backends/wasm';
import { numbers } from './numbers.mjs';

async function found() {
  const { name } = await useWasm();
  return { name, wasm: await numbers() };
}

found().then(postMessage, (error) => postMessage({ error: String(error.stack) }));
