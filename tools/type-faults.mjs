// Type-checks files as a strict project of somebody would.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));

/** The compilers there are: the newest, and the one before it. */
export const COMPILERS = ['tsc', 'tsc6'].map((name) => join(modules, '.bin', name));

const run = (compiler, args) =>
  spawnSync(compiler, args, { encoding: 'utf8', maxBuffer: 2 ** 26, shell: process.platform === 'win32' });

/** What a compiler is called: `TypeScript 7.0.2`. */
export function nameOf(compiler) {
  return `TypeScript ${run(compiler, ['--version'])
    .stdout.trim()
    .replace(/^Version /, '')}`;
}

/**
 * What TypeScript has to say of files and of the declarations that they lead to.
 *
 * @param files - paths, in one folder
 * @param options.resolution - `bundler` or `nodenext`
 * @param options.skipLibCheck - whether declaration files are left out
 * @param options.compiler - one of {@link COMPILERS}, the newest by default
 * @returns file, line (from 0) and text of each
 */
export function typeFaults(files, { resolution, skipLibCheck, compiler = COMPILERS[0] }) {
  const folder = dirname(files[0]);
  const project = join(folder, `tsconfig.${resolution}.json`);
  const settings = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      skipLibCheck,
      target: 'ES2022',
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      module: resolution === 'bundler' ? 'ESNext' : 'NodeNext',
      moduleResolution: resolution,
      moduleDetection: 'force',
      types: ['node'],
      typeRoots: [join(modules, '@types'), join(folder, 'node_modules/@types')],
    },
    files,
  };
  writeFileSync(project, JSON.stringify(settings));
  const { status, stdout, stderr } = run(compiler, ['--project', project, '--pretty', 'false']);
  const faults = [];
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [, file, row, text] = /^(?:(.+?)\((\d+),\d+\): )?(error TS\d+: .*)$/.exec(line) ?? [];
    if (text) faults.push({ file: file ? resolve(file) : '', line: Number(row ?? 1) - 1, text });
    else if (faults.length > 0) faults.at(-1).text += ` ${line.trim()}`;
  }
  if (status !== 0 && faults.length === 0)
    throw new Error(`${compiler} ended with status ${status}: ${stdout}${stderr}`);
  return faults;
}
