import { zlibSync } from 'fflate';
import { crc32 } from './crc32.js';
import type { RawImage } from './raw-image.js';

/**
 * A PNG file of 8 bits per channel: gray, RGB or RGBA, each row predicted by its left or upper neighbor, whichever gives the
 * smaller differences. The same code in Node and browsers, where a canvas would round colors under a partial alpha.
 */
export function encodePng({ width, height, channels, data }: RawImage): Uint8Array<ArrayBuffer> {
  const stride = width * channels;
  const rows = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const source = y * stride;
    const target = y * (stride + 1);
    let left = 0;
    let up = 0;
    for (let i = 0; i < stride; i++) {
      const value = data[source + i]!;
      left += Math.abs(((value - (i >= channels ? data[source + i - channels]! : 0)) << 24) >> 24);
      up += Math.abs(((value - (y > 0 ? data[source + i - stride]! : 0)) << 24) >> 24);
    }
    const filter = up < left ? 2 : 1;
    rows[target] = filter;
    for (let i = 0; i < stride; i++) {
      const before =
        filter === 1 ? (i >= channels ? data[source + i - channels]! : 0) : y > 0 ? data[source + i - stride]! : 0;
      rows[target + 1 + i] = data[source + i]! - before;
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, channels === 1 ? 0 : channels === 3 ? 2 : 6], 8);
  const chunks: [string, Uint8Array][] = [
    ['IHDR', header],
    ['IDAT', zlibSync(rows, { level: 6 })],
    ['IEND', new Uint8Array(0)],
  ];
  const bytes = new Uint8Array(8 + chunks.reduce((sum, [, content]) => sum + 12 + content.length, 0));
  const out = new DataView(bytes.buffer);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  let at = 8;
  for (const [type, content] of chunks) {
    out.setUint32(at, content.length);
    bytes.set(new TextEncoder().encode(type), at + 4);
    bytes.set(content, at + 8);
    out.setUint32(at + 8 + content.length, crc32(bytes.subarray(at + 4, at + 8 + content.length)));
    at += 12 + content.length;
  }
  return bytes;
}
