// Compiles the kernels and writes them, as base64, to src/frames/kernel-bytes.ts: `npm run build:kernels`.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** The fingerprint of the kernel sources; a test compares it with the one in the compiled file. */
export function fingerprint() {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.ts')) hash.update(`${name}\n${readFileSync(folder + name, 'utf8')}\n`);
  }
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await asc.main(
    ['index.ts', '-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '--importMemory', '--outFile', 'out.wasm'],
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
  process.stdout.write(`${binary.length} bytes of WebAssembly\n`);
  writeFileSync(
    new URL('../src/frames/kernel-bytes.ts', import.meta.url),
    `// Generated from assembly/ by \`npm run build:kernels\`; do not edit.

/** SHA-256 of the sources that the module was compiled from. */
export const kernelFingerprint = '${fingerprint()}';

/** The kernels that turn pictures into floats, a WebAssembly module in base64. */
export const kernelBytes =
  '${Buffer.from(binary).toString('base64')}';
`,
  );
}
