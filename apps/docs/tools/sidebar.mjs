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
  'guides/own-parts',
  'guides/weights',
  'guides/explaining',
  'guides/browser',
  'guides/server',
  'guides/many-machines',
  'guides/reproducing',
  'guides/coming-from',
  'guides/troubleshooting',
];
export const PACKAGES = [
  'representations',
  'models',
  'datasets',
  'metrics',
  'training',
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
    { text: 'Start', items: listed(pages, have(['start/researcher', 'start/app-developer', 'start/network-maker'])) },
    { text: 'Guides', items: listed(pages, have(GUIDES)) },
    {
      text: 'Project',
      items: listed(
        pages,
        have([
          'intended-use',
          'contributing',
          'security',
          'code-of-conduct',
          ...[...paths].filter((path) => path.startsWith('decisions/')).sort(),
        ]),
      ),
    },
  ];
  const results = [
    { text: 'Results', items: listed(pages, have(['results', 'measurements', 'benchmarks', 'full-size'])) },
  ];
  const reference = [
    { text: 'Reference', link: '/reference/' },
    { text: 'Models', link: '/reference/models/', collapsed: true, items: below('models', names.models) },
    {
      text: 'Representations',
      link: '/reference/representations/',
      collapsed: true,
      items: below('representations', names.representations),
    },
    { text: 'Steps', link: '/reference/steps/', collapsed: true, items: below('steps', names.steps) },
    { text: 'Data sets', link: '/reference/datasets/', collapsed: true, items: below('datasets', names.datasets) },
    {
      text: 'Training',
      link: '/reference/training/',
      collapsed: true,
      items: names.training.map(([path, title]) => link(`reference/training/${path}`, title)),
    },
    {
      text: 'Experiment files',
      link: '/reference/experiment/',
      collapsed: true,
      items: below('experiment', names.experiment),
    },
    {
      text: 'Commands',
      link: '/reference/commands/',
      collapsed: true,
      items: names.commands.map((name) => link(`reference/commands/${name}`, `mer ${name}`)),
    },
    { text: 'Recipes', link: '/recipes', collapsed: true, items: below('recipes', names.recipes) },
  ];
  const packages = [
    { text: 'Packages', link: '/packages/', items: PACKAGES.map((name) => link(`packages/${name}`, `@mer/${name}`)) },
  ];
  return {
    '/reference/': reference,
    '/recipes': reference,
    '/packages/': packages,
    '/results': results,
    '/measurements': results,
    '/benchmarks': results,
    '/full-size': results,
    '/': start,
  };
}
