import { checkLimit, fileLimits } from './file-limits.js';

/** A Python tuple. Lists are JavaScript arrays, dicts `Map`s, sets `Set`s, bytes `Uint8Array`s, None `null`. */
export class Tuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** Whether a pickle calls a name, or makes an object of the class that it names without calling anything. */
export type CallKind = 'call' | 'new';

/** A Python name that the reader knows: a function or class that a pickle may call, or a constant. */
export class KnownGlobal {
  /** `call` is what stands for the Python call; without it the name is a constant. */
  constructor(
    readonly name: string,
    readonly call?: (args: readonly unknown[], kind: CallKind) => unknown,
  ) {}
}

/** An object of a class that means nothing here: what the pickle gave it, and nothing was run for it. */
export class Inert {
  /** What it was given as a dict. */
  entries: Map<unknown, unknown> | undefined;
  /** Its attributes. */
  state: unknown;

  constructor(
    readonly name: string,
    readonly args: readonly unknown[] = [],
  ) {}
}

/** What a pickle may refer to outside itself. */
export interface UnpickleOptions {
  /** The names that the pickle may use, as `module.name`. */
  globals?: ReadonlyMap<string, KnownGlobal>;
  /** What stands for any other name; undefined where the pickle may not use it. */
  foreign?: (name: string) => KnownGlobal | undefined;
  /** Gives the object of a persistent id. */
  persistentLoad?: (id: unknown) => unknown;
  /** How many values it may build or set at most, which bounds its memory: limits.pickleValues. */
  mostValues?: number;
}

const cannot = 'Cannot read pickle';
/** Longest integer: the magic number of PyTorch has 10 bytes. */
const longestInteger = 64;

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #latin1 = new TextDecoder('latin1');
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  /** Moves on by `length` bytes, which must be there, and returns where they begin. */
  skip(length: number): number {
    const start = this.position;
    const left = this.#bytes.length - start;
    if (length > left) {
      throw new Error(
        `${cannot} as the file must not end within it: ${length} bytes needed at byte ${start}, ${left} left`,
      );
    }
    this.position = start + length;
    return start;
  }

  uint8(): number {
    return this.#bytes[this.skip(1)]!;
  }

  uint16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  uint64(): number {
    const start = this.skip(8);
    return this.#view.getUint32(start, true) + this.#view.getUint32(start + 4, true) * 2 ** 32;
  }

  float64(): number {
    return this.#view.getFloat64(this.skip(8), false);
  }

  bytes(length: number): Uint8Array {
    const start = this.skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(length: number): string {
    try {
      return this.#utf8.decode(this.bytes(length));
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      throw new Error(`${cannot} as its text must be UTF-8: it is not before byte ${this.position}`, { cause });
    }
  }

  /** Text of Python 2, which has no encoding: each byte is a character. */
  latin1(length: number): string {
    return this.#latin1.decode(this.bytes(length));
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new Error(`${cannot} as the line at byte ${this.position} must end`);
    const text = this.latin1(end - this.position);
    this.position = end + 1;
    return text;
  }

  /** A two's complement integer, little-endian; a number where it is safe to be one. */
  integer(length: number): number | bigint {
    if (length > longestInteger) {
      throw new Error(`${cannot} as an integer must have at most ${longestInteger} bytes: current length is ${length}`);
    }
    let value = 0n;
    for (const byte of this.bytes(length).toReversed()) value = (value << 8n) | BigInt(byte);
    return toNumber(length > 0 ? BigInt.asIntN(8 * length, value) : 0n);
  }

  integerLine(): number | bigint {
    const text = this.line().replace(/L$/, '');
    if (!/^[+-]?\d{1,150}$/.test(text))
      throw new Error(`${cannot} as ${JSON.stringify(text.slice(0, 40))} must be an integer`);
    return toNumber(BigInt(text.replace(/^\+/, '')));
  }
}

function toNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Says what a value is, for error messages. */
export function describePython(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value instanceof Tuple) return `a tuple of ${value.items.length}`;
  if (value instanceof KnownGlobal || value instanceof Inert) return value.name;
  if (value instanceof Map) return 'a dict';
  if (value instanceof Set) return 'a set';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'object') return `an object (${value.constructor.name})`;
  return String(value);
}

/** The error for a name that a pickle may not use. */
export function mayNotUse(name: string): Error {
  return new Error(
    `${cannot} as it may use tensors, containers and numbers only: it asks for ${JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name)}. ` +
      'Nothing was run. Save the state dict alone, torch.save(model.state_dict(), path), if the file is yours',
  );
}

/**
 * The value of one pickle (protocols 0 to 5) that begins at `start`, and where the pickle ends.
 *
 * It is a restricted reader: it builds numbers, texts, bytes, lists, tuples, dicts and sets, and hands every name of a module to
 * `globals` and `foreign`; a name that neither knows is an error which tells the name, and nothing is looked up or run for it. Time and memory grow
 * with the bytes of the pickle: lengths are checked before they are used, nothing recurses, and no value is copied.
 */
export function unpickle(
  bytes: Uint8Array,
  start = 0,
  { globals = new Map(), foreign, persistentLoad, mostValues = fileLimits.pickleValues }: UnpickleOptions = {},
): { value: unknown; end: number } {
  const reader = new Reader(bytes, start);
  const memo = new Map<number, unknown>();
  const marked: unknown[][] = [];
  let stack: unknown[] = [];

  const pop = (): unknown => {
    if (stack.length === 0)
      throw new Error(`${cannot} as its stack must not run empty: it does before byte ${reader.position}`);
    return stack.pop();
  };
  const top = (): unknown => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const popMark = (): unknown[] => {
    const items = stack;
    const below = marked.pop();
    if (below === undefined) throw new Error(`${cannot} as a mark must be set before byte ${reader.position}`);
    stack = below;
    return items;
  };
  const expected = (what: string, value: unknown): Error =>
    new Error(
      `${cannot} as the value before byte ${reader.position} must be ${what}: current value is ${describePython(value)}`,
    );
  const recall = (index: number | bigint): unknown => {
    if (!memo.has(index as number))
      throw new Error(`${cannot} as entry ${index} of its memo must be set before byte ${reader.position}`);
    return memo.get(index as number);
  };
  const setItems = (given: unknown, items: readonly unknown[]): void => {
    const target = given instanceof Inert ? (given.entries ??= new Map()) : given;
    if (!(target instanceof Map)) throw expected('a dict', target);
    if (items.length % 2 !== 0)
      throw new Error(`${cannot} as keys and values must come in pairs before byte ${reader.position}`);
    for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
  };
  const findGlobal = (module: unknown, name: unknown): KnownGlobal => {
    if (typeof module !== 'string' || typeof name !== 'string') throw expected('the name of a global', module);
    const found = globals.get(`${module}.${name}`) ?? foreign?.(`${module}.${name}`);
    if (found) return found;
    throw mayNotUse(`${module}.${name}`);
  };
  const call = (callee: unknown, args: unknown, kind: CallKind = 'call'): unknown => {
    if (!(callee instanceof KnownGlobal) || !callee.call) throw expected('a function', callee);
    if (!(args instanceof Tuple)) throw expected('a tuple of arguments', args);
    return callee.call(args.items, kind);
  };

  for (let steps = 0; ; steps++) {
    if (steps > mostValues)
      checkLimit(cannot, 'the number of its values', 'pickleValues', steps, { pickleValues: mostValues });
    const opcode = reader.uint8();
    switch (opcode) {
      case 0x80: {
        const protocol = reader.uint8();
        if (protocol > 5) throw new Error(`${cannot} as its protocol must be 0 to 5: current value is ${protocol}`);
        break;
      }
      case 0x95: // FRAME: its length says nothing that the opcodes do not say
        reader.skip(8);
        break;
      case 0x2e: // STOP
        return { value: pop(), end: reader.position };
      case 0x28: // MARK
        marked.push(stack);
        stack = [];
        break;
      case 0x30: // POP
        if (stack.length > 0) stack.pop();
        else popMark();
        break;
      case 0x31: // POP_MARK
        popMark();
        break;
      case 0x32: // DUP
        stack.push(top());
        break;

      case 0x70: // PUT
        memo.set(reader.integerLine() as number, top());
        break;
      case 0x71: // BINPUT
        memo.set(reader.uint8(), top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(reader.uint32(), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x67: // GET
        stack.push(recall(reader.integerLine()));
        break;
      case 0x68: // BINGET
        stack.push(recall(reader.uint8()));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(recall(reader.uint32()));
        break;

      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x49: {
        // INT: protocol 0 writes True as 01 and False as 00
        const text = bytes.subarray(reader.position, reader.position + 3);
        const isBoolean = text[0] === 0x30 && (text[1] === 0x30 || text[1] === 0x31) && text[2] === 0x0a;
        const value = reader.integerLine();
        stack.push(isBoolean ? value === 1 : value);
        break;
      }
      case 0x4c: // LONG
        stack.push(reader.integerLine());
        break;
      case 0x46: {
        // FLOAT
        const text = reader.line().trim();
        const value = /^[+-]?(inf|nan)$/i.test(text)
          ? Number(
              text
                .replace(/inf/i, 'Infinity')
                .replace(/nan/i, 'NaN')
                .replace(/[+-](?=N)/, ''),
            )
          : Number(text);
        if (text === '' || (Number.isNaN(value) && !/nan/i.test(text))) {
          throw new Error(`${cannot} as ${JSON.stringify(text.slice(0, 40))} must be a number`);
        }
        stack.push(value);
        break;
      }
      case 0x4a: // BININT
        stack.push(reader.int32());
        break;
      case 0x4b: // BININT1
        stack.push(reader.uint8());
        break;
      case 0x4d: // BININT2
        stack.push(reader.uint16());
        break;
      case 0x8a: // LONG1
        stack.push(reader.integer(reader.uint8()));
        break;
      case 0x8b: // LONG4
        stack.push(reader.integer(reader.uint32()));
        break;
      case 0x47: // BINFLOAT
        stack.push(reader.float64());
        break;

      case 0x53: {
        // STRING: quoted
        const text = reader.line();
        const quote = text[0];
        if (text.length < 2 || (quote !== '"' && quote !== "'") || text.at(-1) !== quote || text.includes('\\')) {
          throw new Error(
            `${cannot} as a quoted text must be quoted and without escapes before byte ${reader.position}`,
          );
        }
        stack.push(text.slice(1, -1));
        break;
      }
      case 0x56: {
        // UNICODE: raw-unicode-escape
        stack.push(
          reader
            .line()
            .replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        );
        break;
      }
      case 0x54: // BINSTRING
        stack.push(reader.latin1(reader.uint32()));
        break;
      case 0x55: // SHORT_BINSTRING
        stack.push(reader.latin1(reader.uint8()));
        break;
      case 0x58: // BINUNICODE
        stack.push(reader.text(reader.uint32()));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(reader.text(reader.uint8()));
        break;
      case 0x8d: // BINUNICODE8
        stack.push(reader.text(reader.uint64()));
        break;
      case 0x42: // BINBYTES
        stack.push(reader.bytes(reader.uint32()));
        break;
      case 0x43: // SHORT_BINBYTES
        stack.push(reader.bytes(reader.uint8()));
        break;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        stack.push(reader.bytes(reader.uint64()));
        break;

      case 0x29: // EMPTY_TUPLE
        stack.push(new Tuple([]));
        break;
      case 0x74: {
        // TUPLE
        const items = popMark();
        stack.push(new Tuple(items));
        break;
      }
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const items = Array.from({ length: opcode - 0x84 }, pop).reverse();
        stack.push(new Tuple(items));
        break;
      }
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        break;
      case 0x6c: {
        // LIST
        const items = popMark();
        stack.push(items);
        break;
      }
      case 0x61: {
        // APPEND
        const item = pop();
        const list = top();
        // of a list that is an object of some class the items are of no interest
        if (list instanceof Inert) break;
        if (!Array.isArray(list)) throw expected('a list', list);
        list.push(item);
        break;
      }
      case 0x65: {
        // APPENDS
        const items = popMark();
        const list = top();
        if (list instanceof Inert) break;
        if (!Array.isArray(list)) throw expected('a list', list);
        for (const item of items) list.push(item);
        break;
      }
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x64: {
        // DICT
        const items = popMark();
        const dict = new Map();
        setItems(dict, items);
        stack.push(dict);
        break;
      }
      case 0x73: {
        // SETITEM
        const value = pop();
        const key = pop();
        setItems(top(), [key, value]);
        break;
      }
      case 0x75: {
        // SETITEMS
        const items = popMark();
        setItems(top(), items);
        break;
      }
      case 0x8f: // EMPTY_SET
        stack.push(new Set());
        break;
      case 0x90: {
        // ADDITEMS
        const items = popMark();
        const set = top();
        if (set instanceof Inert) break;
        if (!(set instanceof Set)) throw expected('a set', set);
        for (const item of items) set.add(item);
        break;
      }
      case 0x91: {
        // FROZENSET
        const items = popMark();
        stack.push(new Set(items));
        break;
      }

      case 0x63: {
        // GLOBAL
        const module = reader.line();
        stack.push(findGlobal(module, reader.line()));
        break;
      }
      case 0x93: {
        // STACK_GLOBAL
        const name = pop();
        stack.push(findGlobal(pop(), name));
        break;
      }
      case 0x69: {
        // INST: names its class itself
        const module = reader.line();
        const callee = findGlobal(module, reader.line());
        stack.push(call(callee, new Tuple(popMark())));
        break;
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const args = pop();
        stack.push(call(pop(), args, opcode === 0x52 ? 'call' : 'new'));
        break;
      }
      case 0x92: {
        // NEWOBJ_EX: with arguments by name, which are of no interest
        pop();
        const args = pop();
        stack.push(call(pop(), args, 'new'));
        break;
      }
      case 0x62: {
        // BUILD: attributes of an object; dicts have none that matter (PyTorch puts _metadata on a state dict)
        const state = pop();
        const target = top();
        if (target instanceof Inert) target.state = state;
        else if (!(target instanceof Map)) throw expected('a dict', target);
        break;
      }
      case 0x50: // PERSID
      case 0x51: {
        // BINPERSID
        const id = opcode === 0x50 ? reader.line() : pop();
        if (!persistentLoad)
          throw new Error(`${cannot} as it must not refer to anything outside: it asks for ${describePython(id)}`);
        stack.push(persistentLoad(id));
        break;
      }
      default:
        throw new Error(
          `${cannot} as the opcode at byte ${reader.position - 1} must be one of a pickle without objects of other classes: current value is 0x${opcode.toString(16).padStart(2, '0')}`,
        );
    }
  }
}
