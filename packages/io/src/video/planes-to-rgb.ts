/** A frame as decoders give it: one plane of brightness and two of color, or one plane of pixels. */
export interface Planes {
  format: string;
  width: number;
  height: number;
  data: Uint8Array;
  /** Where each plane begins, and bytes from a row to the next. */
  layout: readonly { readonly offset: number; readonly stride: number }[];
  /** How colors were coded: of a standard picture (`smpte170m`, and where nothing is said) or of HD (`bt709`), `bt2020-ncl`. */
  matrix: string | null;
  /** Whether brightness has all levels from 0 to 255; else those from 16 to 235. */
  fullRange: boolean;
}

/** Weights of red and blue in the brightness, by standard. */
const weights = (matrix: string | null): readonly [red: number, blue: number] => {
  if (matrix === 'bt709') return [0.2126, 0.0722];
  return matrix === 'bt2020-ncl' ? [0.2627, 0.0593] : [0.299, 0.114];
};

/** Where the two planes of color are, and how many pixels share a value: across, down. */
const SUBSAMPLING: Readonly<Record<string, readonly [across: number, down: number]>> = {
  I420: [2, 2],
  I420A: [2, 2],
  NV12: [2, 2],
  I422: [2, 1],
  I444: [1, 1],
};

/** Whether {@link planesToRgb} takes a format. */
export const isPlanar = (format: string | null): format is string => format !== null && format in SUBSAMPLING;

/** How one way of coding gives red, green and blue. */
interface Coding {
  readonly gain: number;
  readonly offset: number;
  readonly redToGreen: number;
  readonly blueToGreen: number;
  /** Levels of red by v and brightness, of blue by u and brightness: `table[color << 8 | brightness]`. */
  readonly reds: Uint8Array;
  readonly blues: Uint8Array;
}

const codings = new Map<string, Coding>();

function codingOf(matrix: string | null, fullRange: boolean): Coding {
  const [red, blue] = weights(matrix);
  const key = `${red} ${fullRange}`;
  const known = codings.get(key);
  if (known) return known;
  const green = 1 - red - blue;
  const gain = fullRange ? 1 : 255 / 219;
  const spread = fullRange ? 255 / 254 : 255 / 224;
  const offset = fullRange ? 0 : 16;
  const toRed = 2 * (1 - red) * spread;
  const toBlue = 2 * (1 - blue) * spread;
  const levels = (by: number) =>
    new Uint8Array(
      Uint8ClampedArray.from({ length: 2 ** 16 }, (_, i) => ((i & 255) - offset) * gain + by * ((i >> 8) - 128)).buffer,
    );
  const coding: Coding = {
    ...{ gain, offset, redToGreen: (toRed * red) / green, blueToGreen: (toBlue * blue) / green },
    ...{ reds: levels(toRed), blues: levels(toBlue) },
  };
  codings.set(key, coding);
  return coding;
}

/**
 * R, G, B of each pixel. The same everywhere, whatever converts frames in a browser; levels may differ by one or two from those of ffmpeg, which computes with
 * fewer bits.
 */
export function planesToRgb({ format, width, height, data, layout, matrix, fullRange }: Planes): Uint8Array {
  const [across, down] = SUBSAMPLING[format]!;
  const { gain, offset, redToGreen, blueToGreen, reds, blues } = codingOf(matrix, fullRange);
  const [luma, first] = [layout[0]!, layout[1]!];
  const paired = format === 'NV12';
  const second = paired ? { offset: first.offset + 1, stride: first.stride } : layout[2]!;
  const step = paired ? 2 : 1;
  const out = new Uint8Array(width * height * 3);
  // rounds and clamps
  const greens = new Uint8ClampedArray(out.buffer);
  for (let y = 0, o = 0; y < height; y++) {
    const row = luma.offset + y * luma.stride;
    const rowU = first.offset + Math.floor(y / down) * first.stride;
    const rowV = second.offset + Math.floor(y / down) * second.stride;
    for (let x = 0; x < width; x++, o += 3) {
      const at = (across === 2 ? x >> 1 : x) * step;
      const bright = data[row + x]!;
      const u = data[rowU + at]!;
      const v = data[rowV + at]!;
      out[o] = reds[(v << 8) | bright]!;
      greens[o + 1] = (bright - offset) * gain - redToGreen * (v - 128) - blueToGreen * (u - 128);
      out[o + 2] = blues[(u << 8) | bright]!;
    }
  }
  return out;
}

/** The pixels without the fourth channel. */
export function withoutAlpha(data: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(count * 3);
  for (let i = 0, o = 0; o < out.length; i += 4, o += 3) {
    out[o] = data[i]!;
    out[o + 1] = data[i + 1]!;
    out[o + 2] = data[i + 2]!;
  }
  return out;
}
