import { checkPixels } from './check-pixels.js';
import type { FileLimits } from './file-limits.js';
import type { RawImage } from './raw-image.js';

const cannot = 'Cannot read BMP';

/** Where in a pixel's 16 or 32 bits a channel lies; levels are widened to 0 to 255. */
function channelOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const highest = mask >>> shift;
  if ((highest & (highest + 1)) !== 0)
    throw new Error(`${cannot} as its channel masks must be runs of ones: current value is 0x${mask.toString(16)}`);
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / highest);
}

/**
 * The pixels of a BMP file: palettes of 1, 4 and 8 bits, 16, 24 and 32 bits with or without channel masks, rows from below or above.
 *
 * A palette of grays alone gives 1 channel, an alpha mask 4, everything else 3. Without an alpha mask the fourth byte of 32 bits means
 * nothing, as the format says. Run lengths (RLE), embedded JPEG and PNG, and the 12-byte OS/2 header are errors.
 */
export function decodeBmp(bytes: Uint8Array, limits?: Partial<FileLimits>): RawImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const need = (at: number, length: number, what: string): number => {
    if (at + length > bytes.length) {
      throw new Error(
        `${cannot} as the file must not end within its ${what}: it needs ${at + length} bytes, the file has ${bytes.length}`,
      );
    }
    return at;
  };
  need(0, 54, 'header');
  const pixelsAt = view.getUint32(10, true);
  const headerLength = view.getUint32(14, true);
  if (headerLength < 40)
    throw new Error(`${cannot} as its header must have at least 40 bytes: current value is ${headerLength}`);
  need(14, headerLength, 'header');
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (width <= 0 || height === 0)
    throw new Error(`${cannot} as its size must be positive: current value is ${width} x ${signedHeight}`);
  const hasMasks = compression === 3 || compression === 6;
  if (![1, 4, 8, 16, 24, 32].includes(bits) || !(compression === 0 || (hasMasks && (bits === 16 || bits === 32)))) {
    throw new Error(
      `${cannot} as it must be uncompressed with 1, 4, 8, 16, 24 or 32 bits per pixel: it has ${bits} bits and compression ${compression}`,
    );
  }
  const stride = Math.ceil((width * bits) / 32) * 4;
  need(pixelsAt, stride * height, 'pixels');
  checkPixels(cannot, width, height, limits);
  const rowAt = (y: number): number => pixelsAt + stride * (signedHeight > 0 ? height - 1 - y : y);

  if (bits <= 8) {
    const colors = Math.min(view.getUint32(46, true) || 2 ** bits, 2 ** bits);
    const paletteAt = need(14 + headerLength, colors * 4, 'palette');
    const palette = Uint8Array.from(
      { length: colors * 3 },
      (_, i) => bytes[paletteAt + 4 * Math.floor(i / 3) + 2 - (i % 3)]!,
    );
    const isGray = palette.every((value, i) => value === palette[i - (i % 3)]);
    const channels = isGray ? 1 : 3;
    const data = new Uint8Array(width * height * channels);
    for (let y = 0, target = 0; y < height; y++) {
      const row = rowAt(y);
      for (let x = 0; x < width; x++) {
        const bit = x * bits;
        const index = (bytes[row + (bit >> 3)]! >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
        if (index >= colors)
          throw new Error(
            `${cannot} as its pixels must lie within the palette of ${colors}: pixel (${x}, ${y}) is ${index}`,
          );
        for (let channel = 0; channel < channels; channel++) data[target++] = palette[3 * index + channel]!;
      }
    }
    return { width, height, channels, data };
  }

  if (bits === 24) {
    const data = new Uint8Array(width * height * 3);
    for (let y = 0, target = 0; y < height; y++) {
      for (let at = rowAt(y), last = at + 3 * width; at < last; at += 3, target += 3) {
        data[target] = bytes[at + 2]!;
        data[target + 1] = bytes[at + 1]!;
        data[target + 2] = bytes[at]!;
      }
    }
    return { width, height, channels: 3, data };
  }

  const masksAt = 54;
  const alphaHeader = headerLength >= 56 || compression === 6;
  if (hasMasks) need(masksAt, alphaHeader ? 16 : 12, 'channel masks');
  const masks = hasMasks
    ? [0, 4, 8, 12].map((at) => (at < 12 || alphaHeader ? view.getUint32(masksAt + at, true) : 0))
    : bits === 16
      ? [0x7c00, 0x3e0, 0x1f, 0]
      : [0xff0000, 0xff00, 0xff, 0];
  const channels = masks[3] ? 4 : 3;
  const levels = masks.slice(0, channels).map(channelOf);
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, target = 0; y < height; y++) {
    const row = rowAt(y);
    for (let x = 0; x < width; x++) {
      const pixel = bits === 32 ? view.getUint32(row + 4 * x, true) : view.getUint16(row + 2 * x, true);
      for (const level of levels) data[target++] = level(pixel);
    }
  }
  return { width, height, channels, data };
}

/** A BMP file: gray as 8 bits with a palette of 256 grays, RGB as 24 bits, RGBA as 32 bits with channel masks (version 4 header). */
export function encodeBmp({ width, height, channels, data }: RawImage): Uint8Array<ArrayBuffer> {
  const headerLength = channels === 4 ? 108 : 40;
  const paletteLength = channels === 1 ? 1024 : 0;
  const stride = Math.ceil((width * channels) / 4) * 4;
  const pixelsAt = 14 + headerLength + paletteLength;
  const bytes = new Uint8Array(pixelsAt + stride * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, pixelsAt, true);
  view.setUint32(14, headerLength, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 8 * channels, true);
  view.setUint32(30, channels === 4 ? 3 : 0, true);
  view.setUint32(34, stride * height, true);
  // 72 dots per inch
  view.setInt32(38, 2835, true);
  view.setInt32(42, 2835, true);
  if (channels === 1) for (let i = 0; i < 256; i++) bytes.fill(i, 54 + 4 * i, 57 + 4 * i);
  if (channels === 4) {
    [0xff0000, 0xff00, 0xff, 0xff000000].forEach((mask, index) => {
      view.setUint32(54 + 4 * index, mask, true);
    });
    view.setUint32(70, 0x73524742, true);
  }
  for (let y = 0, source = 0; y < height; y++) {
    let at = pixelsAt + stride * (height - 1 - y);
    for (let x = 0; x < width; x++, source += channels, at += channels) {
      if (channels === 1) bytes[at] = data[source]!;
      else {
        bytes[at] = data[source + 2]!;
        bytes[at + 1] = data[source + 1]!;
        bytes[at + 2] = data[source]!;
        if (channels === 4) bytes[at + 3] = data[source + 3]!;
      }
    }
  }
  return bytes;
}
