// Type-checks files as a strict project of somebody would.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const types = fileURLToPath(new URL('../node_modules/@types', import.meta.url));

/**
 * What TypeScript has to say of files and of the declarations that they lead to.
 *
 * @param files - paths
 * @param options.resolution - `bundler` or `nodenext`
 * @param options.skipLibCheck - whether declaration files are left out
 * @returns file, line (from 0) and text of each
 */
export function typeFaults(files, { resolution, skipLibCheck }) {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: resolution === 'bundler' ? ts.ModuleKind.ESNext : ts.ModuleKind.NodeNext,
    moduleResolution: resolution === 'bundler' ? ts.ModuleResolutionKind.Bundler : ts.ModuleResolutionKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ['node'],
    typeRoots: [types, join(dirname(files[0]), 'node_modules/@types')],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => ({
    file: file?.fileName ?? '',
    line: file ? file.getLineAndCharacterOfPosition(start).line : 0,
    text: ts.flattenDiagnosticMessageText(messageText, ' '),
  }));
}
