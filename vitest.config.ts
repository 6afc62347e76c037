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
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
