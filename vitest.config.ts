import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const packages = readdirSync(new URL('./packages', import.meta.url));

/** Tests that fill the heap of the wasm backend to its end, or register and take away backends: each file in a process of its own. */
const alone = [
  'packages/{backends,cli}/src/**/*.test.ts',
  'packages/training/src/{memory-plan,rehearsed-step}.test.ts',
  'packages/models/src/networks.webgpu.test.ts',
  'packages/representations/src/{face/on-readable-backend,check-values,webgpu}.test.ts',
];

/** Where nothing is known of the times, vitest begins with the largest files: this one is small, takes longest of its project, and would keep one process busy when the other is done. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const sorted = await super.sort(files);
    const long = sorted.filter(({ moduleId }) => moduleId.endsWith('packages/models/src/learning.test.ts'));
    return [...long, ...sorted.filter((file) => !long.includes(file))];
  }
}

const source = (path: string) => fileURLToPath(new URL(`./packages/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // `@mer/<package>` is its index, `@mer/<package>/<entry>` a file beside it
    alias: packages.flatMap((name) => [
      { find: new RegExp(`^@mer/${name}$`), replacement: source(`${name}/src/index.ts`) },
      { find: new RegExp(`^@mer/${name}/([a-z-]+)$`), replacement: source(`${name}/src/$1.ts`) },
    ]),
  },
  test: {
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      // a process that keeps its modules from file to file takes 40 % less time
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['packages/*/src/**/*.test.ts', 'apps/docs/{tools,playground}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...alone],
          isolate: false,
          setupFiles: ['tools/first-backend.ts'],
        },
      },
    ],
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    setupFiles: ['tools/equal-bytes.ts'],
    // compiles what was changed in packages/*/assembly, and takes the module of tfjs-backend-wasm if that has changed
    globalSetup: ['tools/build-kernels.mjs', 'tools/embed-wasm.mjs'],
    // mer run measures no other backends: they would slow down what is tested
    env: { MER_BACKEND_NOTE: '0' },
    // vitest leaves one core free by default: half of the two that a small machine has
    maxWorkers: '100%',
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
