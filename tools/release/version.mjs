// Makes versions and CHANGELOGs of the changesets that wait: `npm run release:version`. The workflow commits what it writes as a pull request.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { command } from '../packed.mjs';
import { changesetFaults, waiting } from './changesets.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const manifestOf = (name) => JSON.parse(readFileSync(`${root}/packages/${name}/package.json`, 'utf8'));
export const packageNames = () => readdirSync(`${root}/packages`).sort();

const faults = changesetFaults((name) => manifestOf(name.replace('@mer/', '')).version !== '0.0.0');
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
const count = waiting().length;
if (count === 0) {
  console.log('no changesets: nothing to release');
  process.exit();
}
const before = new Map(packageNames().map((name) => [name, manifestOf(name).version]));
command(`${root}/node_modules/.bin/changeset`, ['version'], root);
for (const [name, version] of before) {
  const now = manifestOf(name).version;
  if (now !== version) console.log(`@mer/${name} ${version} -> ${now}`);
}
