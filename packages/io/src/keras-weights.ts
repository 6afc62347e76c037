import type { Dataset, File, Group } from 'jsfive';
import type { ArrayData, NamedArrays } from './array-data.js';
import { checkLimit, type FileLimits, type LimitOptions } from './file-limits.js';
import { openZip } from './zip.js';

const task = 'read Keras weights';

/** Layers that Keras numbers through while a program runs, where nobody names them. */
const numbered =
  /^(conv[123]d(?:_transpose)?|depthwise_conv2d|separable_conv2d|dense|batch_normalization|layer_normalization|prelu|embedding|lstm|gru)(?:_(\d+))?$/;

/** What the weights of a layer are called that a file of Keras 3 only numbers. */
const unnamed: Readonly<Record<number, readonly string[]>> = {
  1: ['kernel'],
  2: ['kernel', 'bias'],
  4: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
};

/**
 * The weights in a file of Keras: `.h5` and `.hdf5` of Keras 2 (weights alone or a whole model), `.weights.h5` and `.keras` of Keras 3. Nothing in it is executed;
 * of a model only the weights are read.
 *
 * Names are `<layer>/<weight>`, without Keras's `:0`: `conv2d/kernel`, `batch_normalization/moving_mean`. Layers that nobody named are numbered from the first
 * of their kind, as in a fresh program: `conv2d_41` and `conv2d_42` become `conv2d` and `conv2d_1`. Half precision becomes float32. Layouts stay
 * Keras's, which are those of this project's networks.
 *
 * @returns the arrays, layer by layer in the order of the file
 * @throws Error where the bytes are no such file, or damaged; RangeError beyond a limit
 *
 * @example
 * ```ts no-run
 * import { readFile } from 'node:fs/promises';
 * import { parseKerasWeights } from '@mer/io';
 *
 * const arrays = await parseKerasWeights(await readFile('SOFTNet_Weights/CASME_sq/micro-expression/s1.hdf5'));
 * console.log(Object.keys(arrays)[0], arrays['conv2d/kernel']?.shape); // conv2d/kernel [ 5, 5, 1, 3 ]
 * ```
 *
 * Reference: the layout of `keras.saving`; HDF5 is read by jsfive, which is loaded when such a file is met.
 */
export async function parseKerasWeights(bytes: Uint8Array, { limits }: LimitOptions = {}): Promise<NamedArrays> {
  const hdf5 = isZip(bytes) ? weightsInside(bytes, limits) : bytes;
  if (!isHdf5(hdf5)) throw new Error(`Cannot ${task} as the file must be HDF5, or a .keras file: it is neither`);
  checkWhole(hdf5);
  const { File } = await import('jsfive');
  // jsfive finds its places in the whole of a buffer
  const buffer = hdf5.slice().buffer;
  return whole(() => {
    const file = new File(buffer, 'weights');
    return arraysOf(file, hdf5.length, limits);
  });
}

/** Whether bytes begin as an HDF5 file does. */
export const isHdf5 = (bytes: Uint8Array): boolean =>
  [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte);

/**
 * Whether a file is HDF5, or the zip file that Keras 3 writes, whose first entry it names: one for {@link parseKerasWeights}.
 *
 * @example
 * ```ts
 * import { isKeras } from '@mer/io';
 *
 * console.log(isKeras(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a))); // true
 * ```
 */
export function isKeras(bytes: Uint8Array): boolean {
  return (
    isHdf5(bytes) || (isZip(bytes) && new TextDecoder('latin1').decode(bytes.subarray(30, 43)) === 'metadata.json')
  );
}

const isZip = (bytes: Uint8Array) => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** The weights of a `.keras` file. */
function weightsInside(bytes: Uint8Array, limits: Partial<FileLimits> | undefined): Uint8Array {
  const name = 'model.weights.h5';
  const zip = openZip(bytes, { limits });
  const read = zip.get(name);
  if (read === undefined) {
    throw new Error(
      `Cannot ${task} as a .keras file must hold ${name}: it holds ${[...zip.keys()].slice(0, 5).join(', ')}`,
    );
  }
  return read();
}

/** Throws where a file is shorter than its head says: its reader would take what is not there for 0. */
function checkWhole(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [version, place] = [bytes[8] ?? 0, { 0: 40, 1: 44 }[bytes[8] ?? 0] ?? 28];
  const offsets = version < 2 ? bytes[13] : bytes[9];
  const end = offsets === 8 && bytes.length >= place + 8 ? Number(view.getBigUint64(place, true)) : Number.NaN;
  if (end <= bytes.length) return;
  throw new Error(`Cannot ${task} as the file must have the ${end} bytes that its head says: it has ${bytes.length}`);
}

/** What the reader of HDF5 stumbles over is damage; our own errors stay. */
function whole<T>(read: () => T): T {
  // it tells the console of attributes that it cannot read, with whatever bytes their names are
  const { warn } = console;
  console.warn = () => {};
  try {
    return read();
  } catch (cause) {
    const { message } = cause as Error;
    if (cause instanceof Error && message.startsWith(`Cannot ${task}`)) throw cause;
    throw new Error(
      `Cannot ${task} as the file must be whole: it is damaged, or a kind of HDF5 that Keras does not write`,
      {
        cause,
      },
    );
  } finally {
    console.warn = warn;
  }
}

function arraysOf(file: File, size: number, limits: Partial<FileLimits> | undefined): NamedArrays {
  const found =
    'layer_names' in file.attrs
      ? ofKeras2(file)
      : file.keys.includes('model_weights')
        ? ofKeras2(groupAt(file, 'model_weights'))
        : ofKeras3(file);
  const arrays: NamedArrays = Object.create(null);
  let elements = 0;
  const names = freshNames(found.map(({ layer }) => layer));
  for (const { layer, weight, data } of found) {
    const name = `${names.get(layer)}/${weight}`;
    const { shape } = data;
    elements += shape.reduce((product, side) => product * side, 1);
    // more than the file itself could hold is packed
    const inMemory = 4 * elements;
    if (inMemory > size) checkLimit(`Cannot ${task}`, 'the bytes of its arrays', 'unpackedBytes', inMemory, limits);
    if (name in arrays) throw new Error(`Cannot ${task} as its names must differ: ${name} is there twice`);
    arrays[name] = arrayOf(name, data);
  }
  if (found.length === 0) throw new Error(`Cannot ${task} as the file must hold layers with weights: it holds none`);
  return arrays;
}

interface Found {
  layer: string;
  weight: string;
  data: Dataset;
}

/** Layers and weights as attributes list them. */
function ofKeras2(root: Group): Found[] {
  return texts(root.attrs['layer_names']).flatMap((layer) => {
    const group = groupAt(root, layer);
    return texts(group.attrs['weight_names']).map((path) => {
      const data = group.get(path);
      if (!isDataset(data)) throw new Error(`Cannot ${task} as ${layer} must hold ${path}: it does not`);
      const bare = path.replace(/:\d+$/, '');
      return { layer, weight: bare.startsWith(`${layer}/`) ? bare.slice(layer.length + 1) : bare, data };
    });
  });
}

/** Weights by their number, below layers by their kind, whose names are attributes. */
function ofKeras3(root: Group): Found[] {
  if (!root.keys.includes('layers')) {
    throw new Error(
      `Cannot ${task} as the file must have layers: it holds ${root.keys.slice(0, 5).join(', ') || 'nothing'}`,
    );
  }
  const layers = groupAt(root, 'layers');
  const byKind = [...layers.keys].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return byKind.flatMap((kind) => {
    const group = groupAt(layers, kind);
    if (!group.keys.includes('vars')) return [];
    const vars = groupAt(group, 'vars');
    const [name = kind] = texts(vars.attrs['name']);
    const count = vars.keys.length;
    return Array.from({ length: count }, (_, i) => {
      const data = vars.get(String(i));
      if (!isDataset(data)) throw new Error(`Cannot ${task} as ${kind} must hold its weight ${i}: it does not`);
      return { layer: name, weight: unnamed[count]?.[i] ?? String(i), data };
    });
  });
}

/** Names of layers, those that Keras numbers counted from the lowest number of their kind: the order in which a program makes them. */
function freshNames(layers: readonly string[]): Map<string, string> {
  const numberOf = (layer: string) => Number(numbered.exec(layer)?.[2] ?? 0);
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const layer of [...new Set(layers)].sort((a, b) => numberOf(a) - numberOf(b))) {
    const kind = numbered.exec(layer)?.[1];
    const count = kind === undefined ? 0 : (counts.get(kind) ?? 0);
    if (kind !== undefined) counts.set(kind, count + 1);
    names.set(layer, kind === undefined ? layer : count === 0 ? kind : `${kind}_${count}`);
  }
  return names;
}

function arrayOf(name: string, data: Dataset): ArrayData {
  const { shape, dtype } = data;
  if (!['<f2', '<f4', '<f8', '>f2', '>f4', '>f8'].includes(String(dtype))) {
    throw new Error(`Cannot ${task} as ${name} must hold numbers: its type is ${String(dtype)}`);
  }
  const values = Float32Array.from(data.value);
  const count = shape.reduce((product, side) => product * side, 1);
  if (values.length !== count) {
    throw new Error(`Cannot ${task} as ${name} must hold ${count} numbers: it holds ${values.length}`);
  }
  return { dtype: 'float32', shape: [...shape], data: values };
}

const isDataset = (value: Group | Dataset | null | undefined): value is Dataset =>
  Array.isArray((value as Dataset | undefined)?.shape);

function groupAt(root: Group, name: string): Group {
  const group = root.get(name);
  if (isDataset(group) || !Array.isArray(group?.keys))
    throw new Error(`Cannot ${task} as ${name} must be a group: it is not`);
  return group;
}

/** Texts of an attribute, without what fills them up to one length. */
function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return list.filter((one) => typeof one === 'string').map((one) => one.replace(/\0+$/, ''));
}
