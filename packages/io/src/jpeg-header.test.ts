import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { jpegHeader } from './jpeg-header.js';

const picture = (channels: 1 | 3) =>
  sharp(new Uint8Array(7 * 5 * channels).fill(90), { raw: { width: 7, height: 5, channels } });

describe('jpegHeader()', () => {
  it('agrees with what was encoded: gray, color, CMYK, progressive, with and without EXIF', async () => {
    const gray = await picture(1).toColorspace('b-w').jpeg().toBuffer();
    expect(jpegHeader(gray)).toEqual({ width: 7, height: 5, components: 1, hasExif: false });
    const color = await picture(3).jpeg({ progressive: true }).toBuffer();
    expect(jpegHeader(color)).toEqual({ width: 7, height: 5, components: 3, hasExif: false });
    const turned = await picture(3).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(jpegHeader(turned)).toEqual({ width: 7, height: 5, components: 3, hasExif: true });
    const cmyk = await picture(3).toColorspace('cmyk').jpeg().toBuffer();
    expect(jpegHeader(cmyk)?.components).toBe(4);
  });

  it('passes over fill bytes and gives nothing for bytes that are cut short or no JPEG', async () => {
    const bytes = new Uint8Array(await picture(3).jpeg().toBuffer());
    const filled = Uint8Array.of(...bytes.subarray(0, 2), 0xff, 0xff, ...bytes.subarray(2));
    expect(jpegHeader(filled)).toMatchObject({ width: 7, height: 5 });
    for (let length = 0; length < 100; length += 7) expect(jpegHeader(bytes.subarray(0, length))).toBeUndefined();
    expect(jpegHeader(new Uint8Array(64))).toBeUndefined();
  });
});
