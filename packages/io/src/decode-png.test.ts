import { zlibSync } from 'fflate';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { accidents, damaged, randomFrom } from '../test/fuzz.js';
import { expected, goldenBytes } from '../test/golden.js';
import { crc32 } from './crc32.js';
import { decodePng } from './decode-png.js';
import { encodePng } from './encode-png.js';
import { decodePixels } from './node/decode-pixels.js';
import { convertChannels } from './raw-image.js';

const files = Object.keys(expected).filter((name) => name.endsWith('.png'));
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function chunk(type: string, content: Uint8Array): number[] {
  const body = [...new TextEncoder().encode(type), ...content];
  const number = (value: number): number[] => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
  return [...number(content.length), ...body, ...number(crc32(Uint8Array.from(body)))];
}

interface Header {
  width: number;
  height: number;
  depth?: number;
  color?: number;
  interlace?: number;
}

/** A PNG file of rows with their filter types, and further chunks before the data. */
function png(
  { width, height, depth = 8, color = 0, interlace = 0 }: Header,
  rows: Uint8Array,
  ...more: number[][]
): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, color, 0, 0, interlace], 8);
  return Uint8Array.from([
    ...signature,
    ...chunk('IHDR', header),
    ...more.flat(),
    ...chunk('IDAT', zlibSync(rows)),
    ...chunk('IEND', new Uint8Array(0)),
  ]);
}

describe('decodePng()', () => {
  it.each(files)('reads %s the same with the zlib of fflate and of Node', async (name) => {
    expect(await decodePixels(goldenBytes(name))).toEqual(decodePng(goldenBytes(name)));
  });

  it('reads what sharp writes: every filter, interlaced, palettes with and without alpha, 8 and 16 bits', async () => {
    const random = randomFrom(11);
    for (const [width, height] of [
      [1, 1],
      [3, 2],
      [9, 17],
      [40, 33],
    ] as const) {
      for (const channels of [1, 2, 3, 4] as const) {
        const data = Uint8Array.from(
          { length: width * height * channels },
          (_, i) => 100 + 90 * Math.sin(i / 5) + 30 * random(),
        );
        for (const options of [
          {},
          { progressive: true },
          { adaptiveFiltering: true },
          { palette: true, colors: 4 },
          { palette: true, colors: 200 },
          { palette: true, colors: 2, progressive: true },
        ]) {
          const raw = sharp(data, { raw: { width, height, channels } });
          const bytes = new Uint8Array(await (channels < 3 ? raw.toColorspace('b-w') : raw).png(options).toBuffer());
          const theirs = new Uint8Array(await sharp(bytes).ensureAlpha().toColorspace('srgb').raw().toBuffer());
          const ours = decodePng(bytes);
          expect([ours.width, ours.height]).toEqual([width, height]);
          expect(convertChannels(ours, 4)).toEqual(theirs);
        }
        const wide = Uint16Array.from({ length: data.length }, () => Math.floor(random() * 65536));
        for (const progressive of [false, true]) {
          const raw = sharp(wide, { raw: { width, height, channels } });
          const bytes = await raw
            .toColorspace(channels < 3 ? 'grey16' : 'rgb16')
            .png({ progressive })
            .toBuffer();
          expect(decodePng(new Uint8Array(bytes)).data).toEqual(wide);
        }
      }
    }
  });

  it('reads grays of 1, 2 and 4 bits, widened to 0 to 255', () => {
    expect(decodePng(png({ width: 9, height: 1, depth: 1 }, Uint8Array.of(0, 0b10100000, 0b10000000))).data).toEqual(
      Uint8Array.of(255, 0, 255, 0, 0, 0, 0, 0, 255),
    );
    expect(decodePng(png({ width: 4, height: 1, depth: 2 }, Uint8Array.of(0, 0b00011011))).data).toEqual(
      Uint8Array.of(0, 85, 170, 255),
    );
    expect(decodePng(png({ width: 3, height: 1, depth: 4 }, Uint8Array.of(0, 0x1f, 0x80))).data).toEqual(
      Uint8Array.of(17, 255, 136),
    );
  });

  it('makes one color transparent where the file says so (tRNS)', () => {
    const gray = png({ width: 2, height: 1 }, Uint8Array.of(0, 7, 8), chunk('tRNS', Uint8Array.of(0, 7)));
    expect(decodePng(gray)).toEqual({ width: 2, height: 1, channels: 2, data: Uint8Array.of(7, 0, 8, 255) });
    const rgb = png(
      { width: 2, height: 1, color: 2 },
      Uint8Array.of(0, 1, 2, 3, 1, 2, 4),
      chunk('tRNS', Uint8Array.of(0, 1, 0, 2, 0, 3)),
    );
    expect(decodePng(rgb).data).toEqual(Uint8Array.of(1, 2, 3, 0, 1, 2, 4, 255));
    const colors = chunk('PLTE', Uint8Array.of(9, 8, 7, 6, 5, 4));
    const palette = png(
      { width: 2, height: 1, color: 3 },
      Uint8Array.of(0, 1, 0),
      colors,
      chunk('tRNS', Uint8Array.of(50)),
    );
    expect(decodePng(palette).data).toEqual(Uint8Array.of(6, 5, 4, 255, 9, 8, 7, 50));
  });

  it.each(files)('takes no prefix of %s for the file, and raises clean errors for damage', (name) => {
    const bytes = goldenBytes(name);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodePng(bytes.subarray(0, length))).toThrow(/^Cannot read PNG/);
    }
    expect(accidents(decodePng, damaged(bytes, { flips: 500, seed: 6 }))).toEqual([]);
  });

  it('raises clean errors for damage behind a valid CRC-32', () => {
    const random = randomFrom(8);
    function* made(): Generator<Uint8Array> {
      for (let i = 0; i < 2000; i++) {
        const pick = (...values: number[]): number => values[Math.floor(random() * values.length)]!;
        const rows = Uint8Array.from({ length: pick(0, 1, 5, 30, 200) }, () => Math.floor(random() * 6));
        const header = {
          width: pick(1, 2, 5, 9, 65536, 2 ** 31),
          height: pick(1, 3, 7, 2 ** 20, 2 ** 31),
          depth: pick(1, 2, 4, 8, 16, 3),
          color: pick(0, 2, 3, 4, 6, 1),
          interlace: pick(0, 1, 2),
        };
        const more = [
          chunk('PLTE', new Uint8Array(pick(0, 1, 6, 768))),
          chunk('tRNS', new Uint8Array(pick(0, 1, 2, 6))),
        ];
        yield png(header, rows, ...more.slice(pick(0, 1, 2)));
      }
    }
    expect(accidents(decodePng, made())).toEqual([]);
  });

  it('refuses bombs before memory is asked for', () => {
    expect(() => decodePng(png({ width: 65536, height: 65536 }, new Uint8Array(10)))).toThrow(
      'cannot hold 65536 x 65536 pixels',
    );
    expect(() => decodePng(png({ width: 2 ** 31, height: 2 ** 31, depth: 16, color: 6 }, new Uint8Array(10)))).toThrow(
      'cannot hold',
    );
    const long = png({ width: 3, height: 2 }, new Uint8Array(1_000_000));
    expect(() => decodePng(long)).toThrow('8 bytes needed, 9 or more found');
  });

  it.each([
    ['data that are too short', png({ width: 3, height: 2 }, new Uint8Array(7)), '8 bytes needed, 7 found'],
    ['a filter that is none', png({ width: 1, height: 1 }, Uint8Array.of(9, 0)), 'that of row 0 is 9'],
    ['a palette that is not there', png({ width: 1, height: 1, color: 3 }, Uint8Array.of(0, 0)), 'it has none'],
    [
      'an index beyond the palette',
      png({ width: 1, height: 1, color: 3 }, Uint8Array.of(0, 2), chunk('PLTE', new Uint8Array(6))),
      'within its palette of 2: one is 2',
    ],
    ['no size', png({ width: 0, height: 1 }, Uint8Array.of(0)), 'its size must be positive'],
    [
      'an unknown kind',
      png({ width: 1, height: 1, depth: 3 }, Uint8Array.of(0, 0)),
      'its kind must be one of the format',
    ],
    [
      'a second header',
      png({ width: 1, height: 1 }, Uint8Array.of(0, 0), chunk('IHDR', new Uint8Array(13))),
      'must begin with its header (IHDR), once',
    ],
    [
      'a chunk that must be known',
      png({ width: 1, height: 1 }, Uint8Array.of(0, 0), chunk('ABCD', new Uint8Array(1))),
      'it has "ABCD"',
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodePng(bytes)).toThrow(message);
  });

  it('passes over chunks that need not be known', () => {
    expect(
      decodePng(png({ width: 1, height: 1 }, Uint8Array.of(0, 5), chunk('teXt', new Uint8Array(40)))).data,
    ).toEqual(Uint8Array.of(5));
  });
});

describe('encodePng()', () => {
  it('comes back exactly, and sharp reads the same', async () => {
    const random = randomFrom(12);
    for (const channels of [1, 3, 4] as const) {
      for (const [width, height] of [
        [1, 1],
        [5, 3],
        [64, 48],
      ] as const) {
        const data = Uint8Array.from(
          { length: width * height * channels },
          (_, i) => 128 + 100 * Math.sin(i / 50) + 20 * random(),
        );
        const bytes = encodePng({ width, height, channels, data });
        expect(decodePng(bytes)).toEqual({ width, height, channels, data });
        const theirs = await sharp(bytes)
          .toColorspace(channels === 1 ? 'b-w' : 'srgb')
          .raw()
          .toBuffer();
        expect(new Uint8Array(theirs)).toEqual(data);
      }
    }
  });
});
