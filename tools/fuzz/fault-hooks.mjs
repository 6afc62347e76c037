// Module hooks of a child of the fuzzer: loads built files with the fault that MER_FUZZ_FAULT numbers.
import { fileURLToPath } from 'node:url';
import { faults, withFault } from './faults.mjs';

const fault = faults[Number(process.env.MER_FUZZ_FAULT)];

export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.startsWith('file:') || !url.includes('/dist/')) return loaded;
  const path = fileURLToPath(url).replaceAll('\\', '/');
  if (![fault.file, ...(fault.more ?? []).map(([file]) => file)].some((file) => path.endsWith(file))) return loaded;
  return { ...loaded, source: withFault(fault, path, String(loaded.source)) };
}
