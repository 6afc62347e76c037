import { type ActionUnit, type ActionUnitUse, actionUnits } from './action-units.js';
import type { Face } from './face.js';
import type { Placement } from './paint-face.js';

/** Movement of each pixel at full strength (pixels), and how much darker the folds make it. */
export interface MotionField {
  right: Float32Array;
  down: Float32Array;
  darker: Float32Array;
}

/** An area on one half of the face or on its middle line. */
interface Area {
  u: number;
  v: number;
  reachU: number;
  reachV: number;
}

/** Something that moves the skin, and how strongly on the left and on the right half of the picture. */
export type Movement = ActionUnit & Pick<ActionUnitUse, 'strength'>;

/** The movement that action units make in a picture of this size. */
export function motionField(
  face: Face,
  place: Placement,
  look: { height: number; width: number; amplitude: number },
  units: readonly ActionUnitUse[],
): MotionField {
  const table = actionUnits(face);
  return fieldOf(
    place,
    look,
    units.map(({ unit, strength }) => ({ ...table[unit]!, strength })),
  );
}

/** The movement that all of these make together. */
export function fieldOf(
  place: Placement,
  { height, width, amplitude }: { height: number; width: number; amplitude: number },
  movements: readonly Movement[],
): MotionField {
  const [right, down, darker] = [0, 1, 2].map(() => new Float32Array(height * width)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  /** Visits the pixels of an area and of its mirror image, with their share of the movement. */
  const stamp = (
    { u, v, reachU, reachV }: Area,
    [left, rightSide]: readonly [number, number],
    central: boolean,
    visit: (at: number, weight: number, mirror: number) => void,
  ): void => {
    const halves = central
      ? [[1, (left + rightSide) / 2]]
      : [
          [-1, left],
          [1, rightSide],
        ];
    for (const [mirror, power] of halves as [number, number][]) {
      const cx = place.centerX + mirror * u * place.unit;
      const cy = place.centerY + v * place.unit;
      const rx = reachU * place.unit;
      const ry = reachV * place.unit;
      for (let y = Math.max(0, Math.ceil(cy - 3 * ry)); y <= Math.min(height - 1, cy + 3 * ry); y++) {
        for (let x = Math.max(0, Math.ceil(cx - 3 * rx)); x <= Math.min(width - 1, cx + 3 * rx); x++) {
          const weight = power * Math.exp(-0.5 * (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2));
          visit(y * width + x, weight, mirror);
        }
      }
    }
  };
  for (const { strength, patches, folds, central = false } of movements) {
    for (const patch of patches) {
      stamp(patch, strength, central, (at, weight, mirror) => {
        right[at]! += amplitude * weight * patch.outward * mirror;
        down[at]! += amplitude * weight * patch.down;
      });
    }
    for (const fold of folds) {
      stamp(fold, strength, central || fold.u === 0, (at, weight) => {
        darker[at]! += weight * fold.depth;
      });
    }
  }
  return { right, down, darker };
}
