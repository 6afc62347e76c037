/**
 * Publishes every package whose version the registry does not have: packed by pnpm, with its README as npm's pages show it, and published by npm, which signs
 * where it came from (provenance). What is published is the tarball that the checks install.
 *
 *   node tools/release/publish.mjs [--registry <address>] [--dry-run] [--tag-git]      (needs a build)
 *
 * Without --registry it is npm's, and the addresses in package.json must be set. --tag-git: a git tag for each, `@mer/io@0.1.0`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { command, packPackage } from '../packed.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const NPM = 'https://registry.npmjs.org/';
const { values } = parseArgs({
  options: { registry: { type: 'string' }, 'dry-run': { type: 'boolean' }, 'tag-git': { type: 'boolean' } },
});
const registry = values.registry ?? NPM;
const real = registry === NPM;
if (real) command(process.execPath, [join(root, 'tools/release/package-metadata.mjs'), '--publish'], root);

/** Our packages, each after those that it needs. */
function inOrder() {
  const manifests = readdirSync(join(root, 'packages')).map((name) => ({
    name,
    ...{ manifest: JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) },
  }));
  const done = [];
  const visit = ({ name, manifest }) => {
    if (done.some((other) => other.name === name)) return;
    for (const needed of Object.keys(manifest.dependencies ?? {})) {
      const other = manifests.find((each) => each.manifest.name === needed);
      if (other) visit(other);
    }
    done.push({ name, manifest });
  };
  for (const each of manifests) visit(each);
  return done;
}

/** Whether the registry has a version; anything but "no such package" is an error. */
async function isThere({ name, version }) {
  const response = await fetch(new URL(name.replace('/', '%2f'), registry));
  if (response.status === 404) return false;
  if (!response.ok) throw new Error(`Cannot ask ${registry} for ${name} as it answers ${response.status}`);
  return Object.hasOwn((await response.json()).versions ?? {}, version);
}

const folder = mkdtempSync(join(tmpdir(), 'mer-publish-'));
try {
  // asked before anything is published: what is not known must stop the whole
  const all = inOrder();
  const there = await Promise.all(all.map(({ manifest }) => isThere(manifest)));
  for (const { name, manifest } of all.filter((_, i) => !there[i])) {
    const what = `${manifest.name}@${manifest.version}`;
    if (manifest.version === '0.0.0')
      throw new Error(`Cannot publish ${what} as it needs a version: npm run release:version`);
    const tarball = packPackage(name, folder);
    // only npm's own registry takes provenance
    const args = ['publish', tarball, '--registry', registry, '--access', 'public', `--provenance=${real}`];
    command('npm', values['dry-run'] ? [...args, '--dry-run'] : args, root);
    if (values['tag-git'] && !values['dry-run']) {
      command('git', ['tag', what], root);
      // what the workflow looks for, to push the tag and write a release
      console.log(`New tag: ${what}`);
    }
    console.log(`${values['dry-run'] ? 'would publish' : 'published'} ${what}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
