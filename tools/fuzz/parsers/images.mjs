// PNG, BMP and JPEG, decoded by @mer/io and looked at by @mer/datasets.
import { deflateSync, inflateSync } from 'node:zlib';
import { folderFromFiles, readFrames } from '@mer/datasets';
import { decodeImage, encodeImage } from '@mer/io';
import * as tf from '@tensorflow/tfjs-core';
import { crc32 } from '../crc.mjs';
import { encode, mutateBytes, put } from '../mutate.mjs';
import { joined } from '../zip-writer.mjs';

const dist = (name, ...files) => files.map((file) => `packages/${name}/dist/${file}.js`);

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

function pngOf(chunks) {
  const parts = [signature];
  for (const { type, content, length = content.length, crc } of chunks) {
    const body = joined([encode(type).subarray(0, 4), content]);
    const head = new Uint8Array(4);
    const tail = new Uint8Array(4);
    put(head, 0, 4, length, false);
    put(tail, 0, 4, crc ?? crc32(body), false);
    parts.push(head, body, tail);
  }
  return joined(parts);
}

/** A PNG of every kind: color type, depth, interlaced or not. */
function plainPng(random) {
  const [color, depths] = random.pick([
    [0, [1, 2, 4, 8, 16]],
    [2, [8, 16]],
    [3, [1, 2, 4, 8]],
    [4, [8, 16]],
    [6, [8, 16]],
  ]);
  const depth = random.pick(depths);
  const [width, height] = [1 + random.below(20), 1 + random.below(20)];
  const interlaced = random.chance(0.3);
  const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[color];
  const passes = interlaced
    ? [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
      ]
    : [[0, 0, 1, 1]];
  const rows = passes.flatMap(([x, y, stepX, stepY]) => {
    const [columns, lines] = [Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)];
    if (columns <= 0 || lines <= 0) return [];
    return Array.from({ length: lines }, () => {
      const row = Uint8Array.from({ length: Math.ceil((columns * samples * depth) / 8) + 1 }, () => random.below(256));
      row[0] = random.below(5);
      return row;
    });
  });
  const header = new Uint8Array(13);
  put(header, 0, 4, width, false);
  put(header, 4, 4, height, false);
  header.set([depth, color, 0, 0, interlaced ? 1 : 0], 8);
  return [
    { type: 'IHDR', content: header },
    ...(color === 3 || random.chance(0.1)
      ? [{ type: 'PLTE', content: Uint8Array.from({ length: 3 * 2 ** Math.min(8, depth) }, () => random.below(256)) }]
      : []),
    ...(random.chance(0.2) ? [{ type: 'tRNS', content: new Uint8Array(color === 3 ? 4 : 2 * samples) }] : []),
    { type: 'IDAT', content: deflateSync(joined(rows), { level: 1 }) },
    { type: 'IEND', content: new Uint8Array(0) },
  ];
}

const large = new Map();
/** A PNG that really has all its pixels, in few bytes. */
function largePng(random) {
  const side = random.pick([9000, 12_000, 24_000]);
  if (!large.has(side)) {
    const header = new Uint8Array(13);
    put(header, 0, 4, side, false);
    put(header, 4, 4, side, false);
    header.set([1, 0, 0, 0, 0], 8);
    const content = deflateSync(new Uint8Array(side * (Math.ceil(side / 8) + 1)), { level: 1 });
    large.set(
      side,
      pngOf([
        { type: 'IHDR', content: header },
        { type: 'IDAT', content },
        { type: 'IEND', content: new Uint8Array(0) },
      ]),
    );
  }
  return large.get(side);
}

function makePng(random, index) {
  if (index % 400 === 7) return largePng(random);
  const chunks = plainPng(random);
  for (let n = random.chance(0.25) ? 0 : random.few(); n > 0; n--) {
    const at = random.below(chunks.length);
    const chunk = chunks[at];
    random.one(
      () => put(chunks[0].content, random.pick([0, 4]), 4, random.number(8, { integer: true }), false),
      () => (chunks[0].content[8 + random.below(5)] = random.pick([0, 1, 2, 3, 4, 6, 8, 16, 255])),
      () => chunk && (chunk.content = mutateBytes(random, chunk.content)),
      () => {
        const data = chunks.find(({ type }) => type === 'IDAT');
        try {
          if (data) data.content = deflateSync(mutateBytes(random, inflateSync(data.content)), { level: 1 });
        } catch {
          data.content = new Uint8Array(3);
        }
      },
      () => {
        const data = chunks.findIndex(({ type }) => type === 'IDAT');
        if (data < 0) return;
        const { content } = chunks[data];
        const cut = random.below(content.length + 1);
        chunks.splice(
          data,
          1,
          { type: 'IDAT', content: content.slice(0, cut) },
          { type: 'IDAT', content: content.slice(cut) },
        );
      },
      () => chunks.length > 1 && chunks.splice(1 + random.below(chunks.length - 1), 1),
      () =>
        chunks.splice(at, 0, {
          type: random.pick(['teXt', 'gAMA', 'PLTE', 'tRNS', 'ABCD', 'IHDR', 'IDAT', 'iCCP']),
          content: Uint8Array.from({ length: random.below(30) }, () => random.below(256)),
        }),
      () => chunk && random.chance(0.3) && (chunk.length = random.number(chunk.content.length, { integer: true })),
      () => chunk && random.chance(0.2) && (chunk.crc = random.below(2 ** 32)),
    );
  }
  const bytes = pngOf(chunks);
  return random.chance(0.03) ? bytes.slice(0, random.below(bytes.length)) : bytes;
}

function makeBmp(random) {
  const bits = random.pick([1, 4, 8, 16, 24, 32]);
  const [width, height] = [1 + random.below(12), 1 + random.below(12)];
  const masks = bits === 16 || bits === 32 ? random.pick([0, 3, 6]) : 0;
  const headerLength = random.pick(masks === 0 ? [40, 108, 124] : [40, 56, 108, 124]);
  const extra = masks && headerLength === 40 ? (masks === 6 ? 16 : 12) : 0;
  const palette = bits <= 8 ? 4 * 2 ** bits : 0;
  const pixelsAt = 14 + headerLength + extra + palette;
  const stride = Math.ceil((width * bits) / 32) * 4;
  let bytes = Uint8Array.from({ length: pixelsAt + stride * height }, () => random.below(256));
  bytes.fill(0, 0, 14 + headerLength + extra);
  if (palette && random.chance(0.3)) for (let i = 14 + headerLength; i < pixelsAt; i++) bytes[i] = i >> 2;
  bytes.set([0x42, 0x4d]);
  put(bytes, 2, 4, bytes.length);
  put(bytes, 10, 4, pixelsAt);
  put(bytes, 14, 4, headerLength);
  put(bytes, 18, 4, width);
  put(bytes, 22, 4, random.chance(0.3) ? -height : height);
  put(bytes, 26, 2, 1);
  put(bytes, 28, 2, bits);
  put(bytes, 30, 4, masks);
  if (masks) {
    const list = bits === 16 ? [0xf800, 0x7e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, random.pick([0, 0xff000000])];
    const count = headerLength === 40 && masks !== 6 ? 3 : 4;
    for (let i = 0; i < count; i++) put(bytes, 54 + 4 * i, 4, list[i]);
  }
  for (let n = random.chance(0.25) ? 0 : random.few(); n > 0; n--) {
    random.one(
      () => put(bytes, random.pick([10, 14, 18, 22, 30, 46, 54, 58, 62, 66]), 4, random.number(8)),
      () => put(bytes, random.pick([18, 22]), 4, random.number(8)),
      () => put(bytes, 28, 2, random.pick([0, 1, 2, 4, 8, 16, 24, 32, 64])),
      () => (bytes = mutateBytes(random, bytes, 10)),
      () => (bytes = mutateBytes(random, bytes, pixelsAt)),
    );
    if (bytes.length < 66) break;
  }
  return bytes;
}

function segmentsOf(bytes) {
  const segments = [];
  let at = 2;
  for (;;) {
    const length = (bytes[at + 2] << 8) | bytes[at + 3];
    segments.push({ marker: bytes[at + 1], content: bytes.slice(at + 4, at + 2 + length) });
    at += 2 + length;
    if (segments.at(-1).marker === 0xda) break;
  }
  return { segments, data: bytes.slice(at) };
}

function jpegOf({ segments, data }) {
  const parts = [Uint8Array.of(0xff, 0xd8)];
  for (const { marker, content, length = content.length + 2 } of segments) {
    parts.push(Uint8Array.of(0xff, marker, (length >> 8) & 255, length & 255), content);
  }
  return joined([...parts, data]);
}

let jpegs;
async function jpegSeeds() {
  const { default: sharp } = await import('sharp');
  const raw = (channels) =>
    sharp(
      Uint8Array.from({ length: 24 * 17 * channels }, (_, i) => (i * 37) % 251),
      { raw: { width: 24, height: 17, channels } },
    );
  return Promise.all(
    [
      raw(3).jpeg(),
      raw(1).toColorspace('b-w').jpeg(),
      raw(3).jpeg({ progressive: true }),
      raw(3).withMetadata({ orientation: 6 }).jpeg(),
      raw(3).toColorspace('cmyk').jpeg(),
      raw(3).jpeg({ chromaSubsampling: '4:4:4', quality: 100 }),
    ].map(async (image) => new Uint8Array(await image.toBuffer())),
  );
}

async function makeJpeg(random) {
  jpegs ??= await jpegSeeds();
  const parts = segmentsOf(random.pick(jpegs));
  for (let n = random.chance(0.2) ? 0 : random.few(); n > 0; n--) {
    const { segments } = parts;
    const at = random.below(segments.length);
    const frame = segments.find(({ marker }) => marker >= 0xc0 && marker <= 0xc2);
    random.one(
      () => frame && put(frame.content, random.pick([1, 3]), 2, random.number(24, { integer: true }), false),
      () => (segments[at].content = mutateBytes(random, segments[at].content)),
      () => (parts.data = mutateBytes(random, parts.data)),
      () => segments.length > 1 && segments.splice(at, 1),
      () => segments.splice(at, 0, { ...segments[at] }),
      () =>
        segments.splice(at, 0, {
          marker: random.pick([0xe1, 0xfe, 0xdd, 0xc4, 0xdb, 0xff, 0x01]),
          content: Uint8Array.from({ length: random.below(20) }, () => random.below(256)),
        }),
      () => random.chance(0.3) && (segments[at].length = random.number(2, { integer: true, most: 65535 })),
    );
    if (segments.length === 0) break;
  }
  return jpegOf(parts);
}

/** Decodes an image to each number of channels, and as a frame of a clip. */
async function look(bytes, random) {
  const image = await decodeImage(bytes, { channels: random.pick([1, 3, 4]) });
  if (image.data.length !== image.width * image.height * image.channels)
    throw new Error('the data do not fill the image');
  if (image.data.length < 5000 && random.chance(0.1)) {
    const tensor = tf.tensor3d(image.data, [image.height, image.width, image.channels], 'int32');
    const again = await decodeImage(await encodeImage(tensor, random.pick(['png', 'bmp']), { range: 'byte' }), {
      channels: image.channels,
    });
    tensor.dispose();
    if (!again.data.every((value, i) => value === image.data[i]))
      throw new Error('what was read is not what is read again');
  }
  const file = { name: 'a.png', size: bytes.length, arrayBuffer: async () => Uint8Array.from(bytes).buffer };
  const frames = await readFrames(folderFromFiles([file]), ['a.png'], { size: 8 });
  frames.dispose();
}

export const parsers = () => [
  {
    name: 'png',
    files: dist('io', 'decode-png', 'raw-image', 'check-pixels'),
    header:
      /must be PNG, JPEG or BMP|must not end before its last chunk|must begin with its header|must have its CRC-32/,
    make: makePng,
    run: look,
  },
  {
    name: 'bmp',
    files: dist('io', 'bmp'),
    header: /must be PNG, JPEG or BMP|within its header|at least 40 bytes|size must be positive/,
    make: makeBmp,
    run: look,
  },
  {
    name: 'jpeg',
    files: dist('io', 'jpeg-header', 'node/decode-pixels'),
    header: /must be PNG, JPEG or BMP|its header is damaged or cut short/,
    make: makeJpeg,
    run: look,
  },
  {
    name: 'image-header',
    files: dist('datasets', 'frames/image-header', 'frames/read-frames', 'frames/frame-stack'),
    header: /neither JPEG nor PNG nor BMP|the file is empty/,
    make: (random, index) =>
      random.one(
        () => makePng(random, index),
        () => makeBmp(random),
        () => makeJpeg(random),
      ),
    async run(bytes) {
      const file = { name: 'a.png', size: bytes.length, arrayBuffer: async () => Uint8Array.from(bytes).buffer };
      (await readFrames(folderFromFiles([file]), ['a.png'], { size: [5, 7], color: true })).dispose();
    },
  },
];
