import type { Random } from './random.js';

/** Goes smoothly from 0 at 0 to 1 at 1. */
export function ease(t: number): number {
  return t <= 0 ? 0 : t >= 1 ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * t);
}

/** A movement in time, in frames: 0 until `onset`, full from `apex` on for `hold` frames, 0 from `offset` on. */
export interface Excursion {
  onset: number;
  apex: number;
  offset: number;
  hold: number;
}

/** The course of an excursion: 0 to 1. */
export function excursion({ onset, apex, offset, hold }: Excursion, frame: number): number {
  if (frame <= onset || frame >= offset) return 0;
  if (frame <= apex) return ease((frame - onset) / (apex - onset));
  return ease((offset - frame) / (offset - apex - hold));
}

/** A slow course over seconds that never repeats: sines of periods from 2.5 to 25 seconds, the slow ones larger; root mean square about 1. */
export function slowCourse(random: Random): (seconds: number) => number {
  const waves = [2.5, 4, 6.3, 10, 16, 25].map((period) => ({
    rate: (2 * Math.PI) / (period * random.uniform(0.85, 1.15)),
    phase: random.uniform(0, 2 * Math.PI),
    size: Math.sqrt(period),
  }));
  const scale = Math.SQRT2 / Math.hypot(...waves.map(({ size }) => size));
  return (seconds) =>
    scale * waves.reduce((sum, { rate, phase, size }) => sum + size * Math.sin(phase + rate * seconds), 0);
}
