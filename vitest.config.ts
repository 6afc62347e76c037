import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const packages = readdirSync(new URL('./packages', import.meta.url));

export default defineConfig({
  resolve: {
    alias: Object.fromEntries(
      packages.map((name) => [`@mer/${name}`, new URL(`./packages/${name}/src/index.ts`, import.meta.url).pathname]),
    ),
  },
  test: {
    include: ['packages/*/src/**/*.test.ts'],
    pool: 'forks',
    // mer run measures no other backends: they would slow down what is tested
    env: { MER_BACKEND_NOTE: '0' },
    // vitest leaves one core free by default: half of the two that a small machine has
    maxWorkers: '100%',
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
