import type { Face } from './face.js';

/** One patch of skin that an action unit moves: where, how far it reaches, and which way; lengths in face units. */
export interface Patch {
  /** Center on the right half of the picture (u >= 0); mirrored to the other half. */
  u: number;
  v: number;
  reachU: number;
  reachV: number;
  /** Movement at full strength; `outward` is away from the middle of the face, `down` towards the chin. */
  outward: number;
  down: number;
}

/** A fold of skin that an action unit deepens: a short dark band. */
export interface Fold {
  u: number;
  v: number;
  reachU: number;
  reachV: number;
  /** How much darker at full strength, 0..1. */
  depth: number;
}

/** What one action unit does to the face. */
export interface ActionUnit {
  patches: readonly Patch[];
  folds: readonly Fold[];
  /** Lies on the middle line: has no left or right. */
  central?: boolean;
}

/** The action units that the synthetic faces can make, with FACS numbers. Full strength moves the skin by about 1. */
export function actionUnits(face: Face): Readonly<Record<number, ActionUnit>> {
  const { eyeX, eyeY, browY, noseY, noseWidth, mouthY, mouthWidth, lipLower } = face;
  const patch = (u: number, v: number, reachU: number, reachV: number, outward: number, down: number): Patch => ({
    u,
    v,
    reachU,
    reachV,
    outward,
    down,
  });
  const fold = (u: number, v: number, reachU: number, reachV: number, depth: number): Fold => ({
    u,
    v,
    reachU,
    reachV,
    depth,
  });
  return {
    1: { patches: [patch(0.14, browY, 0.1, 0.09, 0, -1)], folds: [fold(0, browY - 0.2, 0.2, 0.02, 0.5)] },
    2: { patches: [patch(0.4, browY, 0.12, 0.09, 0, -1)], folds: [fold(0.35, browY - 0.17, 0.12, 0.02, 0.4)] },
    4: {
      patches: [patch(0.17, browY, 0.13, 0.08, -0.55, 0.85)],
      folds: [fold(0.05, browY - 0.02, 0.015, 0.06, 0.7)],
    },
    6: { patches: [patch(0.42, 0.17, 0.15, 0.1, 0, -0.8)], folds: [fold(eyeX + 0.2, eyeY + 0.03, 0.06, 0.02, 0.4)] },
    7: { patches: [patch(eyeX, eyeY + 0.06, 0.11, 0.045, 0, -0.8)], folds: [fold(eyeX, eyeY + 0.09, 0.1, 0.012, 0.4)] },
    9: {
      patches: [patch(noseWidth * 0.8, noseY - 0.12, 0.09, 0.1, 0, -0.8)],
      folds: [fold(0, eyeY + 0.05, 0.07, 0.015, 0.6)],
    },
    10: {
      patches: [patch(mouthWidth * 0.5, mouthY - 0.04, 0.1, 0.06, 0.1, -0.9)],
      folds: [fold(noseWidth + 0.06, noseY + 0.06, 0.02, 0.06, 0.5)],
    },
    12: {
      patches: [patch(mouthWidth, mouthY, 0.12, 0.1, 0.7, -0.75), patch(0.4, 0.32, 0.15, 0.12, 0, -0.35)],
      folds: [fold(mouthWidth + 0.05, mouthY - 0.09, 0.025, 0.09, 0.6)],
    },
    14: {
      patches: [patch(mouthWidth, mouthY, 0.1, 0.06, 0.9, 0.05)],
      folds: [fold(mouthWidth + 0.05, mouthY, 0.02, 0.03, 0.8)],
    },
    15: {
      patches: [patch(mouthWidth, mouthY + 0.01, 0.11, 0.08, 0, 0.95)],
      folds: [fold(mouthWidth, mouthY + 0.07, 0.03, 0.03, 0.5)],
    },
    17: {
      central: true,
      patches: [patch(0, 0.84, 0.16, 0.1, 0, -0.9), patch(0, mouthY + lipLower, 0.15, 0.05, 0, -0.45)],
      folds: [fold(0, mouthY + lipLower + 0.05, 0.12, 0.02, 0.5)],
    },
    25: {
      central: true,
      patches: [patch(0, mouthY + lipLower + 0.1, 0.22, 0.12, 0, 0.9)],
      folds: [fold(0, mouthY + 0.015, 0.14, 0.015, 0.9)],
    },
  };
}

/** Which half of the picture moves: the subject's left is the right half. */
export type Side = 'both' | 'left' | 'right';

/** One action unit in one clip. */
export interface ActionUnitUse {
  unit: number;
  side: Side;
  /** Strength on the left and on the right half of the picture; 1 is full. */
  strength: readonly [left: number, right: number];
}

/** A way of showing an emotion: the action units that make it up, each with how often it takes part. */
export interface Pattern {
  /** Relative frequency among the emotion's patterns. */
  weight: number;
  units: readonly (readonly [unit: number, probability: number])[];
}

/** The synthetic emotions, after the action units that CASME II's coders list for them. */
export const emotionPatterns = {
  happiness: [
    {
      weight: 3,
      units: [
        [12, 1],
        [6, 0.6],
      ],
    },
    {
      weight: 1,
      units: [
        [12, 1],
        [14, 0.3],
        [7, 0.3],
      ],
    },
  ],
  disgust: [
    {
      weight: 3,
      units: [
        [4, 1],
        [7, 0.6],
        [9, 0.5],
      ],
    },
    {
      weight: 2,
      units: [
        [10, 1],
        [9, 0.5],
        [4, 0.3],
      ],
    },
  ],
  repression: [
    {
      weight: 2,
      units: [
        [17, 1],
        [15, 0.4],
      ],
    },
    {
      weight: 1,
      units: [
        [15, 1],
        [12, 0.3],
      ],
    },
    {
      weight: 1,
      units: [
        [14, 1],
        [17, 0.4],
      ],
    },
  ],
  surprise: [
    {
      weight: 3,
      units: [
        [1, 1],
        [2, 1],
        [25, 0.4],
      ],
    },
    {
      weight: 1,
      units: [
        [25, 1],
        [1, 0.6],
        [2, 0.6],
      ],
    },
  ],
  others: [
    {
      weight: 3,
      units: [
        [4, 1],
        [7, 0.3],
      ],
    },
    { weight: 2, units: [[14, 1]] },
    {
      weight: 1,
      units: [
        [4, 0.8],
        [17, 0.8],
      ],
    },
    { weight: 1, units: [[2, 1]] },
  ],
} as const satisfies Record<string, readonly Pattern[]>;

/** Names of the synthetic emotions. */
export type SyntheticEmotion = keyof typeof emotionPatterns;
