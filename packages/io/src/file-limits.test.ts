import { mkdtemp, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../test/pickle-writer.js';
import { encodeBmp } from './bmp.js';
import { crc32 } from './crc32.js';
import { encodePng } from './encode-png.js';
import { checkLimit } from './file-limits.js';
import { readNpy } from './node/array-files.js';
import { decodeImage } from './node/image-files.js';
import { encodeSafetensors, parseSafetensors } from './safetensors.js';
import { unpickle } from './unpickle.js';

const image = { width: 5, height: 4, channels: 1 as const, data: new Uint8Array(20) };

/** A PNG of 1-bit gray pixels, all of them there. */
function bigPng(side: number): Uint8Array {
  const number = (value: number) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
  const chunk = (type: string, content: Uint8Array) => {
    const body = Uint8Array.from([...new TextEncoder().encode(type), ...content]);
    return [...number(content.length), ...body, ...number(crc32(body))];
  };
  const rows = zlibSync(new Uint8Array(side * (Math.ceil(side / 8) + 1)));
  const header = Uint8Array.from([...number(side), ...number(side), 1, 0, 0, 0, 0]);
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk('IHDR', header),
    ...chunk('IDAT', rows),
    ...chunk('IEND', new Uint8Array(0)),
  ]);
}

describe('limits of what a file may ask for', () => {
  it('hold for pixels, also where the file really has them', async () => {
    await expect(decodeImage(bigPng(9000))).rejects.toThrow(
      'Cannot read PNG as the pixels of 9000 x 9000 must be at most 67108864: current value is 81000000',
    );
    for (const bytes of [encodePng(image), encodeBmp(image)]) {
      await expect(decodeImage(bytes, { limits: { pixels: 19 } })).rejects.toThrow('raise the limit: limits.pixels');
      await expect(decodeImage(bytes, { limits: { pixels: 20 } })).resolves.toMatchObject({ width: 5 });
    }
  });

  it('hold for files, headers and pickles', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'mer-io-')), 'a.npy');
    await writeFile(path, 'x');
    await truncate(path, 2 ** 33);
    await expect(readNpy(path)).rejects.toThrow(`Cannot read ${path} as its bytes must be at most 2147483647`);
    const weights = encodeSafetensors({}, { note: 'x'.repeat(100) });
    expect(() => parseSafetensors(weights, { limits: { textBytes: 99 } })).toThrow('limits.textBytes');
    expect(() => unpickle(bytesOf(...Array(11).fill('N'), '.'), 0, { mostValues: 10 })).toThrow('limits.pickleValues');
  });

  it('must be numbers', () => {
    expect(() => checkLimit('Cannot', 'it', 'pixels', 1, { pixels: 'many' as never })).toThrow(TypeError);
    expect(() => checkLimit('Cannot', 'it', 'pixels', 1, { pixels: Number.NaN })).toThrow(TypeError);
    checkLimit('Cannot', 'it', 'pixels', 1e300, { pixels: Number.POSITIVE_INFINITY });
  });
});
