import { integer, list, nameOrOptions, type Resolved } from '@mer/options';
import type { DatasetNote } from '../dataset.js';
import { unitsOf } from './action-units.js';
import type { ClassScheme } from './class-schemes.js';
import type { ClipRecord } from './clip-record.js';

/** How action units become labels. */
const forms = {
  'action-units': {
    units: list(
      'FACS numbers of the action units, in the order of the classes; those that enough clips have if empty.',
      integer('A unit.', { min: 1, max: 99 }),
      { different: true, default: [] },
    ),
    least: integer('Clips that must have a unit for it to be a class, where no units are listed.', {
      min: 1,
      default: 10,
    }),
  },
};

/** The option that makes action units the labels, any number of a clip. */
export const actionUnitClasses = () => nameOrOptions('Action units as labels.', forms, {});

/** Action units as labels, with every default filled in. */
type ActionUnitClasses = { readonly name: 'action-units' } & Resolved<(typeof forms)['action-units']>;

/** Whether the option `classes` asks for action units. */
export function asksForUnits(classes: unknown): classes is ActionUnitClasses {
  return (classes as { name?: unknown } | undefined)?.name === 'action-units';
}

/** The scheme with a class `AU<number>` for each unit. */
export function actionUnitScheme(
  records: readonly ClipRecord[],
  { units, least }: ActionUnitClasses,
  note: (note: DatasetNote) => void,
): ClassScheme {
  const counts = new Map<number, number>();
  for (const { actionUnits } of records) {
    for (const unit of unitsOf(actionUnits)) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  const often = [...counts].flatMap(([unit, n]) => (n >= least ? [unit] : [])).sort((a, b) => a - b);
  const chosen = units.length > 0 ? units : often;
  if (chosen.length === 0 && counts.size > 0) {
    const most = Math.max(...counts.values());
    const message = `no action unit is in at least ${least} clips (the most is ${most}): make classes.least smaller, or list classes.units`;
    note({ severity: 'error', key: '', message });
  }
  for (const unit of units.filter((one) => !counts.has(one))) {
    note({ severity: 'warning', key: '', message: `no clip has AU${unit}, which the option classes.units lists` });
  }
  return {
    title: 'action units, any number of a clip',
    field: 'actionUnits',
    labelKind: 'multiple',
    classes: Object.fromEntries(chosen.map((unit) => [`AU${unit}`, [String(unit)]])),
  };
}
