import type { FileHandle } from 'node:fs/promises';

/** Bytes of a file that are in memory at a time. */
const CHUNK = 1 << 20;

/** The bytes of a file from its beginning, in pieces whose memory is used again for the next. */
export async function* fileChunks(file: FileHandle, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(CHUNK);
  for (let at = 0; ; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, CHUNK, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** A stretch of a file, which it must have. */
export async function readStretch(file: FileHandle, from: number, to: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(to - from);
  for (let got = 0; got < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, got, bytes.length - got, from + got);
    if (bytesRead === 0) throw new Error(`Cannot read ${path} as it was cut short meanwhile`);
    got += bytesRead;
  }
  return bytes;
}
