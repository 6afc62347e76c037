// npy, flo, safetensors, PyTorch checkpoints and zip files, read by @mer/io; weights put into a network by @mer/models.
import {
  arrayToTensor,
  encodeFlo,
  encodeNpy,
  encodeSafetensors,
  openZip,
  parseFlo,
  parseNpy,
  parsePytorchCheckpoint,
  parseSafetensors,
  parseWeights,
} from '@mer/io';
import { createModel, exportWeights, loadWeights } from '@mer/models';
import { decode, encode, jsonText, mutateBytes, mutateJson, put } from '../mutate.mjs';
import { checkpoint, mutateTokens, pickleBytes } from '../pickle-writer.mjs';
import { joined, mutateZip, zipOf } from '../zip-writer.mjs';

const dist = (...files) => files.map((file) => `packages/io/dist/${file}.js`);
const Arrays = {
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  float64: Float64Array,
  int64: Float64Array,
  float16: Float32Array,
  int16: Int16Array,
};

function anyArray(random) {
  const dtype = random.pick(Object.keys(Arrays));
  const shape = Array.from({ length: random.below(4) }, () => random.below(4));
  const size = shape.reduce((product, side) => product * side, 1);
  return { dtype, shape, data: Arrays[dtype].from({ length: size }, () => random.below(2)) };
}

function makeNpy(random) {
  const bytes = encodeNpy(anyArray(random));
  const length = bytes[8] + 256 * bytes[9];
  let header = decode(bytes.subarray(10, 10 + length)).trimEnd();
  let values = bytes.slice(10 + length);
  let version = random.pick([1, 1, 2, 3]);
  for (let n = random.chance(0.2) ? 0 : random.few(); n > 0; n--) {
    random.one(
      () =>
        (header = header.replace(
          /\((.*?)\)/,
          () => `(${Array.from({ length: random.below(5) }, () => random.number(2)).join(', ')},)`,
        )),
      () => (header = header.replace(/\d+(?=[,)])/, (digits) => String(random.number(Number(digits))))),
      () =>
        (header = header.replace(
          /'[<|>]\w+'/,
          () => `'${random.pick(['<f4', '>f4', '<i8', '|b1', '<f2', '|O', '<U3', '<c8', '>u2', '|V4', '<f8'])}'`,
        )),
      () => (header = header.replace(/False|True/, random.pick(['True', 'False', '1', 'None']))),
      () => (header = header.replace(/'(descr|shape|fortran_order)'/, () => `'${random.word().slice(0, 50)}'`)),
      () => (values = mutateBytes(random, values)),
      () => random.chance(0.2) && (header = `${header}${' '.repeat(random.below(70_000))}`),
      () => random.chance(0.2) && (version = random.below(6)),
    );
  }
  const text = encode(header);
  const wide = version > 1;
  const head = new Uint8Array(wide ? 12 : 10);
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  put(head, 8, wide ? 4 : 2, random.chance(0.03) ? random.number(text.length, { integer: true }) : text.length);
  return joined([head, text, values]);
}

function makeFlo(random) {
  const [height, width] = [1 + random.below(6), 1 + random.below(6)];
  let bytes = Uint8Array.from(
    encodeFlo({ dtype: 'float32', shape: [height, width, 2], data: new Float32Array(2 * width * height) }),
  );
  for (let n = random.chance(0.2) ? 0 : random.few(); n > 0 && bytes.length > 12; n--) {
    random.one(
      () => put(bytes, random.pick([4, 8]), 4, random.number(4)),
      () => (bytes = mutateBytes(random, bytes, 4)),
    );
  }
  return bytes;
}

function safetensorsSeed(random) {
  const arrays = Object.fromEntries(
    Array.from({ length: 1 + random.below(4) }, (_, i) => [random.pick(['a', 'b.weight', `c${i}`]), anyArray(random)]),
  );
  return encodeSafetensors(arrays, random.chance(0.5) ? { epoch: '7', note: 'é' } : {});
}

function makeSafetensors(random, _index, seed = safetensorsSeed(random)) {
  const length = new DataView(seed.buffer, seed.byteOffset).getUint32(0, true);
  let header = JSON.parse(decode(seed.subarray(8, 8 + length)));
  let values = seed.slice(8 + length);
  if (random.chance(0.8)) header = mutateJson(random, header);
  if (random.chance(0.3)) values = mutateBytes(random, values);
  const text = encode(jsonText(random, header));
  const head = new Uint8Array(8);
  put(head, 0, 8, random.chance(0.03) ? random.number(text.length, { integer: true }) : text.length);
  return joined([head, text, values]);
}

function makePytorchZip(random) {
  const { tokens, storages } = checkpoint(random);
  const pickle = pickleBytes(random.chance(0.75) ? mutateTokens(random, tokens) : tokens);
  const entries = [
    { name: 'archive/data.pkl', bytes: pickle, stored: true },
    { name: 'archive/byteorder', bytes: encode('little'), stored: true },
    ...storages.map(({ key, bytes }) => ({
      name: `archive/data/${key}`,
      bytes: random.chance(0.05) ? mutateBytes(random, bytes) : bytes,
      stored: true,
    })),
    { name: 'archive/version', bytes: encode('3\n'), stored: true },
  ];
  return random.chance(0.15) ? mutateZip(random, entries) : zipOf(entries);
}

function makePytorchLegacy(random) {
  const { tokens, storages } = checkpoint(random);
  const object = pickleBytes(random.chance(0.75) ? mutateTokens(random, tokens) : tokens);
  const start = Uint8Array.of(
    0x80,
    2,
    0x8a,
    10,
    0x6c,
    0xfc,
    0x9c,
    0x46,
    0xf9,
    0x20,
    0x6a,
    0xa8,
    0x50,
    0x19,
    0x2e,
    0x80,
    2,
    0x4d,
    0xe9,
    3,
    0x2e,
    0x80,
    2,
    0x7d,
    0x2e,
  );
  const keys = pickleBytes([[0x80, 2], ']', '(', ...storages.map(({ key }) => ({ text: key })), 'e', '.']);
  const contents = storages.flatMap(({ bytes, length }) => {
    const head = new Uint8Array(8);
    put(head, 0, 8, random.chance(0.03) ? random.number(length, { integer: true }) : length);
    return [head, bytes];
  });
  const file = joined([start, object, keys, ...contents]);
  return random.chance(0.1) ? mutateBytes(random, file, start.length) : file;
}

/** Reads arrays and touches every element of them, as somebody who loads them does. */
function touch(arrays) {
  for (const { data, shape, dtype } of Object.values(arrays)) {
    const size = shape.reduce((product, side) => product * side, 1);
    if (size !== data.length) throw new Error(`the data do not fill the shape: ${dtype} [${shape}]`);
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += data[i];
    if (typeof sum !== 'number') throw new Error('an element is no number');
  }
}

const zipEntries = (random) =>
  Array.from({ length: 1 + random.below(4) }, (_, i) => ({
    name: `part${i}.xml`,
    bytes: Uint8Array.from({ length: random.below(200) }, () => 97 + random.below(4)),
    stored: random.chance(0.3),
  }));

let network;
export const parsers = () => [
  {
    name: 'npy',
    files: dist('npy', 'elements', 'gather'),
    header: /must begin with|its version must be|its header must lie/,
    make: makeNpy,
    run(bytes) {
      const array = parseNpy(bytes);
      touch({ array });
      touch({ array: parseNpy(encodeNpy(array)) });
      if (array.data.every((value) => Math.abs(value) < 2 ** 31)) arrayToTensor(array).dispose();
    },
  },
  {
    name: 'flo',
    files: dist('flo'),
    header: /must begin with the number/,
    make: makeFlo,
    run: (bytes) => touch({ flow: parseFlo(encodeFlo(parseFlo(bytes))) }),
  },
  {
    name: 'safetensors',
    files: dist('safetensors', 'shown'),
    header: /must begin with 8 bytes|its header must lie|must begin with "\{"|its header must be JSON/,
    make: makeSafetensors,
    run: (bytes) => touch(parseSafetensors(bytes).arrays),
  },
  {
    name: 'pytorch-zip',
    files: dist('pytorch-checkpoint', 'weights'),
    header: /must be a zip file or begin|its directory must be at its end|must hold one <name>\/data\.pkl|neither/,
    make: makePytorchZip,
    run: (bytes, random) =>
      touch(
        random.chance(0.8)
          ? parseWeights(bytes)
          : parsePytorchCheckpoint(bytes, { entry: random.pick(['model', 'model', 'x']) }),
      ),
  },
  {
    name: 'pytorch-legacy',
    files: dist('unpickle'),
    header: /must be a zip file or begin|magic number|its protocol must be 1001|neither/,
    make: makePytorchLegacy,
    run: (bytes) => touch(parseWeights(bytes)),
  },
  {
    name: 'zip',
    files: dist('zip', 'crc32', 'file-limits'),
    header: /its directory must be at its end|64-bit directory must lie/,
    make: (random) =>
      random.chance(0.1) ? mutateBytes(random, zipOf(zipEntries(random))) : mutateZip(random, zipEntries(random)),
    run(bytes) {
      for (const entry of openZip(bytes).values()) entry();
    },
  },
  {
    name: 'weights',
    files: ['packages/models/dist/weights/load-weights.js'],
    header: /must begin with 8 bytes|its header must lie|must begin with "\{"|its header must be JSON/,
    make: async (random, index) => {
      network ??= createModel('ststnet', { classes: 3 });
      const seed = encodeSafetensors(await exportWeights(network, { layout: random.pick(['tfjs', 'pytorch']) }));
      return makeSafetensors(random, index, seed);
    },
    async run(bytes, random) {
      const strict = random.chance(0.6);
      loadWeights(network, parseWeights(bytes), { strict, head: random.pick(['load', 'reinitialize']) });
    },
  },
];
