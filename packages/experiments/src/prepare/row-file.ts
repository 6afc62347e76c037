import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { encodeNpy, makeFolder, systemErrorText } from '@mer/io';
import { sizeOf } from '@mer/training';
import { isAlive } from '../runners/process-state.js';

/** A finished file of samples: an `.npy` array `[samples, views, ...shape]` of float32, of which rows (one view of one sample) are read one by one. */
export interface RowFile {
  /** Where it lies. */
  path: string;
  /** Shape of one sample: `[views, ...shape of a row]`. */
  shape: readonly number[];
  /** Samples. */
  samples: number;
}

/** Samples that are being written, one after the other. */
export interface RowWriter {
  /** Samples that the file has already. */
  readonly done: number;
  /** Adds a sample; the first one tells the shape. */
  append(values: Float32Array, shape: readonly number[]): Promise<void>;
  /** Gives the file its name once it has all samples. */
  finish(): Promise<RowFile>;
  /** Leaves the samples there are for another time. */
  close(): Promise<void>;
}

const NAME = /\((\d+), ?([\d, ]*)\)/;

/** Looks for a finished file; one that is cut short does not count. */
export async function findRowFile(dir: string, key: string, samples: number): Promise<RowFile | undefined> {
  const path = join(dir, `${key}.npy`);
  const head = await readHead(path);
  if (!head) return undefined;
  const { size } = await stat(path);
  if (head.samples !== samples || size !== head.bytes + samples * sizeOf(head.shape) * 4) return undefined;
  return { path, shape: head.shape, samples };
}

/**
 * Begins a file of rows, or goes on with one that a process of this machine left behind when it ended. Two processes that make the same file work
 * apart; the last to finish gives it its name.
 */
export async function writeRowFile(dir: string, key: string, samples: number): Promise<RowWriter> {
  await makeFolder(dir);
  const partial = join(dir, `${key}.${partialOf(process.pid)}`);
  await adopt(dir, key, partial);
  const head = await readHead(partial);
  let shape = head?.shape;
  let begin = head?.bytes ?? 0;
  let done = 0;
  let file: FileHandle;
  if (shape) {
    const row = sizeOf(shape) * 4;
    done = Math.min(samples, Math.floor(((await stat(partial)).size - begin) / row));
    file = await open(partial, 'r+');
    await file.truncate(begin + done * row);
  } else {
    file = await open(partial, 'w+');
  }
  let at = shape ? begin + done * sizeOf(shape) * 4 : 0;
  const write = async (bytes: Uint8Array, position: number) => {
    try {
      for (let sent = 0; sent < bytes.length; ) {
        sent += (await file.write(bytes, sent, bytes.length - sent, position + sent)).bytesWritten;
      }
    } catch (cause) {
      throw new Error(`Cannot keep prepared images in ${dir} as ${systemErrorText(cause)}`, { cause });
    }
  };
  return {
    get done() {
      return done;
    },
    async append(values, rowShape) {
      if (!shape) {
        shape = [...rowShape];
        const bytes = header(samples, shape);
        await write(bytes, 0);
        at = begin = bytes.length;
      }
      if (shape.join() !== rowShape.join()) {
        throw new RangeError(
          `its images must all have one shape: this one is [${rowShape.slice(1)}], the others are [${shape.slice(1)}]; set size of the input`,
        );
      }
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      await write(bytes, at);
      at += bytes.length;
      done += 1;
    },
    async finish() {
      if (done !== samples || !shape) {
        throw new Error(`Cannot finish ${partial} as it must have ${samples} samples: it has ${done}`);
      }
      await file.sync();
      await file.close();
      const path = join(dir, `${key}.npy`);
      await rename(partial, path);
      return { path, shape, samples };
    },
    async close() {
      await file.close();
      if (done === 0) await rm(partial, { force: true });
    },
  };
}

/**
 * Opens a file of rows to read single ones; the operating system's cache of the file is all that is held in memory, and shared by the processes
 * that read it.
 */
export function openRowFile({ path, shape, samples }: RowFile): {
  read(row: number, into: Float32Array): void;
  close(): void;
} {
  const file = openSync(path, 'r');
  const begin = header(samples, shape).length;
  const length = sizeOf(shape.slice(1)) * 4;
  return {
    read(row, into) {
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
      for (let got = 0; got < length; ) {
        const read = readSync(file, bytes, got, length - got, begin + row * length + got);
        if (read === 0)
          throw new Error(`Cannot read row ${row} of ${path} as the file was cut short: delete it and run again`);
        got += read;
      }
    },
    close: () => closeSync(file),
  };
}

function partialOf(pid: number): string {
  return `${hostname().replace(/[^A-Za-z0-9-]/g, '_')}-${pid}.partial`;
}

/** Takes over what a process that is no more has begun. */
async function adopt(dir: string, key: string, own: string): Promise<void> {
  const prefix = `${key}.${hostname().replace(/[^A-Za-z0-9-]/g, '_')}-`;
  for (const name of await readdir(dir)) {
    if (!name.startsWith(prefix) || !name.endsWith('.partial')) continue;
    const pid = Number(name.slice(prefix.length, -'.partial'.length));
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    try {
      await rename(join(dir, name), own);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** Header of an npy file of so many samples; as long for one number as for another. */
function header(samples: number, shape: readonly number[]): Uint8Array {
  const bytes = encodeNpy({ dtype: 'float32', shape: [0, ...shape], data: new Float32Array(0) });
  const text = new TextDecoder('latin1').decode(bytes);
  const count = String(samples);
  const longer = text.replace('(0,', `(${count},`);
  const cut = count.length - 1;
  const fitted = `${longer.slice(0, longer.length - 1 - cut)}\n`;
  return Uint8Array.from(fitted, (character) => character.charCodeAt(0));
}

async function readHead(path: string): Promise<{ samples: number; shape: number[]; bytes: number } | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    if (bytesRead < 64 || buffer.toString('latin1', 1, 6) !== 'NUMPY') return undefined;
    const bytes = 10 + buffer.readUInt16LE(8);
    const found = NAME.exec(buffer.toString('latin1', 10, bytes));
    if (!found || bytes > bytesRead) return undefined;
    const shape = found[2]!.split(',').flatMap((side) => (side.trim() ? [Number(side)] : []));
    return { samples: Number(found[1]), shape, bytes };
  } finally {
    await file.close();
  }
}
