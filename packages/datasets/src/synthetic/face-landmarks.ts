import type { Face } from './face.js';
import { lids } from './paint-eye.js';
import { halfWidth } from './relief.js';

/** A point of the face, in face units. */
type Place = readonly [u: number, v: number];

/** The 68 points of a face at rest, in dlib's order and face units; `closed` is how far the upper lids are down. */
export function faceLandmarks(face: Face, closed = 0): Place[] {
  const { eyeX, eyeY, eyeWidth, eyeTilt, browY, browArch, browTilt, browLength, noseY, noseWidth, mouthY } = face;
  const mirrored = (places: readonly Place[]): Place[] => places.map(([u, v]): Place => [-u, v]).reverse();

  const right = jawLine(face);
  const brow = [-0.95, -0.5, 0, 0.5, 0.95].map((b): Place => {
    const arch = browY - browArch * (1 - (b - 0.25) ** 2) + browTilt * b;
    return [0.28 + b * browLength, arch];
  });
  const bridge = [0, 1, 2, 3].map((i): Place => [0, eyeY + 0.03 + (i / 3) * (noseY - eyeY - 0.05)]);
  const wings = [-1, -0.5, 0, 0.5, 1].map((i): Place => [i * noseWidth, noseY + 0.08 - 0.015 * Math.abs(i)]);

  const eyeAt = (eu: number, lid: 'top' | 'bottom'): Place => {
    const [open, bottom] = lids(face, eu);
    const ev = lid === 'bottom' ? bottom : open + closed * (bottom - open);
    return [eyeX + eu * eyeWidth, eyeY + eyeTilt * eu * eyeWidth + ev];
  };
  // the eye on the right: inner corner, upper lid, outer corner, lower lid back; the other's points begin at its outer corner
  const eye = [
    ...[-1, -0.36, 0.36, 1].map((eu) => eyeAt(eu, 'top')),
    ...[0.36, -0.36].map((eu) => eyeAt(eu, 'bottom')),
  ];
  const flip = ([u, v]: Place): Place => [-u, v];
  const other = [3, 2, 1, 0, 5, 4].map((i) => flip(eye[i]!));

  const { mouthWidth, mouthCurve, lipUpper, lipLower } = face;
  const lip = (mu: number, edge: 'upper' | 'seam' | 'lower'): Place => {
    const open = Math.max(0, 1 - mu * mu);
    const seam = mouthY - mouthCurve * mu * mu;
    if (edge === 'upper') return [mu * mouthWidth, seam - lipUpper * open ** 0.8];
    return [mu * mouthWidth, edge === 'lower' ? seam + lipLower * open ** 0.65 : seam];
  };
  const mouth = [
    ...[-1, -0.6, -0.24, 0, 0.24, 0.6].map((mu) => lip(mu, 'upper')),
    ...[1, 0.6, 0.28, 0, -0.28, -0.6].map((mu) => lip(mu, 'lower')),
    ...[-0.85, -0.3, 0, 0.3, 0.85, 0.3, 0, -0.3].map((mu) => lip(mu, 'seam')),
  ];
  return [
    ...mirrored(right).slice(0, -1),
    ...right,
    ...mirrored(brow),
    ...brow,
    ...bridge,
    ...wings,
    ...other,
    ...eye,
    ...mouth,
  ];
}

/** The outline from the chin to the right temple: nine points, equally far apart. */
function jawLine(face: Face): Place[] {
  const fine = Array.from({ length: 401 }, (_, i): Place => {
    // close together at the chin, where the outline is flat
    const v = i === 0 ? 1 : 1 - (i / 400) ** 2 * 1.02;
    return [halfWidth(face, v), v];
  });
  const lengths = [0];
  for (let i = 1; i < fine.length; i++) {
    const [[u, v], [w, x]] = [fine[i - 1]!, fine[i]!];
    lengths.push(lengths[i - 1]! + Math.hypot(w - u, x - v));
  }
  const whole = lengths.at(-1)!;
  return Array.from({ length: 9 }, (_, i) => fine[lengths.findIndex((length) => length >= (i / 8) * whole)]!);
}
