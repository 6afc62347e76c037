import {
  type ArrayData,
  type DType,
  dtypes,
  type NamedArrays,
  type NumericArray,
  namedArrays,
  sizeOfShape,
} from './array-data.js';
import { decodeElements } from './elements.js';
import { type FileLimits, type LimitOptions, limitOf } from './file-limits.js';
import { describeCompanion, foreignName } from './foreign-names.js';
import { gather, isContiguous } from './gather.js';
import { shown } from './shown.js';
import { describePython, Inert, KnownGlobal, Tuple, unpickle } from './unpickle.js';
import { openZip } from './zip.js';

const cannot = 'Cannot read PyTorch checkpoint';
const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;
/** Dimensions of a tensor, and containers within containers. */
const deepest = 64;

const storageTypes = Object.freeze({
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
}) satisfies Readonly<Record<string, DType>>;

/** How {@link parsePytorchCheckpoint} reads. */
export interface PytorchCheckpointOptions extends LimitOptions {
  /**
   * The entry to read where a file holds more than a state dict, for example `'state_dict'` in
   * `{'state_dict': …, 'optimizer': …, 'epoch': 7}`; names are then relative to it. Levels are joined by dots. Everything by default.
   */
  entry?: string;
}

/** A storage as a pickle announces it; its bytes come from the file. */
class Storage {
  readonly #elements = new Map<DType, NumericArray>();
  bytes: Uint8Array | undefined;

  constructor(
    readonly key: string,
    readonly type: string,
    /** `undefined` for a storage of bytes whose tensors tell the type. */
    readonly dtype: DType | undefined,
    /** In elements of `dtype`. */
    readonly length: number,
  ) {}

  get byteLength(): number {
    return this.length * (this.dtype ? dtypes[this.dtype].bytes : 1);
  }

  /** Decoded once, and shared by the tensors that lie in it. */
  elements(dtype: DType, what: string): NumericArray {
    const { bytes } = this;
    if (!bytes) throw new Error(`${what} as its storage ${shown(this.key)} must be in the file: it is missing`);
    let elements = this.#elements.get(dtype);
    if (!elements) {
      const width = dtypes[dtype].bytes;
      elements = decodeElements(bytes.subarray(0, bytes.length - (bytes.length % width)), dtype, { what });
      this.#elements.set(dtype, elements);
    }
    return elements;
  }
}

/** A tensor as a pickle describes it: a strided view of a storage. */
class Tensor {
  constructor(
    readonly storage: Storage,
    readonly dtype: DType,
    readonly offset: number,
    readonly shape: number[],
    readonly strides: number[],
    readonly size: number,
  ) {}
}

function isNatural(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function rebuildTensor([storage, offset, sizes, strides]: readonly unknown[], type?: unknown): Tensor {
  if (!(storage instanceof Storage) || !(sizes instanceof Tuple) || !(strides instanceof Tuple)) {
    throw new Error(
      `${cannot} as a tensor must have a storage, a shape and strides: it has ${[storage, sizes, strides].map(describePython).join(', ')}`,
    );
  }
  const dtype = type instanceof KnownGlobal ? tensorTypes.get(type) : storage.dtype;
  if (!dtype)
    throw new Error(`${cannot} as a tensor must have an element type: current value is ${describePython(type)}`);
  const shape = sizes.items;
  const size = shape.length <= deepest ? sizeOfShape(shape) : undefined;
  if (
    size === undefined ||
    strides.items.length !== shape.length ||
    !strides.items.every(isNatural) ||
    !isNatural(offset)
  ) {
    const shown = [...shape.slice(0, 8), ...(shape.length > 8 ? ['…'] : [])].join(', ');
    throw new Error(
      `${cannot} as a tensor must have an offset, at most ${deepest} lengths and as many strides, all natural numbers: its shape is [${shown}]`,
    );
  }
  const last = shape.reduce<number>(
    (sum, length, axis) => sum + ((length as number) - 1) * (strides.items[axis] as number),
    offset,
  );
  const room = storage.dtype ? storage.length : Math.floor(storage.length / dtypes[dtype].bytes);
  if (size > 0 && last >= room) {
    throw new Error(
      `${cannot} as a tensor must lie within its storage: shape [${shape.join(', ')}] from element ${offset} needs ${last + 1} elements, storage ${shown(storage.key)} has ${room}`,
    );
  }
  return new Tensor(storage, dtype, offset, [...(shape as number[])], [...(strides.items as number[])], size);
}

const tensorTypes: ReadonlyMap<KnownGlobal, DType> = new Map(
  (Object.keys(dtypes) as DType[]).map((dtype) => [new KnownGlobal(`torch.${dtype}`), dtype]),
);

/** The number of a NumPy scalar: its type and its bytes. */
function numpyScalar([dtype, bytes]: readonly unknown[]): unknown {
  const code = dtype instanceof Inert && typeof dtype.args[0] === 'string' ? dtype.args[0].replace(/^[<|=]/, '') : '';
  if (!(bytes instanceof Uint8Array)) return new Inert('numpy scalar');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (code === 'f8' && bytes.length === 8) return view.getFloat64(0, true);
  if (code === 'f4' && bytes.length === 4) return view.getFloat32(0, true);
  if (code === 'i8' && bytes.length === 8) return Number(view.getBigInt64(0, true));
  if (code === 'i4' && bytes.length === 4) return view.getInt32(0, true);
  if (code === 'b1' && bytes.length === 1) return bytes[0] === 1;
  return new Inert('numpy scalar');
}

/** The names that a checkpoint may use. `allowance` is how many values the calls may copy in all. */
function knownGlobals(allowance: number): ReadonlyMap<string, KnownGlobal> {
  const spend = (items: unknown): readonly unknown[] => {
    const values = items instanceof Tuple ? items.items : items instanceof Set ? [...items] : items;
    if (!Array.isArray(values))
      throw new Error(`${cannot} as a container must be made of a list: current value is ${describePython(items)}`);
    if ((allowance -= values.length + 1) < 0) throw new Error(`${cannot} as it must not build more than it holds`);
    return values;
  };
  const orderedDict = ([items]: readonly unknown[]): Map<unknown, unknown> => {
    const dict = new Map();
    if (items === undefined) return dict;
    for (const pair of spend(items)) {
      const [key, value] = spend(pair);
      dict.set(key, value);
    }
    return dict;
  };
  const set = ([items]: readonly unknown[]): Set<unknown> => new Set(items === undefined ? [] : spend(items));
  const parameter = ([data]: readonly unknown[]): Tensor => {
    if (!(data instanceof Tensor))
      throw new Error(`${cannot} as a parameter must be a tensor: current value is ${describePython(data)}`);
    return data;
  };
  const size = ([items]: readonly unknown[]): unknown => items ?? new Tuple([]);
  /** A tensor of a class of somebody's own is a tensor. */
  const typed = ([rebuild, , args]: readonly unknown[]): unknown => {
    // not itself, again and again
    const rebuilds = rebuild instanceof KnownGlobal && /^torch\._utils\._rebuild_/.test(rebuild.name);
    if (!rebuilds || !rebuild.call || !(args instanceof Tuple)) {
      throw new Error(
        `${cannot} as a tensor must be rebuilt by a function: current value is ${describePython(rebuild)}`,
      );
    }
    return rebuild.call(args.items, 'call');
  };
  const pickled = (): never => {
    throw new Error(`${cannot} as it must be written by torch.save: it is a pickle of tensors, as pickle.dump writes`);
  };
  /** Bytes as protocol 2 writes them: a text whose characters they are. */
  const encoded = ([text]: readonly unknown[]): Uint8Array => {
    if (typeof text !== 'string') return new Uint8Array(0);
    if ((allowance -= text.length + 1) < 0) throw new Error(`${cannot} as it must not build more than it holds`);
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  };
  const functions: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
    'collections.OrderedDict': orderedDict,
    'builtins.set': set,
    '__builtin__.set': set,
    'builtins.frozenset': set,
    '__builtin__.frozenset': set,
    'torch._utils._rebuild_tensor': (args) => rebuildTensor(args),
    'torch._utils._rebuild_tensor_v2': (args) => rebuildTensor(args),
    'torch._utils._rebuild_tensor_v3': (args) => rebuildTensor(args, args[6]),
    'torch._utils._rebuild_parameter': parameter,
    'torch._utils._rebuild_parameter_with_state': parameter,
    'torch.Size': size,
    'torch._tensor._rebuild_from_type_v2': typed,
    'collections.defaultdict': () => new Map(),
    'torch.storage._load_from_bytes': pickled,
    'collections.Counter': ([items]) => (items instanceof Map ? items : new Map()),
    // Only tensors are returned; what else a file tells is named.
    'numpy.core.multiarray.scalar': numpyScalar,
    'numpy._core.multiarray.scalar': numpyScalar,
    '_codecs.encode': encoded,
  };
  const globals = new Map(Object.entries(functions).map(([name, call]) => [name, new KnownGlobal(name, call)]));
  for (const name of [
    ...Object.keys(storageTypes).map((type) => `torch.${type}`),
    'torch.storage.UntypedStorage',
    'torch.UntypedStorage',
  ]) {
    globals.set(name, new KnownGlobal(name));
  }
  for (const global of tensorTypes.keys()) globals.set(global.name, global);
  return globals;
}

/** Reads the pickle with the tensors: its value, where it ends, and the storages that it announces. */
function unpickleTensors(
  bytes: Uint8Array,
  start: number,
  limits?: Partial<FileLimits>,
): { value: unknown; end: number; storages: Map<string, Storage> } {
  const storages = new Map<string, Storage>();
  const persistentLoad = (id: unknown): Storage | KnownGlobal => {
    const [tag, type, key, , length, view] = id instanceof Tuple ? id.items : [];
    // the older format names the class of a module with its source, which is not looked at
    if (tag === 'module' && type instanceof KnownGlobal) return type;
    if (tag !== 'storage' || !(type instanceof KnownGlobal) || typeof key !== 'string' || !isNatural(length)) {
      throw new Error(`${cannot} as it may refer to storages only: it refers to ${describePython(tag ?? id)}`);
    }
    if (view !== undefined && view !== null) {
      throw new Error(
        `${cannot} as views of storages, which PyTorch wrote before 0.4, are not read: load and save it again with a newer PyTorch`,
      );
    }
    const dtype = storageTypes[type.name.replace('torch.', '') as keyof typeof storageTypes] as DType | undefined;
    if (!dtype && !type.name.endsWith('.UntypedStorage')) {
      throw new Error(
        `${cannot} as the type of a storage must be one of ${Object.keys(storageTypes).join(', ')}: current value is ${type.name}`,
      );
    }
    const known = storages.get(key);
    if (known) {
      if (known.type === type.name && known.length === length) return known;
      throw new Error(`${cannot} as the storage ${shown(key)} must always have one type and length: it has several`);
    }
    const storage = new Storage(key, type.name, dtype, length);
    if (!Number.isSafeInteger(storage.byteLength) || storage.byteLength > bytes.length * 2 ** 20) {
      // Only to have plain numbers below; whether the file holds so much is checked where its bytes are taken.
      throw new Error(`${cannot} as the storage ${shown(key)} must lie within the file: it claims ${length} elements`);
    }
    storages.set(key, storage);
    return storage;
  };
  const { value, end } = unpickle(bytes, start, {
    globals: knownGlobals(bytes.length),
    foreign: foreignName,
    persistentLoad,
    mostValues: limitOf('pickleValues', limits),
  });
  return { value, end, storages };
}

function readZip(bytes: Uint8Array, limits?: Partial<FileLimits>): unknown {
  const zip = openZip(bytes, { stored: true, limits });
  const pickles = [...zip.keys()].filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  const [pickleName] = pickles;
  if (pickleName === undefined || pickles.length > 1) {
    throw new Error(`${cannot} as the zip file must hold one <name>/data.pkl: it holds ${pickles.length}`);
  }
  const root = pickleName.slice(0, -'data.pkl'.length);
  if (zip.has(`${root}constants.pkl`)) {
    throw new Error(
      `${cannot} as it must hold a state dict: it is a TorchScript archive. Save the state dict: torch.save(model.state_dict(), path)`,
    );
  }
  const order = zip.get(`${root}byteorder`)?.();
  if (order && new TextDecoder().decode(order.subarray(0, 16)) !== 'little') {
    throw new Error(`${cannot} as its storages must be little-endian: it was written by a big-endian machine`);
  }
  const { value, storages } = unpickleTensors(zip.get(pickleName)!(), 0, limits);
  for (const storage of storages.values()) {
    const content = zip.get(`${root}data/${storage.key}`)?.();
    if (!content) throw new Error(`${cannot} as the storage ${shown(storage.key)} must be in the file: it is missing`);
    if (content.length !== storage.byteLength) {
      throw new Error(
        `${cannot} as the storage ${shown(storage.key)} must have ${storage.byteLength} bytes (${storage.length} elements): the file has ${content.length}`,
      );
    }
    storage.bytes = content;
  }
  return value;
}

function readLegacy(bytes: Uint8Array, limits?: Partial<FileLimits>): unknown {
  const mostValues = limitOf('pickleValues', limits);
  const magic = unpickle(bytes, 0, {
    mostValues,
    globals: knownGlobals(bytes.length),
    foreign: foreignName,
    persistentLoad: () => {
      throw new Error(
        `${cannot} as its tensors must lie in it: this is the data.pkl of a checkpoint whose zip file was unpacked; give the zip file itself`,
      );
    },
  });
  if (magic.value !== magicNumber) {
    throw new Error(
      `${cannot} as its first pickle must be PyTorch's magic number: it is ${describePython(magic.value)}, as pickle.dump writes; write it by torch.save`,
    );
  }
  const version = unpickle(bytes, magic.end, { mostValues });
  if (version.value !== protocolVersion) {
    throw new Error(
      `${cannot} as its protocol must be ${protocolVersion}: current value is ${describePython(version.value)}`,
    );
  }
  const system = unpickle(bytes, version.end, { mostValues });
  if (system.value instanceof Map && system.value.get('little_endian') === false) {
    throw new Error(`${cannot} as its storages must be little-endian: it was written by a big-endian machine`);
  }
  const { value, end, storages } = unpickleTensors(bytes, system.end, limits);
  const keys = unpickle(bytes, end, { mostValues });
  if (!Array.isArray(keys.value))
    throw new Error(`${cannot} as a list of storages must follow the tensors: it is ${describePython(keys.value)}`);
  let position = keys.end;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of keys.value) {
    const storage = storages.get(key);
    if (!storage || storage.bytes)
      throw new Error(`${cannot} as each storage must be listed once: ${describePython(key)} is not`);
    const quoted = shown(storage.key);
    const start = position + 8;
    if (start + storage.byteLength > bytes.length) {
      throw new Error(
        `${cannot} as the file must not end within its storages: storage ${quoted} of ${storage.byteLength} bytes begins at byte ${start}, the file has ${bytes.length}`,
      );
    }
    if (view.getBigUint64(position, true) !== BigInt(storage.length)) {
      throw new Error(
        `${cannot} as the storage ${quoted} must have ${storage.length} elements: the file says ${view.getBigUint64(position, true)}`,
      );
    }
    position = start + storage.byteLength;
    storage.bytes = bytes.subarray(start, position);
  }
  return value;
}

function keyOf(key: unknown): string | undefined {
  if (key instanceof Tuple) {
    const items = key.items.slice(0, deepest).map((item) => (item instanceof Tuple ? undefined : keyOf(item)));
    return items.includes(undefined) ? undefined : `(${items.join(', ')})`;
  }
  return typeof key === 'object' ? (key === null ? 'None' : undefined) : String(key);
}

/** What holds further values: a container, an object that is a dict, or a module, which is read as its state dict. */
function containerOf(value: unknown): Map<unknown, unknown> | readonly unknown[] | undefined {
  if (value instanceof Tuple) return value.items;
  if (Array.isArray(value) || value instanceof Map) return value;
  if (!(value instanceof Inert)) return undefined;
  if (value.state instanceof Map) {
    const [parameters, buffers, modules] = ['_parameters', '_buffers', '_modules'].map((name) =>
      (value.state as Map<unknown, unknown>).get(name),
    );
    if (parameters instanceof Map && buffers instanceof Map && modules instanceof Map) {
      const passing = value.state.get('_non_persistent_buffers_set');
      const kept = [...buffers].filter(([name]) => !(passing instanceof Set && passing.has(name)));
      return new Map([...parameters, ...kept, ...modules]);
    }
  }
  return value.entries;
}

/** The tensors within nested containers, by their path, and what else the outermost holds; `allowance` bounds the steps and the characters of the names. */
function collectTensors(root: unknown, allowance: number): { tensors: Map<string, Tensor>; companions: Companions } {
  const tensors = new Map<string, Tensor>();
  const companions: Companions = Object.create(null);
  let steps = allowance;
  let characters = 8 * allowance + 65536;
  const walk = (value: unknown, path: string, depth: number): void => {
    if (--steps < 0) throw new Error(`${cannot} as its containers must not be nested into each other again and again`);
    if (value instanceof Tensor) {
      const name = path === '' ? 'tensor' : path;
      if (tensors.has(name))
        throw new Error(`${cannot} as the names of its tensors must differ: ${shown(name)} comes twice`);
      if ((characters -= name.length) < 0)
        throw new Error(`${cannot} as the names of its tensors must not be longer than the file`);
      tensors.set(name, value);
      return;
    }
    const items = containerOf(value);
    if (items === undefined) return;
    if (depth > deepest) throw new Error(`${cannot} as its containers must be nested at most ${deepest} deep`);
    for (const [key, item] of items.entries()) {
      if (typeof item !== 'object' || item === null) {
        if (depth === 0 && typeof key === 'string') companions[key] = describeCompanion(item);
        continue;
      }
      const name = keyOf(key);
      if (name === undefined) {
        throw new Error(
          `${cannot} as the keys of its dicts must be texts or numbers: a key${path && ` in ${path}`} is ${describePython(key)}`,
        );
      }
      const before = tensors.size;
      walk(item, path === '' ? name : `${path}.${name}`, depth + 1);
      if (depth === 0 && typeof key === 'string' && tensors.size === before) companions[name] = describeCompanion(item);
    }
  };
  walk(root, '', 0);
  return { tensors, companions };
}

/** What stands beside the weights of a checkpoint, by name, in a few words: `{ epoch: '800', args: 'argparse.Namespace' }`. Made without a prototype. */
export type Companions = Record<string, string>;

/** What a weight file holds. */
export interface Checkpoint {
  /** The arrays by their path in the file. */
  arrays: NamedArrays;
  /** What else the file holds; empty for most. Nothing of it was run. */
  companions: Companions;
}

/**
 * The tensors of a PyTorch checkpoint, a file of `torch.save`: both the zip format (PyTorch 1.6 and later) and the one before it.
 *
 * Names are paths through the dicts and lists of the file, joined by dots (`state_dict.module.conv1.weight`); prefixes such as
 * `module.` stay. A file that holds one tensor alone gives it as `tensor`. Values that are no tensors (epoch numbers, options) are left out.
 * A module that was saved whole gives what its `state_dict()` would.
 *
 * Nothing in the file is run. Objects of other classes (`argparse.Namespace`, NumPy arrays, paths, dates, classes of its author's) are data that are read over;
 * a call of a function that does not merely write such a value down, or a name of a module that acts on the machine, such as `posix.system`, is an error that tells the name.
 *
 * Tensors that share a storage in the file share memory here too, as in PyTorch; a tensor that is a strided view comes out in
 * row-major order as a copy. Storages must be little-endian, of the types `float64`, `float32`, `float16`, `bfloat16`, `int64`,
 * `int32`, `int16`, `int8`, `uint8`, `bool`. Memory grows with the bytes given, whatever lengths they claim;
 * the pickle may hold `limits.pickleValues` values.
 *
 * @throws Error where the bytes are not such a file, or hold no tensor, with what is wrong.
 *
 * @example
 * ```ts no-run
 * import { readFile } from 'node:fs/promises';
 * import { parsePytorchCheckpoint } from '@mer/io';
 *
 * const arrays = parsePytorchCheckpoint(await readFile('checkpoint.pth'), { entry: 'state_dict' });
 * console.log(Object.keys(arrays));
 * ```
 *
 * Reference: PyTorch, torch/serialization.py (1.13 and 2.x) for both formats; CPython, Lib/pickle.py for the opcodes. Which names are
 * known, and the limits, are this project's choice.
 */
export function parsePytorchCheckpoint(bytes: Uint8Array, options: PytorchCheckpointOptions = {}): NamedArrays {
  return openPytorchCheckpoint(bytes, options).arrays;
}

/** {@link parsePytorchCheckpoint}, and what else the file holds. */
export function openPytorchCheckpoint(bytes: Uint8Array, { entry, limits }: PytorchCheckpointOptions = {}): Checkpoint {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (!isZip && bytes[0] !== 0x80) {
    const begin = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new Error(
      `${cannot} as the file must be a zip file or begin with a pickle: ${begin ? `it begins with ${begin}` : 'it is empty'}`,
    );
  }
  const value = isZip ? readZip(bytes, limits) : readLegacy(bytes, limits);
  const { tensors, companions } = collectTensors(value, bytes.length);
  if (tensors.size === 0) {
    throw new Error(`${cannot} as it must hold a tensor: it holds none, but ${contents(value, companions)}`);
  }
  let chosen = [...tensors];
  if (entry !== undefined) {
    chosen = chosen.flatMap(([name, tensor]) =>
      name.startsWith(`${entry}.`) ? [[name.slice(entry.length + 1), tensor]] : [],
    );
    if (chosen.length === 0) {
      const names = [...new Set([...tensors.keys()].map((name) => name.split('.', 1)[0]!))];
      const shown = [...names.slice(0, 20), ...(names.length > 20 ? ['…'] : [])].join(', ');
      throw new RangeError(
        `${cannot} as entry must be one of its dicts with tensors (${shown}): current value is ${entry}`,
      );
    }
  }
  let allowance = 2 * bytes.length;
  const done = new Map<Tensor, ArrayData['data']>();
  const arrays = chosen.map(([name, tensor]): [string, ArrayData] => {
    const { dtype, shape, offset, size } = tensor;
    let data = done.get(tensor);
    if (!data) {
      const elements = tensor.storage.elements(dtype, `${cannot} ${shown(name)}`);
      if (size === 0) data = elements.subarray(0, 0);
      else if (isContiguous(tensor)) data = elements.subarray(offset, offset + size);
      else {
        if ((allowance -= size * elements.BYTES_PER_ELEMENT) < 0) {
          throw new Error(
            `${cannot} as its views must not be larger than the file: ${shown(name)} has the shape [${shape.join(', ')}]`,
          );
        }
        data = gather(elements, tensor, size);
      }
      done.set(tensor, data);
    }
    return [name, { dtype, shape, data }];
  });
  return { arrays: namedArrays(arrays), companions };
}

/** What a file holds instead of tensors. */
function contents(value: unknown, companions: Companions): string {
  const names = Object.entries(companions).map(([name, what]) => `${shown(name)} (${what})`);
  if (names.length === 0) return describeCompanion(value);
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
}
