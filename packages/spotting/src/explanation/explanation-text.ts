import { ACTION_UNITS } from './action-units.js';
import type { MotionExplanation, RegionExplanation } from './explain-motion.js';

/**
 * Says in sentences what an explanation holds: what moves, where to and how far, which action units that suggests, and what the head did.
 *
 * @param explanation - as {@link explainMotion} gives it
 * @returns lines joined by newlines
 *
 * @example
 * ```ts no-run
 * import { explainMotion, explanationText } from '@mer/spotting';
 *
 * console.log(explanationText(await explainMotion(recording, { onset: 0, apex: 12 })));
 * ```
 */
export function explanationText(explanation: MotionExplanation): string {
  const { regions, units, least } = explanation;
  const moving = regions.filter(({ direction }) => direction !== 'still').sort((a, b) => b.magnitude - a.magnitude);
  if (moving.length === 0) {
    return [
      `Nothing in the face moves by ${least} pixels or more (of a face square of 256).`,
      headText(explanation),
    ].join('\n');
  }
  return [
    ...moving.map(
      ({ name, direction, magnitude }) => `The ${name} moves ${direction} by ${magnitude.toFixed(1)} pixels.`,
    ),
    units.length > 0
      ? `That suggests ${units.map(({ unit, name, regions: from }) => `AU ${unit} (${name}: ${from.join(', ')})`).join('; ')}.`
      : 'Such motion suggests no action unit.',
    headText(explanation),
    'Pixels are those of a face square of 256; left and right are as in the picture. Units are read off directions alone.',
  ].join('\n');
}

const HEAD_OFF = {
  ellipsoid: 'taken off by the pose of an ellipsoid that fits most of the face',
  nose: 'taken off by the motion of the bridge of the nose',
  none: 'not taken off',
} as const;

function headText({ head: { right, down, tilt, turn, nod }, headOff }: MotionExplanation): string {
  const shift = Math.hypot(right + turn, down + nod);
  return `The head moves by ${shift.toFixed(1)} pixels and tilts by ${Math.abs(tilt).toFixed(1)} degrees: ${HEAD_OFF[headOff]}.`;
}

/**
 * The regions of an explanation as the rows of a table, the first of them its headings.
 *
 * @param explanation - as {@link explainMotion} gives it
 */
export function explanationRows({ regions }: Pick<MotionExplanation, 'regions'>): string[][] {
  const row = ({ name, magnitude, greatest, direction, units }: RegionExplanation) => [
    name,
    magnitude.toFixed(2),
    greatest.toFixed(2),
    direction,
    units.map((unit) => `AU ${unit} ${ACTION_UNITS[unit]}`).join(', '),
  ];
  return [['region', 'pixels of 256', 'greatest', 'direction', 'suggests'], ...regions.map(row)];
}
