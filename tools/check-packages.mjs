// What an npm user would trip over in each package: publint on its folder, and `attw` with the profile `esm-only` on what is packed of it. All in one process: each
// tool takes longer to start than to look. Needs a build.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { problemKindInfo } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packPackages } from './packed.mjs';

/** Ways to resolve that packages of ES modules alone leave out. */
const LEFT_OUT = ['node10', 'node16-cjs'];

/** Entries without declarations, as nobody imports them: their processes are started by path. */
const WITHOUT_TYPES = { '@mer/experiments': ['worker'] };

const folder = mkdtempSync(join(tmpdir(), 'mer-packages-'));
const faults = [];
try {
  const packed = Object.entries(packPackages(folder));
  for (const [name, location] of packed) {
    faults.push(...(await publintFaults(name)), ...(await typeFaults(name, location.replace(/^file:/, ''))));
  }
  if (faults.length === 0) console.log(`${packed.length} packages: publint and attw find nothing`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;

async function publintFaults(name) {
  const pkgDir = fileURLToPath(new URL(`../packages/${name.replace('@mer/', '')}`, import.meta.url));
  const { messages, pkg } = await publint({ pkgDir, pack: 'pnpm', strict: true });
  return messages
    .filter(({ type }) => type === 'error')
    .map((message) => `${name}: publint: ${formatMessage(message, pkg, { color: false })}`);
}

async function typeFaults(name, tarball) {
  const content = createPackageFromTarballData(readFileSync(tarball));
  const { types, problems } = await checkPackage(content, { excludeEntrypoints: WITHOUT_TYPES[name] ?? [] });
  if (!types) return [`${name}: attw: it has no declarations`];
  return problems
    .filter((problem) => !LEFT_OUT.includes(problem.resolutionKind))
    .map((problem) => {
      const { resolutionKind = 'any', entrypoint = '.' } = problem;
      return `${name}: attw: ${problemKindInfo[problem.kind].description} (${entrypoint}, ${resolutionKind})`;
    });
}
