import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const known = new Map<string, Promise<string>>();

/**
 * Identity of the code that makes clips into images: SHA-256 over the built files of the packages it lies in. Any change of them, released or not,
 * makes the images anew.
 *
 * @param also - packages whose code takes part besides
 */
export function preparationCodeHash(also: readonly string[] = []): Promise<string> {
  const packages = ['@mer/io', '@mer/datasets', '@mer/representations', '@mer/backends', ...also];
  const key = packages.join(' ');
  const found = known.get(key) ?? hash(packages);
  known.set(key, found);
  return found;
}

async function hash(packages: readonly string[]): Promise<string> {
  const digest = createHash('sha256');
  const require = createRequire(import.meta.url);
  for (const name of packages) {
    const dist = join(dirname(require.resolve(`${name}/package.json`)), 'dist');
    // dist/bundled holds the same once more
    const files = (await readdir(dist, { recursive: true }))
      .filter((file) => /^(?!bundled[/\\]).*\.(js|wasm)$/.test(file))
      .sort();
    for (const file of files) digest.update(`${name}/${file}\n`).update(await readFile(join(dist, file)));
  }
  return digest.digest('hex');
}
