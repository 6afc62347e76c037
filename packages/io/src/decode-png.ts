import { unzlibSync } from 'fflate';
import { checkPixels } from './check-pixels.js';
import { crc32 } from './crc32.js';
import type { FileLimits } from './file-limits.js';
import type { Pixels } from './raw-image.js';

const cannot = 'Cannot read PNG';
/** Samples per pixel by color type: gray, RGB, palette, gray and alpha, RGBA. */
const samplesOf = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);
const depthsOf = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
]);
/** Adam7: first column, first row, steps of columns and rows, of each pass. */
const interlaced = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Decompresses zlib data to at most so many bytes: what is beyond is left out, or an error. */
export type Inflate = (compressed: Uint8Array, most: number) => Uint8Array;

const inflateByFflate: Inflate = (compressed, most) => unzlibSync(compressed, { out: new Uint8Array(most) });

interface Pass {
  x: number;
  y: number;
  stepX: number;
  stepY: number;
  width: number;
  height: number;
  /** Bytes of a row, without its filter type. */
  stride: number;
}

/** Undoes the prediction of rows in place: each becomes its sum with its left, upper and upper left neighbors. */
function unfilter(rows: Uint8Array, start: number, { stride, height }: Pass, step: number): void {
  for (let y = 0, at = start + 1; y < height; y++, at += stride + 1) {
    const filter = rows[at - 1]!;
    const above = y === 0 ? -1 : at - stride - 1;
    if (filter === 1) {
      for (let i = step; i < stride; i++) rows[at + i]! += rows[at + i - step]!;
    } else if (filter === 2) {
      if (above >= 0) for (let i = 0; i < stride; i++) rows[at + i]! += rows[above + i]!;
    } else if (filter === 3) {
      for (let i = 0; i < stride; i++) {
        rows[at + i]! += ((i < step ? 0 : rows[at + i - step]!) + (above < 0 ? 0 : rows[above + i]!)) >> 1;
      }
    } else if (filter === 4) {
      for (let i = 0; i < stride; i++) {
        const left = i < step ? 0 : rows[at + i - step]!;
        const up = above < 0 ? 0 : rows[above + i]!;
        const corner = i < step || above < 0 ? 0 : rows[above + i - step]!;
        const toLeft = Math.abs(up - corner);
        const toUp = Math.abs(left - corner);
        const toCorner = Math.abs(left + up - 2 * corner);
        rows[at + i]! += toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
      }
    } else if (filter !== 0) {
      throw new Error(`${cannot} as the filter of a row must be 0 to 4: that of row ${y} is ${filter}`);
    }
  }
}

/**
 * The pixels of a PNG file exactly as stored: 8 or 16 bits, palettes and transparent colors resolved, interlaced or not.
 * Channels are 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA.
 *
 * The decompressed size follows from the header, and is refused where the compressed data cannot hold it (DEFLATE shrinks by 1032 at
 * most); every chunk's CRC-32 is checked.
 *
 * Reference: W3C, Portable Network Graphics (PNG) Specification (Third Edition).
 */
export function decodePng(
  bytes: Uint8Array,
  { inflate = inflateByFflate, limits }: { inflate?: Inflate; limits?: Partial<FileLimits> | undefined } = {},
): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let width = 0;
  let height = 0;
  let depth = 0;
  let color = -1;
  let isInterlaced = false;
  let palette: Uint8Array | undefined;
  let transparent: Uint8Array | undefined;
  const parts: Uint8Array[] = [];
  for (let at = 8, type = ''; type !== 'IEND'; ) {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Number.POSITIVE_INFINITY;
    if (at + 12 + length > bytes.length) {
      throw new Error(
        `${cannot} as the file must not end before its last chunk (IEND): it ends in the chunk at byte ${at}`,
      );
    }
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw new Error(`${cannot} as the chunk at byte ${at} must have its CRC-32: the file is damaged`);
    }
    if ((at === 8) !== (type === 'IHDR') || (type === 'IHDR' && length !== 13)) {
      throw new Error(`${cannot} as it must begin with its header (IHDR), once`);
    }
    if (type === 'IHDR') {
      width = view.getUint32(16);
      height = view.getUint32(20);
      depth = bytes[24]!;
      color = bytes[25]!;
      isInterlaced = bytes[28] === 1;
      if (width === 0 || height === 0)
        throw new Error(`${cannot} as its size must be positive: current value is ${width} x ${height}`);
      if (!depthsOf.get(color)?.includes(depth) || bytes[26] !== 0 || bytes[27] !== 0 || bytes[28]! > 1) {
        throw new Error(
          `${cannot} as its kind must be one of the format: color type ${color}, ${depth} bits, methods ${bytes.subarray(26, 29).join(', ')}`,
        );
      }
    } else if (type === 'PLTE') palette = content;
    else if (type === 'tRNS') transparent = content;
    else if (type === 'IDAT') parts.push(content);
    // The fifth bit of the first letter says whether a reader may pass over a chunk that it does not know.
    else if (type !== 'IEND' && (bytes[at + 4]! & 32) === 0)
      throw new Error(`${cannot} as its chunks must be known: it has ${JSON.stringify(type)}`);
    at += 12 + length;
  }

  const samples = samplesOf.get(color)!;
  const passes = (isInterlaced ? interlaced : ([[0, 0, 1, 1]] as const)).flatMap(([x, y, stepX, stepY]): Pass[] => {
    const columns = Math.ceil((width - x) / stepX);
    const lines = Math.ceil((height - y) / stepY);
    const stride = Math.ceil((columns * samples * depth) / 8);
    return columns > 0 && lines > 0 ? [{ x, y, stepX, stepY, width: columns, height: lines, stride }] : [];
  });
  const size = passes.reduce((sum, pass) => sum + pass.height * (pass.stride + 1), 0);
  const compressed = parts.reduce((sum, part) => sum + part.length, 0);
  if (size > 1032 * compressed + 1032) {
    throw new Error(
      `${cannot} as its data must hold its pixels: ${compressed} compressed bytes cannot hold ${width} x ${height} pixels`,
    );
  }
  checkPixels(cannot, width, height, limits);
  const joined = new Uint8Array(compressed);
  let filled = 0;
  for (const part of parts) {
    joined.set(part, filled);
    filled += part.length;
  }
  let rows: Uint8Array;
  try {
    // One byte of room beyond tells data that are too long from data that fit.
    rows = inflate(joined, size + 1);
  } catch (cause) {
    throw new Error(`${cannot} as its data must be intact: ${(cause as Error).message}`, { cause });
  }
  if (rows.length !== size)
    throw new Error(
      `${cannot} as its data must fill its pixels: ${size} bytes needed, ${rows.length}${rows.length > size ? ' or more' : ''} found`,
    );

  const channels =
    color === 3 ? (transparent ? 4 : 3) : samples + (transparent && (color === 0 || color === 2) ? 1 : 0);
  const Levels = depth === 16 ? Uint16Array : Uint8Array;
  const data = new Levels(width * height * channels);
  if (color === 3 && !palette) throw new Error(`${cannot} as it must have its palette (PLTE): it has none`);
  const colors = palette ? Math.floor(palette.length / 3) : 0;
  // The transparent color of a gray or RGB image, as stored.
  const key =
    transparent && color !== 3
      ? Array.from({ length: samples }, (_, i) => (transparent![2 * i]! << 8) | transparent![2 * i + 1]!)
      : undefined;
  const widen = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const most = depth === 16 ? 65535 : 255;
  let start = 0;
  for (const pass of passes) {
    unfilter(rows, start, pass, Math.max(1, (samples * depth) >> 3));
    if (depth === 8 && color !== 3 && !key && !isInterlaced) {
      for (let y = 0, line = 1; y < height; y++, line += pass.stride + 1) {
        data.set(rows.subarray(line, line + pass.stride), y * pass.stride);
      }
      break;
    }
    for (let row = 0; row < pass.height; row++) {
      const line = start + row * (pass.stride + 1) + 1;
      for (let column = 0; column < pass.width; column++) {
        let target = ((pass.y + row * pass.stepY) * width + pass.x + column * pass.stepX) * channels;
        let isKey = key !== undefined;
        for (let sample = 0; sample < samples; sample++) {
          const index = column * samples + sample;
          let value: number;
          if (depth === 8) value = rows[line + index]!;
          else if (depth === 16) value = (rows[line + 2 * index]! << 8) | rows[line + 2 * index + 1]!;
          else value = (rows[line + ((index * depth) >> 3)]! >> (8 - depth - ((index * depth) & 7))) & (2 ** depth - 1);
          if (color === 3) {
            if (value >= colors)
              throw new Error(`${cannot} as its pixels must lie within its palette of ${colors}: one is ${value}`);
            data[target++] = palette![3 * value]!;
            data[target++] = palette![3 * value + 1]!;
            data[target++] = palette![3 * value + 2]!;
            if (transparent) data[target] = transparent[value] ?? 255;
            break;
          }
          if (key && value !== key[sample]) isKey = false;
          data[target++] = value * widen;
        }
        if (key) data[target] = isKey ? 0 : most;
      }
    }
    start += pass.height * (pass.stride + 1);
  }
  return { width, height, channels, data };
}
