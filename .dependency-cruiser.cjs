/** Which package may import which: the arrows of docs/decisions/0002-packages-and-arrows.md. */
const may = {
  options: [],
  metrics: ['options'],
  backends: [],
  io: [],
  representations: ['options'],
  models: ['options'],
  datasets: ['options', 'io', 'representations'],
  training: ['options', 'backends', 'models', 'representations'],
  spotting: ['options', 'metrics', 'representations', 'models'],
  predictor: ['options', 'backends', 'io', 'models', 'representations', 'spotting', 'training'],
  experiments: [
    'options',
    'metrics',
    'backends',
    'io',
    'representations',
    'models',
    'datasets',
    'training',
    'spotting',
    'predictor',
  ],
  cli: [
    'options',
    'metrics',
    'backends',
    'io',
    'representations',
    'models',
    'datasets',
    'training',
    'spotting',
    'predictor',
    'experiments',
  ],
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(may).map(([name, allowed]) => ({
      name: `arrows-of-${name}`,
      comment: `@mer/${name} may import only: ${allowed.map((other) => `@mer/${other}`).join(', ') || 'no other package'}`,
      severity: 'error',
      from: { path: `^packages/${name}/src/`, pathNot: '\\.test\\.ts$' },
      to: { path: `^packages/(?!${[name, ...allowed].join('/|')}/)` },
    })),
    {
      name: 'no-tests-in-sources',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$' },
      to: { path: '\\.test\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|test)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
};
