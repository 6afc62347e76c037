// Pages of a package's browser test, bundled by Vite from the built packages and opened in headless Chromium.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { findChromium, withPages } from './chromium.mjs';

/**
 * Builds the folder of an `index.html` (a file URL) and calls `use` with a function that opens an address, such as `?backend=wasm`, and gives what the page
 * sets as `window.outcome`, and with the folder that is served; `args` are more arguments of the browser. Without Chromium the process ends and says so.
 */
export async function withVitePages(root, use, args) {
  findChromium();
  const outDir = await mkdtemp(join(tmpdir(), 'mer-pages-'));
  try {
    await build({
      root: fileURLToPath(root),
      configFile: false,
      logLevel: 'error',
      base: './',
      build: { outDir, emptyOutDir: true, target: 'es2022', minify: false, chunkSizeWarningLimit: 1e6 },
    });
    return await withPages(outDir, (open) => use(open, outDir), args);
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}
