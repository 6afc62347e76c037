/**
 * Uses the packages as a stranger would: packs each into a tarball, installs the tarballs into a folder outside the workspace with npm, and
 * runs every program of examples/ there in plain Node, and the project that `mer init` writes. Needs a build.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownProject } from './own-project.mjs';
import { command, installPacked, packPackages } from './packed.mjs';

const examples = fileURLToPath(new URL('../examples', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mer-packed-'));
try {
  const tarballs = packPackages(folder);
  for (const example of readdirSync(examples)) {
    const target = join(folder, example);
    cpSync(join(examples, example), target, { recursive: true });
    installPacked(target, JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')), tarballs);
    command('npm', ['start', '--silent'], target);
    console.log(`examples/${example} works from packed packages`);
  }
  await ownProject(folder, tarballs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
