import { readdir, readFile, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeFolder, systemErrorCode, systemErrorText } from '@mer/io';
import { visible } from '@mer/options';
import { isAlive, startOf } from '../runners/process-state.js';
import { ExperimentError } from '../schema/experiment-error.js';

/** Another process works in a folder that {@link lockFolder} was to keep. */
export class FolderInUseError extends ExperimentError {}

/** Options of {@link lockFolder}. */
export interface LockFolderOptions {
  /** The part of the work, where processes that do other parts may share the folder. */
  shard?: { index: number; of: number } | undefined;
}

/** A folder that this process alone works in, see {@link lockFolder}. */
export interface FolderLock {
  /** Lets others in; a folder that was made for the lock and is still empty goes. */
  release(): Promise<void>;
}

/** How often a lock tells other machines that its process is alive, in milliseconds. */
const HEARTBEAT = 30_000;

/** A lock of another machine counts no more where it has told nothing for so long, in milliseconds. */
const SILENCE = 10 * 60_000;

/** How often, and how long each time, a process waits for another that came at the same moment and gives way. */
const TRIES = 20;
const TRY = 50;

/** Who works in a folder, as the name of the lock's file tells. */
interface Holder {
  file: string;
  scope: string;
  host: string;
  /** The task of a scheduler that the process does; empty where it does none. */
  task: string;
  pid: number;
  start: string;
}

const NAME = /^\.lock~([a-z0-9]+)~([A-Za-z0-9.-]*)(?:_([A-Za-z0-9.-]*))?~(\d{1,10})~(\d*)$/;

/** Whether a name in a folder is that of a lock. */
export const isLock = (name: string): boolean => NAME.test(name);

/**
 * Keeps other processes from working in a folder, which is made where it is not there. The lock is a file whose name says whose it is: a process that
 * ended without taking it away (killed, or the machine stopped) is in nobody's way. Of a process on another machine that cannot be known: its lock
 * counts until it has told nothing for ten minutes. Where the environment names the task of a scheduler that the process does (`MER_TASK`, as what `mer submit`
 * writes does), the scheduler vouches that a task runs once at a time: the lock of the same task on another machine, which ended there, is in nobody's way.
 *
 * @param dir - the folder
 * @param options - the part of the work
 * @throws {@link ExperimentError} that names the process which works there
 *
 * @example
 * ```ts
 * import { lockFolder } from '@mer/experiments';
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * const dir = await mkdtemp(join(tmpdir(), 'mer-'));
 * const lock = await lockFolder(dir);
 * const refused = await lockFolder(dir).catch((error) => error.message.slice(0, 11));
 * console.log(refused); // Cannot work
 * await lock.release();
 * ```
 */
export async function lockFolder(dir: string, { shard }: LockFolderOptions = {}): Promise<FolderLock> {
  const named = (text: string) => text.replace(/[^A-Za-z0-9.-]/g, '-').slice(0, 64);
  const own = {
    scope: shard ? `${shard.index}of${shard.of}` : 'all',
    host: named(hostname()),
    task: named(process.env['MER_TASK'] ?? ''),
    pid: process.pid,
    start: startOf(process.pid) ?? '',
  };
  const made = await makeFolder(dir).catch((cause: Error) => {
    throw new ExperimentError(cause.message, { cause });
  });
  const file = `.lock~${own.scope}~${own.host}${own.task && `_${own.task}`}~${own.pid}~${own.start}`;
  const path = join(dir, file);
  const about = JSON.stringify({ command: commandLine(), since: new Date().toISOString() });
  await writeFile(path, about, { flag: 'wx' }).catch(async (cause: unknown) => {
    if (systemErrorCode(cause) === 'EEXIST') throw await refusal(dir, { file, ...own }, own.host);
    await removeEmpty(dir, made);
    throw new ExperimentError(`Cannot work in ${dir} as ${systemErrorText(cause)}`, { cause });
  });
  const release = async () => {
    clearInterval(heartbeat);
    await rm(path, { force: true });
    await removeEmpty(dir, made);
  };
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, HEARTBEAT).unref();
  try {
    // whoever comes second sees the file of the first; where both see each other, the one whose name comes first stays
    for (let tries = 0; ; tries++) {
      const [other, ...others] = await holdersInWay(dir, { file, ...own });
      if (!other) return { release };
      if (tries === TRIES || [other, ...others].some((each) => each.file < file)) {
        throw await refusal(dir, other, own.host);
      }
      await pause(TRY);
    }
  } catch (error) {
    await release();
    throw error;
  }
}

/** Who else works in the folder on the same; the files of those that are no more are taken away. */
async function holdersInWay(dir: string, own: Holder): Promise<Holder[]> {
  const inWay: Holder[] = [];
  for (const name of await readdir(dir)) {
    const found = NAME.exec(name);
    if (!found || name === own.file) continue;
    const [, scope = '', host = '', task = '', pid, start = ''] = found;
    const holder = { file: name, scope, host, task, pid: Number(pid), start };
    if (!(await holds(dir, holder, own))) await rm(join(dir, name), { force: true });
    else if (excludes(scope, own.scope)) inWay.push(holder);
  }
  return inWay;
}

async function holds(dir: string, { file, host, task, pid, start }: Holder, own: Holder): Promise<boolean> {
  if (host === own.host) return isAlive(pid) && (startOf(pid) ?? start) === start;
  if (task !== '' && task === own.task) return false;
  const changed = (name: string) =>
    stat(join(dir, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
  // both times are those of the file system's clock
  const [theirs, ours] = [await changed(file), await changed(own.file)];
  return theirs !== undefined && (ours === undefined || ours - theirs < SILENCE);
}

/** Parts of one division share a folder, unless they are the same part. */
function excludes(scope: string, other: string): boolean {
  const [[part, of], [otherPart, otherOf]] = [scope.split('of'), other.split('of')];
  return of === undefined || of !== otherOf || part === otherPart;
}

async function refusal(dir: string, { file, host, pid }: Holder, here: string): Promise<FolderInUseError> {
  const { command, since } = await aboutOf(join(dir, file));
  const told = `${command ? ` (${command})` : ''}${since ? `, since ${since}` : ''}`;
  const who =
    host !== here
      ? `process ${pid} of the machine ${host}${told}`
      : pid === process.pid
        ? `this process itself${told}`
        : `process ${pid}${told}`;
  const cure =
    host === here
      ? 'wait until it has ended, or choose another folder'
      : `wait until it has ended, or choose another folder; where it has crashed, delete ${join(dir, file)}`;
  return new FolderInUseError(`Cannot work in ${dir} as another command works there: ${who}; ${cure}`);
}

async function aboutOf(path: string): Promise<{ command?: string; since?: string }> {
  try {
    const { command, since } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    return {
      ...(typeof command === 'string' && { command: visible(command.slice(0, 200)) }),
      ...(typeof since === 'string' && { since: visible(since.slice(0, 40)) }),
    };
  } catch {
    // it is being written, or gone
    return {};
  }
}

function commandLine(): string {
  const [, script = '', ...args] = process.argv;
  // whoever may read the folder need not know the passwords of its user
  const shown = args.map((arg) => arg.replace(/\/\/[^/\s]*@/g, '//…@'));
  return [basename(script, '.js'), ...shown].join(' ').slice(0, 200);
}

/** Takes away the folders that were made, from the inner one on, as far as they are empty. */
async function removeEmpty(dir: string, made: string | undefined): Promise<void> {
  if (made === undefined) return;
  for (let at = resolve(dir); at.length >= resolve(made).length; at = dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}
