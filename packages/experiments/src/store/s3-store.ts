import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { systemErrorText } from '@mer/io';
import { ExperimentError } from '../schema/experiment-error.js';
import { fileChunks, readStretch } from './file-chunks.js';
import { receiveFile } from './receive-file.js';
import { PATIENCE, type S3Patience, s3Client } from './s3-client.js';
import { tagOf, tagsOf } from './s3-xml.js';
import type { Store, StoreOptions } from './store-interface.js';
import { isKey, keySegments, prefixSegments } from './store-key.js';
import type { BucketPlace } from './store-place.js';
import {
  checkDigest,
  damaged,
  decodeHead,
  encodeHead,
  HEAD_BYTES,
  type ObjectHead,
  sealed,
  sha256Of,
  unsealed,
} from './stored-object.js';

/** Bytes of an object that one request reads or writes; a larger one is in pieces. */
const PIECE = 16 << 20;

/** Names that no key has, since none begins with a dot: what tells whether the server keeps to conditions, and the pieces of large objects. */
const MARK = '.mer-store';
const PIECES = '.pieces';

/** How a bucket is used; tests are less patient. */
export interface S3StoreOptions {
  patience?: S3Patience;
  piece?: number;
}

/** What is to be put: its hash is known before it is sent. */
interface Content extends ObjectHead {
  read(from: number, to: number): Promise<Uint8Array>;
}

/**
 * Opens a store in a bucket of S3 or of a server that answers as S3 does.
 *
 * An object is put under the condition that there is none (`If-None-Match: *`), which the server alone can keep; whether it does is tried before the first is written. A large one is put in pieces of
 * 16 MiB, objects of their own under names made of key and content, and then as a line that tells of them, under the same condition: servers do not agree on conditions for uploads in
 * parts, and an upload that was broken off goes on where it was.
 */
export async function openS3Store(
  url: string,
  place: BucketPlace,
  { patience = PATIENCE, piece = PIECE }: S3StoreOptions = {},
): Promise<Store> {
  const send = await s3Client(place, url, patience);
  const keyOf = (key: string) => `${place.prefix}${keySegments(key).join('/')}`;
  const nameOf = (key: string) => `s3://${place.bucket}/${key}`;
  // a wrong address, wrong keys and a bucket that is not there are told at once
  const soon = await s3Client(place, url, { ...patience, tries: Math.min(4, patience.tries) });
  await soon({ method: 'GET', key: '', query: { 'list-type': '2', 'max-keys': '1', prefix: place.prefix } });

  let conditions: Promise<void> | undefined;
  /** Throws where the server does not keep to conditions: each of several writers would be told that it was first. */
  async function tryConditions(): Promise<void> {
    const mark = `${place.prefix}${MARK}`;
    const body = sealed(new TextEncoder().encode('A store of mer.\n'));
    if ((await putOne(mark, body, {})) === 'there' || (await putOne(mark, body, {})) === 'there') return;
    throw new ExperimentError(
      `Cannot use the store ${url} as its server must keep to If-None-Match, by which the first of several writers is told: it overwrites instead. Use another server, or a folder`,
    );
  }
  function conditionsHold(): Promise<void> {
    conditions ??= tryConditions().catch((error) => {
      conditions = undefined;
      throw error;
    });
    return conditions;
  }

  /** Puts an object by one request, unless there is one. */
  async function putOne(key: string, body: Uint8Array, { signal }: StoreOptions): Promise<'written' | 'there'> {
    const headers = { 'if-none-match': '*' };
    const { status, doubtful } = await send({ method: 'PUT', key, headers, body, expected: [412], signal });
    if (status !== 412) return 'written';
    // what an earlier try has written, whose answer was lost
    return doubtful && (await isOurs(key, body, { signal })) ? 'written' : 'there';
  }

  async function isOurs(key: string, body: Uint8Array, options: StoreOptions): Promise<boolean> {
    const found = await getOne(key, HEAD_BYTES, options);
    return found !== undefined && Buffer.compare(found, body.subarray(0, HEAD_BYTES)) === 0;
  }

  /** An object by one request; of one that is larger than all we write the beginning. */
  async function getOne(key: string, most: number, { signal }: StoreOptions): Promise<Uint8Array | undefined> {
    const headers = { range: `bytes=0-${most - 1}` };
    const { status, body } = await send({ method: 'GET', key, headers, expected: [404, 416], answer: most, signal });
    if (status === 416) return new Uint8Array();
    if (status !== 404) return body;
    if (tagOf(new TextDecoder().decode(body.subarray(0, 4096)), 'Code') !== 'NoSuchBucket') return undefined;
    throw new ExperimentError(`Cannot use the store ${url} as there is no bucket ${place.bucket} any more`);
  }

  const pieceKey = (key: string, { sha256 }: ObjectHead, i: number) =>
    `${place.prefix}${PIECES}/${sha256Of(new TextEncoder().encode(`${key}\n${sha256}`))}/${i}`;
  const whole = piece + HEAD_BYTES;

  async function* piecesOf(key: string, head: ObjectHead, options: StoreOptions): AsyncGenerator<Uint8Array> {
    for (let i = 0, at = 0; at < head.bytes; i++, at += head.piece!) {
      const name = pieceKey(key, head, i);
      const object = await getOne(name, head.piece! + HEAD_BYTES, options);
      if (!object) throw damaged(nameOf(key), `its piece ${nameOf(name)} is not there`);
      yield unsealed(object, nameOf(name));
    }
  }

  async function putFirst(key: string, content: Content, options: StoreOptions): Promise<'written' | 'there'> {
    await conditionsHold();
    const { sha256, bytes } = content;
    if (bytes <= piece) {
      return putOne(key, Buffer.concat([encodeHead({ sha256, bytes }), await content.read(0, bytes)]), options);
    }
    if (await has(key, options)) return 'there';
    const digest = createHash('sha256');
    for (let i = 0, at = 0; at < bytes; i++, at += piece) {
      const part = await content.read(at, Math.min(bytes, at + piece));
      digest.update(part);
      await putOne(pieceKey(key, content, i), sealed(part), options);
    }
    if (digest.digest('hex') !== sha256) {
      throw new Error(`Cannot write ${nameOf(key)} as what it is made of was changed meanwhile: try again`);
    }
    return putOne(key, encodeHead({ sha256, bytes, piece }), options);
  }

  async function has(key: string, { signal }: StoreOptions): Promise<boolean> {
    return (await send({ method: 'HEAD', key, expected: [404], signal })).status !== 404;
  }

  const remove = (key: string, { signal }: StoreOptions) => send({ method: 'DELETE', key, expected: [404], signal });

  return {
    url,
    async get(given, options = {}) {
      const key = keyOf(given);
      const object = await getOne(key, whole, options);
      if (!object) return undefined;
      const head = decodeHead(object.subarray(0, HEAD_BYTES), nameOf(key));
      if (head.piece === undefined) return unsealed(object, nameOf(key));
      const pieces: Uint8Array[] = [];
      for await (const part of piecesOf(key, head, options)) pieces.push(part);
      const content = Buffer.concat(pieces);
      checkDigest(head, sha256Of(content), nameOf(key));
      return content;
    },
    async put(given, bytes, options = {}) {
      const read = async (from: number, to: number) => bytes.subarray(from, to);
      return putFirst(keyOf(given), { sha256: sha256Of(bytes), bytes: bytes.length, read }, options);
    },
    async getFile(given, path, options = {}) {
      const key = keyOf(given);
      const object = await getOne(key, whole, options);
      if (!object) return false;
      const head = decodeHead(object.subarray(0, HEAD_BYTES), nameOf(key));
      await receiveFile(
        (async function* () {
          yield object;
          if (head.piece !== undefined) yield* piecesOf(key, head, options);
        })(),
        path,
        nameOf(key),
      );
      return true;
    },
    async putFile(given, path, options = {}) {
      const key = keyOf(given);
      const file = await open(path).catch((cause) => {
        throw new ExperimentError(`Cannot read ${path} as ${systemErrorText(cause)}`, { cause });
      });
      try {
        return await putFirst(key, await contentOf(file, path, options), options);
      } finally {
        await file.close();
      }
    },
    has: async (given, options = {}) => has(keyOf(given), options),
    async *list(prefix, { signal } = {}) {
      prefixSegments(prefix);
      for (let token: string | undefined; ; ) {
        const query = {
          'list-type': '2',
          prefix: `${place.prefix}${prefix}`,
          ...(token !== undefined && { 'continuation-token': token }),
        };
        const { body } = await send({ method: 'GET', key: '', query, answer: 4 << 20, signal });
        const xml = new TextDecoder().decode(body);
        for (const found of tagsOf(xml, 'Key')) {
          const key = found.slice(place.prefix.length);
          // a bucket may hold other things
          if (found.startsWith(place.prefix) && isKey(key)) yield key;
        }
        token = tagOf(xml, 'IsTruncated') === 'true' ? tagOf(xml, 'NextContinuationToken') : undefined;
        if (token === undefined) return;
      }
    },
    async remove(given, options = {}) {
      const key = keyOf(given);
      const object = await getOne(key, HEAD_BYTES, options);
      await remove(key, options);
      const head = object && headOf(object, nameOf(key));
      if (head?.piece === undefined) return;
      for (let i = 0, at = 0; at < head.bytes; i++, at += head.piece) await remove(pieceKey(key, head, i), options);
    },
  };
}

/** What an object says of its content, where it says so. */
function headOf(object: Uint8Array, place: string): ObjectHead | undefined {
  try {
    return decodeHead(object, place);
  } catch {
    return undefined;
  }
}

/** A file as content; it is read through to learn its hash. */
async function contentOf(file: FileHandle, path: string, { signal }: StoreOptions): Promise<Content> {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const chunk of fileChunks(file, signal)) {
    digest.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: digest.digest('hex'), bytes, read: (from, to) => readStretch(file, from, to, path) };
}
