import type { ExpressionKind } from './recording.js';

/** The words for the kinds of expressions in tables and in the files of the challenges. */
const words: Readonly<Record<ExpressionKind, RegExp>> = {
  micro: /^(?:me|micro(?:[ _-]?(?:expression|movement)s?)?(?:[ _-]+\d+\/\d+)?)$/i,
  macro: /^(?:mae|macro(?:[ _-]?(?:expression|movement)s?)?)$/i,
};

/** The kind that a cell names, in any of those spellings: `me`, `Micro - 1/2`, `mae`, `macro-expression`; undefined for another word. */
export function readKind(text: string): ExpressionKind | undefined {
  const word = text.trim();
  return (['micro', 'macro'] as const).find((kind) => words[kind].test(word));
}
