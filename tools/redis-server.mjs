import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Whether this machine has a Redis server (Debian's redis-server, or Valkey's); its name. */
export const redisServer = ['redis-server', 'valkey-server'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);

/**
 * Starts a Redis server that keeps every command in a file of a folder and listens on a socket there, which no other program uses.
 *
 * @param {string} dir - an empty folder, or one of a server that has ended
 * @returns its URL; `end(signal)` ends it and waits
 */
export async function startRedis(dir) {
  const socket = join(dir, 'redis.sock');
  const settings = { port: '0', unixsocket: socket, appendonly: 'yes', dir, save: '', loglevel: 'warning' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(redisServer ?? 'redis-server', args, { stdio: 'ignore' });
  let over = false;
  const ended = new Promise((resolve) => {
    child.on('exit', (status, signal) => resolve(signal ?? status));
    child.on('error', resolve);
  }).finally(() => {
    over = true;
  });
  while (!existsSync(socket) && !over) await pause(10);
  if (over) throw new Error(`Cannot start ${redisServer ?? 'redis-server'} in ${dir}`);
  return {
    url: `unix:${socket}`,
    pid: child.pid,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
    },
  };
}
