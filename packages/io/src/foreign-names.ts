import { describePython, Inert, KnownGlobal, mayNotUse, Tuple } from './unpickle.js';

/** Modules that act on a machine. No checkpoint has business with them: a file that names one was made to do harm, and its reader is told. */
const acting = new Set(
  (
    'asyncio atexit builtins __builtin__ cffi code codeop commands concurrent ctypes dill distutils exceptions ' +
    'gc glob http importlib inspect io _io linecache marshal multiprocessing nt ntpath operator _operator os pdb pickle _pickle ' +
    'pip platform popen2 posix posixpath profile pty pydoc runpy shelve shutil signal site smtplib socket socketserver ssl subprocess ' +
    'sys sysconfig tempfile threading _thread timeit trace urllib urllib2 webbrowser xmlrpc zipimport'
  ).split(' '),
);

/** Functions by which common values are written; what they would give is not made. */
const writers = new Set([
  'collections.deque',
  'copy_reg._reconstructor',
  'copyreg.__newobj_ex__',
  'copyreg._reconstructor',
  'datetime.date',
  'datetime.datetime',
  'datetime.time',
  'datetime.timedelta',
  'datetime.timezone',
  'functools.partial',
  'logging.getLogger',
  'numpy._core.multiarray._reconstruct',
  'numpy._core.numeric._frombuffer',
  'numpy.core.multiarray._reconstruct',
  'numpy.core.numeric._frombuffer',
  'numpy.dtype',
  'numpy.ma.core._mareconstruct',
  'numpy.random._pickle.__bit_generator_ctor',
  'numpy.random._pickle.__generator_ctor',
  'numpy.random._pickle.__randomstate_ctor',
  'pandas._libs.internals._unpickle_block',
  'pandas.core.indexes.base._new_Index',
  'torch.device',
  // values of these classes are read over too
  '__builtin__.bytearray',
  '__builtin__.bytes',
  '__builtin__.complex',
  '__builtin__.range',
  '__builtin__.slice',
  '__builtin__.xrange',
  'builtins.bytearray',
  'builtins.bytes',
  'builtins.complex',
  'builtins.range',
  'builtins.slice',
]);

/** Classes of Python itself that other values name. */
const plainClasses = new Set(['object', 'dict', 'list', 'tuple', 'int', 'float', 'str', 'bool', 'long', 'unicode']);

/**
 * What stands for a name of somebody's own in a checkpoint: a class whose objects are data, and are not made. Functions are called by no reader, so a pickle that
 * calls one (its name begins with a small letter, and it is none by which common values are written) is refused, as is any name of a module that acts on the machine.
 *
 * @returns undefined where the pickle may not use it
 */
export function foreignName(name: string): KnownGlobal | undefined {
  const plain = /^(?:builtins|__builtin__)\.(\w+)$/.exec(name)?.[1];
  if (plain !== undefined && plainClasses.has(plain)) return new KnownGlobal(name);
  if (!writers.has(name) && acting.has(name.split('.', 1)[0]!)) return undefined;
  const mayCall = writers.has(name) || /^\p{Lu}/u.test(name.slice(name.lastIndexOf('.') + 1).replace(/^_+/, ''));
  return new KnownGlobal(name, (args, kind) => {
    if (kind === 'call' && !mayCall) throw mayNotUse(name);
    // what rebuilds an object is given its class first
    const [first] = args;
    const rebuilds = /(_reconstruct(?:or)?|__newobj_ex__|_mareconstruct)$/.test(name);
    return new Inert(rebuilds && first instanceof KnownGlobal ? first.name : name, args);
  });
}

/** Characters of a text that a description shows. */
const longest = 40;

/** Says what a value beside the weights is, in a few words. */
export function describeCompanion(value: unknown): string {
  if (value instanceof Inert) {
    if (!/^numpy\.(?:ndarray|matrix)$/.test(value.name)) return value.name;
    const shape = value.state instanceof Tuple ? value.state.items[1] : undefined;
    return shape instanceof Tuple ? `numpy.ndarray [${shape.items.slice(0, 8).map(String).join(', ')}]` : value.name;
  }
  if (value instanceof Tuple && value.items.length === 0) return 'an empty tuple';
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (value instanceof Set) return `a set of ${value.size}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === true || value === false) return value ? 'True' : 'False';
  if (typeof value === 'string' && value.length > longest) return JSON.stringify(`${value.slice(0, longest)}…`);
  return describePython(value);
}
