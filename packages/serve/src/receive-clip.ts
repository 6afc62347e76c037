import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import { clipFields } from './clip-fields.js';
import type { Job } from './job.js';
import type { ServiceLimits } from './limits.js';
import { ServiceError } from './service-error.js';

/** Kinds of a body that is one file; what it is in truth is seen by its first bytes. */
export const BODY_TYPES = [
  'video/*',
  'image/png',
  'image/jpeg',
  'image/bmp',
  'application/zip',
  'application/x-npy',
  'application/octet-stream',
] as const;

/** Ms that the parts of a form may take when all of it is there. */
const SETTLE_MS = 3000;
/** Bytes of a text field, and fields, of a form. */
const FIELD_BYTES = 100;
const MOST_FIELDS = 10;

/**
 * Writes the files of a request to its folder as they arrive, under names of our own.
 *
 * @throws ServiceError 400 for a form that is damaged or has wrong fields, 413 beyond a limit, 415 for another kind of body; the signal's reason where it ends
 */
export async function receiveClip(
  request: FastifyRequest,
  folder: string,
  { limits, signal }: { limits: ServiceLimits; signal: AbortSignal },
): Promise<Job> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw unsupported('its Content-Encoding must be identity: send the files as they are');
  }
  const length = Number(request.headers['content-length']);
  if (length > limits.bytes) throw tooLarge(limits);
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (request.isMultipart()) return wholeForm(request, folder, { limits, signal });
  const known = BODY_TYPES.some((one) => (one === 'video/*' ? /^video\/[\w.+-]+$/.test(type) : one === type));
  if (!known) {
    throw unsupported(`its Content-Type must be multipart/form-data, or of one file: ${BODY_TYPES.join(', ')}`);
  }
  const fields = clipFields(new URL(request.url, 'http://localhost').searchParams);
  const file = join(folder, '0');
  await pipeline(request.raw, counting(limits), createWriteStream(file, { flags: 'wx', mode: 0o600 }), { signal });
  return { files: [file], fields };
}

/**
 * Reads a form, whatever its parser does: of some damaged forms it gives neither the next part nor an error, which is seen when the body has ended.
 */
async function wholeForm(
  request: FastifyRequest,
  folder: string,
  { limits, signal }: { limits: ServiceLimits; signal: AbortSignal },
): Promise<Job> {
  const stuck = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onEnd = () => {
    timer = setTimeout(() => stuck.abort(damaged()), SETTLE_MS);
  };
  request.raw.once('end', onEnd);
  const either = AbortSignal.any([signal, stuck.signal]);
  let onAbort = () => {};
  const ended = new Promise<never>((_, reject) => {
    onAbort = () => reject(either.reason);
  });
  ended.catch(() => {});
  either.addEventListener('abort', onAbort);
  try {
    return await Promise.race([receiveForm(request, folder, { limits, signal: either }), ended]);
  } finally {
    clearTimeout(timer);
    request.raw.off('end', onEnd);
    // Node keeps a signal made of others for as long as somebody listens
    either.removeEventListener('abort', onAbort);
  }
}

async function receiveForm(
  request: FastifyRequest,
  folder: string,
  { limits, signal }: { limits: ServiceLimits; signal: AbortSignal },
): Promise<Job> {
  const files: string[] = [];
  const fields: [string, string][] = [...new URL(request.url, 'http://localhost').searchParams];
  let bytes = 0;
  const onCount = (length: number) => {
    bytes += length;
    if (bytes > limits.bytes) throw tooLarge(limits);
  };
  try {
    const parts = request.parts({
      limits: {
        fields: MOST_FIELDS,
        files: limits.frames,
        parts: limits.frames + MOST_FIELDS,
        fieldNameSize: FIELD_BYTES,
        fieldSize: FIELD_BYTES,
        fileSize: limits.bytes,
        headerPairs: 20,
        headerSize: 4096,
      },
    });
    for await (const part of parts) {
      signal.throwIfAborted();
      if (part.type === 'file') {
        const file = join(folder, String(files.length));
        files.push(file);
        const written = createWriteStream(file, { flags: 'wx', mode: 0o600 });
        await pipeline(part.file, counting(limits, onCount), written, { signal });
        continue;
      }
      if (part.fieldnameTruncated || part.valueTruncated || typeof part.value !== 'string') {
        throw new ServiceError(
          400,
          'wrong-field',
          `Cannot predict as a field must be a text of at most ${FIELD_BYTES} bytes`,
        );
      }
      fields.push([part.fieldname, part.value]);
    }
  } catch (error) {
    throw formError(error, limits, signal);
  }
  const given = clipFields(fields);
  if (files.length === 0) {
    throw new ServiceError(
      400,
      'no-clip',
      'Cannot predict as the form must hold a file: a video, frames in order, a zip of frames, or an npy file',
    );
  }
  return { files, fields: given };
}

/** Passes bytes on, and ends them where there are more than may be. */
function counting(limits: ServiceLimits, onCount?: (length: number) => void): Transform {
  let bytes = 0;
  const count =
    onCount ??
    ((length: number) => {
      bytes += length;
      if (bytes > limits.bytes) throw tooLarge(limits);
    });
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        count(chunk.length);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

/** What busboy and its plugin complain of, in our words. */
function formError(error: unknown, limits: ServiceLimits, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ServiceError) return error;
  const { code } = error as { code?: string };
  if (code === 'FST_REQ_FILE_TOO_LARGE') return tooLarge(limits);
  if (code === 'FST_FILES_LIMIT' || code === 'FST_PARTS_LIMIT') {
    return new ServiceError(413, 'too-many-frames', `Cannot predict as there must be at most ${limits.frames} files`);
  }
  if (code === 'FST_FIELDS_LIMIT') {
    return new ServiceError(400, 'wrong-field', `Cannot predict as there must be at most ${MOST_FIELDS} fields`);
  }
  return damaged(error);
}

const damaged = (cause?: unknown) =>
  new ServiceError(400, 'damaged-form', 'Cannot predict as the form must be intact multipart/form-data', { cause });
const tooLarge = ({ bytes }: ServiceLimits) =>
  new ServiceError(413, 'too-large', `Cannot predict as a request must have at most ${bytes} bytes`);
const unsupported = (reason: string) => new ServiceError(415, 'unsupported-type', `Cannot predict as ${reason}`);
