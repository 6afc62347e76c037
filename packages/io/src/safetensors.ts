import { type ArrayData, type DType, dtypes, type NamedArrays, namedArrays, sizeOfShape } from './array-data.js';
import { decodeElements, encodeElements } from './elements.js';
import { checkLimit, type LimitOptions } from './file-limits.js';
import { shown } from './shown.js';

const typeNames = Object.freeze({
  BOOL: 'bool',
  U8: 'uint8',
  I8: 'int8',
  I16: 'int16',
  U16: 'uint16',
  F16: 'float16',
  BF16: 'bfloat16',
  I32: 'int32',
  U32: 'uint32',
  F32: 'float32',
  F64: 'float64',
  I64: 'int64',
  U64: 'uint64',
}) satisfies Readonly<Record<string, DType>>;

/** What a safetensors file holds. */
export interface Safetensors {
  /** The arrays, in the order in which their values lie in the file. */
  arrays: NamedArrays;
  /** The text entries of `__metadata__`, made without a prototype; empty where the file has none. */
  metadata: Record<string, string>;
}

const cannot = 'Cannot read safetensors';

interface Entry {
  name: string;
  dtype: DType;
  shape: number[];
  begin: number;
  end: number;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseEntry(name: string, value: unknown): Entry {
  const quoted = JSON.stringify(name);
  if (!isRecord(value))
    throw new Error(`${cannot} as the entry ${quoted} must be an object with dtype, shape and data_offsets`);
  const { dtype: typeName, shape, data_offsets: offsets } = value;
  if (typeof typeName !== 'string' || !Object.hasOwn(typeNames, typeName)) {
    throw new Error(
      `${cannot} as the dtype of ${quoted} must be one of ${Object.keys(typeNames).join(', ')}: current value is ${shown(typeName)}`,
    );
  }
  const dtype = typeNames[typeName as keyof typeof typeNames];
  const size = Array.isArray(shape) ? sizeOfShape(shape) : undefined;
  if (size === undefined) {
    throw new Error(
      `${cannot} as the shape of ${quoted} must be a list of natural numbers: current value is ${shown(shape)}`,
    );
  }
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  if (sizeOfShape([begin, end]) === undefined) {
    throw new Error(
      `${cannot} as data_offsets of ${quoted} must be two natural numbers: current value is ${shown(offsets)}`,
    );
  }
  const bytes = size * dtypes[dtype].bytes;
  if ((end as number) - (begin as number) !== bytes) {
    throw new Error(
      `${cannot} as data_offsets of ${quoted} must span the ${bytes} bytes of its shape and dtype: current value is [${begin}, ${end}]`,
    );
  }
  return { name, dtype, shape: [...(shape as number[])], begin: begin as number, end: end as number };
}

/**
 * The arrays and the metadata of a safetensors file.
 *
 * The header is 8 bytes with its length, then JSON; the values follow and must fill the rest of the file without gap or overlap,
 * as the format's reference implementation demands. Nothing is allocated before a length is known to lie within the file, and the header within
 * `limits.textBytes`.
 *
 * @throws Error where the bytes are not such a file, with what is wrong.
 *
 * @example
 * ```ts
 * import { encodeSafetensors, parseSafetensors } from '@mer/io';
 *
 * const bytes = encodeSafetensors({ bias: { dtype: 'float32', shape: [2], data: Float32Array.of(0.5, -1) } }, { epoch: '7' });
 * const { arrays, metadata } = parseSafetensors(bytes);
 * console.log(arrays.bias); // { dtype: 'float32', shape: [ 2 ], data: Float32Array(2) [ 0.5, -1 ] }
 * console.log(metadata.epoch); // '7'
 * ```
 *
 * Reference: Hugging Face, safetensors, file format description (https://huggingface.co/docs/safetensors). The 64-bit integers
 * as JavaScript numbers are this project's choice.
 */
export function parseSafetensors(bytes: Uint8Array, { limits }: LimitOptions = {}): Safetensors {
  if (bytes.length < 8)
    throw new Error(`${cannot} as the file must begin with 8 bytes: current length is ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (headerLength > bytes.length - 8) {
    throw new Error(
      `${cannot} as its header must lie within the file: the header claims ${headerLength} bytes, after its length the file has ${bytes.length - 8}`,
    );
  }
  checkLimit(cannot, 'the bytes of its header', 'textBytes', headerLength, limits);
  if (bytes[8] !== 0x7b) throw new Error(`${cannot} as its header must begin with "{"`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headerLength)));
  } catch (cause) {
    throw new Error(`${cannot} as its header must be JSON in UTF-8`, { cause });
  }
  if (!isRecord(header)) throw new Error(`${cannot} as its header must be a JSON object`);
  const metadata: Record<string, string> = Object.create(null);
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__') {
      entries.push(parseEntry(name, value));
      continue;
    }
    if (!isRecord(value) || !Object.values(value).every((text) => typeof text === 'string')) {
      throw new Error(`${cannot} as __metadata__ must map texts to texts`);
    }
    for (const [key, text] of Object.entries(value)) metadata[key] = text as string;
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const values = bytes.subarray(8 + headerLength);
  let end = 0;
  for (const entry of entries) {
    if (entry.begin !== end) {
      throw new Error(
        `${cannot} as arrays must follow each other without gap or overlap: ${JSON.stringify(entry.name)} begins at ${entry.begin}, the one before it ends at ${end}`,
      );
    }
    end = entry.end;
    if (end > values.length) {
      throw new Error(
        `${cannot} as ${JSON.stringify(entry.name)} must lie within the file: it ends at byte ${end} of the values, the file has ${values.length}`,
      );
    }
  }
  if (end !== values.length) {
    throw new Error(`${cannot} as the arrays must fill the file: ${values.length - end} bytes belong to no array`);
  }
  const arrays = namedArrays(
    entries.map(({ name, dtype, shape, begin, end }) => {
      const what = `${cannot} ${JSON.stringify(name)}`;
      return [name, { dtype, shape, data: decodeElements(values.subarray(begin, end), dtype, { what }) }] as const;
    }),
  );
  return { arrays, metadata };
}

/**
 * Arrays and text metadata as the bytes of a safetensors file.
 *
 * Arrays lie by falling element width, then by name, and the header is padded to a multiple of 8 bytes, so that every array is
 * aligned and equal content gives equal bytes.
 *
 * @throws TypeError or RangeError where an array's data do not fit its dtype or shape, or a metadata value is not text.
 *
 * @example
 * ```ts
 * import { encodeSafetensors } from '@mer/io';
 *
 * const bytes = encodeSafetensors({ scale: { dtype: 'float16', shape: [], data: Float32Array.of(2) } });
 * console.log(bytes.length); // 74
 * ```
 *
 * Reference: Hugging Face, safetensors, file format description (https://huggingface.co/docs/safetensors).
 */
export function encodeSafetensors(
  arrays: Readonly<Record<string, ArrayData>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const order = Object.keys(typeNames) as (keyof typeof typeNames)[];
  const rank = (dtype: DType): number => order.findIndex((name) => typeNames[name] === dtype);
  const names = Object.keys(arrays).sort((a, b) => {
    return rank(arrays[b]!.dtype) - rank(arrays[a]!.dtype) || (a < b ? -1 : 1);
  });
  const header: Record<string, unknown> = Object.create(null);
  const keys = Object.keys(metadata);
  for (const key of keys) {
    if (typeof metadata[key] !== 'string') {
      throw new TypeError(
        `Cannot write safetensors as metadata must be text: current value of ${JSON.stringify(key)} is ${String(metadata[key])}`,
      );
    }
  }
  if (keys.length > 0) header['__metadata__'] = metadata;
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const name of names) {
    if (name === '__metadata__') {
      throw new RangeError(
        'Cannot write safetensors as the name __metadata__ is reserved by the format: rename the array',
      );
    }
    const array = arrays[name]!;
    const part = encodeElements(array, `Cannot write safetensors ${JSON.stringify(name)}`);
    header[name] = { dtype: order[rank(array.dtype)], shape: array.shape, data_offsets: [end, (end += part.length)] };
    parts.push(part);
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(json, 8);
  let position = 8 + headerLength;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}
