import {
  type ActionUnitUse,
  actionUnits,
  emotionPatterns,
  type Pattern,
  type SyntheticEmotion,
} from './action-units.js';
import { createFace, type Face, type Placement, paintFace } from './face.js';
import { type Random, randomStream } from './random.js';

/** Everything that decides how the clips of one synthetic set look. */
export interface SyntheticLook {
  seed: number;
  height: number;
  width: number;
  /** Greatest movement of the skin at the apex of a clip of ordinary strength, pixels. */
  amplitude: number;
  /** Standard deviation of the sensor noise, in 0..1 of the grey scale. */
  noise: number;
  /** Root mean square of the head's drift over a clip, pixels. */
  drift: number;
}

/** What happens in one clip, before any pixel is drawn. */
export interface ClipPlan {
  subject: string;
  clip: string;
  emotion: SyntheticEmotion;
  units: readonly ActionUnitUse[];
  /** Indices into the clip's frames, 0-based. */
  onset: number;
  apex: number;
  offset: number;
  frames: number;
}

/** Decides what happens in a clip: depends on the seed, subject, clip, emotion and number of frames alone. */
export function planClip(
  seed: number,
  subject: string,
  clip: string,
  emotion: SyntheticEmotion,
  frames: number,
): ClipPlan {
  const random = randomStream('plan', seed, subject, clip);
  const habits = randomStream('habits', seed, subject);
  const expressive = habits.uniform(0.75, 1.25);
  const lopsided = habits.uniform(-0.2, 0.2);

  const patterns: readonly Pattern[] = emotionPatterns[emotion];
  let draw = random.uniform(
    0,
    patterns.reduce((sum, { weight }) => sum + weight, 0),
  );
  const pattern = patterns.find(({ weight }) => (draw -= weight) < 0) ?? patterns[0]!;
  const chosen = pattern.units.filter(([, probability]) => random.chance(probability));
  const units = (chosen.length ? chosen : pattern.units.slice(0, 1)).map(([unit]): ActionUnitUse => {
    const strength = expressive * random.uniform(0.7, 1.2);
    const lean = lopsided + random.uniform(-0.15, 0.15);
    const alone = unit !== 17 && unit !== 25 && random.chance(0.12) ? random.pick(['left', 'right'] as const) : 'both';
    return {
      unit,
      side: alone,
      // The subject's left is on the right of the picture.
      strength: [alone === 'left' ? 0 : strength * (1 - lean), alone === 'right' ? 0 : strength * (1 + lean)],
    };
  });

  const last = frames - 1;
  const onset = Math.round(last * random.uniform(0.03, 0.16));
  const offset = Math.round(last * random.uniform(0.84, 0.97));
  const apex = Math.min(
    offset - 1,
    Math.max(onset + 1, Math.round(onset + (offset - onset) * random.uniform(0.35, 0.62))),
  );
  return { subject, clip, emotion, units, onset, apex, offset, frames };
}

/** The course of a movement: 0 until onset, rises smoothly to 1 at apex, falls smoothly to 0 at offset. */
export function course({ onset, apex, offset }: Pick<ClipPlan, 'onset' | 'apex' | 'offset'>, frame: number): number {
  const ease = (t: number) => (t <= 0 ? 0 : t >= 1 ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * t));
  return frame <= apex ? ease((frame - onset) / (apex - onset)) : ease((offset - frame) / (offset - apex));
}

/** Movement of each pixel at the apex (pixels) and how much darker folds make it. */
interface MotionField {
  right: Float32Array;
  down: Float32Array;
  darker: Float32Array;
}

function motionField(face: Face, place: Placement, look: SyntheticLook, units: readonly ActionUnitUse[]): MotionField {
  const { height, width, amplitude } = look;
  const right = new Float32Array(height * width);
  const down = new Float32Array(height * width);
  const darker = new Float32Array(height * width);
  const table = actionUnits(face);
  for (const { unit, strength } of units) {
    const { patches, folds, central } = table[unit]!;
    const stamp = (
      { u, v, reachU, reachV }: { u: number; v: number; reachU: number; reachV: number },
      add: (at: number, weight: number, mirror: number) => void,
    ) => {
      for (const [mirror, power] of central || u === 0
        ? ([[1, (strength[0] + strength[1]) / 2]] as const)
        : ([
            [-1, strength[0]],
            [1, strength[1]],
          ] as const)) {
        const [cx, cy] = [place.centreX + mirror * u * place.unit, place.centreY + v * place.unit];
        const [rx, ry] = [reachU * place.unit, reachV * place.unit];
        for (let y = Math.max(0, Math.ceil(cy - 3 * ry)); y <= Math.min(height - 1, cy + 3 * ry); y++) {
          for (let x = Math.max(0, Math.ceil(cx - 3 * rx)); x <= Math.min(width - 1, cx + 3 * rx); x++) {
            const weight = power * Math.exp(-0.5 * (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2));
            add(y * width + x, weight, mirror);
          }
        }
      }
    };
    for (const patch of patches) {
      stamp(patch, (at, weight, mirror) => {
        right[at]! += amplitude * weight * patch.outward * mirror;
        down[at]! += amplitude * weight * patch.down;
      });
    }
    for (const fold of folds) {
      stamp(fold, (at, weight) => {
        darker[at]! += weight * fold.depth;
      });
    }
  }
  return { right, down, darker };
}

/** A slow random course: three sines of random phase, root mean square 1, zero at the first frame. */
function wander(random: Random, frames: number): (frame: number) => number {
  const waves = [0.5, 1.1, 1.9].map((cycles) => ({
    cycles: cycles * random.uniform(0.8, 1.2),
    phase: random.uniform(0, 2 * Math.PI),
    size: Math.SQRT2 / Math.sqrt(3) / cycles,
  }));
  const at = (frame: number) =>
    waves.reduce(
      (sum, { cycles, phase, size }) =>
        sum + size * Math.sin(phase + (2 * Math.PI * cycles * frame) / Math.max(1, frames - 1)),
      0,
    );
  return (frame) => at(frame) - at(0);
}

/** Where the face lies in a picture of this size: upright, whole head in view. */
function placeFace(height: number, width: number, random: Random): Placement {
  const unit = Math.min(height * 0.44, width * 0.56);
  return {
    centreX: (width - 1) / 2 + unit * 0.02 * random.normal(),
    centreY: (height - 1) / 2 + unit * (0.06 + 0.015 * random.normal()),
    unit: unit * (1 + 0.015 * random.normal()),
  };
}

/**
 * Draws frames of one clip one after the other: each `[height, width, 3]`, 8-bit values as a camera gives them.
 * A frame looks the same whichever others are drawn.
 */
export function* drawClip(
  look: SyntheticLook,
  plan: ClipPlan,
  { first = 0, last = plan.frames - 1 }: { first?: number; last?: number } = {},
): Generator<Uint8ClampedArray<ArrayBuffer>> {
  const { seed, height, width, noise, drift } = look;
  const random = randomStream('draw', seed, plan.subject, plan.clip);
  const face = createFace(seed, plan.subject);
  const place = placeFace(height, width, random);
  const still = paintFace(face, place, height, width, { lightShift: 0.05 * random.normal() });
  const { right, down, darker } = motionField(face, place, look, plan.units);
  const [sway, nod, turn, lamp] = [0, 1, 2, 3].map(() => wander(random, plan.frames)) as [
    ReturnType<typeof wander>,
    ReturnType<typeof wander>,
    ReturnType<typeof wander>,
    ReturnType<typeof wander>,
  ];
  const fold = Math.min(0.12, (0.05 * look.amplitude * 64) / height + 0.02);

  for (let frame = first; frame <= last; frame++) {
    const grain = randomStream('grain', seed, plan.subject, plan.clip, frame);
    const strength = course(plan, frame);
    const [dx, dy] = [drift * sway(frame), drift * nod(frame)];
    const angle = (drift * turn(frame) * 0.5) / place.unit;
    const bright = 1 + 0.006 * lamp(frame);
    const picture = new Uint8ClampedArray(height * width * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        // Back to where this point of the skin was at rest: undo the head's movement, then that of the skin.
        const [rx, ry] = [x - place.centreX, y - place.centreY];
        const hx = x - dx + angle * ry - strength * right[at]!;
        const hy = y - dy - angle * rx - strength * down[at]!;
        const gain = 255 * bright * (1 - strength * fold * Math.min(1, darker[at]!));
        const [r, g, b] = sampleCubic(still, height, width, hy, hx);
        picture[at * 3] = gain * r + 255 * noise * grain.normal();
        picture[at * 3 + 1] = gain * g + 255 * noise * grain.normal();
        picture[at * 3 + 2] = gain * b + 255 * noise * grain.normal();
      }
    }
    yield picture;
  }
}

const sampled: [number, number, number] = [0, 0, 0];

/** Catmull-Rom interpolation of an RGB picture, edges repeated; the returned triple is reused by the next call. */
function sampleCubic(pixels: Float32Array, height: number, width: number, y: number, x: number): typeof sampled {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - x0, y - y0];
  sampled[0] = sampled[1] = sampled[2] = 0;
  for (let j = -1; j <= 2; j++) {
    const wy = catmullRom(fy - j);
    const row = Math.max(0, Math.min(height - 1, y0 + j)) * width;
    for (let i = -1; i <= 2; i++) {
      const w = wy * catmullRom(fx - i);
      const at = (row + Math.max(0, Math.min(width - 1, x0 + i))) * 3;
      sampled[0] += w * pixels[at]!;
      sampled[1] += w * pixels[at + 1]!;
      sampled[2] += w * pixels[at + 2]!;
    }
  }
  return sampled;
}

function catmullRom(t: number): number {
  const a = Math.abs(t);
  if (a < 1) return (1.5 * a - 2.5) * a * a + 1;
  return a < 2 ? ((-0.5 * a + 2.5) * a - 4) * a + 2 : 0;
}
