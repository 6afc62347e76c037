// Pickles as lists of tokens, so that opcodes and their arguments are changed whole. A token is an opcode (text), bytes (list), `{ text }`, `{ integer }` or
// `{ global }`.
import { encode, put } from './mutate.mjs';
import { joined } from './zip-writer.mjs';

const sized = (opcode, width, content, length = content.length) => {
  const head = new Uint8Array(1 + width);
  head[0] = opcode;
  put(head, 1, width, length);
  return joined([head, content]);
};

function bytesOfToken(token) {
  if (typeof token === 'string') return encode(token);
  if (Array.isArray(token)) return Uint8Array.from(token);
  if ('text' in token) return sized(0x58, 4, encode(token.text), token.length);
  if ('global' in token) return encode(`c${token.global.join('\n')}\n`);
  const bytes = new Uint8Array(8);
  put(bytes, 0, 8, token.integer);
  return sized(0x8a, 1, bytes);
}

export const pickleBytes = (tokens) => joined(tokens.map(bytesOfToken));

const types = [
  ['FloatStorage', 4],
  ['DoubleStorage', 8],
  ['HalfStorage', 2],
  ['BFloat16Storage', 2],
  ['LongStorage', 8],
  ['IntStorage', 4],
  ['ByteStorage', 1],
  ['BoolStorage', 1],
];

const tuple = (values) => ['(', ...values.map((integer) => ({ integer })), 't'];

function tensorTokens(random, { key, type, length, bytes }) {
  const shape = random.pick([[length], [1, length], [], [length, 1, 1], [Math.max(1, length - 1), 2], [0]]);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  // overlapping, or the last first
  if (shape[1] === 2) strides[0] = 1;
  const untyped = random.chance(0.2);
  const storageType = untyped ? ['torch.storage', 'UntypedStorage'] : ['torch', type];
  const storage = [
    '(',
    { text: 'storage' },
    { global: storageType },
    { text: key },
    { text: 'cpu' },
    { integer: untyped ? bytes.length : length },
    't',
    'Q',
  ];
  const tail = [
    { integer: 0 },
    ...tuple(shape),
    ...tuple(strides),
    [0x89],
    { global: ['collections', 'OrderedDict'] },
    ')',
    'R',
  ];
  const rebuild = { global: ['torch._utils', untyped ? '_rebuild_tensor_v3' : '_rebuild_tensor_v2'] };
  const kind = untyped ? [{ global: ['torch', dtypes[type]] }] : [];
  const tensor = [rebuild, '(', ...storage, ...tail, ...kind, 't', 'R'];
  if (random.chance(0.2)) {
    return [
      { global: ['torch._utils', '_rebuild_parameter'] },
      '(',
      ...tensor,
      [0x89],
      { global: ['collections', 'OrderedDict'] },
      ')',
      'R',
      't',
      'R',
    ];
  }
  return tensor;
}

const dtypes = {
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

/** Tokens of any value that is no tensor, by every opcode that pushes one. */
function anyValue(random, depth = 0) {
  const inner = () => anyValue(random, depth + 1);
  const simple = [
    ['N'],
    [[0x88]],
    [[0x89]],
    ['I01\n'],
    ['I12\n'],
    ['L5L\n'],
    ['F1.5\n'],
    ['Fnan\n'],
    ['F-inf\n'],
    [[0x4b, 3]],
    [[0x4d, 1, 1]],
    [[0x4a, 255, 255, 255, 255]],
    [[0x8a, 2, 1, 1]],
    [[0x8b, 2, 0, 0, 0, 1, 255]],
    [[0x47, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]],
    ["S'x'\n"],
    ['Vx\\u0041\n'],
    [{ text: 'é 漢' }],
    [[0x54, 1, 0, 0, 0, 97]],
    [[0x55, 1, 97]],
    [[0x8c, 1, 97]],
    [[0x8d, 1, 0, 0, 0, 0, 0, 0, 0, 97]],
    [[0x42, 1, 0, 0, 0, 9]],
    [[0x43, 1, 9]],
    [[0x8e, 1, 0, 0, 0, 0, 0, 0, 0, 9]],
    [[0x96, 1, 0, 0, 0, 0, 0, 0, 0, 9]],
    [')'],
    [']'],
    ['}'],
    [[0x8f]],
    [[0x95, 0, 0, 0, 0, 0, 0, 0, 0], 'N'],
    ['N', '0', 'N'],
    ['(', '1', 'N'],
    [{ global: ['numpy', 'dtype'] }, '(', { text: 'f8' }, 't', 'R'],
    [{ global: ['torch', 'Size'] }, '(', '(', [0x4b, 3], 't', 't', 'R'],
    [{ global: ['builtins', 'set'] }, '(', ']', '(', [0x4b, 3], 'e', 't', 'R'],
    [{ global: ['collections', 'OrderedDict'] }, ')', [0x81], '}', 'b'],
    ['(', 'icollections\nOrderedDict\n'],
    [{ global: ['collections', 'OrderedDict'] }, '(', ']', { text: 'a' }, [0x4b, 1], [0x86], 'a', [0x85], 't', 'R'],
    [[0x8c, 11], 'collections', [0x8c, 11], 'OrderedDict', [0x93], ')', 'R'],
  ];
  if (depth > 3 || random.chance(0.6)) return random.pick(simple);
  return random.one(
    () => [...inner(), [0x85]],
    () => [...inner(), ...inner(), [0x86]],
    () => [...inner(), ...inner(), ...inner(), [0x87]],
    () => ['(', ...inner(), ...inner(), 't'],
    () => ['(', ...inner(), 'l'],
    () => [']', ...inner(), 'a'],
    () => [']', '(', ...inner(), ...inner(), 'e'],
    () => ['}', { text: 'k' }, ...inner(), 's'],
    () => ['(', { text: 'k' }, ...inner(), 'd'],
    () => ['(', ...inner(), [0x91]],
    () => [[0x8f], '(', ...inner(), [0x90]],
    () => [...inner(), 'p7\n', '0', 'g7\n'],
    () => [...inner(), [0x71, 9], '0', [0x68, 9]],
    () => [...inner(), [0x72, 9, 1, 0, 0], '2', '0', '0', [0x6a, 9, 1, 0, 0]],
    () => [...inner(), [0x94]],
  );
}

/** Tokens of a checkpoint, and its storages. */
export function checkpoint(random) {
  const storages = Array.from({ length: 1 + random.below(3) }, (_, i) => {
    const [type, width] = random.pick(types);
    const length = 1 + random.below(6);
    return { key: String(i), type, length, bytes: new Uint8Array(width * length) };
  });
  const dict = [
    '}',
    '(',
    ...storages.flatMap((storage, i) => [{ text: `layer${i}.weight` }, ...tensorTokens(random, storage)]),
    'u',
  ];
  const more = Array.from({ length: random.below(4) }, (_, i) => [{ text: `other${i}` }, ...anyValue(random)]).flat();
  const tokens = random.pick([
    dict,
    ['}', '(', { text: 'model' }, ...dict, ...more, 'u'],
    ['}', '(', { text: 'model' }, ...dict, ...more, 'u'],
    ['(', ...dict, ...anyValue(random), 't'],
    tensorTokens(random, storages[0]),
  ]);
  return { tokens: [[0x80, 2], ...tokens, '.'], storages };
}

const opcodes = [
  ...'(012NQR)tl]ae}dusb.',
  [0x85],
  [0x86],
  [0x87],
  [0x88],
  [0x89],
  [0x8f],
  [0x90],
  [0x91],
  [0x93],
  [0x94],
  [0x81],
  [0x80, 4],
  [0x95, 0, 0, 0, 0, 0, 0, 0, 0],
  [0x71, 0],
  [0x68, 0],
  [0x72, 1, 0, 0, 0],
  [0x6a, 1, 0, 0, 0],
  [0x4b, 3],
  [0x4d, 1, 1],
  [0x4a, 255, 255, 255, 255],
  [0x47, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
  'I01\n',
  'I12\n',
  'L5L\n',
  'F1.5\n',
  'Fnan\n',
  "S'x'\n",
  'Vx\\u0041\n',
  'p0\n',
  'g0\n',
  [0x43, 1, 9],
  [0x8c, 1, 97],
  [0x55, 1, 97],
  [0x54, 1, 0, 0, 0, 97],
  [0x42, 1, 0, 0, 0, 9],
  [0x8d, 1, 0, 0, 0, 0, 0, 0, 0, 97],
  [0x8e, 1, 0, 0, 0, 0, 0, 0, 0, 9],
  [0x96, 255, 255, 255, 255, 255, 255, 255, 255],
  [0x8b, 255, 255, 255, 127],
  [0x8a, 255],
  'P1\n',
  'iposix\nsystem\n',
  'icollections\nOrderedDict\n',
];

const globals = [
  ['posix', 'system'],
  ['collections', 'OrderedDict'],
  ['builtins', 'set'],
  ['torch._utils', '_rebuild_tensor_v3'],
  ['torch', 'Size'],
  ['torch', 'float32'],
  ['torch', 'FloatStorage'],
  ['torch.storage', 'UntypedStorage'],
  ['numpy', 'dtype'],
  ['_codecs', 'encode'],
  ['__proto__', 'constructor'],
  ['torch._utils', '_rebuild_parameter_with_state'],
  ['builtins', 'frozenset'],
];

/** Tokens with a few changed, left out, doubled or swapped. */
export function mutateTokens(random, tokens) {
  const copy = tokens.map((token) => (typeof token === 'object' && !Array.isArray(token) ? { ...token } : token));
  const at = () => random.below(copy.length);
  for (let n = random.few(); n > 0; n--) {
    const where = at();
    const token = copy[where];
    random.one(
      () => copy.splice(where, 1),
      () => copy.splice(where, 0, random.pick(opcodes)),
      () => copy.splice(where, 0, copy[at()]),
      () => copy.splice(where, 0, ...copy.slice(where, where + random.below(8))),
      () => random.chance(0.1) && copy.splice(where, 0, ...Array(3000).fill(random.pick(opcodes))),
      () => {
        const numbers = copy.filter((each) => each && typeof each === 'object' && 'integer' in each);
        if (numbers.length > 0) random.pick(numbers).integer = random.number(3, { integer: true });
      },
      () => {
        const numbers = copy.filter((each) => each && typeof each === 'object' && 'integer' in each);
        if (numbers.length > 0) random.pick(numbers).integer = random.number(3);
      },
      () => {
        const texts = copy.filter((each) => each && typeof each === 'object' && 'text' in each);
        if (texts.length > 0) random.pick(texts).text = random.word();
      },
      () => {
        const names = copy.filter((each) => each && typeof each === 'object' && 'global' in each);
        if (names.length > 0) random.pick(names).global = random.pick(globals);
      },
      () => token?.text && random.chance(0.2) && (token.length = random.number(token.text.length, { integer: true })),
    );
  }
  return copy.filter((token) => token !== undefined);
}
