import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExperimentError } from '../schema/experiment-error.js';

/** Where the address of a store leads. */
export type StorePlace = { kind: 'folder'; path: string } | ({ kind: 's3' } & BucketPlace);

/** A bucket, as an address names it. */
export interface BucketPlace {
  bucket: string;
  /** Before each key: empty, or ending with a slash. */
  prefix: string;
  endpoint: string | undefined;
  region: string | undefined;
}

const FORMS = 'a folder, or s3://bucket/prefix?endpoint=https://host:port&region=name';

/**
 * Reads the address of a store.
 *
 * @throws {@link ExperimentError} where it is none
 */
export function storePlace(url: string): StorePlace {
  // a letter and a colon begin a path of Windows
  if (!/^[a-z][a-z\d+.-]+:/i.test(url)) {
    if (url.trim() === '') throw cannotOpen(url, `it must be ${FORMS}: it is empty`);
    return { kind: 'folder', path: resolve(url) };
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'file:') return { kind: 'folder', path: pathOf(url, parsed) };
  if (parsed?.protocol === 's3:') return { kind: 's3', ...bucketOf(url, parsed) };
  throw cannotOpen(url, `it must be ${FORMS}`);
}

/** An address without what may be secret in it. */
export function withoutSecrets(url: string): string {
  return url.replace(/(\/\/|%2f%2f)[^/?#&]*?(@|%40)/gi, '$1…$2');
}

function cannotOpen(url: string, why: string): ExperimentError {
  return new ExperimentError(`Cannot open the store ${withoutSecrets(url)} as ${why}`);
}

function pathOf(url: string, parsed: URL): string {
  try {
    return fileURLToPath(parsed);
  } catch (cause) {
    throw cannotOpen(url, `its path must be one of this machine: ${(cause as Error).message}`);
  }
}

/** Names of buckets, those of old ones too. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/;

/** The form of a segment of a prefix; what `.` and `..` mean is lost on the way. */
const PREFIX = /^([A-Za-z0-9_%~-]([A-Za-z0-9._%~-]*[A-Za-z0-9_%~-])?\/)*$/;

function bucketOf(url: string, parsed: URL): BucketPlace {
  if (parsed.username !== '' || parsed.password !== '') {
    throw cannotOpen(
      url,
      'it must hold no keys, since it is written down: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  }
  const bucket = parsed.host;
  if (!BUCKET.test(bucket)) throw cannotOpen(url, `it must name a bucket: ${FORMS}`);
  const path = decodeURI(parsed.pathname).replace(/^\//, '');
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
  if (!PREFIX.test(prefix) || prefix.length > 300) {
    throw cannotOpen(
      url,
      'its prefix must be of letters, digits, dots, dashes and underscores, in parts joined by /, 300 characters at most',
    );
  }
  const unknown = [...parsed.searchParams.keys()].find((name) => name !== 'endpoint' && name !== 'region');
  if (unknown !== undefined) throw cannotOpen(url, `it may set endpoint and region: it sets ${unknown}`);
  return {
    bucket,
    prefix,
    endpoint: parsed.searchParams.get('endpoint') ?? undefined,
    region: parsed.searchParams.get('region') ?? undefined,
  };
}
