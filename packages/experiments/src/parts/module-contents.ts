import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { init, parse } from 'es-module-lexer';
import { resolve as resolveModule } from 'import-meta-resolve';
import { ExperimentError } from '../schema/experiment-error.js';

/**
 * SHA-256 of a module's contents: every file that it reaches by static imports outside `node_modules`, and name and version of every package that these
 * import. It does not depend on where the files lie.
 *
 * @param url - of the module
 * @param use - what named it, for messages
 * @throws {@link ExperimentError} where a file cannot be read, or is TypeScript that this Node does not run
 */
export async function contentsOf(url: string, use: string): Promise<string> {
  await init;
  const root = dirname(fileURLToPath(url));
  const files = new Map<string, Buffer>();
  const packages = new Set<string>();
  const waiting = [url];
  if (isInstalled(url)) packages.add(versionOf(url));
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const file = fileURLToPath(at.replace(/[?#].*$/, ''));
    if (files.has(file)) continue;
    const bytes = await readFile(file).catch((cause) => {
      throw new ExperimentError(`Cannot use ${use} as ${file} must be a readable file`, { cause });
    });
    files.set(file, bytes);
    for (const specifier of importsOf(file, bytes.toString('utf8'), use)) {
      if (isBuiltin(specifier)) continue;
      const found = resolved(specifier, at, use);
      if (isInstalled(found) && !isInstalled(at)) packages.add(versionOf(found));
      // of an installed package the version stands for the files
      else if (!isInstalled(found)) waiting.push(found);
    }
  }
  const digest = createHash('sha256');
  const named = [...files].map(([file, bytes]) => [relative(root, file).replaceAll('\\', '/'), bytes] as const);
  for (const [name, bytes] of named.sort(([a], [b]) => (a < b ? -1 : 1))) digest.update(`${name}\n`).update(bytes);
  for (const name of [...packages].sort()) digest.update(`${name}\n`);
  return digest.digest('hex');
}

const isInstalled = (url: string) => url.includes('/node_modules/');

function resolved(specifier: string, from: string, use: string): string {
  try {
    const found = resolveModule(specifier, from);
    if (!existsSync(fileURLToPath(found.replace(/[?#].*$/, '')))) throw new Error('there is no such file');
    return found;
  } catch (cause) {
    throw new ExperimentError(
      `Cannot use ${use} as ${fileURLToPath(from)} imports ${specifier}, which is not there: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** What a file imports statically, and by `import()` of a plain text; types are not imported. */
function importsOf(file: string, source: string, use: string): string[] {
  if (/\.(json|wasm|node)$/.test(file)) return [];
  if (/\.[cm]?tsx?$/.test(file)) refuseTypes(file, use);
  try {
    const [imports] = parse(source);
    return imports.flatMap((each) => {
      if (!('specifier' in each) || ('typeOnly' in each && each.typeOnly)) return [];
      return typeof each.specifier === 'string' ? each.specifier : [];
    });
  } catch (cause) {
    throw new ExperimentError(`Cannot use ${use} as ${file} must be JavaScript: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Throws where this Node does not run TypeScript. */
function refuseTypes(file: string, use: string): void {
  if ((process.features as { typescript?: unknown }).typescript) return;
  const built = use.replace(/\.[cm]?tsx?$/, '.mjs');
  throw new ExperimentError(
    `Cannot use ${use} as ${file} is TypeScript, which Node ${process.version} does not run: use Node 22.18 or newer, or build it first ` +
      `(npx esbuild ${use} --bundle --packages=external --format=esm --outfile=${built}) and use ${built}`,
  );
}

/** `name@version` of the package that a file lies in. */
function versionOf(url: string): string {
  for (let folder = dirname(fileURLToPath(url)); dirname(folder) !== folder; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name) return `${name}@${version}`;
  }
  return url;
}
