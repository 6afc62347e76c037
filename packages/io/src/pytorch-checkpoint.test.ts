import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { accidents, damaged } from '../test/fuzz.js';
import { expected, golden, goldenBytes, plainAll, shared } from '../test/golden.js';
import {
  bytesOf,
  legacyFile,
  legacyStart,
  pushGlobal,
  pushInteger,
  pushStorage,
  pushTensor,
  pushText,
} from '../test/pickle-writer.js';
import { readCheckpoint, readPytorchCheckpoint } from './node/weight-files.js';
import { openPytorchCheckpoint, parsePytorchCheckpoint } from './pytorch-checkpoint.js';

const both = ['zip', 'legacy'] as const;
const numbers = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i);

describe('parsePytorchCheckpoint()', () => {
  for (const name of Object.keys(expected).filter((file) => file.endsWith('.pth'))) {
    it(`reads ${name} as torch.load does`, () => {
      const arrays = parsePytorchCheckpoint(goldenBytes(name));
      expect(Object.keys(arrays)).toEqual(Object.keys(expected[name]!));
      for (const [key, array] of Object.entries(plainAll(arrays))) expect(array, key).toEqual(expected[name]![key]);
    });
  }

  it.each(both)('reads bytes that begin anywhere in a larger buffer (%s)', (format) => {
    const bytes = goldenBytes(`views-${format}.pth`);
    const padded = new Uint8Array(bytes.length + 7);
    padded.set(bytes, 3);
    expect(parsePytorchCheckpoint(padded.subarray(3, 3 + bytes.length))).toEqual(parsePytorchCheckpoint(bytes));
  });

  it.each(both)('takes one entry of a wrapped checkpoint (%s)', (format) => {
    const bytes = goldenBytes(`wrapped-${format}.pth`);
    const names = Object.keys(parsePytorchCheckpoint(bytes, { entry: 'state_dict' }));
    expect(names).toContain('module.0.weight');
    expect(names).toContain('module.1.num_batches_tracked');
    expect(names.length).toBe(7);
    expect(Object.keys(parsePytorchCheckpoint(bytes, { entry: 'optimizer.state.0' }))).toEqual([
      'step',
      'exp_avg',
      'exp_avg_sq',
    ]);
    expect(() => parsePytorchCheckpoint(bytes, { entry: 'model' })).toThrow(
      'Cannot read PyTorch checkpoint as entry must be one of its dicts with tensors (state_dict, optimizer, parameters, __proto__): current value is model',
    );
  });

  it('shares memory between tensors of one storage, and keeps tensors apart from the file', () => {
    const bytes = goldenBytes('views-zip.pth');
    const { whole, offset, again } = parsePytorchCheckpoint(bytes);
    expect(offset!.data.buffer).toBe(whole!.data.buffer);
    expect(again!.data).toBe(whole!.data);
    expect(whole!.data.buffer).not.toBe(bytes.buffer);
  });

  it('keeps hostile names harmless', () => {
    const arrays = parsePytorchCheckpoint(goldenBytes('wrapped-zip.pth'));
    expect(arrays['__proto__.polluted']!.shape).toEqual([1]);
    const object = bytesOf('}', pushText('__proto__'), pushTensor(pushStorage('0', 1), [1], [1]), 's');
    const hostile = parsePytorchCheckpoint(legacyFile(object, { 0: numbers(1) }));
    expect(Object.keys(hostile)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).shape).toBeUndefined();
    expect(Object.getPrototypeOf(hostile)).toBe(null);
  });

  it.each([
    ['hostile-system-zip.pth', 'it asks for "posix.system". Nothing was run.'],
    ['hostile-system-legacy.pth', 'it asks for "posix.system". Nothing was run.'],
    ['hostile-system-pickle.pth', 'it asks for "posix.system". Nothing was run.'],
    ['big-endian-zip.pth', 'must be little-endian'],
    ['big-endian-legacy.pth', 'must be little-endian'],
    ['compressed-zip.pth', 'is compressed (method 8)'],
    ['torchscript.pt', 'it is a TorchScript archive'],
    ['dtypes.safetensors', 'must be a zip file or begin with a pickle'],
    ['plain-2.pkl', "its first pickle must be PyTorch's magic number: it is a dict, as pickle.dump writes"],
    ['unpacked-data.pkl', 'this is the data.pkl of a checkpoint whose zip file was unpacked; give the zip file itself'],
  ])('refuses %s', (name, message) => {
    expect(() => parsePytorchCheckpoint(goldenBytes(name))).toThrow(message);
  });

  it.each([
    ['companion-namespace.pth', { args: 'argparse.Namespace' }],
    ['companion-numpy.pth', { cm: 'numpy.ndarray [3, 3]' }],
    ['companion-defaultdict.pth', { d: 'a dict of 0', od: 'a dict of 1' }],
  ])('reads the state dict of %s, and names what stands beside it', async (name, companions) => {
    const checkpoint = await readCheckpoint(golden(name));
    expect({ ...checkpoint.companions }).toEqual(companions);
    expect(Object.keys(parsePytorchCheckpoint(goldenBytes(name), { entry: 'state_dict' }))).toHaveLength(9);
  });

  it('reads over objects of any class, and shows plain values', () => {
    const tensor = pushTensor(pushStorage('0', 1), [1], [1]);
    const own = bytesOf(pushGlobal('__main__', 'Config'), ')', 0x81, '}', pushText('lr'), 'N', 'sb');
    const dict = bytesOf(pushGlobal('yacs.config', 'CfgNode'), ')', 0x81, '(', pushText('a'), 'K', 1, 'u}b');
    const list = bytesOf(pushGlobal('lab', 'History'), ')', 0x81, '(K', 1, 'K', 2, 'eK', 3, 'a');
    const path = bytesOf(pushGlobal('pathlib', 'PosixPath'), '(', pushText('/'), pushText('x'), 'tR');
    const dtype = bytesOf(
      pushGlobal('numpy', 'dtype'),
      '(',
      pushText('f4'),
      'K',
      0,
      'K',
      1,
      'tR(K',
      3,
      pushText('<'),
      'tb',
    );
    const float = bytesOf(pushGlobal('_codecs', 'encode'), '(', pushText('\0\0\0\u003f'), pushText('latin1'), 'tR');
    const scalar = bytesOf(pushGlobal('numpy.core.multiarray', 'scalar'), '(', dtype, float, 'tR');
    const values = { own, dict, list, path, scalar, epoch: bytesOf('K', 7) };
    const items = Object.entries(values).flatMap(([name, value]) => [pushText(name), value]);
    const object = bytesOf('}(', ...items, pushText('w'), tensor, 'u');
    const { arrays, companions } = openPytorchCheckpoint(legacyFile(object, { 0: numbers(1) }));
    expect(Object.keys(arrays)).toEqual(['w']);
    expect({ ...companions }).toEqual({
      own: '__main__.Config',
      dict: 'yacs.config.CfgNode',
      list: 'lab.History',
      path: 'pathlib.PosixPath',
      scalar: '0.5',
      epoch: '7',
    });
  });

  it.each(both)('reads a module that was saved whole as its state dict (%s)', (format) => {
    const arrays = parsePytorchCheckpoint(goldenBytes(`module-${format}.pth`));
    expect(Object.entries(arrays).map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight', [1, 1]],
      ['bias', [1]],
    ]);
  });

  it('accepts a byteorder record that says little', () => {
    expect(parsePytorchCheckpoint(goldenBytes('byteorder-zip.pth'))).toEqual(
      parsePytorchCheckpoint(goldenBytes('single-zip.pth')),
    );
  });

  it('reads tensors of bytes whose type the tensor tells, as PyTorch 2 writes uint16', () => {
    const tensor = bytesOf(
      pushGlobal('torch._utils', '_rebuild_tensor_v3'),
      bytesOf(
        '(',
        pushStorage('0', 6, 'UntypedStorage'),
        pushInteger(1),
        '(',
        pushInteger(2),
        't(',
        pushInteger(1),
        't',
      ),
      bytesOf(0x89, pushGlobal('collections', 'OrderedDict'), ')R', pushGlobal('torch', 'uint16'), 'tR'),
    );
    const bytes = legacyFile(tensor, { 0: Uint8Array.of(9, 9, 1, 0, 255, 255) });
    expect(parsePytorchCheckpoint(bytes)).toEqual({
      tensor: { dtype: 'uint16', shape: [2], data: Uint16Array.of(1, 65535) },
    });
  });

  it('has no names for empty, foreign and tensorless files', () => {
    expect(() => parsePytorchCheckpoint(new Uint8Array(0))).toThrow('it is empty');
    expect(() => parsePytorchCheckpoint(bytesOf('hello'))).toThrow('it begins with 68 65 6c 6c');
    expect(() => parsePytorchCheckpoint(legacyFile(bytesOf('}'), {}))).toThrow('must hold a tensor: it holds none');
  });

  it.each(both)(
    'says that a file is cut short or damaged, at many lengths and with random bytes changed (%s)',
    (format) => {
      for (const [index, name] of ['single', 'views', 'dtypes', 'wrapped', 'protocol4'].entries()) {
        const bytes = goldenBytes(`${name}-${format}.pth`);
        expect(accidents(parsePytorchCheckpoint, damaged(bytes, { flips: 600, seed: index, step: 4 }))).toEqual([]);
        if (format === 'legacy') {
          for (let length = 0; length < bytes.length; length++) {
            expect(() => parsePytorchCheckpoint(bytes.subarray(0, length))).toThrow(/^Cannot read/);
          }
        }
      }
    },
  );

  it('takes no prefix of a file for the file', () => {
    for (const format of both) {
      const bytes = goldenBytes(`single-${format}.pth`);
      for (let length = 0; length < bytes.length; length++) {
        expect(() => parsePytorchCheckpoint(bytes.subarray(0, length))).toThrow(/^Cannot read/);
      }
    }
  });

  it('notices a changed weight in a zip file by its CRC-32', () => {
    const bytes = goldenBytes('views-zip.pth');
    const at = bytes.findIndex(
      (_, i) => bytes[i] === 0 && bytes[i + 6] === 0x80 && bytes[i + 7] === 0x3f && bytes[i + 11] === 0x40,
    );
    bytes[at + 6]! ^= 1;
    expect(() => parsePytorchCheckpoint(bytes)).toThrow('must have its CRC-32: the file is damaged');
  });
});

describe('a hostile checkpoint', () => {
  it.each([
    ['a huge shape', [2 ** 50], [1]],
    ['a shape beyond all numbers', [2 ** 40, 2 ** 40], [1, 1]],
    ['a negative length', [-1], [1]],
    ['more strides than lengths', [1], [1, 1]],
    ['a negative stride', [2], [-1]],
    ['a view behind the end', [4], [1]],
  ])('that claims %s is refused', (_, shape, strides) => {
    const object = pushTensor(pushStorage('0', 3), shape, strides);
    expect(() => parsePytorchCheckpoint(legacyFile(object, { 0: numbers(3) }))).toThrow(
      /^Cannot read PyTorch checkpoint as a tensor must/,
    );
  });

  it('that repeats one number a billion times is refused', () => {
    const object = pushTensor(pushStorage('0', 1), [1000, 1000, 1000], [0, 0, 0]);
    expect(() => parsePytorchCheckpoint(legacyFile(object, { 0: numbers(1) }))).toThrow(
      'as its views must not be larger than the file: "tensor" has the shape [1000, 1000, 1000]',
    );
  });

  it('that makes many large views of one storage is refused', () => {
    const tensors = Array.from({ length: 200 }, () => pushTensor(pushStorage('0', 4096), [64, 64], [1, 64]));
    const object = bytesOf('](', ...tensors, 'e');
    expect(() => parsePytorchCheckpoint(legacyFile(object, { 0: numbers(4096) }))).toThrow(
      'as its views must not be larger than the file',
    );
  });

  it('that claims a storage beyond the file is refused, before memory is asked for', () => {
    for (const length of [4, 2 ** 31, 2 ** 45, 2 ** 53 - 1]) {
      const object = pushTensor(pushStorage('0', length), [1], [1]);
      expect(() => parsePytorchCheckpoint(legacyFile(object, { 0: numbers(3) }))).toThrow(/storage/);
    }
  });

  it('with lengths of texts, integers and bytes beyond the file is refused', () => {
    const long = [0xff, 0xff, 0xff, 0x7f];
    const longer = [...long, 0xff, 0xff, 0xff, 0x7f];
    for (const opcodes of [
      ['X', ...long],
      ['T', ...long],
      ['B', ...long],
      [0x8d, ...longer],
      [0x8e, ...longer],
      [0x96, ...longer],
      [0x8b, ...long],
      [0x8a, 255],
    ]) {
      expect(() => parsePytorchCheckpoint(bytesOf(0x80, 2, ...opcodes, '.'))).toThrow(
        /^Cannot read pickle as (the file|an integer)/,
      );
    }
  });

  it('with containers within themselves, or within each other again and again, is refused', () => {
    const self = bytesOf(']', 'q', 0, 'h', 0, 'a');
    expect(() => parsePytorchCheckpoint(legacyFile(self, {}))).toThrow('must not be nested into each other');
    // 30 levels, each holding the one below ten times: 10^30 paths.
    const levels = Array.from({ length: 30 }, () => bytesOf('q', 0, '0](', ...Array(10).fill(bytesOf('h', 0)), 'e'));
    const bomb = bytesOf(']', ...levels);
    expect(() => parsePytorchCheckpoint(legacyFile(bomb, {}))).toThrow(
      'must not be nested into each other again and again',
    );
  });

  it('nested a hundred thousand deep is refused without a stack overflow', () => {
    const deep = bytesOf(']'.repeat(100_000), 'a'.repeat(99_999));
    expect(() => parsePytorchCheckpoint(legacyFile(deep, {}))).toThrow('nested at most 64 deep');
  });

  it('that copies a list in every call is refused', () => {
    const list = bytesOf('](', ...Array(1000).fill('N'), 'e', 0x85, 'q', 0, '0');
    const call = bytesOf(pushGlobal('builtins', 'set'), 'h', 0, 'R0');
    const object = bytesOf(list, ...Array(300).fill(call), 'N');
    expect(() => parsePytorchCheckpoint(legacyFile(object, {}))).toThrow('must not build more than it holds');
  });

  it('that calls, builds or refers to what it may not is refused', () => {
    for (const [opcodes, message] of [
      [bytesOf('N)R'), 'must be a function: current value is None'],
      [bytesOf(pushGlobal('torch', 'float32'), ')R'), 'must be a function: current value is torch.float32'],
      [bytesOf(pushGlobal('collections', 'OrderedDict'), 'NR'), 'must be a tuple of arguments'],
      [bytesOf('K', 1, '}b'), 'must be a dict: current value is 1'],
      [bytesOf(pushText('posix'), pushText('system'), 0x93), '"posix.system"'],
      [bytesOf('(iposix\nsystem\n'), '"posix.system"'],
      [bytesOf(pushGlobal('constructor', 'constructor')), 'it holds none, but constructor.constructor'],
      [bytesOf(pushGlobal('__main__', 'train'), ')R'), 'it asks for "__main__.train". Nothing was run.'],
      [bytesOf(pushGlobal('subprocess', 'Popen'), ')R'), 'it asks for "subprocess.Popen"'],
      [bytesOf(pushGlobal('builtins', 'getattr')), 'it asks for "builtins.getattr"'],
      [bytesOf(pushGlobal('torch.storage', '_load_from_bytes'), ')R'), 'it is a pickle of tensors'],
      [bytesOf(...Array(3).fill(pushGlobal('torch._tensor', '_rebuild_from_type_v2')), ')', 0x87, 'R'), 'rebuilt by'],
      [bytesOf(pushText('x'), 'Q'), 'it may refer to storages only'],
      [bytesOf('Pstorage\n'), 'it may refer to storages only'],
      [bytesOf(0x82, 1), 'current value is 0x82'],
      [bytesOf('h', 9), 'entry 9 of its memo'],
      [bytesOf('0'), 'a mark must be set'],
      [bytesOf('t'), 'a mark must be set'],
      [bytesOf('('), 'stack must not run empty'],
      [bytesOf('K', 1, 'K', 2, 'a'), 'must be a list'],
      [bytesOf('}(K', 1, 'u'), 'must come in pairs'],
    ] as const) {
      expect(() => parsePytorchCheckpoint(legacyFile(opcodes, {}))).toThrow(message);
    }
    expect(() => parsePytorchCheckpoint(bytesOf(legacyStart, 'cposix\nsystem\n'))).toThrow('"posix.system"');
  });

  it('in a zip file that is a bomb is refused', () => {
    const pickle = bytesOf(pushTensor(pushStorage('0', 2_500_000), [2_500_000], [1]), '.');
    const bomb = zipSync({ 'a/data.pkl': [pickle, { level: 0 }], 'a/data/0': new Uint8Array(10_000_000) });
    expect(bomb.length).toBeLessThan(20_000);
    expect(() => parsePytorchCheckpoint(bomb)).toThrow('"a/data/0" is compressed (method 8)');
    expect(() => parsePytorchCheckpoint(zipSync({ 'a/data.pkl': new Uint8Array(10_000_000) }))).toThrow(
      '"a/data.pkl" is compressed (method 8)',
    );
    // The same bytes under many names.
    const files = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`a/data/${i}`, new Uint8Array(1000)]));
    const overlapping = zipSync(files, { level: 0 });
    const view = new DataView(overlapping.buffer);
    const directory = view.getUint32(overlapping.length - 6, true);
    for (let at = directory, i = 0; i < 50; i++, at += 46 + view.getUint16(at + 28, true)) {
      view.setUint32(at + 42, 0, true);
      view.setUint32(at + 20, 40_000, true);
      view.setUint32(at + 24, 40_000, true);
    }
    expect(() => parsePytorchCheckpoint(overlapping)).toThrow('its entries must not overlap');
  });
});

const data = join(shared, 'megc2019-flow28');
const weights = join(data, 'ststnet-fold-weights');

describe('readPytorchCheckpoint()', () => {
  it.skipIf(!existsSync(weights))('reads the 68 fold weights of STSTNet (skipped without ../shared/data)', async () => {
    const files = readdirSync(weights);
    expect(files.length).toBe(68);
    const batchNorm = (index: number, maps: number): [string, number[]][] => [
      [`bn${index}.weight`, [maps]],
      [`bn${index}.bias`, [maps]],
      [`bn${index}.running_mean`, [maps]],
      [`bn${index}.running_var`, [maps]],
      [`bn${index}.num_batches_tracked`, []],
    ];
    const shapes = new Map<string, number[]>([
      ...[3, 5, 8].flatMap((maps, i): [string, number[]][] => [
        [`conv${i + 1}.weight`, [maps, 3, 3, 3]],
        [`conv${i + 1}.bias`, [maps]],
      ]),
      ...[3, 5, 8].flatMap((maps, i) => batchNorm(i + 1, maps)),
      ['fc.weight', [3, 400]],
      ['fc.bias', [3]],
    ]);
    for (const file of files) {
      const arrays = await readPytorchCheckpoint(join(weights, file));
      expect(new Map(Object.entries(arrays).map(([name, { shape }]) => [name, shape]))).toEqual(shapes);
      for (const { data } of Object.values(arrays)) expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  it('names the file in an error', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'mer-io-')), 'cut.pth');
    await writeFile(path, goldenBytes('single-zip.pth').subarray(0, 300));
    await expect(readPytorchCheckpoint(path)).rejects.toThrow(`${path}: Cannot read zip`);
    await expect(readPytorchCheckpoint(`${path}.not`)).rejects.toThrow(
      `Cannot read ${path}.not as there is no such file or folder`,
    );
  });
});
