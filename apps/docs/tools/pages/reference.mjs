// The first page of the reference.
import { writePage } from '../site.mjs';

export const writeReferenceIndex = () =>
  writePage(
    'reference/index',
    { title: 'Reference', description: 'Everything that an experiment may name, and every command' },
    '# Reference',
    'Made from the definitions in the packages whenever the site is built: what a page says is what the code does.',
    [
      ['models', 'Models', 'networks: layers, options, published results, memory and speed'],
      ['representations', 'Representations', 'pictures of motion, in a gallery of one clip'],
      ['steps', 'Steps', 'faces, time, size, colors'],
      ['datasets', 'Data sets', 'classes, corrections, options'],
      ['training', 'Training', 'protocols, losses, optimizers, schedules, augmentations'],
      ['experiment', 'Experiment files', 'every key'],
      ['commands', 'Commands', 'every command of `mer`'],
    ]
      .map(([path, title, words]) => `- [${title}](/reference/${path}/index.md): ${words}`)
      .join('\n'),
    'Then the [recipes](/recipes.md), one page each, and the [API of each package](/packages/index.md).',
  );
