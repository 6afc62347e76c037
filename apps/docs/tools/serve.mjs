// Serves the built site below its base, and nothing else; text is compressed, as every usual host of pages does it.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DIST } from './paths.mjs';

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

export async function serve(base) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const file = path.startsWith(base) ? path.slice(base.length) : '..';
    try {
      const body = await readFile(join(DIST, file === '' || file.endsWith('/') ? `${file}index.html` : file));
      const type = types[extname(file)] ?? 'application/octet-stream';
      const packed = /^text|svg|wasm/.test(type) && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
      response
        .writeHead(200, { 'content-type': type, ...(packed && { 'content-encoding': 'gzip' }) })
        .end(packed ? gzipSync(body) : body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
