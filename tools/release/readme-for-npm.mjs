// READMEs as the pages of npm show them: what they link and picture in the repository has its whole address.
import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileAddress } from '../addresses.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?![a-z]+:|#|\/)([^)\s]+)\)/g;

/**
 * The text with every relative link and picture made absolute; code is left as it is.
 *
 * @param text - Markdown
 * @param folder - the folder of the file, from the root of the repository: `packages/io`
 * @throws Error where a link leads to no file
 */
export function readmeForNpm(text, folder) {
  const pieces = text.split(/(^```[\s\S]*?^```|`[^`\n]*`)/m);
  // a link whose words are code is in pieces by now: what is code is put aside instead
  const code = [];
  const masked = pieces
    .map((piece, i) => (i % 2 === 0 ? piece : `\uE000${code.push(piece) - 1}\uE000`))
    .join('')
    .replaceAll(LINK, (_all, picture, words, target) => {
      const [path, anchor] = target.split('#');
      const file = posix.normalize(posix.join(folder, path)).replace(/\/$/, '');
      if (file.startsWith('..') || !existsSync(join(root, file)))
        throw new Error(`Cannot link ${target} of ${folder}/README.md as it must be a file of the repository`);
      const address = statSync(join(root, file)).isDirectory()
        ? fileAddress(file).replace('/blob/', '/tree/')
        : fileAddress(file, { raw: picture === '!' });
      return `${picture}[${words}](${address}${anchor ? `#${anchor}` : ''})`;
    });
  return masked.replaceAll(/\uE000(\d+)\uE000/g, (_all, i) => code[Number(i)]);
}
