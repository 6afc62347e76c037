// What stands beside the pages: one list for each part of the site.
const link = (path, text) => ({ text, link: `/${path}` });

/** Titles of the hand-written pages below a folder, in the order of their names unless `order` says otherwise. */
const listed = (pages, paths) =>
  paths.map((path) => link(path, pages.find((page) => page.path === path)?.title ?? path));

const GUIDES = [
  'datasets',
  'guides/representations',
  'guides/backends',
  'guides/training',
  'guides/evaluating',
  'guides/several-labels',
  'guides/spotting',
  'guides/own-parts',
  'guides/weights',
  'guides/predicting',
  'guides/predictor',
  'guides/shipping',
  'guides/explaining',
  'guides/browser',
  'guides/server',
  'guides/serving',
  'guides/many-machines',
  'guides/reproducing',
  'guides/coming-from',
  'compatibility',
  'guides/troubleshooting',
];
export const PACKAGES = [
  'representations',
  'models',
  'datasets',
  'metrics',
  'training',
  'spotting',
  'predictor',
  'serve',
  'experiments',
  'cli',
  'io',
  'backends',
  'options',
];

export function sidebarOf(names, pages) {
  const paths = new Set(pages.map(({ path }) => path));
  const have = (list) => list.filter((path) => paths.has(path));
  const below = (folder, list) => list.map((name) => link(`reference/${folder}/${name}`, name));
  const start = [
    {
      text: 'Start',
      items: listed(pages, have(['start/researcher', 'start/app-developer', 'start/network-maker', 'stranger'])),
    },
    { text: 'Guides', items: listed(pages, have(GUIDES)) },
    {
      text: 'Project',
      items: listed(
        pages,
        have([
          'intended-use',
          'migration',
          'contributing',
          'security',
          'code-of-conduct',
          ...[...paths].filter((path) => path.startsWith('decisions/')).sort(),
        ]),
      ),
    },
  ];
  const results = [
    { text: 'Results', items: listed(pages, have(['results', 'megc2019', 'measurements', 'benchmarks', 'full-size'])) },
  ];
  const chapters = [
    ['models', 'Models', below('models', names.models)],
    ['representations', 'Representations', below('representations', names.representations)],
    ['steps', 'Steps', below('steps', names.steps)],
    ['datasets', 'Data sets', below('datasets', names.datasets)],
    ['training', 'Training', names.training.map(([path, title]) => link(`reference/training/${path}`, title))],
    ['experiment', 'Experiment files', below('experiment', names.experiment)],
    ['commands', 'Commands', names.commands.map((name) => link(`reference/commands/${name}`, `mer ${name}`))],
    ['recipes', 'Recipes', below('recipes', names.recipes)],
  ];
  const addressOf = (folder) => (folder === 'recipes' ? '/recipes' : `/reference/${folder}/`);
  /** The chapters, with the pages of one of them: all pages would be most of each page. */
  const reference = (open) => [
    { text: 'Reference', link: '/reference/' },
    ...chapters.map(([folder, text, items]) => ({ text, link: addressOf(folder), ...(folder === open && { items }) })),
  ];
  const packages = [
    { text: 'Packages', link: '/packages/', items: PACKAGES.map((name) => link(`packages/${name}`, `@mer/${name}`)) },
  ];
  return {
    ...Object.fromEntries(chapters.map(([folder]) => [`/reference/${folder}/`, reference(folder)])),
    '/reference/': reference(),
    '/recipes': reference('recipes'),
    '/packages/': packages,
    '/results': results,
    '/megc2019': results,
    '/measurements': results,
    '/benchmarks': results,
    '/full-size': results,
    '/': start,
  };
}
