// The first page.
import { datasets } from '@mer/datasets';
import { models } from '@mer/models';
import { representations } from '@mer/representations';
import { writePage } from '../site.mjs';

const count = (parts) => Object.keys(parts).length;

export const writeHome = () =>
  writePage('index', {
    layout: 'home',
    title: 'mer',
    titleTemplate: 'The TypeScript toolkit for facial micro-expression recognition',
    description:
      'Representations, networks, data sets, training and evaluations that cannot leak, on TensorFlow.js, in Node and in browsers',
    hero: {
      name: 'mer',
      text: 'From clip to result',
      tagline:
        'The TypeScript toolkit for facial micro-expression recognition: separate packages on TensorFlow.js, in Node and in browsers.',
      image: { src: '/pictures/representations/trdi.png', alt: 'A generated smile as a temporal-ranked dynamic image' },
      actions: [
        { theme: 'brand', text: 'Run an evaluation', link: '/start/researcher' },
        { theme: 'alt', text: 'Use it in an app', link: '/start/app-developer' },
        { theme: 'alt', text: 'Add a network', link: '/start/network-maker' },
        { theme: 'alt', text: 'Playground', link: '/playground' },
      ],
    },
    features: [
      {
        title: `One clip, ${count(representations)} pictures`,
        details: 'Dynamic images, optical flow, strain, histograms. Each is one function, and each is in the gallery.',
        link: '/reference/representations/',
        linkText: 'Gallery',
      },
      {
        title: `${count(models)} networks`,
        details:
          'With layers and names of their authors where there is code, and marked where there is none. They train on wasm.',
        link: '/reference/models/',
        linkText: 'Models',
      },
      {
        title: 'Data sets as they are',
        details: `${count(datasets)} readers, from CASME II to your own folders, with every known error written down. No data is included.`,
        link: '/datasets',
        linkText: 'Data sets',
      },
      {
        title: 'Evaluations that cannot leak',
        details:
          'Nothing of the held-out subject reaches training, the epoch is fixed before, scores are pooled and have intervals.',
        link: '/guides/evaluating',
        linkText: 'Why',
      },
      {
        title: 'Experiments as files',
        details: 'A recipe for each paper, checked before any work, resumed where it stopped, with its memory planned.',
        link: '/recipes',
        linkText: 'Recipes',
      },
      {
        title: 'What it cannot tell',
        details: 'A movement of a face is no feeling and no intent. Read what it is for before you use it on people.',
        link: '/intended-use',
        linkText: 'Intended use and limits',
      },
    ],
  });
