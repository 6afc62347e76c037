// The blocks of code in the documentation: where they stand, what they import, and how what they print is compared with their comments.
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';

/**
 * The fenced blocks of a Markdown file, or of the doc comments of a TypeScript file, in order.
 *
 * @returns code, first line, language, and whether it is run: not where the fence says `no-run`
 */
export function blocksOf(file, text = readFileSync(file, 'utf8')) {
  const comment = file.endsWith('.ts');
  const blocks = [];
  let block;
  for (const [i, raw] of text.split('\n').entries()) {
    if (comment && !/^\s*\*/.test(raw)) continue;
    const line = comment ? raw.replace(/^\s*\* ?/, '') : raw;
    const fence = /^(\s*)```(.*)$/.exec(line);
    if (block && fence) {
      blocks.push(block);
      block = undefined;
    } else if (block) {
      block.code += `${line.startsWith(block.indent) ? line.slice(block.indent.length) : line}\n`;
    } else if (fence) {
      const [language = '', ...words] = fence[2].trim().split(/\s+/);
      block = { code: '', indent: fence[1], line: i + 2, language, run: !words.includes('no-run') };
    }
  }
  return blocks;
}

const TYPED = new Set(['ts', 'typescript']);

/** Whether a block is TypeScript. */
export const isTyped = ({ language }) => TYPED.has(language);

/** The packages that the `npm install` lines of a shell block name; nothing of what is installed for the whole machine. */
export function installedBy({ language, code }) {
  if (!['sh', 'bash', 'shell'].includes(language)) return [];
  return code.split('\n').flatMap((line) => {
    const [, names] = /^\s*npm install (.*?)\s*(?:#.*)?$/.exec(line) ?? [];
    const words = names?.split(/\s+/) ?? [];
    return words.some((word) => /^(-g|--global)$/.test(word)) ? [] : words.filter((word) => !word.startsWith('-'));
  });
}

/** The packages that a block imports by name. */
export function importedBy({ code }) {
  const names = [...code.matchAll(/(?:^import|\bfrom|\bimport\()\s*'([^'.][^']*)'/gm)].map(([, name]) => name);
  const packages = names.filter((name) => !name.startsWith('node:')).map((name) => name.match(/^(@[^/]+\/)?[^/]+/)[0]);
  return [...new Set(packages)];
}

/** JavaScript of a block, in which `console.log(value); // expected` compares: it imports `expect.mjs` beside it, which is {@link EXPECT}. */
export function compiled({ code }, where) {
  const withChecks = `import { expectPrinted } from './expect.mjs';\n${code.replaceAll(
    /^([ \t]*)console\.log\((.+)\);[ \t]*\/\/[ \t]*(.+)$/gm,
    (_all, indent, value, expected) =>
      `${indent}expectPrinted([${value}], ${JSON.stringify(expected.trim())}, ${JSON.stringify(where)});`,
  )}`;
  return transformSync(withChecks, { loader: 'ts', format: 'esm', target: 'es2022' }).code;
}

/** The module that compares. */
export const EXPECT = `import { format, inspect } from 'node:util';
export function expectPrinted(values, expected, where) {
  const printed = format(...values);
  const inspected = values.map((value) => inspect(value)).join(' ');
  const same = (text) => text.replaceAll(/\\s+/g, ' ').replaceAll(/\\[ | \\]/g, (bracket) => bracket.trim());
  if (![printed, inspected].map(same).includes(same(expected))) throw new Error(\`prints \${printed} (or \${inspected}), but its comment says \${expected}\`);
}
`;
