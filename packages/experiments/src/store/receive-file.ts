import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolder, syncFolder, systemErrorText } from '@mer/io';
import { ExperimentError } from '../schema/experiment-error.js';
import { checkDigest, checkLength, decodeHead, HEAD_BYTES } from './stored-object.js';

/**
 * Writes the content of an object to a file as it comes: the file is there whole and checked, or not at all.
 *
 * @param object - its bytes, in pieces of any length, which may be used again once the next is asked for
 * @param path - the file; its folder is made
 * @param place - the object's name for messages
 * @throws {@link ExperimentError} where the object is damaged, or the file cannot be written
 */
export async function receiveFile(object: AsyncIterable<Uint8Array>, path: string, place: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 60)}.${randomBytes(6).toString('hex')}.tmp`);
  await makeFolder(dirname(path));
  const file = await open(temporary, 'wx').catch((cause) => {
    throw cannotWrite(path, cause);
  });
  try {
    const digest = createHash('sha256');
    const head = new Uint8Array(HEAD_BYTES);
    let got = 0;
    const write = async (bytes: Uint8Array) => {
      digest.update(bytes);
      for (let sent = 0; sent < bytes.length; ) {
        sent += (await file.write(bytes, sent, bytes.length - sent)).bytesWritten;
      }
    };
    for await (const chunk of object) {
      const ofHead = Math.max(0, Math.min(chunk.length, HEAD_BYTES - got));
      if (ofHead > 0) head.set(chunk.subarray(0, ofHead), got);
      got += chunk.length;
      if (ofHead < chunk.length) {
        await write(chunk.subarray(ofHead)).catch((cause) => {
          throw cannotWrite(path, cause);
        });
      }
    }
    const told = decodeHead(head.subarray(0, got), place);
    checkLength(told, got - HEAD_BYTES, place);
    checkDigest(told, digest.digest('hex'), place);
    try {
      await file.sync();
      await rename(temporary, path);
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}

function cannotWrite(path: string, cause: unknown): ExperimentError {
  return new ExperimentError(`Cannot write ${path} as ${systemErrorText(cause)}`, { cause });
}
