/** A decoded image: rows from the top, pixels from the left, channels interleaved in the order R, G, B, A. */
export interface RawImage {
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** 1 gray, 3 RGB, 4 RGBA (not premultiplied). */
  channels: 1 | 3 | 4;
  /** `height * width * channels` values, 0 to 255. */
  data: Uint8Array;
}

/** File formats that can be read and written. */
export type ImageFormat = 'png' | 'jpeg' | 'bmp';

/** The format of an image file by its first bytes. */
export function imageFormat(bytes: Uint8Array): ImageFormat {
  const begins = (...start: number[]): boolean => start.every((byte, index) => bytes[index] === byte);
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (begins(0xff, 0xd8, 0xff)) return 'jpeg';
  if (begins(0x42, 0x4d)) return 'bmp';
  const shown = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new Error(
    `Cannot read image as it must be PNG, JPEG or BMP: ${shown ? `it begins with ${shown}` : 'it is empty'}`,
  );
}

/** Pixels of any depth, as decoders give them; 2 channels are gray and alpha. */
export interface Pixels<Data extends Uint8Array | Uint16Array = Uint8Array | Uint16Array> {
  width: number;
  height: number;
  channels: number;
  data: Data;
}

/**
 * Other channels from the same pixels: gray is repeated into RGB, RGB becomes gray by ITU-R BT.601 luma
 * (0.299 R + 0.587 G + 0.114 B, rounded), a missing alpha is opaque, an unwanted alpha is dropped.
 */
export function convertChannels<Data extends Uint8Array | Uint16Array>(
  pixels: Pixels<Data>,
  channels: 1 | 3 | 4,
): Data {
  const { width, height, channels: from, data } = pixels;
  if (from === channels) return data;
  const count = width * height;
  const Constructor = data.constructor as new (length: number) => Data;
  const result = new Constructor(count * channels);
  const opaque = 2 ** (8 * data.BYTES_PER_ELEMENT) - 1;
  const isGray = from < 3;
  const hasAlpha = from === 2 || from === 4;
  for (let pixel = 0; pixel < count; pixel++) {
    const source = pixel * from;
    const target = pixel * channels;
    const red = data[source]!;
    const green = isGray ? red : data[source + 1]!;
    const blue = isGray ? red : data[source + 2]!;
    if (channels === 1) {
      result[target] = isGray ? red : Math.round((299 * red + 587 * green + 114 * blue) / 1000);
      continue;
    }
    result[target] = red;
    result[target + 1] = green;
    result[target + 2] = blue;
    if (channels === 4) result[target + 3] = hasAlpha ? data[source + from - 1]! : opaque;
  }
  return result;
}

/** 16 bits to 8: the nearest of 256 levels (v / 257), so that an image that was widened from 8 bits comes back exactly. */
export function toBytes(data: Uint8Array | Uint16Array): Uint8Array {
  return data instanceof Uint8Array ? data : Uint8Array.from(data, (value) => Math.round(value / 257));
}
