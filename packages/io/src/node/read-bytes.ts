import { readFile, stat } from 'node:fs/promises';
import { checkLimit, type FileLimits } from '../file-limits.js';

/** What the system says of a file that cannot be read, in words. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'as it must exist: it does not',
  ENOTDIR: 'as it must exist: a part of its path is a file',
  EISDIR: 'as it must be a file: it is a folder',
  EACCES: 'as reading it must be allowed: it is not',
  EPERM: 'as reading it must be allowed: it is not',
  ENAMETOOLONG: 'as the system must know its name: it is too long',
  ELOOP: 'as its links must lead to a file: they lead in a circle',
};

function reasonOf(cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return reasons[code] ? ` ${reasons[code]}` : `: ${message}`;
}

/** The bytes of a file, as a plain `Uint8Array`. */
export async function readBytes(path: string, limits?: Partial<FileLimits>): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    checkLimit(`Cannot read ${path}`, 'its bytes', 'fileBytes', size, limits);
    const buffer = await readFile(path);
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (cause) {
    if (cause instanceof RangeError && !('code' in cause)) throw cause;
    throw new Error(`Cannot read ${path}${reasonOf(cause)}`, { cause });
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
