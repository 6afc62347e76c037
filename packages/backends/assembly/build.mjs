// Compiles the kernels twice, with SIMD and with relaxed SIMD, and writes both, as base64, to one TypeScript file.
import { writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const folder = new URL('.', import.meta.url).pathname;
const target = new URL('../src/wasm-kernels/kernels.generated.ts', import.meta.url);

const simd = ['--enable', 'simd'];
const relaxed = [...simd, '--enable', 'relaxed-simd'];
// A memory of at most 65,536 pages fits every heap of the wasm backend; sharing it is one bit, set when it is loaded.
const common = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--maximumMemory', '65536'];

async function compile(features) {
  let binary;
  const { error, stderr } = await asc.main(
    [`${folder}index.ts`, '--baseDir', '/', '-o', 'kernels.wasm', ...common, ...features],
    { writeFile: (_name, contents) => (binary = contents) },
  );
  if (error || !binary) throw new Error(`Cannot compile the wasm kernels: ${stderr.toString()}`, { cause: error });
  return binary;
}

const base64 = (bytes) => Buffer.from(bytes).toString('base64');
writeFileSync(
  target,
  `// Made by assembly/build.mjs from assembly/*.ts.

/** The kernels, compiled with SIMD; base64. */
export const simdKernels =
  '${base64(await compile(simd))}';

/** The kernels, compiled with relaxed SIMD (fused multiply-add); base64. */
export const relaxedSimdKernels =
  '${base64(await compile(relaxed))}';
`,
);
