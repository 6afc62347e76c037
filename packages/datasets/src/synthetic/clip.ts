import type { ClipPlan } from './clip-plan.js';
import { course } from './clip-plan.js';
import { createFace } from './face.js';
import { motionField } from './motion-field.js';
import { type Placement, paintFace } from './paint-face.js';
import { type Random, randomStream } from './random.js';
import { sampleCubic } from './sample-cubic.js';
import { smooth } from './shapes.js';

/** Everything that decides how the clips of one synthetic set look. */
export interface SyntheticLook {
  seed: number;
  height: number;
  width: number;
  /** Greatest movement of the skin at the apex of a clip of ordinary strength, pixels. */
  amplitude: number;
  /** Standard deviation of the sensor noise, in 0..1 of the gray scale. */
  noise: number;
  /** Root mean square of the head's drift over a clip, pixels. */
  drift: number;
  /** Half the height of the face as a share of the picture's height. Default 0.44. */
  faceShare?: number;
}

/** A slow random course: three sines of random phase, root mean square about 1, zero at the first frame. */
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
export function placeFace(
  { height, width, faceShare = 0.44 }: Pick<SyntheticLook, 'height' | 'width' | 'faceShare'>,
  random: Random,
): Placement {
  const unit = Math.min(height * faceShare, width * 0.56);
  return {
    centerX: (width - 1) / 2 + unit * 0.02 * random.normal(),
    centerY: (height - 1) / 2 + unit * (0.06 + 0.015 * random.normal()),
    unit: unit * (1 + 0.015 * random.normal()),
  };
}

/** How much a pixel takes part in the head's movement: 1 on the head, 0 on the wall behind it. */
export function headWeights(
  { height, width }: Pick<SyntheticLook, 'height' | 'width'>,
  place: Placement,
): Float32Array {
  const weights = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const v = (y - place.centerY) / place.unit;
    // Below the chin the body hardly moves.
    const down = 1 - smooth(1.05, 1.6, v);
    for (let x = 0; x < width; x++) {
      const u = (x - place.centerX) / place.unit;
      weights[y * width + x] = down * (1 - smooth(1.1, 1.5, Math.hypot(u / 0.8, v / 1.08)));
    }
  }
  return weights;
}

let grain: { seed: number; table: Float32Array } | undefined;

/** Normal numbers to draw from with a random start: much faster than making each anew, and as grainy. Kept for one seed. */
export function grainTable(seed: number): Float32Array {
  if (grain?.seed !== seed) {
    const random = randomStream('grain table', seed);
    grain = { seed, table: Float32Array.from({ length: 65536 }, () => random.normal()) };
  }
  return grain.table;
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
  const place = placeFace(look, random);
  const still = paintFace(face, place, height, width, { lightShift: 0.05 * random.normal() });
  const { right, down, darker } = motionField(face, place, look, plan.units);
  const weights = headWeights(look, place);
  const sway = wander(random, plan.frames);
  const nod = wander(random, plan.frames);
  const turn = wander(random, plan.frames);
  const lamp = wander(random, plan.frames);
  const grains = grainTable(seed);
  // Folds deepen with the movement, which is seen against the size of the face.
  const fold = Math.min(0.12, (1.5 * look.amplitude) / place.unit + 0.02);
  const rgb = new Float32Array(3);

  for (let frame = first; frame <= last; frame++) {
    const start = randomStream('grain', seed, plan.subject, plan.clip, frame);
    const strength = course(plan, frame);
    const dx = drift * sway(frame);
    const dy = drift * nod(frame);
    const angle = (drift * turn(frame) * 0.5) / place.unit;
    const bright = 255 * (1 + 0.006 * lamp(frame));
    const picture = new Uint8ClampedArray(height * width * 3);
    for (let y = 0; y < height; y++) {
      let g = Math.floor(start.uniform(0, 65536));
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        const to = at * 3;
        const weight = weights[at]!;
        if (weight > 0) {
          // Back to where this point of the skin was at rest: undo the head's movement, then that of the skin.
          const rx = x - place.centerX;
          const ry = y - place.centerY;
          const fromX = x - weight * (dx - angle * ry) - strength * right[at]!;
          const fromY = y - weight * (dy + angle * rx) - strength * down[at]!;
          sampleCubic(still, height, width, fromY, fromX, rgb);
          const gain = bright * (1 - strength * fold * Math.min(1, darker[at]!));
          picture[to] = gain * rgb[0]! + 255 * noise * grains[g++ & 65535]!;
          picture[to + 1] = gain * rgb[1]! + 255 * noise * grains[g++ & 65535]!;
          picture[to + 2] = gain * rgb[2]! + 255 * noise * grains[g++ & 65535]!;
        } else {
          for (let c = 0; c < 3; c++) picture[to + c] = bright * still[to + c]! + 255 * noise * grains[g++ & 65535]!;
        }
      }
    }
    yield picture;
  }
}
