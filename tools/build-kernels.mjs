/**
 * Compiles the WebAssembly kernels of packages from their AssemblyScript, and writes each package's into one TypeScript file: the modules in base64, the
 * types of their kernels, and functions that call these with named arguments. Nothing is done where that file is of the sources as they are.
 *
 *   node tools/build-kernels.mjs [package ...]        (all that have an assembly/kernels.json, by default)
 *
 * assembly/kernels.json says where to write (`to`), what asc is told for all (`options`), and which modules there are: the `name` and words (`about`) that
 * a module gets, its `entry`, the `type` of its kernels and `options` of its own.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const script = fileURLToPath(import.meta.url);
const packages = fileURLToPath(new URL('../packages/', import.meta.url));

/** Builds the kernels of these packages, of all that have any by default; those that are there already are left. */
export async function buildKernels(names = readdirSync(packages)) {
  for (const name of names) {
    const folder = join(packages, name);
    if (existsSync(join(folder, 'assembly', 'kernels.json'))) await buildPackage(folder);
  }
}

/** For vitest, as a global set-up: tests run on sources, and so on the kernels of the sources as they are. */
export const setup = () => buildKernels();

async function buildPackage(folder) {
  const assembly = join(folder, 'assembly');
  const { to, options, modules } = JSON.parse(readFileSync(join(assembly, 'kernels.json'), 'utf8'));
  const compiler = createRequire(join(folder, 'package.json')).resolve('assemblyscript/dist/asc.js');
  const { default: asc } = await import(pathToFileURL(compiler).href);
  const title = `// Made by tools/build-kernels.mjs from assembly/: ${fingerprint(assembly, asc.version)}`;
  const target = join(folder, to);
  if (existsSync(target) && readFileSync(target, 'utf8').startsWith(`${title}\n`)) return;

  const types = new Map();
  const constants = [];
  for (const { name, about, entry, type, options: more = [] } of modules) {
    const asked = [...options, ...more];
    const { binary, declarations } = await compile(asc, assembly, entry, asked);
    console.log(`${name}: ${binary.length} bytes of WebAssembly`);
    constants.push(moduleText(name, about, binary));
    const text = typeText(type, entry, kernelsOf(declarations, entry), !asked.includes('--importMemory'));
    if ((types.get(type) ?? text) !== text)
      throw new Error(`Cannot build ${name} as its kernels are not those of ${type}`);
    types.set(type, text);
  }
  mkdirSync(dirname(target), { recursive: true });
  // whole or not at all, should two builds meet
  writeFileSync(`${target}.new`, [title, decoder, ...constants, ...types.values()].join('\n\n').concat('\n'));
  renameSync(`${target}.new`, target);
}

/** What the file that is written depends on. */
function fingerprint(assembly, version) {
  const hash = createHash('sha256').update(version).update(readFileSync(script));
  for (const name of readdirSync(assembly, { recursive: true }).sort()) {
    if (/\.(ts|json)$/.test(name)) hash.update(`${name}\n`).update(readFileSync(join(assembly, name)));
  }
  return hash.digest('hex');
}

async function compile(asc, assembly, entry, options) {
  let binary;
  let declarations;
  const { error, stderr } = await asc.main(
    [entry, '--baseDir', assembly, '--outFile', 'kernels.wasm', '--bindings', 'raw', ...options],
    {
      writeFile(name, contents) {
        if (name.endsWith('.wasm')) binary = contents;
        if (name.endsWith('.d.ts')) declarations = contents;
      },
    },
  );
  if (error || !binary || !declarations) {
    throw new Error(`Cannot compile ${join(assembly, entry)}: ${stderr.toString()}`, { cause: error });
  }
  return { binary, declarations };
}

/** The kernels that asc declares: `{ name, parameters: [name, type][], result: type | undefined }`, types of AssemblyScript. */
function kernelsOf(declarations, entry) {
  const pattern = /\/\*\*((?:(?!\*\/).)*)\*\/\s*export function (\w+)\(/gs;
  const kernels = [...declarations.matchAll(pattern)].map(([, comment, name]) => ({
    name,
    parameters: [...comment.matchAll(/@param (\w+) `(\w+)`/g)].map(([, parameter, type]) => [parameter, type]),
    result: comment.match(/@returns `(\w+)`/)?.[1],
  }));
  if (kernels.length === 0) throw new Error(`Cannot build ${entry} as it exports no kernel`);
  for (const { name, parameters, result } of kernels) {
    const other = [...parameters.map(([, type]) => type), result].find(
      (type) => type !== undefined && !(type in inJavaScript),
    );
    if (other)
      throw new Error(`Cannot build ${entry} as kernel ${name} must take and give numbers: there is a ${other}`);
    if (result === 'bool') throw new Error(`Cannot build ${entry} as kernel ${name} must give a number, not a bool`);
  }
  return kernels.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const inJavaScript = { bool: 'boolean', i32: 'number', usize: 'number', f32: 'number', f64: 'number' };

const decoder = `function decoded(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}`;

function moduleText(name, about, binary) {
  return `/** ${about} */
export const ${name} = (): Uint8Array<ArrayBuffer> =>
  decoded('${Buffer.from(binary).toString('base64')}');`;
}

/**
 * The interface of the kernels, and the function that makes them of an instance; with their memory if that is their own. A single argument has no need of
 * a name.
 */
function typeText(type, entry, kernels, hasMemory) {
  const members = kernels.map(({ name, parameters, result }) => {
    const list = parameters.map(([parameter, of]) => `${parameter}: ${inJavaScript[of]}`);
    const taken = list.length > 1 ? `args: { ${list.join('; ')} }` : list.join('');
    return `  ${name}(${taken}): ${result ? inJavaScript[result] : 'void'};`;
  });
  const calls = kernels.map(({ name, parameters, result }) => {
    const names = parameters.map(([parameter]) => parameter).join(', ');
    const call = `wasm.${name}!(${names})`;
    // addresses above 2 GiB come as negative numbers
    return `    ${name}: (${parameters.length > 1 ? `{ ${names} }` : names}) => ${result === 'usize' ? `${call} >>> 0` : call},`;
  });
  const memory = hasMemory ? ['  readonly memory: WebAssembly.Memory;'] : [];
  return `/** The kernels of assembly/${entry}; addresses are bytes in their memory, what they mean is said there. */
export interface ${type} {
${[...memory, ...members].join('\n')}
}

/** The kernels of an instance. */
export function as${type}({ exports }: WebAssembly.Instance): ${type} {
  const wasm = exports as Record<string, (...args: any[]) => any>;
  return {
${[...(hasMemory ? ['    memory: exports.memory as WebAssembly.Memory,'] : []), ...calls].join('\n')}
  };
}`;
}

if (process.argv[1] === script) {
  const names = process.argv.slice(2);
  await buildKernels(names.length > 0 ? names : undefined);
}
