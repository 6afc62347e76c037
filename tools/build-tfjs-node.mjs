// Compiles the native part of @tensorflow/tfjs-node 4.22 against the C library inside TensorFlow's own Python wheel (2.9.1), for where the install script of
// tfjs-node cannot download the prebuilt one. Linux on x64; needs g++, unzip, pip and a libpython3.10, whose symbols the wheel's library asks for.
//
//   node tools/build-tfjs-node.mjs <folder>        installs @tensorflow/tfjs-node there if it is not, compiles, and prints what to run programs with
//   LD_PRELOAD=<libpython3.10> node program.mjs    child processes inherit it
//
// The wheel (200 MB) is kept in ~/.cache/mer-tfjs-node.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from './packed.mjs';

export const packages = { '@tensorflow/tfjs-node': '4.22.0', 'node-api-headers': '1.9.0' };
const wheel = 'tensorflow-cpu==2.9.1';
const libraries = ['_pywrap_tensorflow_internal.so', 'libtensorflow_framework.so.2'];
const cache = join(homedir(), '.cache', 'mer-tfjs-node');

/** What is missing for a build; undefined where nothing is. */
export function obstacle() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the wheel is taken for Linux on x64 only';
  const missing = ['g++', 'unzip', 'pip'].filter((name) => spawnSync(name, ['--version']).error?.code === 'ENOENT');
  if (missing.length > 0) return `${missing.join(', ')} must be installed`;
  if (findLibpython() === undefined) return 'there is no libpython3.10';
  return undefined;
}

/** The library of Python 3.10 that programs must be started with. */
export function findLibpython() {
  const name = 'libpython3.10.so.1.0';
  const pyenv = join(homedir(), '.pyenv', 'versions');
  const versions = existsSync(pyenv) ? readdirSync(pyenv).filter((version) => version.startsWith('3.10.')) : [];
  const folders = [
    ...versions.map((version) => join(pyenv, version, 'lib')),
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
    '/usr/local/lib',
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Sees to the C library and its headers, from the wheel; throws where it cannot be had. */
export function fetchLibrary() {
  if (libraries.every((name) => existsSync(join(cache, 'lib', name)))) return;
  mkdirSync(join(cache, 'whl'), { recursive: true });
  const tags = ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'].flatMap((tag) => ['--platform', tag]);
  const only = ['--no-deps', '--only-binary=:all:', '--python-version', '3.10', ...tags];
  command('pip', ['download', '-q', ...only, wheel, '-d', join(cache, 'whl')], cache);
  const file = readdirSync(join(cache, 'whl')).find((name) => name.endsWith('.whl'));
  const open = join(cache, 'open');
  rmSync(open, { recursive: true, force: true });
  const inside = ['include/tensorflow/*', libraries[1], `python/${libraries[0]}`].map((path) => `tensorflow/${path}`);
  command('unzip', ['-q', '-o', join(cache, 'whl', file), ...inside, '-d', open], cache);
  for (const name of ['lib', 'include']) rmSync(join(cache, name), { recursive: true, force: true });
  renameSync(join(open, 'tensorflow/include'), join(cache, 'include'));
  renameSync(join(open, `tensorflow/python/${libraries[0]}`), join(open, libraries[0]));
  renameSync(join(open, `tensorflow/${libraries[1]}`), join(open, libraries[1]));
  mkdirSync(join(cache, 'lib'));
  for (const name of libraries) renameSync(join(open, name), join(cache, 'lib', name));
  rmSync(open, { recursive: true });
}

/** Compiles the native part of the tfjs-node in `folder`/node_modules; gives the library to start programs with. */
export function buildTfjsNode(folder) {
  const target = join(folder, 'node_modules/@tensorflow/tfjs-node');
  fetchLibrary();
  rmSync(join(target, 'deps'), { recursive: true, force: true });
  for (const name of ['deps', 'lib/napi-v8']) mkdirSync(join(target, name), { recursive: true });
  for (const name of ['lib', 'include']) symlinkSync(join(cache, name), join(target, 'deps', name));
  const includes = [target, join(cache, 'include'), join(folder, 'node_modules/node-api-headers/include')];
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(target, 'binding', name));
  command(
    'g++',
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', ...includes.map((path) => `-I${path}`)],
      ...[...sources, '-o', join(target, 'lib/napi-v8/tfjs_binding.node'), `-L${join(cache, 'lib')}`],
      ...[...libraries.map((name) => `-l:${name}`), `-Wl,-rpath,${join(cache, 'lib')}`, '-Wl,--allow-shlib-undefined'],
    ],
    folder,
  );
  return findLibpython();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [given] = process.argv.slice(2);
  const why = given === undefined ? 'a folder must be given: build-tfjs-node.mjs <folder>' : obstacle();
  if (why !== undefined) {
    console.error(`Cannot build tfjs-node as ${why}`);
    process.exit(2);
  }
  const folder = resolve(given);
  mkdirSync(folder, { recursive: true });
  if (!Object.keys(packages).every((name) => existsSync(join(folder, 'node_modules', name)))) {
    if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
    command('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...wanted], folder);
  }
  console.log(`LD_PRELOAD=${buildTfjsNode(folder)}`);
}
