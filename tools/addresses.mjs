// The public addresses: `repository` and `homepage` of package.json at the root say them, once for every package, page and link.
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Address of the repository, as a page: https://host/owner/name. MER_REPOSITORY stands above package.json. */
export const REPOSITORY = (process.env.MER_REPOSITORY ?? manifest.repository.url)
  .replace(/^git\+/, '')
  .replace(/\.git$/, '');

/** Address of the site. MER_HOMEPAGE stands above package.json. */
export const HOMEPAGE = (process.env.MER_HOMEPAGE ?? manifest.homepage).replace(/\/$/, '');

/** Whether an address is somebody's: example.org and the like belong to nobody, and stand here until there is one. */
export const isSet = (address) => !/(^|\.)(example(\.(org|com|net))?|invalid|test)$/.test(new URL(address).hostname);

/** Where a file of the repository is shown; `raw` for what is loaded, such as pictures. */
export const fileAddress = (path, { raw = false } = {}) => `${REPOSITORY}/${raw ? 'raw' : 'blob'}/HEAD/${path}`;
