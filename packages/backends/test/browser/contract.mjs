// The contract suite in headless Chromium: webgl, webgpu, and wasm with and without threads. The page is bundled by Vite
// from the built package; the threaded module, which does not come inside, lies beside the page.
//
//   npm run test:browser [-- list webgl webgpu wasm wasm-threads]        (in packages/backends, after a build)
//
// The browser is that of the variable CHROMIUM, or one in the usual places; without one the run ends with status 0 and
// says so, but with status 1 where CHROMIUM names none.
import { copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { withVitePages } from '../../../../tools/vite-pages.mjs';

const known = ['list', 'wasm', 'wasm-threads', 'webgl', 'webgpu'];
const runs = process.argv.length > 2 ? process.argv.slice(2) : known;
const unknown = runs.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`Cannot run ${unknown} as a run must be one of ${known.join(', ')}`);
  process.exit(2);
}

/** Opens the page for one backend and waits for what it found; what goes wrong is a failure among the others. */
async function runPage(open, name) {
  const started = performance.now();
  const address = name === 'wasm-threads' ? 'isolated/?backend=wasm&threads=2' : `?backend=${name}`;
  const outcome = await open(address).catch((error) => ({ failures: [error.message] }));
  return { ...outcome, seconds: ((performance.now() - started) / 1000).toFixed(1) };
}

/** Prints what one page found; returns whether something failed. */
function report(name, outcome) {
  const { info, reports, cases = 0, skipped = [], worst, warnings = [], seconds } = outcome;
  const failures = [...(outcome.failures ?? [])];
  if (warnings.length > 0) failures.push(`printed: ${warnings.join(' | ')}`);
  if (reports !== undefined) {
    if (outcome.registered.length > 0) failures.push(`listing registered ${outcome.registered.join()}`);
    const available = reports.filter((entry) => entry.available).map((entry) => entry.name);
    if (available.join() !== 'cpu,wasm,webgl,webgpu') failures.push(`available: ${available.join()}`);
    console.log(`${name}: available ${available.join(', ')}; ${failures.length} failed; ${seconds} s`);
    for (const { name: backend, reason } of reports) {
      if (reason !== undefined) console.log(`  not available: ${backend}: ${reason}`);
    }
  } else if (info !== undefined) {
    const failedCases = failures.length;
    // tfjs 4.22.0 has one thread whatever it is told (tfjs issue 8513); its memory is shared all the same.
    if (name.startsWith('wasm') && info.threads !== 1) failures.push('the number of threads is not 1 any more');
    if (outcome.shared !== (name === 'wasm-threads')) {
      failures.push(`memory ${outcome.shared ? 'is shared' : 'is not shared'} in this page`);
    }
    console.log(
      `${name}: ${cases} cases, ${cases - skipped.length - failedCases} passed, ${skipped.length} skipped, ` +
        `${failures.length} failed; worst ${worst.error.toExponential(1)} (${worst.name}); ${seconds} s; ${info.device}`,
    );
  } else {
    console.log(`${name}: did not run; ${seconds} s`);
  }
  for (const line of skipped) console.log(`  skipped ${line}`);
  for (const line of failures) console.log(`  FAILED ${line}`);
  if (process.env.SLOWEST) console.log(outcome.slowest);
  return failures.length > 0;
}

let failed = false;
await withVitePages(new URL('.', import.meta.url), async (open, folder) => {
  const threaded = 'tfjs-backend-wasm-threaded-simd.wasm';
  await copyFile(
    createRequire(import.meta.url).resolve(`@tensorflow/tfjs-backend-wasm/dist/${threaded}`),
    join(folder, threaded),
  );
  // All pages at once: compiling shaders waits for the graphics process most of the time.
  const outcomes = await Promise.all(runs.map((name) => runPage(open, name)));
  for (const [i, outcome] of outcomes.entries()) failed = report(runs[i], outcome) || failed;
});
process.exit(failed ? 1 : 0);
