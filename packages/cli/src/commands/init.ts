import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder, systemErrorCode, systemErrorText, writeFileAtomic } from '@mer/io';
import { UsageError } from '../errors.js';
import { print, printJson } from '../output.js';

const templates = fileURLToPath(new URL('../../templates/init/', import.meta.url));

/** `mer init <dir>` */
export async function init(dir: string, { json }: { json?: boolean }): Promise<void> {
  const folder = resolve(dir);
  const there = await readdir(folder).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw new UsageError(`Cannot write a project to ${dir} as it must be a folder: ${systemErrorText(error)}`, {
      cause: error,
    });
  });
  if (there.length > 0) {
    throw new UsageError(
      `Cannot write a project to ${dir} as it must be new or empty: it holds ${there.slice(0, 3).join(', ')}`,
    );
  }
  const name = nameOf(folder);
  await makeFolder(folder);
  const files: string[] = [];
  for (const file of (await readdir(templates)).sort()) {
    const text = await readFile(join(templates, file), 'utf8');
    // npm leaves files named .gitignore out of packages
    const written = file === 'gitignore' ? '.gitignore' : file;
    const filled = text
      .replaceAll('__name__', name)
      .replaceAll(/__version of ([@\w/-]+)__/g, (_, dependency: string) => versionOf(dependency));
    await writeFileAtomic(join(folder, written), new TextEncoder().encode(filled));
    files.push(written);
  }
  if (json) return printJson({ dir: folder, files });
  print(
    `${files.map((file) => join(dir, file)).join('\n')}\n\nNext:\n  cd ${dir}\n  npm install\n  npm test\n  npx mer run experiment.yaml --workers 2\n`,
  );
}

/** The version of a package of ours, as this one uses it: each has its own. */
function versionOf(dependency: string): string {
  return (createRequire(import.meta.url)(`${dependency}/package.json`) as { version: string }).version;
}

/** A name for package and run: the folder's, as far as it can be one. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name || 'my-experiment';
}
