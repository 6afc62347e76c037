/** Bytes from numbers, texts (ASCII) and byte arrays: to write pickles by hand. */
export function bytesOf(...parts: (number | string | Uint8Array)[]): Uint8Array {
  const list: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') list.push(part);
    else for (const byte of typeof part === 'string' ? new TextEncoder().encode(part) : part) list.push(byte);
  }
  return Uint8Array.from(list);
}

/** A 32-bit little-endian number. */
const int32 = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);

/** A 64-bit little-endian number. */
const int64 = (value: bigint): Uint8Array => new Uint8Array(BigInt64Array.of(value).buffer);

/** Opcodes that push an integer of up to 8 bytes. */
export const pushInteger = (value: number): Uint8Array => bytesOf(0x8a, 8, int64(BigInt(value)));

/** Opcodes that push a text. */
export const pushText = (text: string): Uint8Array => bytesOf('X', int32(new TextEncoder().encode(text).length), text);

/** Opcodes that push a global. */
export const pushGlobal = (module: string, name: string): Uint8Array => bytesOf(`c${module}\n${name}\n`);

/** The three pickles that begin a checkpoint of the older format. */
export const legacyStart = bytesOf(
  ...[0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'],
  ...[0x80, 2, 'M', 0xe9, 3, '.'],
  ...[0x80, 2, '}.'],
);

/** Opcodes that push a float32 storage. */
export const pushStorage = (key: string, length: number, type = 'FloatStorage'): Uint8Array =>
  bytesOf(
    '(',
    pushText('storage'),
    pushGlobal('torch', type),
    pushText(key),
    pushText('cpu'),
    pushInteger(length),
    'tQ',
  );

/** Opcodes that push a tensor, given those of its storage. */
export function pushTensor(storage: Uint8Array, shape: number[], strides: number[], offset = 0): Uint8Array {
  const tuple = (values: number[]): Uint8Array => bytesOf('(', ...values.map(pushInteger), 't');
  return bytesOf(
    pushGlobal('torch._utils', '_rebuild_tensor_v2'),
    '(',
    storage,
    pushInteger(offset),
    tuple(shape),
    tuple(strides),
    0x89,
    pushGlobal('collections', 'OrderedDict'),
    ')RtR',
  );
}

/** A checkpoint of the older format: the opcodes of its object, then its storages. */
export function legacyFile(object: Uint8Array, storages: Record<string, Float32Array | Uint8Array>): Uint8Array {
  const keys = Object.keys(storages);
  return bytesOf(
    legacyStart,
    object,
    '.',
    bytesOf(']', '(', ...keys.map(pushText), 'e.'),
    ...keys.flatMap((key) => [int64(BigInt(storages[key]!.length)), new Uint8Array(storages[key]!.buffer)]),
  );
}
