import { defineConfig } from 'tsup';

/** One ESM file and one declaration file per source file; shared by every package. */
export default defineConfig({
  entry: ['src/**/*.ts', '!src/**/*.test.ts'],
  format: 'esm',
  target: 'es2022',
  bundle: false,
  dts: true,
  clean: true,
  sourcemap: false,
});
