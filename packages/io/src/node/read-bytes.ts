import { readFile } from 'node:fs/promises';
import { systemErrorText } from './system-error-text.js';

/** The bytes of a file, as a plain `Uint8Array`. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const buffer = await readFile(path);
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (cause) {
    throw new Error(`Cannot read ${path} as ${systemErrorText(cause)}`, { cause });
  }
}

/** Reads a file and parses it; an error of the parser gets the file's name in front and keeps its class. */
export async function readParsed<T>(path: string, parse: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
  const bytes = await readBytes(path);
  try {
    return await parse(bytes);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const Class = cause instanceof RangeError ? RangeError : cause instanceof TypeError ? TypeError : Error;
    throw new Class(`${path}: ${cause.message}`, { cause });
  }
}
