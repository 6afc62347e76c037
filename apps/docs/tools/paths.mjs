// Where things lie: the repository, the assembled pages, the built site.
import { fileURLToPath } from 'node:url';
import * as addresses from '../../../tools/addresses.mjs';

/** A path of the repository as a path of this machine. */
export const inRepository = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** A part of the site that is built alone, for its check; empty for all of it. */
export const PART = process.env.MER_SITE_PART ?? '';
const suffix = PART && `-${PART}`;

/** Pages as VitePress takes them: written by assemble.mjs, never by hand. */
export const SITE = inRepository(`apps/docs/.site${suffix}/`);
export const DIST = inRepository(`apps/docs/dist${suffix}/`);

/** Address of the repository, for links that edit and show sources; undefined until package.json (or MER_REPOSITORY) has one. */
export const REPOSITORY = addresses.isSet(addresses.REPOSITORY) ? addresses.REPOSITORY : undefined;

/** Address of the site, for its sitemap; until package.json (or MER_HOMEPAGE) has one, that of `npm run docs`. */
export const HOMEPAGE = addresses.isSet(addresses.HOMEPAGE) ? addresses.HOMEPAGE : 'http://localhost:4173';
