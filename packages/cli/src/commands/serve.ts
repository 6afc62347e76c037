import { readFile } from 'node:fs/promises';
import type { StartServerOptions } from '@mer/serve';
import { UsageError } from '../errors.js';
import { print, say } from '../output.js';

interface Options {
  host: string;
  port: number;
  workers: number;
  backend: string;
  face: 'find' | 'fills';
  tokenFile?: string;
  allowHost: string[];
  limit: string[];
  log: 'debug' | 'info' | 'warn' | 'error' | 'none';
}

/** `mer serve <folder>` */
export async function serve(folder: string, options: Options): Promise<void> {
  const { host, port, workers, backend, face, allowHost, log } = options;
  const { startServer } = await loadServe();
  const token = await tokenOf(options);
  const started: StartServerOptions = {
    ...{ host, port, workers, backend, face, token, limits: limitsOf(options.limit), allowedHosts: allowHost },
    ...(log !== 'none' && { log: { level: log, write: print } }),
  };
  const server = await startServer(folder, started).catch((error: Error) => {
    throw error instanceof RangeError ? new UsageError(error.message, { cause: error }) : error;
  });
  say(`${folder} at ${server.url}: POST /predict, or open it in a browser to try it. Ctrl-C stops it\n`);
  await new Promise<void>((resolve, reject) => {
    let stopping = false;
    const stop = () => {
      if (stopping) process.exit(130);
      stopping = true;
      say('stopping when what was accepted is answered; once more to stop at once\n');
      server.stop().then(resolve, reject);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

/** The service is a package of its own, as not everybody who runs experiments serves. */
async function loadServe(): Promise<typeof import('@mer/serve')> {
  try {
    return await import('@mer/serve');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new UsageError('Cannot serve as the package @mer/serve must be installed: npm install @mer/serve', { cause });
  }
}

/** From a file or the environment: an argument can be read by everybody on the machine. */
async function tokenOf({ tokenFile }: Options): Promise<string | undefined> {
  if (tokenFile === undefined) return process.env['MER_TOKEN'] || undefined;
  return (await readFile(tokenFile, 'utf8')).trim();
}

function limitsOf(given: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^(\w+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
      if (name === undefined) {
        throw new UsageError(
          `Cannot serve as --limit must be name=number, such as bytes=10000000: current value is ${text}`,
        );
      }
      return [name, Number(value)];
    }),
  );
}
