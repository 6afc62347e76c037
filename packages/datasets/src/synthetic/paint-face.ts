import type { Face } from './face.js';
import { paintEye } from './paint-eye.js';
import { blend, blendShaded, type Point, soft } from './paint-point.js';
import { randomStream } from './random.js';
import { halfWidth, outline, relief } from './relief.js';
import { bump, ridge, smooth } from './shapes.js';
import { valueNoise } from './value-noise.js';

/** Where a face lies in a picture: pixel `(x, y)` has face coordinates `((x - centerX) / unit, (y - centerY) / unit)`. */
export interface Placement {
  centerX: number;
  centerY: number;
  /** Pixels per face unit (half the height of the face). */
  unit: number;
}

/** What all points share. */
interface Brush {
  face: Face;
  /** Size of a pixel in face units; no line is thinner. */
  pixel: number;
  mottle(u: number, v: number): number;
  fine(u: number, v: number): number;
  strand(u: number, v: number): number;
  broad(u: number, v: number): number;
  /** Direction of the light, length 1. */
  light: readonly [number, number, number];
  /** Whether eyes are painted. */
  eyes: boolean;
}

/**
 * Paints a face at rest: `[height, width, 3]`, row-major, 0..1. A relief lit by one lamp and an even ambient light, painted
 * with skin, lips, brows, eyes and hair, in front of a wall. Where `lambert` is given, how much of the lamp's light falls on each pixel is put into it, and the
 * eyes are left out: {@link paintEye} paints them over, as they are at a time.
 */
export function paintFace(
  face: Face,
  place: Placement,
  height: number,
  width: number,
  { lightShift = 0, lambert }: { lightShift?: number; lambert?: Float32Array } = {},
): Float32Array {
  const random = randomStream('texture', face.textureSeed);
  const pixel = 1 / place.unit;
  const brush: Brush = {
    face,
    pixel,
    mottle: valueNoise(random, 0.11),
    fine: valueNoise(random, 0.028),
    strand: valueNoise(random, 0.018),
    broad: valueNoise(random, 0.5),
    light: lightOf(face, lightShift),
    eyes: lambert === undefined,
  };
  const heights = reliefGrid(face, place, height, width);
  const pixels = new Float32Array(height * width * 3);
  const point: Point = { u: 0, v: 0, a: 0, red: 0, green: 0, blue: 0 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      point.u = (x - place.centerX) / place.unit;
      point.v = (y - place.centerY) / place.unit;
      point.a = Math.abs(point.u);
      paintBackground(point, brush);
      const d = outline(face, point.u, point.v);
      const inside = point.v > -1.1 && point.v < 1.05 ? soft(d, 1.2 * pixel) : 0;
      if (inside > 0) {
        const { red, green, blue } = point;
        const at = (y + 1) * (width + 2) + x + 1;
        const gu = (heights[at + 1]! - heights[at - 1]!) / (2 * pixel);
        const gv = (heights[at + width + 2]! - heights[at - width - 2]!) / (2 * pixel);
        const lit = paintSkin(point, brush, d, gu, gv);
        if (lambert) lambert[y * width + x] = lit;
        if (inside < 1) {
          const [r, g, b] = [point.red, point.green, point.blue];
          Object.assign(point, { red, green, blue });
          blend(point, r, g, b, inside);
        }
      }
      const to = (y * width + x) * 3;
      pixels[to] = Math.min(1, Math.max(0, point.red));
      pixels[to + 1] = Math.min(1, Math.max(0, point.green));
      pixels[to + 2] = Math.min(1, Math.max(0, point.blue));
    }
  }
  return pixels;
}

/** Direction of the lamp's light, length 1. */
export function lightOf({ light: [x, y, z] }: Face, lightShift: number): readonly [number, number, number] {
  const norm = Math.hypot(x + lightShift, y, z);
  return [(x + lightShift) / norm, y / norm, z / norm];
}

/** The relief at every pixel, with a border of one pixel for its slope. */
function reliefGrid(face: Face, place: Placement, height: number, width: number): Float32Array {
  const heights = new Float32Array((height + 2) * (width + 2));
  for (let y = -1; y <= height; y++) {
    const v = (y - place.centerY) / place.unit;
    if (v < -1.15 || v > 1.1) continue;
    const reach = halfWidth(face, v) + 0.1;
    for (let x = -1; x <= width; x++) {
      const u = (x - place.centerX) / place.unit;
      if (Math.abs(u) <= reach) heights[(y + 1) * (width + 2) + x + 1] = relief(face, u, v);
    }
  }
  return heights;
}

/** Wall, hair behind the head, neck, shirt and ears. */
function paintBackground(point: Point, { face, broad, fine, strand, pixel, light }: Brush): void {
  const { u, v, a } = point;
  // paint on plaster: a wall without any texture would make optical flow follow its shading
  const wall = (1 + 0.06 * broad(u * 0.7, v * 0.7) - 0.06 * u * Math.sign(light[0])) * (1 + 0.03 * fine(u, v));
  [point.red, point.green, point.blue] = [face.wall[0] * wall, face.wall[1] * wall, face.wall[2] * wall];

  const shine = 0.35 * bump(u - 0.3 * Math.sign(light[0]), v + 0.85, 0.3, 0.12);
  const hairShade = 0.8 + 0.35 * strand(u * 1.6, v * 0.25) + shine;
  const isLong = face.hairLength > 0.3;
  // Around the skull an ellipse; further down a curtain that hangs, or the short sides that end at the ears.
  const crown = (Math.hypot(u / (face.width + face.hairVolume), (v + 0.1) / (0.95 + face.hairVolume)) - 1) * 0.8;
  const hang = isLong ? 0.08 * smooth(0, face.hairLength, v) : -(face.hairVolume + 0.05) * smooth(-0.1, 0.15, v);
  const side = a - face.width - face.hairVolume - hang;
  const behind = v < -0.1 ? crown : side;
  const end = 1 - smooth(face.hairLength - 0.1, face.hairLength + 0.03, v + (isLong ? 0.15 * a : 0));
  blendShaded(point, face.hair, hairShade * (isLong && v > 0.2 ? 0.8 : 1), soft(behind, 0.02) * end);

  if (v > 0.4) {
    const neck = a - 0.36 - 0.25 * smooth(1.0, 1.45, v) ** 2;
    blendShaded(point, face.skin, 0.62 + 0.2 * smooth(1.0, 1.35, v) - 0.25 * a, soft(neck, 1.2 * pixel));
    const collar = 1.17 + 0.16 * (1 - smooth(0, 0.36, a)) + 0.28 * smooth(0.35, 1.5, a) - v;
    blendShaded(point, face.shirt, 0.82 + 0.1 * fine(u * 0.5, v * 0.5) - 0.1 * a, soft(collar, 1.2 * pixel));
    // Long hair falls in front of the shoulders.
    if (face.hairLength > 1)
      blendShaded(point, face.hair, hairShade * 0.8, soft(side, 0.02) * soft(0.5 - a, 0.04) * end);
  }
  if (!isLong && v > -0.15 && v < 0.35) {
    const ear = Math.hypot((a - face.width + 0.015) / 0.075, (v - 0.08) / 0.17) - 1;
    const shade = 0.66 + 0.15 * bump(a - face.width - 0.03, v - 0.06, 0.03, 0.1);
    blendShaded(point, face.skin, shade, soft(ear, 0.12));
  }
}

/** The face itself; `d` is the distance to its outline, `gu` and `gv` the slope of the relief. Gives how much of the lamp's light falls there. */
function paintSkin(point: Point, brush: Brush, d: number, gu: number, gv: number): number {
  const { face, light, mottle, fine, pixel } = brush;
  const { u, v, a } = point;
  const length = Math.sqrt(1 + gu * gu + gv * gv);
  const lambert = Math.max(0, (light[2] - gu * light[0] - gv * light[1]) / length);
  let shade = face.ambient + (1.08 - face.ambient) * lambert;
  // Places that little light reaches: inner eye sockets, below nose and lip, the rim of the face.
  shade *= 1 - 0.16 * bump(a - face.eyeX + 0.1, v - face.eyeY + 0.03, 0.09, 0.07);
  shade *= 1 - 0.22 * bump(u, v - face.noseY - 0.095, face.noseWidth * 0.8, 0.03);
  shade *= 1 - 0.12 * bump(u, v - face.mouthY - face.lipLower - 0.05, 0.14, 0.03);
  shade *= 1 - 0.22 * smooth(-0.12, 0, d);
  // Nostrils and the wings of the nose.
  const nostril = bump(
    a - face.noseWidth * 0.48,
    v - face.noseY - 0.062,
    Math.max(0.026, pixel),
    Math.max(0.014, pixel * 0.7),
  );
  shade *= 1 - 0.62 * nostril;
  shade *= 1 - 0.2 * bump(a - face.noseWidth - 0.035, v - face.noseY - 0.02, Math.max(0.014, pixel * 0.6), 0.05);

  const blotch = 1 + 0.035 * mottle(u, v) + face.freckles * fine(u, v);
  const blush = 0.09 * bump(a - 0.4, v - 0.32, 0.16, 0.13) + 0.07 * bump(u, v - face.noseY, 0.1, 0.09);
  point.red = face.skin[0] * blotch;
  point.green = face.skin[1] * blotch * (1 - blush);
  point.blue = face.skin[2] * blotch * (1 - blush);
  if (face.stubble > 0 && v > 0.15) {
    const [red, green, blue] = face.hair;
    const beard = face.stubble * smooth(0.42, 0.62, v + 0.25 * a) * (0.7 + 0.3 * fine(u * 1.7, v * 1.7));
    blend(point, red, green, blue, beard);
  }
  shade *= paintLips(point, brush);

  const half = Math.max(
    0,
    (1 + light[2] - gu * light[0] - gv * light[1]) / (length * Math.hypot(light[0], light[1], 1 + light[2])),
  );
  const shine = 0.1 * half ** 24;
  point.red = point.red * shade + shine;
  point.green = point.green * shade + shine;
  point.blue = point.blue * shade + shine;
  if (brush.eyes) paintEye(point, brush, lambert);
  paintBrow(point, brush);
  paintFringe(point, brush);
  return lambert;
}

/** Colors the lips; gives the factor by which the slit and the corners of the mouth darken. */
function paintLips(point: Point, { face, pixel }: Brush): number {
  const { u, v, a } = point;
  const { mouthY, mouthWidth, lipUpper, lipLower, mouthCurve, lipTint } = face;
  if (Math.abs(v - mouthY) > 0.2 || a > mouthWidth + 0.12) return 1;
  const mu = u / mouthWidth;
  const seam = mouthY - mouthCurve * mu * mu - 0.008 * ridge(u, 0.03);
  const open = Math.max(0, 1 - mu * mu);
  const bow = 1 - 0.25 * ridge(u, 0.02) + 0.15 * ridge(a - 0.06, 0.04);
  const lip = Math.max(seam - lipUpper * open ** 0.8 * bow - v, v - seam - lipLower * open ** 0.65);
  const amount = soft(lip, Math.max(1.2 * pixel, 0.012)) * lipTint * smooth(0, 0.25, open);
  blend(point, point.red * 0.93, point.green * 0.68, point.blue * 0.7, amount);
  const slit = ridge(v - seam, Math.max(0.008, 0.7 * pixel)) * smooth(-0.02, 0.25, 1.03 - mu * mu);
  return (1 - 0.6 * slit) * (1 - 0.3 * bump(a - mouthWidth, v - seam, 0.022, 0.018));
}

/** A brow: thick at the inner end, thin at the outer, with strands. */
function paintBrow(point: Point, { face, pixel, strand }: Brush): void {
  const { u, v, a } = point;
  const b = (a - 0.28) / face.browLength;
  if (Math.abs(b) > 1.15 || Math.abs(v - face.browY) > 0.25) return;
  const arch = face.browY - face.browArch * (1 - (b - 0.25) ** 2) + face.browTilt * b;
  const thick = face.browThickness * (1 - 0.55 * smooth(-0.3, 1, b)) * smooth(1.06, 0.8, Math.abs(b));
  const brow = ridge(v - arch, Math.max(thick, 0.4 * pixel)) * smooth(1.1, 0.85, Math.abs(b));
  const [red, green, blue] = face.hair;
  blend(point, red, green, blue, 0.85 * brow * (0.82 + 0.18 * strand(u * 1.3 + v, v * 0.5)));
}

/** Hair over forehead and temples. */
function paintFringe(point: Point, { face, strand, light }: Brush): void {
  const { u, v, a } = point;
  if (v > 0.75) return;
  const shine = 0.35 * bump(u - 0.3 * Math.sign(light[0]), v + 0.85, 0.3, 0.12);
  const shade = 0.8 + 0.35 * strand(u * 1.6, v * 0.25) + shine;
  const line = face.hairline + face.fringe * u + 0.35 * a * a + 0.02 * strand(u * 1.2, 0);
  const low = face.hairLength > 0.3 ? 0.55 : 0.02;
  const temple = halfWidth(face, v) - (face.hairLength > 0.3 ? 0.06 : 0.035) - a;
  const side = v < low ? soft(temple, 0.025) * (1 - smooth(low - 0.2, low, v)) : 0;
  blendShaded(point, face.hair, shade, Math.max(soft(v - line, 0.035), side));
}
