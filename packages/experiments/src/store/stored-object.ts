import { createHash } from 'node:crypto';
import { ExperimentError } from '../schema/experiment-error.js';

/** What an object says of its content, in a line of text before it. */
export interface ObjectHead {
  /** SHA-256 of the content. */
  sha256: string;
  /** Its length. */
  bytes: number;
  /** Where the content lies in objects of its own, the bytes of each but the last. */
  piece?: number;
}

/** Bytes of that line, its end included. */
export const HEAD_BYTES = 128;

const HEAD = /^mer-object 1 sha256=([0-9a-f]{64}) bytes=(\d{1,15})(?: piece=([1-9]\d{0,9}))? *\n$/;

/** Writes the line before the content. */
export function encodeHead({ sha256, bytes, piece }: ObjectHead): Uint8Array {
  const text = `mer-object 1 sha256=${sha256} bytes=${bytes}${piece === undefined ? '' : ` piece=${piece}`}`;
  return new TextEncoder().encode(`${text.padEnd(HEAD_BYTES - 1)}\n`);
}

/**
 * Reads the line before the content.
 *
 * @param head - the first {@link HEAD_BYTES} of the object, or all where it is shorter
 * @param place - the object's name for messages
 * @throws {@link ExperimentError} where it is none
 */
export function decodeHead(head: Uint8Array, place: string): ObjectHead {
  const found = HEAD.exec(new TextDecoder('latin1').decode(head));
  if (!found) throw damaged(place, 'it does not begin as what mer writes to a store does');
  return { sha256: found[1]!, bytes: Number(found[2]), ...(found[3] && { piece: Number(found[3]) }) };
}

/** The content with its line before it. */
export function sealed(content: Uint8Array): Uint8Array {
  const head = encodeHead({ sha256: sha256Of(content), bytes: content.length });
  const whole = new Uint8Array(HEAD_BYTES + content.length);
  whole.set(head);
  whole.set(content, HEAD_BYTES);
  return whole;
}

/**
 * The content of an object, which is what it says it is.
 *
 * @throws {@link ExperimentError} where it is damaged
 */
export function unsealed(object: Uint8Array, place: string): Uint8Array {
  const head = decodeHead(object.subarray(0, HEAD_BYTES), place);
  const content = object.subarray(HEAD_BYTES);
  checkLength(head, content.length, place);
  checkDigest(head, sha256Of(content), place);
  return content;
}

/** Throws where the content has not the length that it was written with. */
export function checkLength({ bytes }: ObjectHead, found: number, place: string): void {
  if (bytes !== found) throw damaged(place, `it was written with ${bytes} bytes and has ${found}`);
}

/** Throws where the content is not the one that was written. */
export function checkDigest({ sha256 }: ObjectHead, found: string, place: string): void {
  if (sha256 !== found) throw damaged(place, 'its bytes are not those that were written (SHA-256)');
}

/** SHA-256 of bytes, 64 hexadecimal digits. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** An error that names an object which is not what was written. */
export function damaged(place: string, what: string): ExperimentError {
  return new ExperimentError(
    `Cannot use ${place} as it is damaged: ${what}. Bring it back from a copy, or delete it: what it held is then made again`,
  );
}
