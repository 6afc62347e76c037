import { randomStream } from './random.js';

/** Color of a surface: red, green, blue, 0..1. */
export type Color = readonly [red: number, green: number, blue: number];

/** What makes one synthetic subject look like itself: proportions, colors, skin, light. Lengths in half face heights. */
export interface Face {
  /** Stream for the fine texture. */
  textureSeed: string;
  width: number;
  jaw: number;
  jawPower: number;
  eyeX: number;
  eyeY: number;
  eyeWidth: number;
  eyeHeight: number;
  eyeTilt: number;
  browY: number;
  browLength: number;
  browThickness: number;
  browArch: number;
  browTilt: number;
  noseWidth: number;
  noseY: number;
  noseHeight: number;
  mouthY: number;
  mouthWidth: number;
  lipUpper: number;
  lipLower: number;
  mouthCurve: number;
  hairline: number;
  /** Fringe: how far one side of the hairline hangs lower than the other. */
  fringe: number;
  hairVolume: number;
  hairLength: number;
  skin: Color;
  hair: Color;
  iris: Color;
  shirt: Color;
  wall: Color;
  lipTint: number;
  freckles: number;
  stubble: number;
  light: Color;
  ambient: number;
}

const skins = [
  [0.93, 0.78, 0.68],
  [0.88, 0.7, 0.58],
  [0.8, 0.61, 0.48],
  [0.66, 0.47, 0.36],
  [0.5, 0.34, 0.25],
] as const;
const hairs = [
  [0.09, 0.08, 0.08],
  [0.18, 0.12, 0.09],
  [0.33, 0.21, 0.13],
  [0.6, 0.45, 0.26],
  [0.45, 0.42, 0.4],
] as const;
const irises = [
  [0.2, 0.13, 0.08],
  [0.28, 0.2, 0.1],
  [0.3, 0.38, 0.3],
  [0.33, 0.43, 0.52],
] as const;

/** Draws the face of a subject: the same seed and subject give the same face. */
export function createFace(seed: number, subject: string): Face {
  const random = randomStream('face', seed, subject);
  const around = (mean: number, spread: number) => mean + spread * Math.max(-2, Math.min(2, random.normal()));
  const tone = random.uniform(0, skins.length - 1.001);
  const lower = Math.floor(tone);
  const skin = [0, 1, 2].map(
    (i) => skins[lower]![i]! + (tone - lower) * (skins[lower + 1]![i]! - skins[lower]![i]!),
  ) as unknown as Color;
  // Fair hair and light eyes belong to fair skin only.
  const hair = random.pick(lower === 0 ? hairs : hairs.slice(0, lower < 2 ? 3 : 2));
  const iris = random.pick(lower === 0 ? irises : irises.slice(0, 2));
  const side = random.chance(0.5) ? 1 : -1;
  const gray = random.uniform(0.45, 0.75);
  return {
    textureSeed: `${seed}/${subject}`,
    width: around(0.69, 0.028),
    jaw: around(0.5, 0.035),
    jawPower: around(2.5, 0.25),
    eyeX: around(0.305, 0.014),
    eyeY: around(0.0, 0.02),
    eyeWidth: around(0.145, 0.009),
    eyeHeight: around(0.06, 0.008),
    eyeTilt: around(-0.05, 0.05),
    browY: around(-0.185, 0.018),
    browLength: around(0.2, 0.013),
    browThickness: around(0.03, 0.007),
    browArch: around(0.035, 0.012),
    browTilt: around(0.012, 0.012),
    noseWidth: around(0.135, 0.014),
    noseY: around(0.36, 0.025),
    noseHeight: around(0.3, 0.05),
    mouthY: around(0.61, 0.02),
    mouthWidth: around(0.25, 0.022),
    lipUpper: around(0.042, 0.009),
    lipLower: around(0.062, 0.011),
    mouthCurve: around(0.01, 0.009),
    hairline: around(-0.66, 0.05),
    fringe: random.chance(0.5) ? side * random.uniform(0.1, 0.3) : 0,
    hairVolume: around(0.1, 0.03),
    hairLength: random.pick([0.12, 0.12, 0.55, 1.5]),
    skin,
    hair,
    iris,
    shirt: [random.uniform(0.1, 0.7), random.uniform(0.1, 0.7), random.uniform(0.15, 0.75)],
    wall: [gray, gray + random.uniform(-0.03, 0.03), gray + random.uniform(-0.03, 0.05)],
    lipTint: random.uniform(0.35, 0.8),
    freckles: random.chance(0.3) ? random.uniform(0.06, 0.1) : 0.05,
    stubble: random.chance(0.35) ? random.uniform(0.05, 0.16) : 0,
    light: [side * random.uniform(0.1, 0.5), -random.uniform(0.25, 0.55), random.uniform(0.7, 1)],
    ambient: random.uniform(0.38, 0.52),
  };
}
