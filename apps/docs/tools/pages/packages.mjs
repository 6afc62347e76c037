// The list of packages.
import { readFile } from 'node:fs/promises';
import { table } from '../markdown.mjs';
import { inRepository } from '../paths.mjs';
import { PACKAGES } from '../sidebar.mjs';
import { writePage } from '../site.mjs';

export async function writePackages() {
  const rows = await Promise.all(
    PACKAGES.map(async (name) => {
      const { description } = JSON.parse(await readFile(inRepository(`packages/${name}/package.json`), 'utf8'));
      return [`[@mer/${name}](/packages/${name}.md)`, description, `[API](/api/${name}/index.md)`];
    }),
  );
  await writePage(
    'packages/index',
    { title: 'Packages', description: 'The npm packages of mer' },
    '# Packages',
    'Each is a package of its own on npm: install what you use. They are ES modules with types, for Node 20.19 and newer and for browsers; importing one does nothing but load it.',
    table(['package', 'what it is', ''], rows),
  );
}
