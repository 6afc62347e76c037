// Runs a benchmark: `npm run bench -- <name> [its options]` is `node benchmarks/<name>.mjs [its options]`; without a name,
// or with a wrong one, lists the names with the first comment of each. Packages must be built: `npm run build`.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../benchmarks/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs') && !file.endsWith('-worker.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length));

/** First sentence of the comment at the head of a benchmark. */
function summary(name) {
  const lines = readFileSync(new URL(`${name}.mjs`, folder), 'utf8').split('\n');
  const length = lines.findIndex((line) => !line.startsWith('//'));
  const comment = lines.slice(0, length).map((line) => line.slice(2).trim());
  return comment.join(' ').split(/[.:] /)[0];
}

const [name, ...rest] = process.argv.slice(2);
if (name !== undefined && names.includes(name)) {
  const { status, error } = spawnSync(process.execPath, [fileURLToPath(new URL(`${name}.mjs`, folder)), ...rest], {
    stdio: 'inherit',
  });
  if (error) throw error;
  process.exitCode = status ?? 1;
} else {
  if (name !== undefined) console.error(`Cannot run benchmark ${name} as it must be one of: ${names.join(', ')}\n`);
  console.log('npm run bench -- <name> [options]\n');
  for (const known of names) console.log(`  ${known.padEnd(18)}${summary(known)}`);
  process.exitCode = name === undefined ? 0 : 2;
}
