// Module hooks of a child of the fuzzer: loads built files with a fault in them.
import { fileURLToPath } from 'node:url';
import { faults, withFault } from './faults.mjs';

let fault;

export function initialize(number) {
  fault = faults[number];
}

export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.startsWith('file:') || !url.includes('/dist/')) return loaded;
  const path = fileURLToPath(url).replaceAll('\\', '/');
  if (![fault.file, ...(fault.more ?? []).map(([file]) => file)].some((file) => path.endsWith(file))) return loaded;
  return { ...loaded, source: withFault(fault, path, String(loaded.source)) };
}
