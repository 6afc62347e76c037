// For programs that read: llms.txt lists the pages, llms-full.txt has their text but for the API, everything.md has that too.
import { HOMEPAGE } from '../paths.mjs';
import { pages, writePublic } from '../site.mjs';

const SECTIONS = [
  ['Start', /^start\//],
  ['Guides', /^(guides\/|datasets$|recipes$|troubleshooting$)/],
  ['Packages', /^packages\/./],
  ['Reference', /^reference\/(?!recipes\/)/],
  ['Recipes', /^reference\/recipes\//],
  ['Results', /^(measurements|results|megc2019|benchmarks|full-size)$/],
  ['Project', /^(intended-use|contributing|security|code-of-conduct|decisions\/.*)$/],
  ['API', /^api\//],
];

const address = (path) =>
  `${HOMEPAGE.replace(/\/$/, '')}/${path.replace(/(^|\/)index$/, '$1')}${/(^|\/)index$/.test(path) ? '' : '.html'}`;

export async function writeEverything() {
  const inSection = SECTIONS.map(([title, pattern]) => [title, pages.filter(({ path }) => pattern.test(path))]);
  const head =
    '# mer\n\n> The TypeScript toolkit for facial micro-expression recognition: representations, networks, data sets, training and evaluations that cannot leak, on TensorFlow.js, in Node and in browsers.\n';
  const list = inSection.map(([title, own]) => {
    const some =
      title === 'API' ? own.filter(({ path }) => path.split('/').length === 3 && path.endsWith('/index')) : own;
    return `## ${title}\n\n${some.map((page) => `- [${page.title}](${address(page.path)})${page.description ? `: ${page.description}` : ''}`).join('\n')}\n`;
  });
  await writePublic(
    '/llms.txt',
    `${head}\nAll of it as one file: ${address('').replace(/\.html$/, '')}llms-full.txt (without the API), everything.md (with it).\n\n${list.join('\n')}`,
  );
  const text = (own) => own.map(({ path, text: body }) => `<!-- ${address(path)} -->\n\n${body}`).join('\n\n');
  const without = inSection.filter(([title]) => title !== 'API').map(([, own]) => text(own));
  await writePublic('/llms-full.txt', `${head}\n${without.join('\n\n')}`);
  await writePublic('/everything.md', `${head}\n${[...without, text(inSection.at(-1)[1])].join('\n\n')}`);
}
