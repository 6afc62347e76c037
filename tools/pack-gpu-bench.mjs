// Puts benchmarks/gpu.mjs and all that it needs into one folder, for a machine that has Node, a driver and nothing else:
//
//   node tools/pack-gpu-bench.mjs <folder>                      about 35 MB; packages must be built
//   node <folder>/benchmarks/gpu.mjs --tiny                     there; results come into <folder>/results
//
// The folder serves machines with the operating system and processor of this one.
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [folder] = process.argv.slice(2);
if (folder === undefined)
  throw new Error('Cannot pack the benchmark as there must be a folder: pack-gpu-bench.mjs <folder>');
const target = resolve(folder);
const fromBackends = createRequire(join(root, 'packages/backends/package.json'));
/** Folder of a package that @mer/backends loads. */
const packageFolder = (name) => dirname(fromBackends.resolve(`${name}/package.json`));

await build({
  entryPoints: ['gpu.mjs', 'gpu-worker.mjs'].map((name) => join(root, 'benchmarks', name)),
  outdir: join(target, 'benchmarks'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu', 'sharp'],
  // parts of tfjs are CommonJS
  banner: {
    js: [
      "import { createRequire as requireOf } from 'node:module';",
      "import { dirname as folderOf } from 'node:path';",
      "import { fileURLToPath as pathOf } from 'node:url';",
      'const require = requireOf(import.meta.url), __filename = pathOf(import.meta.url), __dirname = folderOf(__filename);',
    ].join('\n'),
  },
  logLevel: 'warning',
});
const wasm = join(packageFolder('@tensorflow/tfjs-backend-wasm'), 'dist');
for (const name of readdirSync(wasm).filter((file) => file.endsWith('.wasm'))) {
  cpSync(join(wasm, name), join(target, 'benchmarks', name));
}
// Dawn's library for this machine
const dawn = packageFolder('webgpu');
const native = `dist/${process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`}`;
for (const part of ['package.json', 'index.js', native]) {
  cpSync(join(dawn, part), join(target, 'node_modules/webgpu', part), { recursive: true });
}
// read for its version
const webgpu = '@tensorflow/tfjs-backend-webgpu/package.json';
mkdirSync(dirname(join(target, 'node_modules', webgpu)), { recursive: true });
cpSync(fromBackends.resolve(webgpu), join(target, 'node_modules', webgpu));
cpSync(join(root, 'tools/gpu-torch-bench.py'), join(target, 'tools/gpu-torch-bench.py'));
for (const name of readdirSync(join(root, 'tools/models')).filter((file) => file.endsWith('.py'))) {
  cpSync(join(root, 'tools/models', name), join(target, 'tools/models', name));
}
