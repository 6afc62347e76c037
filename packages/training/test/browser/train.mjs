// Training in headless Chromium, on wasm and webgl: `fit` in a page that Vite bundles from the built packages, with a network and a representation that are
// nobody's but the page's.
//
//   npm run test:browser [-- wasm webgl]        (in packages/training, after a build)
import { withVitePages } from '../../../../tools/vite-pages.mjs';

const backends = process.argv.length > 2 ? process.argv.slice(2) : ['wasm', 'webgl'];
let failed = false;
await withVitePages(new URL('.', import.meta.url), async (open) => {
  for (const backend of backends) {
    const begun = performance.now();
    const outcome = await open(`?backend=${backend}`).catch((error) => ({ error: error.message }));
    const { error, losses = [], right, tested, leaked } = outcome;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const fine = error === undefined && outcome.backend === backend && right === tested && leaked === 0;
    failed ||= !fine;
    console.log(
      `${backend}: ${fine ? 'trained' : 'FAILED'}${error ? `: ${error}` : `, loss ${losses.map((loss) => loss.toFixed(4)).join(' to ')}, ${right} of ${tested} right, ${leaked} tensors left`}; ${seconds} s`,
    );
  }
});
process.exit(failed ? 1 : 0);
