// The packed packages as npm gets them: a registry of this scope on this machine, for commands that are run exactly as a page prints them.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { command } from './packed.mjs';

/**
 * Serves tarballs, as `packPackages` gives them, to npm.
 *
 * @returns what an .npmrc must say for npm to take `@mer/…` from here, and everything else from where it does anyway; and a function that ends it.
 */
export async function servePacked(tarballs) {
  const files = new Map();
  const documents = new Map();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname).slice(1);
    if (documents.has(path)) response.setHeader('content-type', 'application/json').end(documents.get(path));
    else if (files.has(path)) response.end(files.get(path));
    else response.writeHead(404).end('{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  for (const [name, location] of Object.entries(tarballs)) {
    const path = location.replace(/^file:/, '');
    const bytes = readFileSync(path);
    const manifest = JSON.parse(command('tar', ['-xOf', path, 'package/package.json']));
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    const dist = { tarball: `${address}${basename(path)}`, integrity };
    const { version } = manifest;
    files.set(basename(path), bytes);
    documents.set(
      name,
      JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }),
    );
  }
  const npmrc = `@mer:registry=${address}\naudit=false\nfund=false\nupdate-notifier=false\nprefer-offline=true\n`;
  return { npmrc, close: () => new Promise((resolve) => server.close(resolve)) };
}
