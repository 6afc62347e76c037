// The pages and files of the site, as they are written.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { matter, page as pageText } from './markdown.mjs';
import { REPOSITORY, SITE } from './paths.mjs';

/** Every page that was written: path without ending, title, description, Markdown without front matter. */
export const pages = [];

async function write(path, data) {
  await mkdir(dirname(join(SITE, path)), { recursive: true });
  await writeFile(join(SITE, path), data);
}

/** Writes a file that the pages show or link: `/data/models.csv`. */
export const writePublic = (path, data) => write(join('public', path), data);

/** Writes a page; `source` is the file of the repository from which it is made, `edit` whether that file is the page. */
export async function writePage(path, { title, description, source, edit = false, ...more }, ...pieces) {
  const text = pageText(...pieces);
  pages.push({ path, title, description, text });
  const editAddress = REPOSITORY && source && `${REPOSITORY}/${edit ? 'edit' : 'blob'}/main/${source}`;
  const front = matter({
    title,
    description,
    editAddress,
    editText: edit ? undefined : 'The source of this page',
    editLink: editAddress !== undefined,
    ...more,
  });
  await write(`${path}.md`, `${front}\n\n${text}`);
}

/** A file of the repository: a link where its address is known. */
export const sourceLink = (path, line) =>
  REPOSITORY ? `[\`${path}\`](${REPOSITORY}/blob/main/${path}${line ? `#L${line}` : ''})` : `\`${path}\``;
