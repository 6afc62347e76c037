import { choice, group, integer, option } from '@mer/options';
import * as v from 'valibot';

const SETTING = 'the path of a setting, such as training.optimizer.learningRate';
const setting = v.pipe(v.string(SETTING), v.regex(/^[^.=\s]+(?:\.[^.=\s]+)*$/, SETTING));

const NAME =
  'a name of letters, digits, dots, plus signs and dashes, 60 at most, as it becomes part of the name of a folder';
const name = v.pipe(v.string(NAME), v.regex(/^[a-zA-Z0-9][a-zA-Z0-9.+-]{0,59}$/, NAME));

const VALUES = 'a list of at least 1 value, or an object of values by their names';
const CHANGES = 'an object of settings and what each is changed to';

/** An object whose keys anybody chooses. */
const keyed = (key: v.GenericSchema<string>, value: v.GenericSchema, expected: string) =>
  v.pipe(
    v.record(key as v.GenericSchema<string, string>, value, expected),
    v.check((object) => Object.keys(object).length > 0, expected),
  );

const values = v.union(
  [v.pipe(v.array(v.unknown(), VALUES), v.minLength(1, VALUES)), keyed(name, v.unknown(), VALUES)],
  VALUES,
);
const changes = v.record(setting as v.GenericSchema<string, string>, v.unknown(), CHANGES);
const named = keyed(name, changes, `an object of names, each with ${CHANGES}`);

const DRAW =
  'a list of at least 1 value, or an object with from and to, both numbers, and scale: log or whole: true where that is meant';
const draw = v.union(
  [
    v.pipe(v.array(v.unknown(), DRAW), v.minLength(1, DRAW)),
    v.pipe(
      v.strictObject(
        {
          from: v.pipe(v.number(DRAW), v.finite(DRAW)),
          to: v.pipe(v.number(DRAW), v.finite(DRAW)),
          scale: v.optional(v.picklist(['linear', 'log'], DRAW)),
          whole: v.optional(v.boolean(DRAW)),
        },
        DRAW,
      ),
      v.check(
        ({ from, to, scale }) => from < to && (scale !== 'log' || from > 0),
        `${DRAW}; from below to, and above 0 on the scale log`,
      ),
    ),
  ],
  DRAW,
);

/** Most cells of a sweep. */
export const MOST_CELLS = 10_000;

/** The option `sweep` of an experiment. */
export const sweepOption = group(
  'Makes the file a sweep: many runs, its cells, in one folder; `mer run` runs them all. What stands here multiplies: each combination of a value of each axis is a cell.',
  {
    grid: option(
      'Settings and the values that each takes: an axis for each setting. A value that is a list or an object needs a name. `seeds` as an axis gives each seed a run of its own, which tables join again.',
      keyed(setting, values, `an object of settings, each with ${VALUES}`),
      `an object of settings, each with ${VALUES}`,
      { optional: true },
    ),
    variants: option(
      'Axes of changes that belong together: for each axis the names of its values, and the settings that each changes.',
      keyed(name, named, 'an object of axes, each with names and the settings that each changes'),
      'an object of axes, each with names and the settings that each changes',
      { optional: true },
    ),
    ablations: option(
      'Names, each with the settings that it changes: the experiment as it stands (`base`), and each of these changes alone.',
      named,
      `an object of names, each with ${CHANGES}`,
      { optional: true },
    ),
    random: group(
      'Draws settings at random, each draw one cell (of each combination of the other axes).',
      {
        draws: integer('How many.', { min: 1, max: MOST_CELLS }),
        seed: integer('Of the draws: the same seed gives the same cells, and more draws begin with the same ones.', {
          min: 0,
          max: Number.MAX_SAFE_INTEGER,
          default: 0,
        }),
        settings: option(
          'Settings, each with the values to draw from: a list, or `{ from, to }`, evenly on the scale `linear` (default) or `log`, whole numbers with `whole: true`.',
          keyed(setting, draw, `an object of settings, each with ${DRAW}`),
          `an object of settings, each with ${DRAW}`,
          {},
        ),
      },
      { optional: true },
    ),
    choose: choice(
      'Also chooses a cell for each fold, by the validation subjects held out of the fold’s training part (training.epochChoice must be validation), and makes the run `chosen` of the predictions of those cells. No cell is ever chosen by a score on test subjects.',
      ['validation-accuracy', 'validation-loss'],
      { optional: true },
    ),
  },
  { optional: true },
);
