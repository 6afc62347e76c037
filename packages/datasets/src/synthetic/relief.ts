import type { Face } from './face.js';
import { bump, clamp, ridge, smooth } from './shapes.js';

/** Half the width of the face at height v; 0 above the crown and below the chin. */
export function halfWidth(face: Face, v: number): number {
  if (v <= -1.02 || v >= 1) return 0;
  if (v < 0) return face.width * Math.sqrt(1 - (v / 1.02) ** 2);
  return face.width * (1 - v ** face.jawPower) ** face.jaw;
}

/** About the distance to the face's outline: negative inside. */
export function outline(face: Face, u: number, v: number): number {
  const slope = (halfWidth(face, v + 0.01) - halfWidth(face, v - 0.01)) / 0.02;
  return (Math.abs(u) - halfWidth(face, v)) / Math.sqrt(1 + Math.min(slope * slope, 9));
}

/** The relief of the face, towards the camera. */
export function relief(face: Face, u: number, v: number): number {
  const { eyeX, eyeY, browY, noseWidth, noseY, noseHeight, mouthY, mouthWidth, lipUpper, lipLower } = face;
  const a = Math.abs(u);
  // The head: an egg, a little wider than the outline so that its rim is not infinitely steep.
  const w = halfWidth(face, clamp(v, -0.6, 0.96));
  const rise = Math.max(0, Math.abs(v) - 0.2) / 1.15;
  let z = 0.75 * Math.sqrt(Math.max(0.02, 1 - (u / (w + 0.09)) ** 2 * 0.95 - rise * rise));
  const along = smooth(-0.12, noseY, v) * (1 - smooth(noseY + 0.02, noseY + 0.09, v));
  if (along > 0) z += noseHeight * along * ridge(u, noseWidth * (0.4 + 0.3 * along));
  z += 0.07 * bump(a - noseWidth, v - noseY - 0.02, 0.045, 0.05);
  z += 0.05 * bump(a - 0.26, v - browY - 0.01, 0.2, 0.06);
  z -= 0.1 * bump(a - eyeX, v - eyeY + 0.01, 0.14, 0.085);
  z += 0.05 * bump(a - eyeX, v - eyeY, 0.1, 0.055);
  z += 0.06 * bump(a - 0.43, v - 0.27, 0.17, 0.16);
  z += 0.05 * bump(u, v - mouthY, 0.24, 0.13);
  z += 0.03 * bump(u, v - mouthY + lipUpper * 0.5, mouthWidth * 0.7, 0.022);
  z += 0.035 * bump(u, v - mouthY - lipLower * 0.55, mouthWidth * 0.6, 0.03);
  z -= 0.03 * bump(u, v - mouthY - lipLower - 0.055, 0.16, 0.03);
  z += 0.07 * bump(u, v - 0.88, 0.16, 0.09);
  z -= 0.012 * bump(u, v - noseY - 0.13, 0.025, 0.04);
  // The fold from the wing of the nose to the corner of the mouth.
  if (v > noseY - 0.05 && v < mouthY + 0.13) {
    const t = clamp((v - noseY) / (mouthY + 0.05 - noseY));
    const foldU = noseWidth + 0.05 + t * (mouthWidth + 0.06 - noseWidth);
    const fade = smooth(noseY - 0.04, noseY + 0.06, v) * (1 - smooth(mouthY, mouthY + 0.12, v));
    z -= 0.014 * ridge(a - foldU, 0.026) * fade;
  }
  return z;
}
