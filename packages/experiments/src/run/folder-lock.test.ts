import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startOf } from '../runners/process-state.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { lockFolder } from './folder-lock.js';

const host = hostname()
  .replace(/[^A-Za-z0-9.-]/g, '-')
  .slice(0, 64);
const onLinux = process.platform === 'linux';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mer-lock-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const lockOf = (pid: number, { scope = 'all', machine = host, start = startOf(pid) ?? '' } = {}) =>
  join(dir, `.lock~${scope}~${machine}~${pid}~${start}`);

/** A process that does nothing until it is killed. */
function sleeper() {
  return spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' });
}

describe('lockFolder()', () => {
  it('names the process that works in the folder, and lets others in when that is done', async () => {
    const child = sleeper();
    await writeFile(lockOf(child.pid!), JSON.stringify({ command: 'mer run x.yaml', since: '2026-01-01T00:00:00Z' }));
    const refused = lockFolder(dir);
    await expect(refused).rejects.toThrow(ExperimentError);
    await expect(refused).rejects.toThrow(
      `Cannot work in ${dir} as another command works there: process ${child.pid} (mer run x.yaml), since 2026-01-01T00:00:00Z; wait until it has ended`,
    );
    expect(await readdir(dir)).toHaveLength(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    // killed, it left its lock: nobody waits for that
    const lock = await lockFolder(dir);
    expect(await readdir(dir)).toHaveLength(1);
    await lock.release();
    expect(await readdir(dir)).toEqual([]);
  });

  it('refuses this process itself', async () => {
    const lock = await lockFolder(dir);
    await expect(lockFolder(dir)).rejects.toThrow('this process itself');
    await lock.release();
    await (await lockFolder(dir)).release();
  });

  it('is not kept out by the same task of a scheduler that ended on another machine', async () => {
    vi.stubEnv('MER_TASK', 'slurm-7-3');
    await writeFile(lockOf(1, { machine: 'elsewhere_slurm-7-3' }), '');
    const lock = await lockFolder(dir);
    expect((await readdir(dir)).map((name) => name.replace(/~\d.*/, ''))).toEqual([`.lock~all~${host}_slurm-7-3`]);
    await lock.release();
    await writeFile(lockOf(1, { machine: 'elsewhere_slurm-7-4' }), '');
    await expect(lockFolder(dir)).rejects.toThrow('process 1 of the machine elsewhere');
    vi.unstubAllEnvs();
  });

  it.skipIf(!onLinux)('is not kept out by a later process of the same number', async () => {
    await writeFile(lockOf(process.ppid, { start: '1' }), '');
    const lock = await lockFolder(dir);
    expect(existsSync(lockOf(process.ppid, { start: '1' }))).toBe(false);
    await lock.release();
  });

  it('lets parts of one division share a folder, and nothing else', async () => {
    const child = sleeper();
    await writeFile(lockOf(child.pid!, { scope: '1of4' }), '');
    await (await lockFolder(dir, { shard: { index: 2, of: 4 } })).release();
    for (const shard of [{ index: 1, of: 4 }, { index: 2, of: 3 }, undefined]) {
      await expect(lockFolder(dir, { shard })).rejects.toThrow(`process ${child.pid}`);
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it('believes the lock of another machine until it has been silent for ten minutes', async () => {
    const path = lockOf(1, { machine: 'elsewhere', start: '1' });
    await writeFile(path, '{"command":"mer \\u001b[2J');
    await expect(lockFolder(dir)).rejects.toThrow(
      `process 1 of the machine elsewhere; wait until it has ended, or choose another folder; where it has crashed, delete ${path}`,
    );
    const before = new Date(Date.now() - 11 * 60_000);
    await utimes(path, before, before);
    await (await lockFolder(dir)).release();
    expect(await readdir(dir)).toEqual([]);
  });

  it('makes the folder, and takes it away again where nothing came into it', async () => {
    const lock = await lockFolder(join(dir, 'a', 'b'));
    await lock.release();
    expect(await readdir(dir)).toEqual([]);
    const other = await lockFolder(join(dir, 'a', 'b'));
    await writeFile(join(dir, 'a', 'b', 'x'), '');
    await other.release();
    expect(await readdir(join(dir, 'a', 'b'))).toEqual(['x']);
  });

  it('writes no password of the command into the folder', async () => {
    process.argv.push('--queue', 'redis://lab:hid@den@queue.lab');
    const lock = await lockFolder(dir);
    process.argv.splice(-2);
    const [name] = await readdir(dir);
    const { command } = JSON.parse(await readFile(join(dir, name!), 'utf8')) as { command: string };
    expect(command).toContain('--queue redis://…@queue.lab');
    await lock.release();
  });

  it('says why a folder cannot be made or written to', async () => {
    await writeFile(join(dir, 'file'), '');
    await expect(lockFolder(join(dir, 'file', 'x'))).rejects.toThrow(
      /Cannot make the folder .* a part of the path is a file/,
    );
    await expect(lockFolder(join(dir, 'n'.repeat(300)))).rejects.toThrow(
      /Cannot make the folder .* the name is too long/,
    );
    if (onLinux) await expect(lockFolder('/proc/mer')).rejects.toThrow('nothing can be made there');
    if (process.getuid?.() === 0) return;
    await mkdir(join(dir, 'closed'));
    await chmod(join(dir, 'closed'), 0o555);
    await expect(lockFolder(join(dir, 'closed'))).rejects.toThrow(/Cannot work in .* this user lacks the permission/);
  });
});
