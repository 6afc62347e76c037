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
