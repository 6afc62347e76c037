/** Where an action unit acts, as FACS coders write it in front of the number. */
export type ActionUnitSide = 'left' | 'right' | 'asymmetric' | 'top' | 'bottom';

/** One action unit as annotated. */
export interface AnnotatedActionUnit {
  /** FACS number, such as 12. */
  unit: number;
  /** `L`, `R`, `A`, `T`, `B` in front of the number; null where nothing is said (both sides). */
  side: ActionUnitSide | null;
  /** `A` (trace) to `E` (maximum) behind the number; the first of two (`10A/B`); null where not coded. */
  intensity: 'A' | 'B' | 'C' | 'D' | 'E' | null;
  /** The coder left it open: an alternative (`R6 or R12`, `A/L12`, `10A/B`), a reference (`ref(7B)`) or a question (`12?`). */
  doubtful: boolean;
}

/** What an action-unit cell says. */
export interface ActionUnitCell {
  /** The units in the order written. */
  units: readonly AnnotatedActionUnit[];
  /** Parts that are no unit, such as `soft focus` or `?`. */
  remarks: readonly string[];
  /** The cell as written. */
  text: string;
}

const sides: Readonly<Record<string, ActionUnitSide>> = {
  L: 'left',
  R: 'right',
  A: 'asymmetric',
  T: 'top',
  B: 'bottom',
};

/**
 * Reads a cell of action units as the data sets write them: `4+L10`, `R2+15`, `(R6 or R12)+R15`, `ref(7B)+43`, `A/L12`,
 * `10A/B`, `L12 + 61`, `AU4`, `4，11` (a full-width comma), `14,L24,`, `12?`, a bare number, `?`.
 *
 * Nothing is lost: what is no action unit, or in more than eight parentheses, is kept in `remarks`. A `(k)` behind a unit (static, as 4DME writes it) leaves the
 * unit out and is kept as a remark.
 */
export function parseActionUnits(text: string): ActionUnitCell {
  return readCell(text, deepest);
}

/**
 * The action units that a cell says are there, each once, ascending: whatever the side and the intensity (`R4`, `L14` and `7B` are 4,
 * 14 and 7), and those too that the coder left open (`R6 or R12` are 6 and 12, `ref(7B)` is 7, `12?` is 12). A unit with `(k)` is not
 * there, nor is `0`, as which "none" is written.
 */
export function unitsOf({ units }: ActionUnitCell): number[] {
  return [...new Set(units.map(({ unit }) => unit))].filter((unit) => unit > 0).sort((a, b) => a - b);
}

/** Whether a cell says which units there are; one that is empty or holds a question alone says nothing. */
export function knownUnits({ units, remarks }: ActionUnitCell): boolean {
  return units.length > 0 || remarks.some((remark) => held.test(remark));
}

/** A unit held from before the movement, as 4DME marks it. */
const held = /\(k\)$/i;

/** Parentheses within parentheses. */
const deepest = 8;

function readCell(text: string, depth: number): ActionUnitCell {
  const units: AnnotatedActionUnit[] = [];
  const remarks: string[] = [];
  for (const group of splitOutside(text.replaceAll('，', ','), /[+,;&]/)) {
    const alternatives = group.split(/\bor\b/i);
    for (const alternative of alternatives)
      readPart(alternative.trim(), alternatives.length > 1, depth, units, remarks);
  }
  return { units, remarks, text };
}

/** Splits at separators that are not inside parentheses. */
function splitOutside(text: string, separator: RegExp): string[] {
  const parts = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === '(') depth++;
    if (letter === ')') depth = Math.max(0, depth - 1);
    if (depth === 0 && separator.test(letter)) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts;
}

function readPart(
  part: string,
  doubtful: boolean,
  depth: number,
  units: AnnotatedActionUnit[],
  remarks: string[],
): void {
  if (part === '') return;
  if (depth === 0) {
    remarks.push(part);
    return;
  }
  const reference = /^ref\s*\(?(.*?)\)?$/i.exec(part);
  if (reference) {
    readPart(reference[1]!.trim(), true, depth - 1, units, remarks);
    return;
  }
  const wrapped = /^\((.*)\)$|^\(([^()]*)$|^([^()]*)\)$/.exec(part);
  if (wrapped) {
    const inside = wrapped[1] ?? wrapped[2] ?? wrapped[3]!;
    const cell = readCell(inside, depth - 1);
    units.push(...cell.units.map((unit) => ({ ...unit, doubtful: unit.doubtful || doubtful })));
    remarks.push(...cell.remarks);
    return;
  }
  if (held.test(part)) {
    remarks.push(part);
    return;
  }
  const match = /^(?:AU\s*)?([LRATB])?(?:\/([LRATB]))?\s*(\d{1,2})\s*([A-E])?(?:\/([A-E]))?\s*(\?)?$/i.exec(part);
  if (!match) {
    remarks.push(part);
    return;
  }
  const [, side, otherSide, unit, intensity, otherIntensity, question] = match;
  units.push({
    unit: Number(unit),
    side: side ? sides[side.toUpperCase()]! : null,
    intensity: (intensity?.toUpperCase() as AnnotatedActionUnit['intensity']) ?? null,
    doubtful: doubtful || [otherSide, otherIntensity, question].some((one) => one !== undefined),
  });
}
