/** Text that is HTML or SVG already. */
export class Markup {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

/** What a template may hold: text is escaped, markup is not, lists are joined, and nothing is written for `undefined` and `false`. */
export type Content = string | number | Markup | undefined | false | readonly Content[];

/** HTML or SVG from a template; every text that is put in is escaped. */
export function markup(parts: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(parts.reduce((text, part, i) => text + render(contents[i - 1]) + part));
}

function render(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (content === undefined || content === false) return '';
  if (typeof content === 'object') return content.map(render).join('');
  return escapeText(String(content));
}

/** Text as it must stand in HTML or XML, also within quotes; characters that XML does not allow, and those that turn the direction of writing, become U+FFFD. */
export function escapeText(text: string): string {
  return text
    .replace(/(?![\t\n\r])\p{Cc}|\p{Cs}|[\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
