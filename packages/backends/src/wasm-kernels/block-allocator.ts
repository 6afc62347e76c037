/** Blocks begin at multiples of this: a cache line. */
const GRAIN = 64;

/** What a stretch may lose at its ends, which are lined up. */
export const LINING_UP = 2 * GRAIN;

/** A free stretch. */
interface Hole {
  at: number;
  size: number;
}

/**
 * Gives out large blocks from stretches of memory: best fit, neighbors joined when they come back.
 *
 * The allocator inside the wasm backend leaves gaps worth a third of what tensors hold when a network trains. This one leaves an eighth within one stretch
 * that has room for all; and whoever knows the order of the calls knows how long that must be, which {@link rehearse} uses.
 */
export class BlockAllocator {
  private readonly holes: Hole[] = [];
  private readonly blocks = new Map<number, number>();

  /** @param more - adds a stretch with so much room, where no gap is large enough for a block of so many bytes; or throws */
  constructor(private readonly more: (room: number, allocator: BlockAllocator, bytes: number) => void) {}

  /** Adds a stretch of memory. */
  addStretch(start: number, bytes: number): void {
    const at = Math.ceil(start / GRAIN) * GRAIN;
    this.add({ at, size: Math.floor((start + bytes) / GRAIN) * GRAIN - at });
  }

  /** The address of a new block. */
  take(bytes: number): number {
    const size = Math.ceil(bytes / GRAIN) * GRAIN;
    let best = this.bestFit(size);
    if (best === undefined) {
      this.more(size + LINING_UP, this, bytes);
      best = this.bestFit(size)!;
    }
    const { at } = best;
    best.at += size;
    best.size -= size;
    if (best.size === 0) this.holes.splice(this.holes.indexOf(best), 1);
    this.blocks.set(at, size);
    return at;
  }

  /** Takes a block back; false where it is none of these. */
  give(at: number): boolean {
    const size = this.blocks.get(at);
    if (size === undefined) return false;
    this.blocks.delete(at);
    this.add({ at, size });
    return true;
  }

  /** Bytes that are free in all, and in the longest piece. */
  free(): { total: number; longest: number } {
    const sizes = this.holes.map(({ size }) => size);
    return { total: sizes.reduce((sum, size) => sum + size, 0), longest: Math.max(0, ...sizes) };
  }

  private bestFit(size: number): Hole | undefined {
    let best: Hole | undefined;
    for (const hole of this.holes) {
      if (hole.size >= size && (best === undefined || hole.size < best.size)) best = hole;
    }
    return best;
  }

  private add(hole: Hole): void {
    let i = this.holes.findIndex(({ at }) => at > hole.at);
    if (i < 0) i = this.holes.length;
    this.holes.splice(i, 0, hole);
    this.join(i);
    if (i > 0) this.join(i - 1);
  }

  /** Joins a hole with the next, if they touch. */
  private join(i: number): void {
    const [hole, next] = [this.holes[i], this.holes[i + 1]];
    if (!hole || !next || hole.at + hole.size !== next.at) return;
    hole.size += next.size;
    this.holes.splice(i + 1, 1);
  }
}
