// Where things lie: the repository, the assembled pages, the built site.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A path of the repository as a path of this machine. */
export const inRepository = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** A part of the site that is built alone, for its check; empty for all of it. */
export const PART = process.env.MER_SITE_PART ?? '';
const suffix = PART && `-${PART}`;

/** Pages as VitePress takes them: written by assemble.mjs, never by hand. */
export const SITE = inRepository(`apps/docs/.site${suffix}/`);
export const DIST = inRepository(`apps/docs/dist${suffix}/`);

const { homepage, repository } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'));

/** Address of the repository, for links that edit and show sources; undefined until package.json (or MER_REPOSITORY) has one. */
export const REPOSITORY = (process.env.MER_REPOSITORY ?? repository?.url ?? repository)
  ?.replace(/^git\+/, '')
  .replace(/\.git$/, '');

/** Address of the site, for its sitemap; until package.json (or MER_HOMEPAGE) has one, that of `npm run docs`. */
export const HOMEPAGE = process.env.MER_HOMEPAGE ?? homepage ?? 'http://localhost:4173';
