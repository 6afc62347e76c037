// Protocols, losses, optimizers, schedules and augmentations, as listings.
import { experimentParts } from '@mer/experiments';
import { trainingOptions } from '@mer/training';
import { code, optionsTable, plain } from '../markdown.mjs';
import { writePage } from '../site.mjs';

const CHAPTERS = [
  ['protocols', 'Protocols', 'How samples are split into training and test: under `protocol` of an experiment.'],
  ['losses', 'Losses', 'What training makes small: under `training.loss`.'],
  ['optimizers', 'Optimizers', 'What moves the weights: under `training.optimizer`.'],
  ['schedules', 'Schedules', 'How the learning rate changes: under `training.schedule`.'],
  [
    'imageAugmentations',
    'Augmentations of images',
    'Drawn anew for each sample and epoch: under `training.augmentation.images`.',
  ],
  ['clipAugmentations', 'Augmentations of clips', 'Further views, prepared once: under `training.augmentation.clips`.'],
];

export async function writeTraining() {
  const parts = experimentParts();
  const items = [];
  for (const [key, title, where] of CHAPTERS) {
    const path = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    items.push([path, title]);
    await writePage(
      `reference/training/${path}`,
      { title, description: where },
      `# ${title}`,
      where,
      ...parts[key].flatMap((part) => [
        `## ${code(part.name)}`,
        `${plain(part.title)}.${part.paper ? ` Source: ${plain(part.paper)}.` : ''}`,
        optionsTable(part.options),
      ]),
    );
  }
  await writePage(
    'reference/training/index',
    { title: 'Training', description: 'Every option of training' },
    '# Training',
    `Under \`training\` of an experiment, and what \`fit\` of [@mer/training](/packages/training.md) takes. An experiment also takes \`augmentation.clips\`, and \`augmentation.test\`: \`clean\` (default) or \`mean\`, the mean probability over the views of \`phases\`.`,
    items.map(([path, title]) => `- [${title}](/reference/training/${path}.md)`).join('\n'),
    '## Options',
    optionsTable(trainingOptions()),
  );
  return items;
}
