// The packages as npm users get them: packed into tarballs, and installed from these with npm.
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packs every package into a folder: what npm is told to install, by name. */
export function packPackages(folder) {
  const names = readdirSync(join(root, 'packages'));
  for (const name of names) {
    const target = ['pack', '--out', join(folder, `${name}.tgz`)];
    command(join(root, 'node_modules/.bin/pnpm'), target, join(root, 'packages', name));
  }
  return Object.fromEntries(names.map((name) => [`@mer/${name}`, `file:${join(folder, `${name}.tgz`)}`]));
}

/** Writes a manifest into a folder, our packages taken from the tarballs, and installs what it names. */
export function installPacked(folder, manifest, tarballs) {
  const dependencies = Object.fromEntries(
    Object.entries(manifest.dependencies).map(([name, range]) => [name, tarballs[name] ?? range]),
  );
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ ...manifest, dependencies, overrides: tarballs }, null, 2),
  );
  command('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], folder);
}

/** Runs a command and gives what it prints; throws with that where it fails. */
export function command(name, args, cwd) {
  const { status, stdout, stderr } = spawnSync(name, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    throw new Error(`${name} ${args.join(' ')} ended with status ${status} in ${cwd}:\n${stdout}\n${stderr}`);
  return stdout;
}
