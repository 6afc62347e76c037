// Compiles the kernels and writes them, as base64, to src/wasm/kernel-bytes.ts: `npm run build:kernels`.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** The fingerprint of the kernel sources; a test compares it with the one in the compiled file. */
export function fingerprint() {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true }).sort()) {
    if (name.endsWith('.ts')) hash.update(`${name}\n${readFileSync(folder + name, 'utf8')}\n`);
  }
  return hash.digest('hex');
}

async function compile(entry, options = []) {
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await asc.main(
    [entry, '-O3', '--enable', 'simd', '--enable', 'nontrapping-f2i', '--runtime', 'stub', '--noAssert', '--outFile', 'out.wasm', ...options],
    {
      readFile: (name, base) => {
        try {
          return readFileSync(`${base === '.' ? folder : base}/${name}`, 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (_name, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  process.stdout.write(`${entry}: ${binary.length} bytes of WebAssembly\n`);
  return Buffer.from(binary).toString('base64');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const own = await compile('index.ts');
  const shared = await compile('shared/index.ts', ['--importMemory', '--initialMemory', '0']);
  writeFileSync(
    new URL('../src/wasm/kernel-bytes.ts', import.meta.url),
    `// Generated from assembly/ by \`npm run build:kernels\`; do not edit.

/** SHA-256 of the sources that these modules were compiled from. */
export const kernelFingerprint = '${fingerprint()}';

/** The kernels with a memory of their own, a WebAssembly module in base64. */
export const kernelBytes =
  '${own}';

/** The kernels that run inside another module's memory, a WebAssembly module in base64. */
export const sharedKernelBytes =
  '${shared}';
`,
  );
}
