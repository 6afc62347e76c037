/** What an image file says about itself in its first bytes. */
export interface ImageHeader {
  format: 'jpeg' | 'png' | 'bmp';
  /** Of the picture as it is decoded: the orientation that a camera noted in a JPEG is applied. */
  width: number;
  height: number;
  /** 1 gray, 3 color; transparency is not counted. */
  channels: 1 | 3;
}

const text = (bytes: Uint8Array, at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));

/**
 * Reads size and channels of a JPEG, PNG or BMP file and checks, without decoding, that the file is whole: all segments
 * or chunks are there and the end is the format's end. A damaged picture inside a whole file is not noticed.
 *
 * @throws Error that says what is wrong.
 */
export function imageHeader(bytes: Uint8Array): ImageHeader {
  if (bytes.length === 0) throw new Error('the file is empty');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegHeader(bytes, view);
    if (bytes[0] === 0x89 && text(bytes, 1, 3) === 'PNG') return pngHeader(bytes, view);
    if (text(bytes, 0, 2) === 'BM') return bmpHeader(bytes, view);
  } catch (cause) {
    if (cause instanceof RangeError) throw new Error('the file is cut short', { cause });
    throw cause;
  }
  throw new Error('the file is neither JPEG nor PNG nor BMP');
}

function jpegHeader(bytes: Uint8Array, view: DataView): ImageHeader {
  let header: ImageHeader | undefined;
  let turned: boolean | undefined;
  for (let at = 2; ; ) {
    while (view.getUint8(at) === 0xff && view.getUint8(at + 1) === 0xff) at++;
    if (view.getUint8(at) !== 0xff) throw new Error('the JPEG file is damaged');
    const marker = view.getUint8(at + 1);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const channels = view.getUint8(at + 9) === 1 ? 1 : 3;
      header = { format: 'jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7), channels };
    }
    // 'Exif': the first block counts
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) {
      turned ??= liesOnItsSide(bytes.subarray(at + 10, at + 2 + view.getUint16(at + 2)));
    }
    if (marker === 0xd9) throw new Error('the JPEG file has no picture');
    if (marker === 0xda) {
      if (!header) throw new Error('the JPEG file has no size');
      // The end marker, which some cameras pad; marker bytes never occur inside the picture's own data.
      let end = bytes.length;
      do end = bytes.lastIndexOf(0xd9, end - 1);
      while (end > at && bytes[end - 1] !== 0xff);
      if (end <= at) throw new Error('the JPEG file is cut short');
      return turned ? { ...header, width: header.height, height: header.width } : header;
    }
    at += 2 + view.getUint16(at + 2);
  }
}

/** Whether an EXIF block says that rows and columns are exchanged; one that is damaged says nothing. */
function liesOnItsSide(tiff: Uint8Array): boolean {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const little = view.getUint16(0) === 0x4949;
    if ((!little && view.getUint16(0) !== 0x4d4d) || view.getUint16(2, little) !== 42) return false;
    const first = view.getUint32(4, little);
    const count = view.getUint16(first, little);
    for (let at = first + 2; at < first + 2 + 12 * count; at += 12) {
      // orientation, as one short integer
      if (view.getUint16(at, little) !== 0x0112) continue;
      const orientation = view.getUint16(at + 8, little);
      return view.getUint16(at + 2, little) === 3 && orientation >= 5 && orientation <= 8;
    }
    return false;
  } catch {
    return false;
  }
}

function pngHeader(bytes: Uint8Array, view: DataView): ImageHeader {
  const gray = [0, 4].includes(view.getUint8(25));
  const header: ImageHeader = {
    format: 'png',
    width: view.getUint32(16),
    height: view.getUint32(20),
    channels: gray ? 1 : 3,
  };
  for (let at = 8; ; ) {
    const length = view.getUint32(at);
    const type = text(bytes, at + 4, 4);
    at += 12 + length;
    if (at > bytes.length) throw new Error('the PNG file is cut short');
    if (type === 'IEND') return header;
  }
}

function bmpHeader(bytes: Uint8Array, view: DataView): ImageHeader {
  const start = view.getUint32(10, true);
  const [width, height] = [view.getInt32(18, true), Math.abs(view.getInt32(22, true))];
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const line = Math.ceil((width * bits) / 32) * 4;
  if (start > bytes.length || ([0, 3].includes(compression) && start + line * height > bytes.length))
    throw new Error('the BMP file is cut short');
  let gray = bits <= 8;
  for (let at = 14 + view.getUint32(14, true); gray && at + 4 <= start; at += 4) {
    gray = bytes[at] === bytes[at + 1] && bytes[at] === bytes[at + 2];
  }
  return { format: 'bmp', width, height, channels: gray ? 1 : 3 };
}
