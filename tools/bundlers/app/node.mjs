// The numbers in Node, to compare with.
import { useBackend } from '@mer/backends';
import { numbers } from './numbers.mjs';

const { name } = await useBackend('wasm');
console.log(JSON.stringify({ name, wasm: await numbers() }));
