/**
 * Uses the packages as a stranger would: packs each into a tarball, installs the tarballs into a folder outside the workspace with npm, and
 * runs every program of examples/ there in plain Node, and the project that `mer init` writes. Needs a build.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownProject } from './own-project.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mer-packed-'));

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')} failed in ${cwd}`);
    process.exit(1);
  }
}

try {
  const tarballs = {};
  for (const name of readdirSync(join(root, 'packages'))) {
    run(
      join(root, 'node_modules/.bin/pnpm'),
      ['pack', '--out', join(folder, `${name}.tgz`)],
      join(root, 'packages', name),
    );
    tarballs[`@mer/${name}`] = `file:${join(folder, `${name}.tgz`)}`;
  }
  for (const example of readdirSync(join(root, 'examples'))) {
    const target = join(folder, example);
    cpSync(join(root, 'examples', example), target, { recursive: true });
    const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
    for (const name of Object.keys(manifest.dependencies)) {
      if (tarballs[name]) manifest.dependencies[name] = tarballs[name];
    }
    manifest.overrides = tarballs;
    writeFileSync(join(target, 'package.json'), JSON.stringify(manifest, null, 2));
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], target);
    run('npm', ['start', '--silent'], target);
    console.log(`examples/${example} works from packed packages`);
  }
  await ownProject(folder, tarballs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
