import { isAbsolute } from 'node:path';
import { visible } from '@mer/options';
import { ExperimentError } from '../schema/experiment-error.js';

/** Where the queue lies, as its URL says. */
export interface QueueAddress {
  /** Host and port, or the path of a socket. */
  readonly server: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Number of the database. */
  readonly database: number;
  /** Who is asking. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Whether the connection is encrypted, and the server's certificate checked. */
  readonly tls: boolean;
  /** What the names of all keys begin with, so that several may share a database. */
  readonly prefix: string;
  /** The URL without secrets, to be shown. */
  readonly shown: string;
}

const FORMS = 'redis://host:6379/0, rediss://user:password@host:6380 or unix:/run/redis/redis.sock';

/**
 * Reads the URL of a queue: `redis://`, `rediss://` (encrypted) or `unix:` (a socket of this machine), with `?prefix=` and, for a socket, `?db=`. Where it has no
 * password, that of the environment's `MER_REDIS_PASSWORD` is taken, which no list of processes shows.
 *
 * @throws {@link ExperimentError} that shows nothing of the URL, as it may hold a password
 */
export function parseQueueAddress(
  url: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): QueueAddress {
  const refused = (what: string) => new ExperimentError(`Cannot use the queue as ${what}; its URL is ${FORMS}`);
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw refused('its URL is none');
  }
  const { protocol, hostname, port, pathname, searchParams } = parsed;
  const unknown = [...searchParams.keys()].find((key) => key !== 'prefix' && !(key === 'db' && protocol === 'unix:'));
  if (unknown !== undefined) throw refused(`its URL may have no ?${visible(unknown.slice(0, 40))}=`);
  const prefix = searchParams.get('prefix') ?? 'mer';
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(prefix)) {
    throw refused('prefix must be letters, digits, dashes and underscores, 64 at most');
  }
  const decoded = (text: string, what: string) => {
    try {
      return decodeURIComponent(text) || undefined;
    } catch {
      throw refused(`the ${what} of its URL must be percent-encoded`);
    }
  };
  const common = {
    prefix,
    user: decoded(parsed.username, 'user'),
    password: decoded(parsed.password, 'password') ?? (environment['MER_REDIS_PASSWORD'] || undefined),
  };
  const ending = prefix === 'mer' ? '' : `?prefix=${prefix}`;
  if (protocol === 'unix:') {
    const path = decoded(pathname, 'path');
    if (hostname !== '' || path === undefined || !isAbsolute(path))
      throw refused('the path of its socket must be whole');
    const database = databaseOf(searchParams.get('db') ?? '0', refused);
    return { ...common, server: { path }, database, tls: false, shown: `unix:${path}${ending}` };
  }
  if (protocol !== 'redis:' && protocol !== 'rediss:')
    throw refused('its URL must begin with redis://, rediss:// or unix:');
  if (hostname === '') throw refused('its URL names no host');
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const database = databaseOf(pathname.replace(/^\//, '') || '0', refused);
  return {
    ...common,
    server: { host, port: port === '' ? 6379 : Number(port) },
    database,
    tls: protocol === 'rediss:',
    shown: `${protocol}//${hostname}:${port || 6379}/${database}${ending}`,
  };
}

function databaseOf(text: string, refused: (what: string) => Error): number {
  if (!/^\d{1,4}$/.test(text)) throw refused('the database must be a number, such as the 2 of redis://host:6379/2');
  return Number(text);
}
