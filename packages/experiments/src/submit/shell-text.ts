import { visible } from '@mer/options';

/**
 * Writes a text as one word of a POSIX shell, whatever is in it.
 *
 * @example
 * ```ts
 * import { shellWord } from '@mer/experiments';
 *
 * console.log(shellWord('runs/a'), shellWord("it's $HOME")); // runs/a 'it'\''s $HOME'
 * ```
 */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Lines of a comment: nothing in the text begins a line of its own. */
export function shellComment(...lines: string[]): string[] {
  return lines.map((line) => `# ${visible(line.replaceAll(/\s+/g, ' '))}`);
}
