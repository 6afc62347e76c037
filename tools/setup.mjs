/**
 * Makes a fresh clone ready: installs the workspace when the lock file changed, then builds every package.
 * Needs Node and npm alone; pnpm comes through `npx` the first time and from node_modules after that.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `mer needs Node 20.19 or newer: this is ${process.version}. Install a newer Node and run the command again.`,
  );
  process.exit(2);
}

// Settings of an outer `npx -c`, which an inner npx would take for its own.
const { npm_config_call: _call, npm_config_package: _package, ...env } = process.env;
// turbo looks for pnpm on the path.
env.PATH = `${fileURLToPath(new URL('../node_modules/.bin', import.meta.url))}${delimiter}${env.PATH}`;

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: { ...env, TURBO_TELEMETRY_DISABLED: '1', npm_config_update_notifier: 'false' },
  });
  if (error) console.error(`Cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

const stamp = new URL('../node_modules/.mer-setup', import.meta.url);
const lock = readFileSync(new URL('../pnpm-lock.yaml', import.meta.url), 'utf8');
const state = `${process.platform} ${process.arch}\n${lock}`;
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== state) {
  const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn']);
  writeFileSync(stamp, state);
}
run(fileURLToPath(new URL('../node_modules/.bin/turbo', import.meta.url)), [
  'run',
  'build',
  '--concurrency=2',
  '--output-logs=errors-only',
  '--no-update-notifier',
]);
