import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a bucket sees it. */
export interface SeenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** What a test does in place of the bucket; undefined lets the bucket answer. */
export type Fault = (request: SeenRequest, response: ServerResponse, answer: () => void) => boolean;

/** A server that does of S3 what a store asks for, with a bucket `test`; it checks no signature, but that there is one of the body's hash. */
export async function bucketServer({ page = 1000 } = {}) {
  const objects = new Map<string, Buffer>();
  const seen: SeenRequest[] = [];
  const faults: Fault[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const url = new URL(incoming.url!, 'http://bucket');
    const request: SeenRequest = {
      method: incoming.method!,
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks),
    };
    seen.push(request);
    const answer = () => respond(request, response);
    if (faults[0]?.(request, response, answer)) faults.shift();
    else answer();
  });

  function refuse(response: ServerResponse, status: number, code: string) {
    return response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
  }

  function respond({ method, path, query, headers, body }: SeenRequest, response: ServerResponse): unknown {
    const signed =
      /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/[a-z\d-]+\/s3\/aws4_request, SignedHeaders=[^,]*, Signature=[0-9a-f]{64}$/;
    const hash = createHash('sha256').update(body).digest('hex');
    if (!signed.test(headers.authorization ?? '') || headers['x-amz-content-sha256'] !== hash) {
      return refuse(response, 403, 'SignatureDoesNotMatch');
    }
    if (!path.startsWith('/test')) return refuse(response, 404, 'NoSuchBucket');
    const key = path.slice('/test/'.length);
    if (query.has('list-type')) {
      const names = [...objects.keys()].filter((name) => name.startsWith(query.get('prefix')!)).sort();
      const from = Number(query.get('continuation-token')?.slice('at+'.length) ?? 0);
      const more = from + page < names.length;
      const contents = names.slice(from, from + page).map((name) => `<Contents><Key>${name}</Key></Contents>`);
      const next = more ? `<NextContinuationToken>at+${from + page}</NextContinuationToken>` : '';
      return response.end(
        `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
      );
    }
    const there = objects.get(key);
    if (method === 'PUT') {
      if (there && headers['if-none-match'] === '*') return refuse(response, 412, 'PreconditionFailed');
      objects.set(key, body);
    } else if (method === 'DELETE') {
      objects.delete(key);
    } else if (!there) {
      return refuse(response, 404, 'NoSuchKey');
    } else if (method === 'GET') {
      const most = Number(/^bytes=0-(\d+)$/.exec(headers.range ?? '')?.[1] ?? there.length);
      if (there.length === 0) return refuse(response, 416, 'InvalidRange');
      return response.writeHead(206).end(there.subarray(0, most + 1));
    }
    return response.end();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    objects,
    seen,
    faults,
    endpoint,
    url: (bucket = 'test/runs') => `s3://${bucket}?endpoint=${encodeURIComponent(endpoint)}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
