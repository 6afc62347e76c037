import { either, integer, list, number, text } from '@mer/options';
import { MEMORY_STRATEGIES } from '@mer/training';
import * as v from 'valibot';
import { loose } from './loose.js';

/** Most classes of a run: the table of confusions has the square of that. */
const MOST_CLASSES = 1000;

const nameText = (about: string) =>
  text(about, { pattern: /^.{1,1000}$/su, expected: 'a text of 1 to 1000 characters' });
const seed = integer('A seed.', { min: 0, max: Number.MAX_SAFE_INTEGER });
const bytes = number('Bytes.', { min: 0 });

export const memorySchema = loose({
  strategy: loose({
    name: v.picklist(MEMORY_STRATEGIES, `one of ${MEMORY_STRATEGIES.join(', ')}`),
    stretches: integer('Stretches.', { min: 1, optional: true }),
    parts: integer('Parts.', { min: 1, optional: true }),
    microBatch: integer('Samples of a micro-batch.', { min: 1, optional: true }),
  }),
  testBatch: integer('Samples tested at a time.', { min: 1 }),
  step: loose({
    weights: bytes,
    optimizer: bytes,
    inputs: bytes,
    activations: bytes,
    gradients: bytes,
    scratch: bytes,
    total: bytes,
    blocks: bytes,
    heap: bytes,
    largest: bytes,
  }),
  process: bytes,
});

const score = number('A score.', { optional: true });

const share = number('A probability.', { above: 0, below: 1 });

const published = loose({
  source: v.string('a text'),
  caveat: v.optional(v.string('a text')),
  uf1: score,
  uar: score,
  accuracy: score,
});

export const ownModuleSchema = loose({
  use: nameText('What named the module.'),
  hash: nameText('Hash of its contents.'),
  parts: list(
    'Its parts.',
    loose({ kind: nameText('Kind.'), name: nameText('Name.') }, 'an object with kind and name'),
    {},
  ),
});

const count = integer('How many.', { min: 0 });

const note = loose({
  severity: v.picklist(['error', 'warning', 'corrected', 'dropped', 'marked'], 'a severity of a note'),
  key: v.string('a text'),
  message: v.string('a text'),
  file: v.optional(v.string('a text')),
  row: v.optional(count),
});

/** What the samples of a run were read from. */
export const runDataSchema = loose({
  listed: count,
  used: count,
  leftOut: count,
  annotationFiles: list(
    'Workbooks, lists and manifests.',
    loose({
      dataset: nameText('Data set.'),
      file: nameText('File.'),
      rows: count,
      sha256: v.optional(v.pipe(v.string('a hash'), v.regex(/^[0-9a-f]{64}$/, 'a hash'))),
    }),
    {},
  ),
  outside: v.record(v.string('a text'), count, 'an object of numbers'),
  assumedApexes: count,
  sets: v.optional(
    list(
      'Data sets.',
      loose({
        name: nameText('Name.'),
        samples: count,
        subjects: count,
        frameRates: list('Frames a second.', number('Frames a second.', { above: 0 }), {}),
      }),
      {},
    ),
  ),
  notes: list('Remarks.', note, {}),
});

/**
 * What `run.json` must hold. The experiment is looked at only as far as tables need it; the whole of it is checked by {@link experimentOfRun}, which knows
 * the parts.
 */
export const manifestSchema = loose({
  format: v.literal(1, '1'),
  experiment: loose({
    name: nameText('Name of the experiment.'),
    data: loose({ name: nameText('Name of the data set.') }),
    model: loose({
      name: nameText('Name of the model.'),
      weights: v.optional(v.union([v.string('a text'), loose({ file: v.string('a text') })], 'a text')),
      start: v.optional(loose({ paper: v.string('a text'), weights: v.optional(v.string('a text')) })),
    }),
    description: v.optional(v.string('a text')),
    training: loose({
      epochs: integer('Epochs.', { min: 0 }),
      epochChoice: nameText('Choice.'),
      microBatch: integer('Samples of a micro-batch.', { min: 1, optional: true }),
    }),
    protocol: loose({ name: nameText('Name of the protocol.') }),
    stages: v.optional(
      list('Stages.', loose({ data: v.optional(loose({ name: nameText('Name of the data set.') })) }), {}),
    ),
    threshold: either('Thresholds.', [share, list('For each label.', share, {})], { optional: true }),
    seeds: list('Seeds.', seed, { min: 1, different: true }),
    published: list('Published results.', published, {}),
  }),
  hash: nameText('Hash.'),
  fingerprint: nameText('Identity of the samples.'),
  data: v.optional(runDataSchema),
  backend: loose({ name: nameText('Name.'), device: v.string('a text') }),
  versions: v.record(v.string('a text'), v.string('a text'), 'an object of texts'),
  hardware: loose({ cpu: v.string('a text'), cores: integer('Cores.', { min: 0 }), platform: v.string('a text') }),
  memory: v.optional(memorySchema),
  parts: v.optional(list('Own modules.', ownModuleSchema, {})),
  classes: list('Classes.', nameText('A class.'), { min: 1, max: MOST_CLASSES, different: true }),
  labelKind: v.optional(v.picklist(['single', 'multiple'], 'single or multiple')),
  stages: v.optional(
    list(
      'Stages.',
      loose({
        name: nameText('Name of the stage.'),
        dataset: nameText('Name of its data set.'),
        samples: count,
        subjects: count,
        shared: count,
        data: runDataSchema,
        memory: v.optional(memorySchema),
      }),
      {},
    ),
  ),
  inputs: v.optional(
    list('Shapes of the inputs.', list('Shape.', integer('A side.', { min: 1 }), { min: 1, max: 5 }), { max: 100 }),
  ),
  expected: v.optional(
    loose({
      note: v.string('a text'),
      evaluation: v.nullable(
        loose({
          run: nameText('Name of the run.'),
          hash: nameText('Hash of the run.'),
          protocol: nameText('Protocol.'),
          epochChoice: nameText('Epoch choice.'),
          dataset: nameText('Data set.'),
          n: count,
          subjects: count,
          seeds: list('Seeds.', seed, {}),
          scores: v.record(
            v.string('a text'),
            loose({
              value: number('A score.', {}),
              interval: v.optional(list('Interval.', number('An end.', {}), { min: 2, max: 2 })),
            }),
            'an object of scores',
          ),
        }),
      ),
    }),
  ),
  folds: list('Folds.', loose({ seed, name: nameText('Name of the fold.') }, 'an object with seed and name'), {}),
  created: nameText('When the run was begun.'),
});
