// The packages as npm users get them: packed into tarballs, and installed from these with npm.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readmeForNpm } from './release/readme-for-npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packs every package into a folder: what npm is told to install, by name. Checks that follow one another take what the first has packed into the folder MER_PACKED. */
export function packPackages(folder) {
  const names = readdirSync(join(root, 'packages'));
  const { MER_PACKED: shared } = process.env;
  const packed = (name) => {
    const there = shared && join(shared, `${name}.tgz`);
    return there && existsSync(there) ? there : packPackage(name, shared ?? folder);
  };
  return Object.fromEntries(names.map((name) => [`@mer/${name}`, `file:${packed(name)}`]));
}

/** Packs one package, with the README that the pages of npm show, and gives the path of the tarball. This is what a release publishes. */
export function packPackage(name, folder) {
  const tarball = join(folder, `${name}.tgz`);
  command(join(root, 'node_modules/.bin/pnpm'), ['pack', '--out', tarball], join(root, 'packages', name));
  const scratch = mkdtempSync(join(folder, `${name}-`));
  command('tar', ['-xzf', tarball], scratch);
  const readme = join(scratch, 'package/README.md');
  writeFileSync(readme, readmeForNpm(readFileSync(readme, 'utf8'), `packages/${name}`));
  command('tar', ['-czf', tarball, 'package'], scratch);
  rmSync(scratch, { recursive: true });
  return tarball;
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
  command('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], folder);
}

/** Runs a command and gives what it prints; throws with that where it fails. */
export function command(name, args, cwd, env = process.env) {
  const { status, stdout, stderr } = spawnSync(name, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    throw new Error(`${name} ${args.join(' ')} ended with status ${status} in ${cwd}:\n${stdout}\n${stderr}`);
  return stdout;
}
