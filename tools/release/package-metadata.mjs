/**
 * What every package.json says alike: addresses, license, engines, how it is published. Written from package.json at the root, which alone is edited.
 *
 *   node tools/release/package-metadata.mjs            writes it into packages/*\/package.json
 *   node tools/release/package-metadata.mjs --check    exit status 1 where one differs, or lacks what only it can say
 *   node tools/release/package-metadata.mjs --publish  the same, and the addresses must be somebody's
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { HOMEPAGE, isSet, REPOSITORY } from '../addresses.mjs';

const packages = new URL('../../packages/', import.meta.url);
const main = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const check = process.argv.includes('--check');
const publish = process.argv.includes('--publish');

/** What stands alike in every package, after its description. */
const commonOf = (name) => ({
  homepage: `${HOMEPAGE}/packages/${name}.html`,
  repository: { type: 'git', url: `git+${REPOSITORY}.git`, directory: `packages/${name}` },
  bugs: { url: `${REPOSITORY}/issues` },
  license: main.license,
  author: main.author,
  type: 'module',
  sideEffects: false,
  engines: main.engines,
  publishConfig: { access: 'public', provenance: true },
});

/** The manifest with what is common in its place. */
function withCommon(manifest, name) {
  const common = commonOf(name);
  const { keywords, description, ...rest } = manifest;
  const entries = Object.entries({ ...rest, ...common }).filter(([key]) => !['name', 'version'].includes(key));
  const order = (key) => (key in common && key !== 'publishConfig' ? 0 : 1);
  entries.sort(([left], [right]) => order(left) - order(right));
  return { name: manifest.name, version: manifest.version, description, keywords, ...Object.fromEntries(entries) };
}

/** What is missing that only the package itself can say. */
function faultsOf({
  name,
  description,
  keywords = [],
  files = [],
  exports,
  peerDependencies = {},
  peerDependenciesMeta = {},
}) {
  const faults = [];
  if (!description) faults.push('a description');
  if (keywords.length < 3) faults.push('three keywords');
  if (!files.includes('CHANGELOG.md')) faults.push('CHANGELOG.md in files');
  for (const [entry, target] of Object.entries(exports ?? {})) {
    // what processes run is for nobody to import
    const types = typeof target === 'string' || target.types || target.browser?.types || entry === './worker';
    if (!types) faults.push(`types of the entry ${entry}`);
  }
  const stray = Object.keys(peerDependenciesMeta).filter((peer) => !(peer in peerDependencies));
  if (stray.length > 0) faults.push(`peerDependencies for ${stray.join(', ')}`);
  // changesets makes a major version of a package when a peer leaves its range, as every 0.x.0 leaves that of workspace:^
  const tied = Object.entries(peerDependencies).filter(([, range]) => range.startsWith('workspace:'));
  if (tied.length > 0)
    faults.push(`a range of versions such as 0.x for its peer ${tied.map(([peer]) => peer).join(', ')}`);
  return faults.map((fault) => `${name}: package.json lacks ${fault}`);
}

const faults = [];
for (const name of readdirSync(packages).sort()) {
  const file = new URL(`${name}/package.json`, packages);
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const wanted = withCommon(manifest, name);
  faults.push(...faultsOf(manifest));
  if (!check && !publish) writeFileSync(file, `${JSON.stringify(wanted, null, 2)}\n`);
  else if (!isDeepStrictEqual(manifest, wanted)) {
    faults.push(
      `${manifest.name}: package.json is not what the root says: run node tools/release/package-metadata.mjs`,
    );
  }
}
if (publish) {
  for (const [key, address] of Object.entries({ repository: REPOSITORY, homepage: HOMEPAGE })) {
    if (!isSet(address)) {
      faults.push(`Cannot publish as ${key} of package.json must be the public address: current value is ${address}`);
    }
  }
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else if (check || publish) console.log('every package.json says what the root says');
