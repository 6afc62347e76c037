/** Control characters, halves of characters, separators of lines, and marks that turn the direction of writing. */
const UNSEEN = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text as one line that shows what it holds: control characters (such as those that move a terminal's cursor or begin a new line), and marks that turn
 * the direction of writing, are written as escapes. For names out of files, wherever a line of text is made of them.
 *
 * @example
 * ```ts
 * import { visible } from '@mer/options';
 *
 * console.log(visible('sub01\u001b[2J\nall is well')); // sub01\x1b[2J\nall is well
 * ```
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, escaped);
}

/**
 * The same of a text of several lines, which stay.
 *
 * @example
 * ```ts
 * import { visibleLines } from '@mer/options';
 *
 * console.log(visibleLines('1\u001b[2J\n2').split('\n')); // [ '1\\x1b[2J', '2' ]
 * ```
 */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/**
 * JSON whose texts hold nothing that a terminal would obey; the same value when it is read.
 *
 * @param space - as of `JSON.stringify`
 * @throws {TypeError} where a value holds itself, or a bigint
 *
 * @example
 * ```ts
 * import { visibleJson } from '@mer/options';
 *
 * console.log(visibleJson({ name: '\u009b2J' })); // {"name":"\u009b2J"}
 * ```
 */
export function visibleJson(value: unknown, space?: number): string {
  return JSON.stringify(value, null, space).replace(UNSEEN, (character) =>
    character === '\n' ? character : `\\u${hex(character, 4)}`,
  );
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return SHORT[character] ?? (code < 0x100 ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`);
}

const hex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0');
