// Repeatable choices: everything that a fuzzed input is made of follows from one number.
import { MULBERRY32_STEP, mulberry32 } from '@mer/options/random';

/** Numbers at which parsers go wrong. */
const edges = [
  0,
  -1,
  1,
  2,
  3,
  7,
  8,
  63,
  64,
  127,
  128,
  255,
  256,
  257,
  1000,
  32767,
  32768,
  65535,
  65536,
  100_000,
  999_999_999,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 2,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40,
  2 ** 53 - 1,
  2 ** 53,
  1e18,
  1e300,
  -(2 ** 31),
  0.5,
  -0.5,
  1e-300,
];

/** Texts at which parsers go wrong. */
const words = [
  '',
  ' ',
  '0',
  '-1',
  '1e5',
  '1e999',
  'NaN',
  'Infinity',
  '999999999',
  '4294967296',
  '9007199254740993',
  '99999999999999999999',
  '..',
  '../..',
  '/etc/passwd',
  'C:\\x',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'true',
  '\0',
  '\n',
  '\u0007',
  '\u202e',
  '\ud800',
  '漢字',
  '😀',
  '"',
  "'",
  ',',
  ';',
  '<',
  '&',
  '&#90;',
  '=1+1',
  '(',
  '((((((((((',
  'x'.repeat(300),
  'x'.repeat(40_000),
  '('.repeat(3000),
  '%s',
  '.',
  'a/b',
  'A1',
  'XFD1048576',
  'ZZZZZZ3',
  '2020-01-01',
];

/** The choices of one input. */
export function randomOf(seed) {
  let state = seed | 0;
  const next = () => {
    state = (state + MULBERRY32_STEP) | 0;
    return mulberry32(state) / 2 ** 32;
  };
  const below = (count) => Math.floor(next() * count);
  const pick = (list) => list[below(list.length)];
  return {
    next,
    below,
    pick,
    chance: (share) => next() < share,
    /** One of these functions, called. */
    one: (...choices) => pick(choices)(),
    /** 1, often; more, seldom. */
    few: () => 1 + Math.floor(-Math.log2(1 - next()) / 1.5),
    word: () => pick(words),
    /** Another number than this one: an edge, a neighbor, or anything small. */
    number(now = 0, { integer = false, most = Number.POSITIVE_INFINITY } = {}) {
      const value = this.one(
        () => pick(edges),
        () => now + pick([-1, 1, -2, 2]),
        () => now * pick([2, 10, -1, 1000]),
        () => below(20),
      );
      return integer ? Math.min(most, Math.abs(Math.trunc(value))) % 2 ** 53 : value;
    },
  };
}

/** A number that tells parser, seed and index apart. */
export function seedOf(parser, seed, index) {
  let hash = 2166136261;
  for (const character of `${parser} ${seed} ${index}`) hash = Math.imul(hash ^ character.codePointAt(0), 16777619);
  return hash;
}
