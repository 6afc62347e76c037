import type * as tfl from '@tensorflow/tfjs-layers';
import { type ExportedArray, type ExportWeightsOptions, exportWeights } from './export-weights.js';

/**
 * Writes the weights of a model to a safetensors file (Node only): the whole file under a temporary name, then renamed.
 *
 * `layout: 'pytorch'` gives the names and layouts of the network's state dict, so that `safetensors.torch.load_file` in Python reads
 * what `load_state_dict` takes. The file's metadata names the model and the layout. In a browser, {@link exportWeights} gives the
 * arrays and `encodeSafetensors` of `@mer/io` the bytes.
 *
 * @throws {Error} when the file cannot be written, with its path, or where there is no file system.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readWeights } from '@mer/io';
 * import { createStstNet, loadWeights, saveWeights } from '@mer/models';
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'mer-')), 'ststnet.safetensors');
 * await saveWeights(createStstNet({ classes: 3, seed: 1 }), path);
 * const report = loadWeights(createStstNet({ classes: 3 }), await readWeights(path));
 * console.log(report.loaded.length); // 20
 * ```
 */
export async function saveWeights(
  model: tfl.LayersModel,
  path: string,
  options: ExportWeightsOptions = {},
): Promise<void> {
  // decision 2 keeps this package free of others of ours: the few lines of the format stand here, its reader in @mer/io
  const files = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  if (files === undefined) {
    throw new Error(
      `Cannot write ${path} as there must be a file system: use exportWeights() and encodeSafetensors() of @mer/io`,
    );
  }
  const { layout = 'tfjs' } = options;
  const arrays = await exportWeights(model, options);
  const metadata = { model: model.name, layout, ...(layout === 'pytorch' ? { format: 'pt' } : {}) };
  const temporary = `${path}.${globalThis.process.pid}.tmp`;
  try {
    await files.writeFile(temporary, encode(arrays, metadata));
    await files.rename(temporary, path);
  } catch (cause) {
    await files.rm(temporary, { force: true });
    throw new Error(`Cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The safetensors format: the header's length in 8 bytes, the header as JSON padded with spaces to 8 bytes, the values. */
function encode(arrays: Record<string, ExportedArray>, metadata: Record<string, string>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let size = 0;
  for (const [name, { shape, data }] of Object.entries(arrays)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [size, size + data.byteLength] };
    size += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start + size).fill(0x20, 8, start);
  new DataView(bytes.buffer).setUint32(0, start - 8, true);
  bytes.set(text, 8);
  let offset = start;
  for (const { data } of Object.values(arrays)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}
