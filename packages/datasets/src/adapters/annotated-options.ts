import {
  choice,
  either,
  flag,
  group,
  integer,
  list,
  number,
  type Option,
  type OptionsOf,
  type Resolved,
  text,
} from '@mer/options';
import { actionUnitClasses } from '../annotations/action-unit-classes.js';
import type { FaultPolicy } from '../annotations/check-rows.js';
import { followLinksOption } from '../files/follow-links-option.js';
import { limitsOption } from '../files/limits-option.js';

/** The columns that tables of annotations have. */
const tableColumns = [
  'subject',
  'clip',
  'onset',
  'apex',
  'offset',
  'emotion',
  'objectiveClass',
  'actionUnits',
  'label',
  'fps',
];

/** The options that every annotated data set has. */
export function commonOptions(faults: FaultPolicy) {
  const { corrections, missing, gaps, leaks, limits, followLinks, decoders } = sharedOptions();
  return {
    annotations: text('Workbook to read, relative to the root, where the automatic choice is not wanted.', {
      optional: true,
    }),
    columns: group(
      'Headers of the table where they are not those of the release: which header text means which column.',
      Object.fromEntries(tableColumns.map((name) => [name, text(`Header of the column ${name}.`, { optional: true })])),
      { optional: true },
    ),
    layout: text(
      'Folders of clips where they are not those of the release: a path below the root with {subject}, {clip}, {emotion}, {onset}, and * for any name, such as frames/{subject}_{clip}.',
      { optional: true },
    ),
    apexes: text(
      'List of apexes (CSV: subject, clip, apex), relative to the root, laid over clips that have none; rows of other data sets are passed over.',
      { optional: true },
    ),
    corrections,
    faults: choice(
      'What is done with rows whose frame numbers cannot be: refuse to open, mend by rule, or leave out.',
      ['error', 'repair', 'drop'],
      { default: faults },
    ),
    missing,
    gaps,
    leaks,
    exclude: list('Clips to leave out, as subject/clip.', text('A clip.', {}), { different: true, default: [] }),
    decoders,
    limits,
    followLinks,
  };
}

/** The options of annotated data sets that a composite of them has too. */
export const sharedOptions = () => ({
  corrections: flag('Whether known annotation errors are put right.', { default: true }),
  missing: choice(
    'What is done with annotated clips whose frames are not there: refuse to open, or leave out.',
    ['error', 'drop'],
    { default: 'error' },
  ),
  limits: limitsOption(),
  followLinks: followLinksOption(),
  gaps: number(
    'Largest share of the frames of a clip that may be missing; a clip that lacks more is treated as one without frames.',
    { min: 0, max: 1, default: 0.2 },
  ),
  leaks: choice(
    'What is done where one person, or the frames of one folder, certainly stand under two subjects: refuse to open, or warn.',
    ['error', 'warning'],
    { default: 'error' },
  ),
  decoders: integer('How many pictures are decoded at the same time.', { min: 1, max: 64, default: 4 }),
});

/** The option that chooses between raw and cropped frames. */
export const framesOption = () =>
  choice(
    'Which frames are read where raw and cropped ones are there: auto takes the cropped ones.',
    ['auto', 'raw', 'cropped'],
    { default: 'auto' },
  );

/** The schemas of the options that every annotated data set has. */
export type CommonEntries = ReturnType<typeof commonOptions>;

/** The same, with the class scheme where the data set has schemes, which may be one of action units. */
export type AnnotatedEntries<Scheme extends string, Units extends boolean = false> = ([Scheme] extends [never]
  ? unknown
  : {
      classes: [Units] extends [true]
        ? Option<
            Scheme | OptionsOf<UnitsEntries>['classes'],
            { default: Scheme },
            Scheme | Resolved<UnitsEntries>['classes']
          >
        : Option<Scheme, { default: Scheme }>;
    }) &
  CommonEntries;

type UnitsEntries = { classes: ReturnType<typeof actionUnitClasses> };

/** The option that chooses the class scheme. */
export function classesOption(names: readonly string[], units: boolean) {
  const given = { default: names[0]! };
  if (!units) return choice('Class scheme.', names, given);
  const kinds = [choice('A class scheme.', names, {}), actionUnitClasses()] as const;
  return either(
    'Class scheme; `action-units`, or `{ name: action-units, units: [1, 4] }`: any number of labels.',
    kinds,
    given,
  );
}
