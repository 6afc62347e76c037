import { encodeImage } from '@mer/io';
import { tensor3d } from '@tensorflow/tfjs-core';
import { limiter } from './frames/read-frames.js';

/** What is needed of Node to write a data set. */
export interface Disk {
  fs: typeof import('node:fs/promises');
  path: typeof import('node:path');
}

/** Node's modules; `task` begins the messages. */
export function diskFor(task: string): Disk {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  const path = globalThis.process?.getBuiltinModule?.('node:path');
  if (!fs || !path) throw new TypeError(`Cannot ${task} as it is written in Node only`);
  return { fs, path };
}

/** Throws unless a folder is new or empty. */
export async function checkEmpty({ fs }: Disk, root: string, task: string): Promise<void> {
  const there = await fs.readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new Error(`Cannot ${task} as '${root}' must be a folder: ${error.message}`, { cause: error });
  });
  if (there.length) {
    throw new Error(`Cannot ${task} as the folder must be new or empty: '${root}' holds ${there.length} entries`);
  }
}

/** Writes pictures `[height, width, 3]` of bytes as JPEG files. */
export interface PictureWriter {
  /** Waits where several are on their way already. */
  put(file: string, data: Uint8ClampedArray): Promise<void>;
  /** Waits for all. */
  done(): Promise<void>;
  /** Waits until nothing is on its way any more, whatever came of it. */
  rest(): Promise<void>;
}

/** A few pictures are encoded while the next ones are drawn; never more than that. */
export function pictureWriter(
  { fs }: Disk,
  { height, width, quality }: { height: number; width: number; quality: number },
): PictureWriter {
  const limited = limiter(4);
  const writing: Promise<void>[] = [];
  return {
    async put(file, data) {
      if (writing.length >= 8) await writing.shift();
      const task = limited(async () => {
        const picture = tensor3d(data as unknown as Uint8Array, [height, width, 3], 'int32');
        try {
          await fs.writeFile(file, await encodeImage(picture, 'jpeg', { range: 'byte', quality }));
        } finally {
          picture.dispose();
        }
      });
      // A failure surfaces where the promise is awaited.
      task.catch(() => {});
      writing.push(task);
    },
    done: async () => void (await Promise.all(writing.splice(0))),
    rest: async () => void (await Promise.allSettled(writing.splice(0))),
  };
}

/** Writes a file under another name first: one that is there is whole. */
export async function writeWhole({ fs, path }: Disk, file: string, content: Uint8Array | string): Promise<void> {
  const unfinished = path.join(path.dirname(file), `.${path.basename(file)}.part`);
  await fs.writeFile(unfinished, content);
  await fs.rename(unfinished, file);
}
