import { choice, either, findPart, list, text } from '@mer/options';
import { framesOption, sharedOptions } from '../adapters/annotated-options.js';
import { joinParts, openParts, partFolder } from '../adapters/join-parts.js';
import { actionUnitClasses, asksForUnits } from '../annotations/action-unit-classes.js';
import type { ClipDataset } from '../dataset.js';
import { type DatasetDefinition, defineDataset, type OpenOptions } from '../define-dataset.js';

/** The options of every composite. */
export const compositeOptions = () => ({
  frames: framesOption(),
  apexes: text('List of apexes of the clips that have none (SMIC), relative to the folder of their data set.', {
    optional: true,
  }),
  ...sharedOptions(),
  faults: choice(
    'What is done with rows whose frame numbers cannot be: refuse to open, mend by rule, or leave out; if not given, as each data set does.',
    ['error', 'repair', 'drop'],
    { optional: true },
  ),
  exclude: list('Clips to leave out, as data set/subject/clip.', text('A clip.', {}), { different: true, default: [] }),
});

/** The definition of composites of any data sets that have the three classes of MEGC2019. */
export const composite = /* @__PURE__ */ defineDataset({
  name: 'composite',
  title: 'Several data sets in the three classes of MEGC2019, or with action units, for cross-data-set experiments',
  samples: 'clips',
  options: {
    sets: list(
      'Names of the data sets to join, in this order; every one whose folder is there if empty.',
      text('A data set.', {}),
      { different: true, default: [] },
    ),
    classes: either(
      'The three classes of MEGC2019, as where nothing is said, or action units, any number of a clip: `{ name: action-units, units: [1, 4] }`.',
      [choice('The three classes.', ['megc2019'], {}), actionUnitClasses()],
      { optional: true },
    ),
    ...compositeOptions(),
  },
  traits: { labelKind: ({ classes }) => (asksForUnits(classes) || classes === 'action-units' ? 'multiple' : 'single') },
  recognize: ({ folders }, parts) =>
    parts.filter(({ traits }) => folders.some((name) => traits.megc2019?.folder.test(name))).length > 1,
  async open({ root, mode, parts, sets, ...common }): Promise<ClipDataset> {
    const units = asksForUnits(common.classes) ? common.classes.units : undefined;
    const able = parts.filter(({ traits }) => (units ? traits.actionUnits : traits.megc2019));
    const names = able.map(({ name }) => name);
    let wanted = sets.map((name) => findPart('data set to join', able, name));
    if (!wanted.length) {
      const there = await Promise.all(able.map((part) => partFolder(root, part)));
      wanted = able.filter((_, i) => there[i] !== undefined);
    }
    const { opened, notes } = await openParts(root, wanted, common);
    if (units?.length === 0) {
      const message = 'classes.units must list the action units, as data sets that are joined must have the same';
      notes.push({ severity: 'error', key: '', message });
    }
    if (!wanted.length) {
      const message = `no folder of a data set is there: expected folders whose names say ${names.join(', ')}`;
      notes.push({ severity: 'error', key: '', message });
    }
    return joinParts('composite', root.name, opened, notes, mode);
  },
});

/** What {@link openComposite} is given: options, and the definitions that it may join. */
export type CompositeOptions = OpenOptions<typeof composite.options> & { parts: readonly DatasetDefinition[] };

/**
 * Opens several data sets as one, in the three classes of MEGC2019 or with action units as labels, for cross-data-set experiments: train on one and test on
 * another by leaving a data set out, or pool them. The root holds a folder for each (`casme2`, `SMIC_all_cropped`, …).
 *
 * `parts` are the definitions that may be joined: those with the trait `megc2019` (or `actionUnits`), yours too. `sets` chooses among them by name;
 * otherwise every one is joined whose folder is there. By name, as `openDataset('composite', { root })`, all of this package may.
 *
 * @throws DatasetError listing everything that is wrong with any of them; TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts no-run
 * import { casme2, openComposite, samm } from '@mer/datasets';
 *
 * const pair = await openComposite({ root: 'data', parts: [casme2, samm] });
 * console.log(pair.samples.length, pair.classes); // 278 [ 'negative', 'positive', 'surprise' ]
 * ```
 */
export function openComposite(given: CompositeOptions): Promise<ClipDataset> {
  return composite.open(given);
}
