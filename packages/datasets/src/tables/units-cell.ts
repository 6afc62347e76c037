import type { ActionUnitUse } from '../synthetic/action-units.js';
import type { WorkbookCell } from './write-workbook.js';

/** Action units as coders write them: one unit of both sides is a number, anything else text. */
export function unitsCell(units: readonly Pick<ActionUnitUse, 'unit' | 'side'>[]): WorkbookCell {
  const [first] = units;
  if (units.length === 1 && first?.side === 'both') return first.unit;
  return units.map(({ unit, side }) => `${{ left: 'L', right: 'R', both: '' }[side]}${unit}`).join('+');
}
