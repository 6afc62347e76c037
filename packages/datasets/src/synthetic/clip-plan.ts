import { type ActionUnitUse, emotionPatterns, type Pattern, type SyntheticEmotion } from './action-units.js';
import { type Random, randomStream } from './random.js';

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

/** Draws the action units by which a subject of these habits shows an emotion. */
export function drawUnits(random: Random, habits: Random, emotion: SyntheticEmotion): ActionUnitUse[] {
  const expressive = habits.uniform(0.75, 1.25);
  const lopsided = habits.uniform(-0.2, 0.2);

  const patterns: readonly Pattern[] = emotionPatterns[emotion];
  let draw = random.uniform(
    0,
    patterns.reduce((sum, { weight }) => sum + weight, 0),
  );
  const pattern = patterns.find(({ weight }) => (draw -= weight) < 0) ?? patterns[0]!;
  const chosen = pattern.units.filter(([, probability]) => random.chance(probability));
  return (chosen.length ? chosen : pattern.units.slice(0, 1)).map(([unit]): ActionUnitUse => {
    const strength = expressive * random.uniform(0.7, 1.2);
    const lean = lopsided + random.uniform(-0.15, 0.15);
    const side = unit !== 17 && unit !== 25 && random.chance(0.12) ? random.pick(['left', 'right'] as const) : 'both';
    // The subject's left is on the right of the picture.
    const strengths = [
      side === 'left' ? 0 : strength * (1 - lean),
      side === 'right' ? 0 : strength * (1 + lean),
    ] as const;
    return { unit, side, strength: strengths };
  });
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
  const units = drawUnits(random, randomStream('habits', seed, subject), emotion);
  const last = frames - 1;
  const onset = Math.round(last * random.uniform(0.03, 0.16));
  const offset = Math.round(last * random.uniform(0.84, 0.97));
  const middle = Math.round(onset + (offset - onset) * random.uniform(0.35, 0.62));
  const apex = Math.min(offset - 1, Math.max(onset + 1, middle));
  return { subject, clip, emotion, units, onset, apex, offset, frames };
}

/** The course of a movement: 0 until onset, rises smoothly to 1 at the apex, falls smoothly to 0 at the offset. */
export function course({ onset, apex, offset }: Pick<ClipPlan, 'onset' | 'apex' | 'offset'>, frame: number): number {
  const ease = (t: number) => (t <= 0 ? 0 : t >= 1 ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * t));
  return frame <= apex ? ease((frame - onset) / (apex - onset)) : ease((offset - frame) / (offset - apex));
}
