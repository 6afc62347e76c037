import type { Face } from './face.js';
import { blend, blendShaded, type Point, soft } from './paint-point.js';
import { ridge, smooth } from './shapes.js';

/** What an eye does at a time. */
export interface EyeState {
  /** How far the upper lid is down: 0 open, 1 on the lower lid. */
  closed: number;
  /** Where the iris is, face units from where it is at rest: to the right of the picture, and down. */
  gazeU: number;
  gazeV: number;
}

const atRest: EyeState = { closed: 0, gazeU: 0, gazeV: 0 };

/** How far the open lids are from the middle of the eye, at `eu` half widths of the eye from its middle; down is positive. */
export function lids({ eyeHeight }: Face, eu: number): readonly [top: number, bottom: number] {
  const arc = Math.max(0, 1 - eu * eu);
  return [-eyeHeight * arc ** 0.75, eyeHeight * 0.62 * arc ** 0.9];
}

/** White, iris, pupil and its glint, lashes, the lower rim and the crease of the lid; `lambert` is how much of the lamp's light falls there. */
export function paintEye(
  point: Point,
  { face, light, pixel }: { face: Face; light: readonly [number, number, number]; pixel: number },
  lambert: number,
  { closed, gazeU, gazeV }: EyeState = atRest,
): void {
  const { u, v, a } = point;
  const eu = (a - face.eyeX) / face.eyeWidth;
  const ev = v - face.eyeY - face.eyeTilt * (a - face.eyeX);
  if (Math.abs(eu) > 1.6 || Math.abs(ev) > 0.16) return;
  const [open, bottom] = lids(face, eu);
  const top = open + closed * (bottom - open);
  const edge = 1.2 * pixel;
  // the edges of two lids that meet are soft, but nothing is seen between them
  const gap = closed === 0 ? 1 : 1 - closed * (1 - smooth(0, 2 * edge, bottom - top));
  const within = gap * soft(Math.max(top - ev, ev - bottom), edge) * smooth(1.02, 0.94, Math.abs(eu));
  if (within > 0) {
    const [red, green, blue] = [point.red, point.green, point.blue];
    Object.assign(point, { red: 0.83, green: 0.8, blue: 0.78 });
    const r = Math.hypot(a - face.eyeX + 0.004 - Math.sign(u) * gazeU, ev + 0.006 - gazeV);
    blendShaded(point, face.iris, 0.75 + 6 * Math.max(0, r - 0.03), soft(r - 0.056, edge));
    blend(point, 0.02, 0.02, 0.02, soft(r - 0.024, edge));
    const lit = (0.62 + 0.4 * smooth(top, top + 0.05, ev)) * (0.75 + 0.35 * lambert);
    const glint = Math.hypot(u - Math.sign(u) * face.eyeX - 0.018 * Math.sign(light[0]), ev + 0.025) - 0.011;
    const [r1, g1, b1] = [point.red * lit, point.green * lit, point.blue * lit];
    Object.assign(point, { red, green, blue });
    blend(point, r1, g1, b1, within);
    blend(point, 0.97, 0.97, 0.97, within * soft(glint, edge));
  }
  const thin = Math.max(0.009, 0.55 * pixel);
  const across = Math.abs(eu);
  const { skin } = face;
  blend(point, 0.07, 0.05, 0.05, 0.8 * ridge(ev - top, thin) * smooth(1.12, 0.85, across));
  blend(
    point,
    skin[0] * 0.45,
    skin[1] * 0.35,
    skin[2] * 0.33,
    0.4 * ridge(ev - bottom, thin * 0.9) * smooth(1.1, 0.8, across),
  );
  blend(
    point,
    skin[0] * 0.5,
    skin[1] * 0.42,
    skin[2] * 0.4,
    0.35 * (1 - 0.5 * closed) * ridge(ev - open + 0.032 - 0.02 * closed, thin * 1.1) * smooth(1.15, 0.7, across),
  );
}
