/**
 * Uses the packages as a stranger would: packs each into a tarball, installs the tarballs into a folder outside the workspace with npm, and
 * does what the READMEs of the quick examples say, and the project that `mer init` writes. Needs a build.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownProject } from './own-project.mjs';
import { packPackages } from './packed.mjs';
import { servePacked } from './packed-registry.mjs';
import { tryExample } from './try-examples.mjs';

const folder = mkdtempSync(join(tmpdir(), 'mer-packed-'));
try {
  const tarballs = packPackages(folder);
  const registry = await servePacked(tarballs);
  // the others take longer: npm run nightly:examples
  for (const example of ['node-app', 'node-server']) await tryExample(example, folder, registry.npmrc);
  await registry.close();
  await ownProject(folder, tarballs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
