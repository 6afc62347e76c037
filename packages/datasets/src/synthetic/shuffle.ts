import type { Random } from './random.js';

/** Mixes a list in place. */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform(0, i + 1));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
