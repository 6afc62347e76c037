import { checkPixels } from './check-pixels.js';
import type { FileLimits } from './file-limits.js';

/** What a JPEG says about itself before its picture begins. */
export interface JpegHeader {
  /** As stored, before an EXIF orientation is applied. */
  width: number;
  height: number;
  /** 1 gray, 3 color, 4 CMYK. */
  components: number;
  /** Whether there is an EXIF block, which may turn the picture. */
  hasExif: boolean;
}

/** Reads the header of a JPEG; undefined where the bytes are not laid out as a JPEG is, or end before the picture begins. */
export function jpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  const short = (at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
  let hasExif = false;
  let frame: Omit<JpegHeader, 'hasExif'> | undefined;
  let at = 2;
  while (at + 10 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // a fill byte
      continue;
    }
    // the picture begins: the EXIF block stands before it
    if (marker === 0xda) return frame && { ...frame, hasExif };
    // 0xe1 'Exif'
    if (marker === 0xe1 && short(at + 4) === 0x4578 && short(at + 6) === 0x6966) hasExif = true;
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      frame = { height: short(at + 5), width: short(at + 7), components: bytes[at + 9]! };
    }
    at += 2 + short(at + 2);
  }
  return undefined;
}

/**
 * The header of a JPEG whose size is within the limit, and within what its bytes can hold: a JPEG spends at least one bit on a block of 8 x 8 pixels.
 *
 * @throws Error where the header is damaged, or claims more than its bytes can hold; RangeError for more pixels than the limit.
 */
export function checkJpegClaim(bytes: Uint8Array, limits?: Partial<FileLimits>): JpegHeader {
  const cannot = 'Cannot read image as it must be an intact JPEG';
  const header = jpegHeader(bytes);
  if (!header) throw new Error(`${cannot}: its header is damaged or cut short`);
  const { width, height } = header;
  if (width * height > 512 * bytes.length) {
    throw new Error(`${cannot}: it claims ${width} x ${height} pixels, more than its ${bytes.length} bytes can hold`);
  }
  checkPixels('Cannot read JPEG', width, height, limits);
  return header;
}
