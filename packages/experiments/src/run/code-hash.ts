import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

let known: Promise<string> | undefined;

/**
 * Identity of the code that makes clips into images: SHA-256 over the built files of the packages it lies in. Any change of them, released or not,
 * makes the images anew.
 */
export function preparationCodeHash(): Promise<string> {
  known ??= hash(['@mer/io', '@mer/datasets', '@mer/representations', '@mer/backends']);
  return known;
}

async function hash(packages: readonly string[]): Promise<string> {
  const digest = createHash('sha256');
  const require = createRequire(import.meta.url);
  for (const name of packages) {
    const dist = join(dirname(require.resolve(`${name}/package.json`)), 'dist');
    const files = (await readdir(dist, { recursive: true })).filter((file) => /\.(js|wasm)$/.test(file)).sort();
    for (const file of files) digest.update(`${name}/${file}\n`).update(await readFile(join(dist, file)));
  }
  return digest.digest('hex');
}
