/** What the action units of faces are called that the motion of skin can suggest. */
export const ACTION_UNITS: Readonly<Record<number, string>> = {
  1: 'inner brow raiser',
  2: 'outer brow raiser',
  4: 'brow lowerer',
  5: 'upper lid raiser',
  9: 'nose wrinkler',
  10: 'upper lip raiser',
  12: 'lip corner puller',
  14: 'dimpler',
  15: 'lip corner depressor',
  17: 'chin raiser',
  18: 'lip pucker',
  20: 'lip stretcher',
  25: 'lips part',
  26: 'jaw drop',
  45: 'blink',
};

type Way = 'up' | 'down' | 'out' | 'in';

/** Which units pull which part of a face which way; those of one line tell themselves apart by other parts, or not at all. */
const PULLS: readonly (readonly [part: RegExp, way: Way, units: readonly number[]])[] = [
  [/inner brow/, 'up', [1]],
  [/inner brow/, 'down', [4]],
  [/inner brow/, 'in', [4]],
  [/outer brow/, 'up', [2]],
  [/outer brow/, 'down', [4]],
  [/side of the nose/, 'up', [9]],
  [/above the lip/, 'up', [10]],
  [/corner of the mouth/, 'up', [12]],
  [/corner of the mouth/, 'down', [15]],
  [/corner of the mouth/, 'out', [14, 20]],
  [/corner of the mouth/, 'in', [18]],
  [/lower lip/, 'up', [17]],
  [/lower lip/, 'down', [25]],
  [/chin/, 'up', [17]],
  [/chin/, 'down', [26]],
  [/eye$/, 'up', [5]],
  [/eye$/, 'down', [45]],
];

/** Share of a motion that its part up or down, or out or in, must have to count: all within 45 degrees, and a little more. */
const SHARE = 0.6;

/**
 * The action units that a motion of a region suggests, ascending: a suggestion, as several muscles pull at the same skin.
 *
 * @param region - its name; left and right as in the picture
 * @param motion - to the right and down, in pixels
 */
export function unitsOf(region: string, [u, v]: readonly [number, number]): number[] {
  const length = Math.hypot(u, v);
  if (length === 0) return [];
  const outward = /left/.test(region) ? -u : /right/.test(region) ? u : 0;
  const upright: Way[] = Math.abs(v) >= SHARE * length ? [v < 0 ? 'up' : 'down'] : [];
  const across: Way[] = Math.abs(outward) >= SHARE * length ? [outward > 0 ? 'out' : 'in'] : [];
  const of = (ways: readonly Way[]) =>
    PULLS.flatMap(([part, way, units]) => (part.test(region) && ways.includes(way) ? units : []));
  // a corner that goes up and out is pulled up: out alone is another muscle
  const first = of(upright);
  return [...new Set(first.length > 0 && /mouth/.test(region) ? first : [...first, ...of(across)])].sort(
    (a, b) => a - b,
  );
}

/** In which direction a motion goes, as seen in the picture. */
export function directionOf([u, v]: readonly [number, number]): string {
  const names = ['right', 'down and right', 'down', 'down and left', 'left', 'up and left', 'up', 'up and right'];
  return names[(Math.round((4 * Math.atan2(v, u)) / Math.PI) + 8) % 8]!;
}
