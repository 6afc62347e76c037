/** Writes the JSON Schema of experiment files to packages/training/schema. Needs a build. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const mer = fileURLToPath(new URL('../packages/cli/bin/mer.js', import.meta.url));
const { stdout, status } = spawnSync(process.execPath, [mer, 'schema'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
if (status !== 0) process.exit(1);
writeFileSync(new URL('../packages/training/schema/experiment.schema.json', import.meta.url), stdout);
