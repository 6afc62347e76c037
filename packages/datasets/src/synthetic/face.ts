import { type Random, randomStream } from './random.js';

/** What makes one synthetic subject look like itself: proportions, colours, skin, light. Lengths in half face heights. */
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
  hairPeak: number;
  hairVolume: number;
  hairLength: number;
  skin: readonly [number, number, number];
  hair: readonly [number, number, number];
  iris: readonly [number, number, number];
  shirt: readonly [number, number, number];
  wall: readonly [number, number, number];
  lipTint: number;
  freckles: number;
  stubble: number;
  light: readonly [number, number, number];
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
  ) as [number, number, number];
  // Fair hair and light eyes belong to fair skin only.
  const hair = random.pick(lower === 0 ? hairs : hairs.slice(0, lower < 2 ? 3 : 2));
  const iris = random.pick(lower === 0 ? irises : irises.slice(0, 2));
  const side = random.chance(0.5) ? 1 : -1;
  const grey = random.uniform(0.45, 0.75);
  return {
    textureSeed: `${seed}/${subject}`,
    width: around(0.69, 0.028),
    jaw: around(0.62, 0.05),
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
    mouthCurve: around(0.004, 0.012),
    hairline: around(-0.66, 0.05),
    hairPeak: around(0.03, 0.04),
    hairVolume: around(0.1, 0.03),
    hairLength: random.pick([0.1, 0.25, 0.45, 1.4]),
    skin,
    hair,
    iris,
    shirt: [random.uniform(0.1, 0.7), random.uniform(0.1, 0.7), random.uniform(0.15, 0.75)],
    wall: [grey, grey + random.uniform(-0.03, 0.03), grey + random.uniform(-0.03, 0.05)],
    lipTint: random.uniform(0.35, 0.8),
    freckles: random.chance(0.3) ? random.uniform(0.03, 0.08) : 0.012,
    stubble: random.chance(0.35) ? random.uniform(0.05, 0.16) : 0,
    light: [side * random.uniform(0.1, 0.5), -random.uniform(0.25, 0.55), random.uniform(0.7, 1)],
    ambient: random.uniform(0.38, 0.52),
  };
}

/** Where a face lies in a picture: pixel `(x, y)` has face coordinates `((x - centreX) / unit, (y - centreY) / unit)`. */
export interface Placement {
  centreX: number;
  centreY: number;
  /** Pixels per face unit (half the height of the face). */
  unit: number;
}

const bump = (u: number, v: number, su: number, sv: number) => Math.exp(-0.5 * ((u / su) ** 2 + (v / sv) ** 2));
const clamp = (x: number, low = 0, high = 1) => Math.min(high, Math.max(low, x));
const smooth = (low: number, high: number, x: number) => {
  const t = clamp((x - low) / (high - low));
  return t * t * (3 - 2 * t);
};

/** Half the width of the face at height v; 0 above the crown and below the chin. */
function halfWidth(face: Face, v: number): number {
  if (v <= -1.02 || v >= 1) return 0;
  if (v < 0) return face.width * Math.sqrt(1 - (v / 1.02) ** 2);
  return face.width * (1 - v ** face.jawPower) ** face.jaw;
}

/** Signed distance-like value of the face's outline: negative inside. */
function outline(face: Face, u: number, v: number): number {
  const w = halfWidth(face, v);
  const slope = (halfWidth(face, v + 0.01) - halfWidth(face, v - 0.01)) / 0.02;
  return (Math.abs(u) - w) / Math.sqrt(1 + Math.min(slope * slope, 9));
}

/** The relief of the face, towards the camera. */
function relief(face: Face, u: number, v: number): number {
  const a = Math.abs(u);
  const w = halfWidth(face, v) + 0.03;
  let z =
    0.75 * Math.sqrt(Math.max(0.02, 1 - (u / (w + 0.06)) ** 2 * 0.95 - (Math.max(0, Math.abs(v) - 0.2) / 1.15) ** 2));
  const along = smooth(-0.12, face.noseY, v) * (1 - smooth(face.noseY + 0.02, face.noseY + 0.09, v));
  z += face.noseHeight * along * bump(u, 0, face.noseWidth * (0.4 + 0.3 * along), 1);
  z += 0.07 * bump(a - face.noseWidth, v - face.noseY - 0.02, 0.045, 0.05);
  z += 0.05 * bump(a - 0.26, v - face.browY - 0.01, 0.2, 0.06);
  z -= 0.1 * bump(a - face.eyeX, v - face.eyeY + 0.01, 0.14, 0.085);
  z += 0.05 * bump(a - face.eyeX, v - face.eyeY, 0.1, 0.055);
  z += 0.06 * bump(a - 0.43, v - 0.27, 0.17, 0.16);
  z += 0.05 * bump(u, v - face.mouthY, 0.24, 0.13);
  z += 0.03 * bump(u, v - face.mouthY + face.lipUpper * 0.5, face.mouthWidth * 0.7, 0.022);
  z += 0.035 * bump(u, v - face.mouthY - face.lipLower * 0.55, face.mouthWidth * 0.6, 0.03);
  z -= 0.03 * bump(u, v - face.mouthY - face.lipLower - 0.055, 0.16, 0.03);
  z += 0.07 * bump(u, v - 0.88, 0.16, 0.09);
  z -= 0.012 * bump(u, v - (face.noseY + 0.13), 0.025, 0.04);
  // The fold from the wing of the nose to the corner of the mouth.
  const t = clamp((v - face.noseY) / (face.mouthY + 0.05 - face.noseY));
  const foldU = face.noseWidth + 0.05 + t * (face.mouthWidth + 0.06 - face.noseWidth);
  z -=
    0.014 *
    bump(a - foldU, 0, 0.022, 1) *
    smooth(face.noseY - 0.04, face.noseY + 0.06, v) *
    (1 - smooth(face.mouthY, face.mouthY + 0.12, v));
  return z;
}

/** Value noise on a lattice: smooth random texture of about one feature per `cell` face units, -1..1. */
function valueNoise(random: Random, cell: number): (u: number, v: number) => number {
  const side = 64;
  const lattice = Float32Array.from({ length: side * side }, () => random.uniform(-1, 1));
  const wrap = (i: number) => ((i % side) + side) % side;
  return (u, v) => {
    const x = u / cell;
    const y = v / cell;
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [smooth(0, 1, x - x0), smooth(0, 1, y - y0)];
    const at = (i: number, j: number) => lattice[wrap(y0 + j) * side + wrap(x0 + i)]!;
    return (at(0, 0) * (1 - fx) + at(1, 0) * fx) * (1 - fy) + (at(0, 1) * (1 - fx) + at(1, 1) * fx) * fy;
  };
}

/**
 * Paints the face at rest: `[height, width, 3]`, row-major, 0..1.
 *
 * A relief lit by one lamp and an even ambient light, painted with skin, lips, brows, eyes and hair, in front of a wall.
 */
export function paintFace(
  face: Face,
  place: Placement,
  height: number,
  width: number,
  options: { eyesClosed?: boolean; lightShift?: number } = {},
): Float32Array {
  const { eyesClosed = false, lightShift = 0 } = options;
  const pixels = new Float32Array(height * width * 3);
  const px = 1 / place.unit;
  const edge = 1.2 * px;
  const random = randomStream('texture', face.textureSeed);
  const mottle = valueNoise(random, 0.11);
  const fine = valueNoise(random, 0.028);
  const strand = valueNoise(random, 0.018);
  const broad = valueNoise(random, 0.5);
  const [lx, ly, lz] = [face.light[0] + lightShift, face.light[1], face.light[2]];
  const norm = Math.hypot(lx, ly, lz);
  const mix = (colour: [number, number, number], other: readonly [number, number, number], amount: number) => {
    for (let i = 0; i < 3; i++) colour[i] = colour[i]! + amount * (other[i]! - colour[i]!);
  };
  const soft = (distance: number, width = edge) => 1 - smooth(-width, width, distance);

  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = (x - place.centreX) / place.unit;
      const v = (y - place.centreY) / place.unit;
      const a = Math.abs(u);
      const colour: [number, number, number] = [...face.wall];
      const wallShade = 1 + 0.06 * broad(u * 0.7, v * 0.7) - 0.08 * u * Math.sign(face.light[0]);
      for (let i = 0; i < 3; i++) colour[i] = colour[i]! * wallShade;

      // Hair behind the head.
      const crown = Math.hypot(u / (face.width + face.hairVolume), (v + 0.1) / (1 + face.hairVolume * 1.3));
      const hairShade =
        0.8 + 0.35 * strand(u * 1.6, v * 0.25) + 0.35 * bump(u - 0.3 * Math.sign(face.light[0]), v + 0.85, 0.3, 0.12);
      const hair = face.hair.map((c) => c * hairShade) as [number, number, number];
      const behind =
        v < -0.1 ? (crown - 1) * 0.8 : a - (face.width + face.hairVolume * (face.hairLength > 1 ? 1.1 : 0.55));
      mix(colour, hair, soft(behind, 0.02) * (1 - smooth(face.hairLength - 0.12, face.hairLength, v)));

      // Neck and shirt.
      const neck = a - 0.36 - 0.25 * smooth(1.0, 1.45, v) ** 2;
      const neckShade = 0.62 + 0.2 * smooth(1.0, 1.35, v) - 0.25 * a;
      if (v > 0.4) mix(colour, face.skin.map((c) => c * neckShade) as [number, number, number], soft(neck));
      const shirt = 1.32 + 0.28 * a - v + 0.12 * bump(u, 0, 0.2, 1) * -1 + 0.25 * smooth(0, 0.3, 0.3 - a);
      mix(
        colour,
        face.shirt.map((c) => c * (0.85 + 0.12 * fine(u * 0.5, v * 0.5))) as [number, number, number],
        soft(shirt),
      );

      // Ears.
      const ear = Math.hypot((a - face.width + 0.015) / 0.07, (v - 0.08) / 0.17) - 1;
      mix(
        colour,
        face.skin.map((c) => c * (0.68 + 0.15 * bump(a - face.width - 0.03, v - 0.06, 0.03, 0.1))) as [
          number,
          number,
          number,
        ],
        soft(ear, 0.12) * (face.hairLength > 1 ? 0 : 1),
      );

      const d = outline(face, u, v);
      const inside = soft(d, edge);
      if (inside > 0) {
        const h = 0.006;
        const gu = (relief(face, u + h, v) - relief(face, u - h, v)) / (2 * h);
        const gv = (relief(face, u, v + h) - relief(face, u, v - h)) / (2 * h);
        const length = Math.sqrt(1 + gu * gu + gv * gv);
        const lambert = Math.max(0, (-gu * lx - gv * ly + lz) / (norm * length));
        const half = Math.max(0, (-gu * lx * 0.5 - gv * ly * 0.5 + (lz + norm) * 0.5) / (norm * length));
        let shade = face.ambient + (1.08 - face.ambient) * lambert;
        // Corners that little light reaches: eye sockets, beside the nose, under the lip, the rim of the face.
        shade *= 1 - 0.16 * bump(a - face.eyeX + 0.1, v - face.eyeY + 0.03, 0.09, 0.07);
        shade *= 1 - 0.22 * bump(u, v - face.noseY - 0.095, face.noseWidth * 0.8, 0.03);
        shade *= 1 - 0.12 * bump(u, v - face.mouthY - face.lipLower - 0.05, 0.14, 0.03);
        shade *= 1 - 0.22 * smooth(-0.12, 0, d);
        const tone: [number, number, number] = [...face.skin];
        const blotch = 1 + 0.035 * mottle(u, v) + face.freckles * fine(u, v);
        for (let i = 0; i < 3; i++) tone[i] = tone[i]! * blotch;
        // Cheeks and nose are redder; the beard area darker.
        const red = 0.09 * bump(a - 0.4, v - 0.32, 0.16, 0.13) + 0.07 * bump(u, v - face.noseY, 0.1, 0.09);
        tone[1] *= 1 - red;
        tone[2] *= 1 - red;
        const beard = face.stubble * smooth(0.42, 0.62, v + 0.25 * a) * (0.7 + 0.3 * fine(u * 1.7, v * 1.7));
        mix(tone, face.hair, beard);

        // Lips.
        const mu = u / face.mouthWidth;
        const seam = face.mouthY + face.mouthCurve * (mu * mu * -1) - 0.008 * bump(u, 0, 0.03, 1) + 0.006 * mu * mu;
        const open = Math.max(0, 1 - mu * mu);
        const upper =
          face.lipUpper * open ** 0.8 * (1 - 0.25 * bump(u, 0, 0.02, 1) + 0.15 * bump(a - 0.06, 0, 0.04, 1));
        const lowerLip = face.lipLower * open ** 0.65;
        const lip = Math.max(seam - upper - v, v - seam - lowerLip);
        const lipColour: [number, number, number] = [tone[0] * 0.93, tone[1] * 0.68, tone[2] * 0.7];
        if (a < face.mouthWidth * 1.1) {
          const amount = soft(lip, Math.max(edge, 0.012)) * face.lipTint * smooth(0, 0.25, open);
          mix(tone, lipColour, amount);
        }
        const slit =
          Math.exp(-0.5 * ((v - seam) / Math.max(0.008, 0.7 * px)) ** 2) * smooth(-0.02, 0.25, 1.03 - mu * mu);
        const corner = bump(a - face.mouthWidth, v - seam, 0.022, 0.018);
        shade *= 1 - 0.6 * slit - 0.3 * corner;

        // Nostrils and the wing of the nose.
        shade *=
          1 -
          0.62 *
            bump(
              a - face.noseWidth * 0.48,
              v - face.noseY - 0.062,
              Math.max(0.026, px * 0.7),
              Math.max(0.014, px * 0.7),
            );
        shade *= 1 - 0.2 * bump(a - face.noseWidth - 0.035, v - face.noseY - 0.02, 0.014, 0.05);

        for (let i = 0; i < 3; i++) tone[i] = tone[i]! * shade + 0.1 * half ** 24;

        // Eyes. Coordinates along the slit of the eye, from the inner to the outer corner.
        const eu = (a - face.eyeX) / face.eyeWidth;
        const ev = v - face.eyeY - face.eyeTilt * (a - face.eyeX);
        if (Math.abs(eu) < 1.6 && Math.abs(ev) < 0.16) {
          const arc = Math.max(0, 1 - eu * eu);
          const lidTop = -face.eyeHeight * arc ** 0.75 * (eyesClosed ? -0.45 : 1);
          const lidBottom = face.eyeHeight * 0.62 * arc ** 0.9;
          if (!eyesClosed) {
            const within = soft(Math.max(lidTop - ev, ev - lidBottom)) * smooth(1.02, 0.94, Math.abs(eu));
            const white: [number, number, number] = [0.83, 0.8, 0.78];
            const light = (0.62 + 0.4 * smooth(lidTop, lidTop + 0.05, ev)) * (0.75 + 0.35 * lambert);
            const r = Math.hypot(a - face.eyeX + 0.004, ev + 0.006);
            mix(
              white,
              face.iris.map((c) => c * (0.75 + 6 * Math.max(0, r - 0.03))) as [number, number, number],
              soft(r - 0.056),
            );
            mix(white, [0.02, 0.02, 0.02], soft(r - 0.024));
            for (let i = 0; i < 3; i++) white[i] = white[i]! * light;
            mix(
              white,
              [0.97, 0.97, 0.97],
              soft(Math.hypot(u - Math.sign(u) * face.eyeX - 0.018 * Math.sign(lx), ev + 0.025) - 0.011),
            );
            mix(tone, white, within);
          }
          const thin = Math.max(0.009, 0.55 * px);
          const lash = Math.exp(-0.5 * ((ev - lidTop) / thin) ** 2) * smooth(1.12, 0.85, Math.abs(eu));
          mix(tone, [0.07, 0.05, 0.05], 0.8 * lash);
          if (!eyesClosed) {
            const below = Math.exp(-0.5 * ((ev - lidBottom) / (thin * 0.9)) ** 2) * smooth(1.1, 0.8, Math.abs(eu));
            mix(tone, [face.skin[0] * 0.45, face.skin[1] * 0.35, face.skin[2] * 0.33], 0.4 * below);
            const crease =
              Math.exp(-0.5 * ((ev - lidTop + 0.032) / (thin * 1.1)) ** 2) * smooth(1.15, 0.7, Math.abs(eu));
            mix(tone, [face.skin[0] * 0.5, face.skin[1] * 0.42, face.skin[2] * 0.4], 0.35 * crease);
          }
        }

        // Brows: thick at the inner end, thin at the outer, with strands.
        const bu = (a - 0.28) / face.browLength;
        if (Math.abs(bu) < 1.15) {
          const arch = face.browY - face.browArch * (1 - (bu - 0.25) ** 2) + face.browTilt * bu;
          const thick = face.browThickness * (1 - 0.55 * smooth(-0.3, 1, bu)) * smooth(1.06, 0.8, Math.abs(bu));
          const brow = Math.exp(-0.5 * ((v - arch) / Math.max(thick, 0.4 * px)) ** 2) * smooth(1.1, 0.85, Math.abs(bu));
          mix(tone, face.hair, 0.85 * brow * (0.82 + 0.18 * strand(u * 1.3 + v, v * 0.5)));
        }

        // Hair over the forehead.
        const line =
          face.hairline - face.hairPeak * bump(u, 0, 0.1, 1) * -1 + 0.55 * a * a + 0.015 * strand(u * 1.4, 0);
        const temple = a - halfWidth(face, v) + 0.035;
        mix(tone, hair, Math.max(soft(v - line, 0.035), v < 0.02 ? soft(-temple, 0.03) * smooth(0.05, -0.1, v) : 0));
        mix(colour, tone, inside);
      }
      const at = (y * width + x) * 3;
      for (let i = 0; i < 3; i++) pixels[at + i] = clamp(colour[i]!);
    }
  }
  return pixels;
}
