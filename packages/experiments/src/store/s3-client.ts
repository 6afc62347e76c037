import { setTimeout as pause } from 'node:timers/promises';
import { ExperimentError } from '../schema/experiment-error.js';
import { tagOf } from './s3-xml.js';
import { type BucketPlace, withoutSecrets } from './store-place.js';
import { sha256Of } from './stored-object.js';

/** A request to a bucket. */
export interface S3Request {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Key in the bucket, the prefix included; empty for the bucket itself. */
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** Answers beside those of success (2xx) that whoever asks deals with. */
  expected?: readonly number[];
  /** Bytes that the answer may have, by which the time it may take is reckoned. */
  answer?: number;
  signal?: AbortSignal | undefined;
}

/** What came of a request. */
export interface S3Answer {
  status: number;
  headers: Headers;
  body: Uint8Array;
  /** Whether an earlier try may have been carried out, though its answer did not come. */
  doubtful: boolean;
}

/** Sends requests to a bucket. */
export type S3Client = (request: S3Request) => Promise<S3Answer>;

/** How long a client waits. */
export interface S3Patience {
  /** How often a request is sent before it is given up, */
  tries: number;
  /** with pauses that begin so, in milliseconds, and double each time, */
  pause: number;
  /** and how long each may take, beside what its bytes do. */
  timeout: number;
}

/** Eight tries within half a minute: a server that is started again in between is waited for. */
export const PATIENCE: S3Patience = { tries: 8, pause: 200, timeout: 30_000 };

/** Milliseconds for each byte: 50 kB a second are enough. */
const PER_BYTE = 1 / 50;

/** Answers to which the same request may get another in a while. */
const PASSING = [408, 409, 429, 500, 502, 503, 504];

/**
 * Makes a client of one bucket, with keys from the environment; every request is signed, and tried again where the server or the network fails.
 *
 * @param place - bucket, and where its server is
 * @param url - the store's address for messages
 * @throws {@link ExperimentError} where there are no keys, or the package that signs is not installed
 */
export async function s3Client(place: BucketPlace, url: string, patience: S3Patience = PATIENCE): Promise<S3Client> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  const cannot = (why: string, cause?: unknown) =>
    new ExperimentError(`Cannot use the store ${withoutSecrets(url)} as ${why}`, { cause });
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    const lacking = AWS_ACCESS_KEY_ID ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID';
    throw cannot(`the variable ${lacking} must be set: keys to the bucket are read from nowhere else`);
  }
  const { AwsClient } = await import('aws4fetch').catch((cause: unknown) => {
    throw cannot('the package aws4fetch must be installed beside @mer/experiments: npm install aws4fetch', cause);
  });
  const { base, region } = serverOf(place, cannot);
  const signer = new AwsClient({
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    service: 's3',
    region,
  });

  async function once(request: S3Request): Promise<Omit<S3Answer, 'doubtful'>> {
    const { method, key, query = {}, headers = {}, body, answer = 1 << 20, signal } = request;
    const search = new URLSearchParams(query).toString();
    const path = key.split('/').map(encodeURIComponent).join('/');
    const signed = await signer.sign(`${base}${key === '' ? '' : `/${path}`}${search && `?${search}`}`, {
      method,
      headers: { ...headers, 'x-amz-content-sha256': sha256Of(body ?? new Uint8Array()) },
    });
    const time = AbortSignal.timeout(patience.timeout + Math.ceil(((body?.length ?? 0) + answer) * PER_BYTE));
    const response = await fetch(signed.url, {
      method,
      headers: signed.headers,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, time]) : time,
      ...(body && { body: body as Uint8Array<ArrayBuffer> }),
    });
    return { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) };
  }

  return async (request) => {
    const { signal, expected = [] } = request;
    let doubtful = false;
    for (let tried = 1; ; tried++) {
      signal?.throwIfAborted();
      let failure: { why: string; cause?: unknown };
      try {
        const found = await once(request);
        if (!PASSING.includes(found.status)) {
          if (found.status < 300 || expected.includes(found.status)) return { ...found, doubtful };
          throw cannot(refusalText(found, place, region));
        }
        failure = { why: `its server answers ${found.status} ${codeOf(found)}`.trim() };
      } catch (cause) {
        signal?.throwIfAborted();
        if (!isOfNetwork(cause)) throw cause;
        failure = { why: networkText(cause, base), cause };
      }
      doubtful = true;
      if (tried >= patience.tries) {
        const after = tried === 1 ? '' : `, ${tried} times in a row`;
        throw new Error(`Cannot reach the store ${url} as ${failure.why}${after}: try again once it is there`, {
          cause: failure.cause,
        });
      }
      // machines that were refused together should not come back together
      const most = Math.min(30_000, patience.pause * 2 ** (tried - 1));
      await pause(most * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    }
  };
}

/** Where a bucket's server is. */
function serverOf(place: BucketPlace, cannot: (why: string) => ExperimentError): { base: string; region: string } {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = place.region ?? (AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1');
  const endpoint = place.endpoint ?? (AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL);
  if (!/^[a-z\d-]{1,64}$/.test(region)) {
    throw cannot('the region must be a name such as eu-central-1');
  }
  if (!endpoint) {
    // a name with dots has no certificate
    return place.bucket.includes('.')
      ? { base: `https://s3.${region}.amazonaws.com/${place.bucket}`, region }
      : { base: `https://${place.bucket}.s3.${region}.amazonaws.com`, region };
  }
  const parsed = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.password || parsed.search) {
    throw cannot('its endpoint must be an address such as https://host:9000, without keys');
  }
  return { base: `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}/${place.bucket}`, region };
}

/** What the server says is wrong: a word. */
const codeOf = ({ body }: Pick<S3Answer, 'body'>) =>
  tagOf(new TextDecoder().decode(body.subarray(0, 4096)), 'Code') ?? '';

const KEYS = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

/** What is wrong where a server has refused a request, and what to do. */
function refusalText(answer: Omit<S3Answer, 'doubtful'>, { bucket }: BucketPlace, region: string): string {
  const { status, headers } = answer;
  const code = codeOf(answer);
  const actual = headers.get('x-amz-bucket-region');
  const said = `its server answers ${status}${code && ` ${code}`}`;
  if (code === 'RequestTimeTooSkewed') return `the clocks of this machine and its server differ (${said}): set them`;
  if (code === 'ExpiredToken') return `the keys are no longer valid (${said}): get new ones, with AWS_SESSION_TOKEN`;
  if (status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed') {
    const right = actual ? `?region=${actual}` : '?region=…';
    return `its bucket is not in the region ${region} (${said}): add ${right} to the address`;
  }
  if (code === 'InvalidAccessKeyId' || code === 'SignatureDoesNotMatch' || status === 401) {
    return `its server does not accept the keys of ${KEYS} (${said}): check both, and the region`;
  }
  if (status === 403) {
    return `the keys of ${KEYS} do not allow it (${said}): they must let objects of ${bucket} be listed, read, written and deleted`;
  }
  if (status === 404) return `there is no bucket ${bucket} (${said}): make it, or check the address`;
  if (status === 501) return `its server lacks what a store needs (${said}): use another`;
  return said;
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing answers at',
  ENOTFOUND: 'no host is known by the name in',
  EAI_AGAIN: 'no host is known by the name in',
  ECONNRESET: 'the connection was broken by',
  UND_ERR_SOCKET: 'the connection was broken by',
  ETIMEDOUT: 'no answer came in time from',
  UND_ERR_CONNECT_TIMEOUT: 'no answer came in time from',
};

/** Whether an error is that of a connection, after which another may hold: `fetch` throws it as the cause of a TypeError. */
const isOfNetwork = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'TimeoutError' || (error instanceof TypeError && error.cause instanceof Error));

/** What is wrong where no answer has come. */
function networkText(error: unknown, base: string): string {
  const server = new URL(base).origin;
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at.name === 'TimeoutError') return `no answer came in time from ${server}`;
    const code = (at as NodeJS.ErrnoException).code;
    if (typeof code === 'string' && Object.hasOwn(NETWORK, code)) return `${NETWORK[code]} ${server}`;
    if (at instanceof AggregateError && at.errors[0] instanceof Error) return networkText(at.errors[0], base);
    if (!(at.cause instanceof Error)) return `${at.message} (${server})`;
  }
  return `${String(error)} (${server})`;
}
