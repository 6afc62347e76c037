import { readFile, stat } from 'node:fs/promises';
import { checkLimit, type FileLimits } from '../file-limits.js';
import { systemErrorText } from './system-error-text.js';

/** The bytes of a file, as a plain `Uint8Array`. */
export async function readBytes(path: string, limits?: Partial<FileLimits>): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    checkLimit(`Cannot read ${path}`, 'its bytes', 'fileBytes', size, limits);
    const buffer = await readFile(path);
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (cause) {
    if (cause instanceof RangeError && !('code' in cause)) throw cause;
    throw new Error(`Cannot read ${path} as ${systemErrorText(cause)}`, { cause });
  }
}

/** Reads a file and parses it; an error of the parser gets the file's name in front and keeps its class. */
export async function readParsed<T>(
  path: string,
  parse: (bytes: Uint8Array) => T | Promise<T>,
  limits?: Partial<FileLimits>,
): Promise<T> {
  const bytes = await readBytes(path, limits);
  try {
    return await parse(bytes);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const Class = cause instanceof RangeError ? RangeError : cause instanceof TypeError ? TypeError : Error;
    throw new Class(`${path}: ${cause.message}`, { cause });
  }
}
