// A registry of our own on this machine: what is published there goes nowhere else; all other packages come from the registry that npm is set to.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { command } from '../packed.mjs';

/** 6.8 runs on Node 20; the override is for registries that do not serve the tag `cjs` of node-fetch. */
const VERDACCIO = { dependencies: { verdaccio: '6.8.0' }, overrides: { 'node-fetch': '2.7.0' } };

/**
 * Installs and starts it below a folder.
 *
 * @returns its address, the environment in which npm uses it, and a function that stops it
 */
export async function startRegistry(folder) {
  const place = join(folder, 'registry');
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), JSON.stringify({ private: true, ...VERDACCIO }));
  command('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], place);
  const upstream = command('npm', ['config', 'get', 'registry'], place).trim();
  const port = await freePort();
  const address = `http://127.0.0.1:${port}/`;
  writeFileSync(
    join(place, 'config.yaml'),
    `storage: ./storage
web: { enable: false }
auth: { htpasswd: { file: ./htpasswd, max_users: -1 } }
uplinks: { upstream: { url: '${upstream}', cache: false, timeout: 60s } }
packages:
  '@mer/*': { access: $all, publish: $all, unpublish: $all }
  '**': { access: $all, proxy: upstream }
log: { type: stdout, format: pretty, level: warn }
`,
  );
  const log = join(place, 'log.txt');
  const out = openSync(log, 'a');
  const bin = join(place, 'node_modules/verdaccio/bin/verdaccio');
  const child = spawn(
    process.execPath,
    [bin, '--config', join(place, 'config.yaml'), '--listen', `127.0.0.1:${port}`],
    {
      cwd: place,
      stdio: ['ignore', out, out],
    },
  );
  await answers(new URL('-/ping', address), child, log);
  // npm wants a token before it publishes; this registry takes any
  const token = { [`npm_config_//127.0.0.1:${port}/:_authToken`]: 'none' };
  // an own cache: tarballs of a rehearsal must never be found by another
  const env = { ...process.env, ...token, npm_config_registry: address, npm_config_cache: join(folder, 'npm-cache') };
  return { address, env, stop: () => child.kill() };
}

async function answers(address, child, log) {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) break;
    const response = await fetch(address).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Cannot start the local registry:\n${readFileSync(log, 'utf8')}`);
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
